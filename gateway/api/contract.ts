import { z } from 'zod';

/**
 * Every message of the HTTP and WebSocket interface. Times are UTC epoch ms, statuses OPC UA StatusCodes, values null where
 * there is none. The OpenAPI document and the dashboard's types come from here.
 */

export const localText = z.object({ en: z.string(), zh: z.string() });

const quality = z.enum(['good', 'uncertain', 'bad', 'absent']);

export const sample = z.object({
  timeMs: z.number().nullable().describe('Time of the sample; null while none has come'),
  value: z.union([z.number(), z.string(), z.null()]),
  status: z.int().describe('OPC UA StatusCode'),
  statusName: z.string(),
  quality,
});

export const site = z.object({
  enterprise: z.string(),
  site: z.string(),
  name: localText,
  timeZone: z.string(),
  simulated: z.boolean().describe('True when the data of this site is simulated'),
  version: z.string(),
  bootId: z.string(),
  startedMs: z.number(),
  nowMs: z.number(),
});

export const point = z.object({
  number: z.int().describe('Permanent number, never reused'),
  path: z.string().describe('enterprise/site/area/line/equipment/point'),
  equipmentClass: z.string(),
  producer: z.string().describe('The source that reads it, or kpi, or calculated'),
  kind: z.enum(['number', 'counter', 'boolean', 'enum', 'string']),
  unit: z.string().describe('UCUM'),
  description: localText,
  labels: z.record(z.string(), localText).optional(),
  decimals: z.int().optional(),
  periodMs: z.number().optional(),
  latest: sample,
});

export const kpi = z.object({
  kpi: z.string(),
  number: z.int(),
  path: z.string(),
  equipmentClass: z.string(),
  unit: z.string(),
  description: localText,
  decimals: z.int().optional(),
  formula: localText,
  standard: localText,
  inputs: z.array(z.string()),
  parameters: z.record(z.string(), z.unknown()),
  latest: sample,
  coverage: z.number().nullable().describe('Share of the window that was measured, 0 to 1'),
});

export const historyQuery = z.object({
  fromMs: z.coerce.number().nonnegative(),
  toMs: z.coerce.number().nonnegative(),
  maxIntervals: z.coerce.number().int().min(1).max(5000).default(1000),
});

export const history = z.object({
  number: z.int(),
  path: z.string(),
  unit: z.string(),
  intervals: z.array(
    z.object({
      startMs: z.number(),
      durationMs: z.number(),
      count: z.int(),
      coveredMs: z.number(),
      minimum: z.number().nullable(),
      maximum: z.number().nullable(),
      mean: z.number().nullable(),
      first: z.number().nullable(),
      last: z.number().nullable(),
    }),
  ),
});

export const device = z.object({
  id: z.string(),
  state: z.enum(['connecting', 'up', 'down', 'stopped']),
  reason: localText.describe('In words; empty while up'),
  sinceMs: z.number(),
  restarts: z.int(),
  lastFrameMs: z.number().nullable(),
  members: z.array(
    z.object({
      member: z.string(),
      state: z.enum(['up', 'degraded', 'down']),
      reason: localText,
    }),
  ),
  counters: z.record(z.string(), z.number()),
});

export const sink = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(['connecting', 'up', 'down', 'stopped']),
  reason: localText.describe('In words; empty while up'),
  sinceMs: z.number(),
  position: z.number().describe('Everything up to this seq is delivered or in quarantine'),
  lagEntries: z.number(),
  lagMs: z.number(),
  deliveredEntries: z.number(),
  rejectedEntries: z.number(),
  lost: z.number().describe('Entries pruned or damaged before they could be delivered'),
  lostToRetention: z.number().describe('The part of lost that retention took'),
  retries: z.number(),
  counters: z.record(z.string(), z.number()),
});

export const health = z.object({ status: z.literal('ok'), version: z.string() });

export const readiness = z.object({ ready: z.boolean(), reasons: z.array(localText) });

export const failure = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
});

/** Client to server on `/api/v1/live`: which points, by path with `*` for one whole part, and how often at most. */
export const liveRequest = z.strictObject({
  type: z.literal('subscribe'),
  points: z.array(z.string().min(1).max(500)).min(1).max(2000),
  intervalMs: z.number().min(100).max(60_000).default(1000),
});

/** Server to client: what changed since the last message, or an empty list as a sign of life. */
export const liveValues = z.object({
  type: z.literal('values'),
  nowMs: z
    .number()
    .describe("The gateway's time, also when nothing changed: older than 2 s means stale"),
  values: z.array(
    z.tuple([
      z.int().describe('point number'),
      z.number().nullable().describe('time'),
      z.union([z.number(), z.string(), z.null()]).describe('value'),
      z.int().describe('status'),
    ]),
  ),
});

export const liveFailure = z.object({ type: z.literal('error'), message: z.string() });

export type Sample = z.infer<typeof sample>;
export type LiveRequest = z.infer<typeof liveRequest>;
export type LiveValues = z.infer<typeof liveValues>;
export type LiveFailure = z.infer<typeof liveFailure>;
