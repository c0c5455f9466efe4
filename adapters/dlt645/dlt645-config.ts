import { z } from 'zod';
import { pathPartPattern } from '../../gateway/core/point.ts';

const baudRate = z.int().min(300).max(115_200).default(2400);

const lineShape = {
  turnaroundMs: z
    .number()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('How long a meter takes to begin its answer (20-500), in ms; for the plan only'),
  drainMs: z
    .int()
    .min(1)
    .max(2000)
    .default(500)
    .describe('Silence that must follow a time-out before the next request, in ms'),
  gapMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(30)
    .describe('Rest between an answer and the next request, in ms'),
  wakeUpBytes: z
    .int()
    .min(0)
    .max(16)
    .default(4)
    .describe('How many FE are sent before each request so that the meter wakes up'),
};

const serialSchema = z.strictObject({
  type: z.literal('serial'),
  path: z.string().min(1).max(1024).describe('The serial port, such as /dev/ttyUSB0'),
  baudRate,
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('even'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  ...lineShape,
});

const tcpSchema = z.strictObject({
  type: z.literal('tcp'),
  host: z.string().min(1).max(255).describe('Name or address of the serial server'),
  port: z.int().min(1).max(65_535),
  connectTimeoutMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(3000)
    .describe('Longest wait for a connection, in ms'),
  baudRate: baudRate.describe('Of the serial line behind the server; for the plan only'),
  ...lineShape,
});

export const transportSchema = z.discriminatedUnion('type', [serialSchema, tcpSchema]);

const pathPart = (description: string) =>
  z
    .string()
    .max(64)
    .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
    .describe(description);

const ratio = (description: string) =>
  z.number().min(1).max(100_000).default(1).describe(description);

/** To all meters at once, and answered by none. */
const broadcastAddress = '999999999999';

const addressWords = 'the twelve digits of the meter in quotes, such as "000012345678"';

export const addressSchema = z
  .string(addressWords)
  .regex(/^\d{12}$/, addressWords)
  .refine(
    (address) => address !== broadcastAddress,
    'the address of one meter: 999999999999 is for all and answered by none',
  )
  .describe('Communication address of the meter: twelve digits in quotes');

const deviceSchema = z.strictObject({
  address: addressSchema,
  profile: z.string().min(1).max(64).describe('Name of the profile: what is read'),
  area: pathPart('Area of the plant'),
  line: pathPart('Line or part of the area'),
  equipment: pathPart('The equipment whose points these are'),
  currentRatio: ratio('Of the current transformers before the meter: 200 for 1000/5 A'),
  voltageRatio: ratio('Of the voltage transformers before the meter: 100 for 10 000/100 V'),
  periodMs: z
    .int()
    .min(100)
    .max(86_400_000)
    .optional()
    .describe('Reads all groups so often instead of as the profile says, in ms'),
  phaseMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(0)
    .describe('Shifts the reads, so that meters take turns, in ms'),
});

/** A source of kind `dlt645`: a line with the DL/T 645-2007 meters on it. */
export const dlt645ConfigSchema = z.strictObject({
  transport: transportSchema.describe('How the meters are reached'),
  timeoutMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(1500)
    .describe('Longest wait for an answer, in ms of real time'),
  maxClockSkewMs: z
    .int()
    .min(1000)
    .max(86_400_000)
    .default(300_000)
    .describe('A meter whose clock is further off is told of by an event, in ms'),
  devices: z.array(deviceSchema).min(1).max(247),
});

export type Dlt645Config = z.output<typeof dlt645ConfigSchema>;
export type MeterConfig = Dlt645Config['devices'][number];
export type TransportConfig = Dlt645Config['transport'];
