import { z } from 'zod';
import { pathPartPattern } from '../../gateway/core/point.ts';
import { limitsShape } from './profile-schema.ts';

const host = z.string().min(1).max(255).describe('Name or address of the device or gateway');
const tcpPort = z.int().min(1).max(65_535);
const connectTimeoutMs = z
  .int()
  .min(10)
  .max(60_000)
  .default(3000)
  .describe('Longest wait for a connection, in ms');

const turnaroundMs = z
  .number()
  .min(0)
  .max(10_000)
  .default(5)
  .describe('How long a device takes to begin its answer, in ms; for the plan only');

const drainMs = z
  .int()
  .min(1)
  .max(2000)
  .default(100)
  .describe('Silence that must follow a time-out before the next request, in ms');

const gapMs = z
  .int()
  .min(0)
  .max(10_000)
  .default(0)
  .describe(
    'Rest between an answer and the next request, in ms; one read at a time where it is not 0',
  );

const tcpSchema = z.strictObject({
  type: z.literal('tcp'),
  host,
  port: tcpPort.default(502),
  connectTimeoutMs,
  maxInFlight: z
    .int()
    .min(1)
    .max(128)
    .default(16)
    .describe(
      'Reads of all units that may wait for answers at once; 1 where a serial line lies behind',
    ),
  roundTripMs: z
    .number()
    .min(0.01)
    .max(60_000)
    .default(2)
    .describe('From a request to its answer, in ms; for the plan only'),
  gapMs,
});

const rtuSchema = z.strictObject({
  type: z.literal('rtu'),
  path: z.string().min(1).max(1024).describe('The serial port, such as /dev/ttyUSB0'),
  baudRate: z.int().min(300).max(1_000_000).default(9600),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('even'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  turnaroundMs,
  drainMs,
  gapMs,
});

const rtuOverTcpSchema = z.strictObject({
  type: z.literal('rtu-over-tcp'),
  host,
  port: tcpPort,
  connectTimeoutMs,
  baudRate: z
    .int()
    .min(300)
    .max(1_000_000)
    .default(9600)
    .describe(
      'Of the serial line behind the converter; for the plan and the silence after a time-out',
    ),
  turnaroundMs,
  drainMs,
  gapMs,
});

const pathPart = (description: string) =>
  z
    .string()
    .max(64)
    .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
    .describe(description);

const deviceSchema = z.strictObject({
  unitId: z.int().min(0).max(255).default(1).describe('Unit id; 1-247 on a serial line'),
  profile: z.string().min(1).max(64).describe('Name of the profile: what lies where'),
  area: pathPart('Area of the plant'),
  line: pathPart('Line or part of the area'),
  equipment: pathPart('The equipment, where the profile does not name it').optional(),
  periodMs: z
    .int()
    .min(1)
    .max(86_400_000)
    .optional()
    .describe('Reads all blocks so often instead of as the profile says, in ms'),
  phaseMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(0)
    .describe('Shifts the reads, so that devices take turns, in ms'),
  maxInFlight: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Reads that this device takes at once, over TCP'),
  limits: z
    .strictObject({
      maxRegisters: limitsShape.maxRegisters.optional(),
      maxBits: limitsShape.maxBits.optional(),
      maxGap: limitsShape.maxGap.optional(),
      forbidden: limitsShape.forbidden.optional(),
    })
    .optional()
    .describe("Replaces the profile's limits"),
});

export const transportSchema = z.discriminatedUnion('type', [
  tcpSchema,
  rtuSchema,
  rtuOverTcpSchema,
]);

/** A source of kind `modbus`: one connection with the devices behind it. */
export const modbusConfigSchema = z.strictObject({
  transport: transportSchema.describe('How the devices are reached'),
  timeoutMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(1000)
    .describe('Longest wait for an answer, in ms of real time'),
  timestamps: z
    .enum(['device', 'gateway'])
    .default('gateway')
    .describe("Whose clock stamps blocks that carry the device's time"),
  maxClockSkewMs: z
    .int()
    .min(1)
    .max(86_400_000)
    .default(5000)
    .describe('A device clock further off is not believed, in ms: gateway time, quality uncertain'),
  devices: z.array(deviceSchema).min(1).max(247),
});

export type ModbusConfig = z.output<typeof modbusConfigSchema>;
export type DeviceConfig = ModbusConfig['devices'][number];
export type TransportConfig = ModbusConfig['transport'];
