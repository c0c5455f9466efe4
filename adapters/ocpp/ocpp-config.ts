import { z } from 'zod';
import { pathPartPattern } from '../../gateway/core/point.ts';
import { mostConnector } from './transaction-id.ts';

const minuteMs = 60_000;
const hourSeconds = 3600;

const pathPart = (description: string) =>
  z
    .string()
    .max(64)
    .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
    .describe(description);

const file = (description: string) => z.string().min(1).max(1024).describe(description);

const connectorSchema = z.strictObject({
  connector: z
    .int()
    .min(0)
    .max(mostConnector)
    .describe('Number of the connector at the charge point; 0 is its main meter'),
  equipment: pathPart('Fifth part of the path'),
  phases: z
    .literal([1, 3])
    .default(3)
    .describe('Phases that make up the whole, where the charge point only tells them one by one'),
});

const chargePointSchema = z.strictObject({
  identity: z
    .string()
    .regex(/^[A-Za-z0-9*\-_=:+|@.]{1,48}$/, 'at most 48 letters, digits and * - _ = : + | @ .')
    .describe('Name of the charge point: the last part of the address that it connects to'),
  password: z
    .string()
    .min(8)
    .max(256)
    .optional()
    .describe('What the charge point signs in with (its AuthorizationKey), by reference'),
  area: pathPart('Third part of the path'),
  line: pathPart('Fourth part of the path'),
  connectors: z
    .array(connectorSchema)
    .min(1)
    .max(mostConnector + 1)
    .describe('Each becomes equipment'),
});

/** A source of kind `ocpp`: an endpoint that charge points connect to (OCPP 1.6J). */
export const ocppConfigSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(255)
    .default('127.0.0.1')
    .describe('Address to listen on; another than loopback needs a password for each charge point'),
  port: z.int().min(0).max(65_535).default(9000).describe('TCP port to listen on'),
  path: z
    .string()
    .max(256)
    .regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'a path such as /ocpp, without / at its end')
    .default('/ocpp')
    .describe('Charge points connect to this path, / and their identity'),
  tls: z
    .strictObject({
      certificateFile: file('PEM file of the certificate of the endpoint, with its chain'),
      keyFile: file('PEM file of its private key'),
    })
    .optional()
    .describe('Without it, passwords and values pass the network in the clear'),
  heartbeatSeconds: z
    .int()
    .min(1)
    .max(24 * hourSeconds)
    .default(60)
    .describe('How often charge points are asked to say that they live, in s'),
  meterValueSeconds: z
    .int()
    .min(1)
    .max(24 * hourSeconds)
    .default(60)
    .describe('How often they are set up to send meter values while they charge, in s'),
  silenceFactor: z
    .number()
    .min(1.5)
    .max(100)
    .default(3)
    .describe('After so many intervals of silence what was told is no longer believed'),
  timestamps: z
    .enum(['device', 'gateway'])
    .default('device')
    .describe('Whose clock stamps the samples'),
  maxClockSkewMs: z
    .int()
    .min(100)
    .max(1440 * minuteMs)
    .default(30_000)
    .describe('A device clock further off is not believed, in ms: gateway time, quality uncertain'),
  idTags: z
    .union([z.literal('all'), z.array(z.string().min(1).max(20)).min(1).max(10_000)])
    .default('all')
    .describe('Which cards are answered with Accepted'),
  maxMessageBytes: z
    .int()
    .min(1024)
    .max(1024 * 1024)
    .default(64 * 1024)
    .describe('A longer message ends its connection'),
  messagesPerSecond: z
    .number()
    .min(1)
    .max(1000)
    .default(20)
    .describe('A charge point that sends faster is read more slowly; nothing is dropped'),
  chargePoints: z
    .array(chargePointSchema)
    .min(1)
    .max(500)
    .describe('Those that are known; others are refused'),
});

export type OcppConfig = z.output<typeof ocppConfigSchema>;
export type ChargePointConfig = OcppConfig['chargePoints'][number];
export type ConnectorConfig = ChargePointConfig['connectors'][number];
