import { z } from 'zod';
import { above, endsAfterStart, instantMs, limit, ordinal, wrongOrder } from './query-values.ts';
import { localText } from './words-contract.ts';

/**
 * Every message of the HTTP and WebSocket interface. Times are UTC epoch ms, statuses OPC UA StatusCodes, values null where
 * there is none. The OpenAPI document and the dashboard's types come from here.
 */

export { localText };

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
  note: localText.optional().describe('What whoever looks at the page should know of the plant'),
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
  marks: z
    .record(z.string(), z.int())
    .describe('Samples not to be taken as they came, by reason, since the start'),
  preventedKwh: z
    .number()
    .describe('Energy that adding up unmeasured time or jumps of the register would have invented'),
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
  window: z.object({
    tier: z
      .enum(['a', 'b', 'c'])
      .describe(
        'a: from samples; b: from aggregates of 1 or 15 minutes; c: folded from registers or b',
      ),
    lengthMs: z.number().optional(),
    over: z
      .enum(['panel', 'now', 'day', 'week', 'month', 'year', 'always'])
      .optional()
      .describe('In place of a length'),
    folds: z.enum(['registers', 'b']).optional(),
    rule: localText,
  }),
  inputs: z.array(z.string()),
  inputRoles: z
    .record(z.string(), z.array(z.string()))
    .describe('The same by what they are to it, such as `gridPower`, whatever the site calls them'),
  parameters: z.record(z.string(), z.unknown()),
  latest: sample,
  coverage: z.number().nullable().describe('Share of the window that was measured, 0 to 1'),
});

export const historyQuery = z
  .strictObject({
    fromMs: instantMs,
    toMs: instantMs,
    maxIntervals: limit(1000, 5000),
  })
  .refine(endsAfterStart, wrongOrder);

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
      revision: z
        .int()
        .describe('0, and higher each time that samples that came late change it, not by one'),
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
  clocks: z.array(
    z.object({
      device: z.string(),
      skewMs: z
        .number()
        .describe("How far its clock was ahead of the gateway's when last seen, in ms"),
    }),
  ),
  counters: z.record(z.string(), z.number()),
});

export const eventQuery = z.strictObject({
  limit: limit(100, 1000),
  afterSeq: above.describe('Only events above'),
});

export const event = z.object({
  seq: z.number().describe('Number in the journal'),
  timeMs: z.number(),
  code: z.string().describe('Stable, for machines'),
  severity: z.enum(['info', 'warning', 'error']),
  subject: z.string().describe('The source, sink, device or point that it is about'),
  text: localText,
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
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
  liveLagMs: z.number().describe('As lagMs, but for history that is being sent'),
  history: z
    .array(z.object({ fromMs: z.number(), toMs: z.number(), waiting: z.int() }))
    .describe('Interruptions whose entries are still being sent, oldest first'),
  balance: z
    .object({
      journalled: z.int(),
      delivered: z.int(),
      waiting: z.int(),
      quarantined: z.int(),
      dropped: z.int().describe('Dropped from quarantine'),
      lost: z.int().describe('Pruned or damaged before they could be delivered'),
      lostToRetention: z.int().describe('The part of lost that retention took'),
    })
    .describe('Entries since the sink was first there; journalled is the sum of the next five'),
  retries: z.number(),
  counters: z.record(z.string(), z.number()),
});

export const deliveryReceipt = z.object({
  sinkId: z.string(),
  fromMs: z.number().describe('When delivery broke off'),
  toMs: z.number().describe('When the sink took data again'),
  completedMs: z.number().describe('When the last entry that had waited was settled'),
  buffered: z.int(),
  delivered: z.int(),
  quarantined: z.int(),
  lost: z.int(),
  resent: z.int().describe('Sent more than once, so that they may be there twice'),
});

export const receiptQuery = z.strictObject({
  limit: limit(100, 1000),
});

export const quarantineQuery = z.strictObject({
  afterId: above.describe('Only ids above, for paging'),
  limit: limit(100, 1000),
});

export const quarantinedEntry = z.object({
  id: z.int(),
  sinkId: z.string(),
  seq: z.number().describe('Number in the journal'),
  reason: z.string().describe("The sink's own words"),
  quarantinedMs: z.number(),
  timeMs: z.number().describe('Of the frame or record'),
  subject: z.string().describe('Equipment and group of a frame, or the kind of record'),
  samples: z.array(
    z.object({
      point: z.string(),
      value: z.union([z.number(), z.string(), z.null()]),
      status: z.string(),
    }),
  ),
});

export const quarantineIds = z.strictObject({
  ids: z.array(z.int().positive()).min(1).max(1000),
});

export const retryOutcome = z.object({
  delivered: z.int(),
  refused: z.array(z.object({ id: z.int(), reason: z.string() })),
});

export const dropOutcome = z.object({ dropped: z.int() });

export const memberChanges = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.string()).describe('Stopped and started anew'),
  unchanged: z.array(z.string()).describe('Went on without noticing'),
});

export const siteChange = z.object({
  seq: z.number().describe('Number of the configuration record from which on it applies'),
  sources: memberChanges,
  sinks: memberChanges,
  computed: z
    .object({
      continued: z.int().describe('How many go on with their state'),
      begun: z.array(z.string()).describe('Begin with an empty state'),
      ended: z.array(z.string()),
    })
    .describe('KPIs and calculated points'),
});

export const reloadOutcome = z.object({
  trigger: z.enum(['file', 'signal', 'api']),
  timeMs: z.number(),
  result: z
    .enum(['changed', 'unchanged', 'refused', 'failed'])
    .describe('refused: wrong, or needs a restart; failed: could not be applied and was put back'),
  configurationId: z.string().describe('Of the configuration that is in force'),
  change: siteChange.nullable(),
  problems: z.array(localText),
});

export const reloadRequest = z.strictObject({});

export const reloadState = z.object({
  configurationId: z.string().describe('Of the configuration that is in force'),
  last: reloadOutcome.nullable().describe('Since this start; null when there was none'),
});

export const panelQuery = z
  .strictObject({
    text: z.string().min(1).max(200).optional().describe("A part of the panel's id"),
    fromMs: instantMs.optional().describe('Panels that were under the torches at or after'),
    toMs: instantMs.optional().describe('Panels that came under the torches before'),
    heat: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Heat or lot of a tube, fin, wire or flux, or batch of gas'),
    spool: z.string().min(1).max(200).optional().describe('Wire spool'),
    wps: z.string().min(1).max(200).optional(),
    order: z.string().min(1).max(200).optional().describe('Job order'),
    beforePanel: ordinal.optional().describe('For the next page'),
    limit: limit(50, 500),
  })
  .refine(endsAfterStart, wrongOrder);

const recordHash = z.string().describe('SHA-256 in hexadecimal');

export const panelList = z.object({
  panels: z
    .array(
      z.object({
        id: z.string().describe("The panel's id; ~2 and so on where it came before"),
        panel: z.int().describe('Counts up in the order in which panels were recorded'),
        panelId: z.string().nullable().describe('As the machine gave it'),
        line: z.string(),
        revision: z.int(),
        simulated: z.boolean(),
        startMs: z.number(),
        endMs: z.number(),
        closedBy: z.string().describe('next-panel, or standstill: there may be a later revision'),
        marks: z.int().describe('How many things are not as they should be'),
        hash: recordHash,
      }),
    )
    .describe('Newest first, each with its newest revision'),
  nextBeforePanel: z.int().nullable().describe('Ask with it for the next page; null at the end'),
});

export const revisionQuery = z.strictObject({
  revision: ordinal.optional().describe('The newest unless given'),
});

export const dossierQuery = revisionQuery.extend({
  language: z
    .enum(['zh', 'en'])
    .optional()
    .describe("Language of the document; that of the client's Accept-Language unless given"),
});

export const dossier = z.unknown().describe('A PDF (application/pdf)');

export const panelRecord = z.object({
  number: z.int().describe('Place in the chain'),
  id: z.string(),
  key: z.string().describe('The same for every revision: line, time and number of its first entry'),
  revision: z.int(),
  revisions: z.int().describe('How many there are'),
  reason: z.enum(['assembled', 'completed', 'assembled-again', 'production-told']),
  contentHash: recordHash.describe('Of the canonical JSON of record (RFC 8785)'),
  previousHash: recordHash.describe('Of the link before'),
  hash: recordHash.describe('Of this link'),
  record: z
    .record(z.string(), z.unknown())
    .describe('The record as it was hashed; docs/records.md describes it'),
});

export const panelBins = z.object({
  timeMs: z.array(z.number()).describe('When each bin closed'),
  columns: z.array(
    z.object({
      point: z.string(),
      unit: z.string().describe('UCUM'),
      values: z.array(z.union([z.number(), z.string(), z.null()])),
      status: z.array(z.int()),
    }),
  ),
});

export const health = z.object({ status: z.literal('ok'), version: z.string() });

export const readiness = z.object({ ready: z.boolean(), reasons: z.array(localText) });

export type Sample = z.infer<typeof sample>;
export type { LiveFailure, LiveValues } from './live-contract.ts';
