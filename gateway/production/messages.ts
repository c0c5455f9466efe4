import { z } from 'zod';
import { expectedWords } from '../core/input-words.ts';
import type { ReadInstant } from './instant.ts';
import { materialShape, procedureShape, text } from './particulars.ts';

/**
 * What a plant's MES, or a clerk, tells of production; the names are those of ISA-95 (IEC 62264-2) where it has one. A message
 * is what its sender knew at its `time`: a later one with other content for the same thing counts from then on, in whatever
 * order they came.
 */

export const messageKinds = [
  'jobOrder',
  'jobOrderStatus',
  'schedulingMark',
  'calendar',
  'productionCount',
  'panelAssignment',
  'materialMovement',
  'transfer',
  'inspection',
  'repair',
  'disposition',
  'machineResult',
] as const;
export type MessageKind = (typeof messageKinds)[number];

const mostWindows = 400;

/** Who did it: the scheduler by itself, or a person, who is then named. */
const byShape = {
  by: z.enum(['scheduler', 'hand']).describe('The scheduler by itself, or somebody by hand'),
  who: text.optional().describe('Who, where it was done by hand'),
};

const seam = text.describe('Equipment of the seam, such as F01');
const positionMm = z.number().describe('Along the panel, mm');

const instantWords = expectedWords({
  en: 'an instant: epoch ms, or ISO 8601 such as 2026-03-02T08:00',
  zh: '时刻：毫秒时间戳，或 ISO 8601，如 2026-03-02T08:00',
});

const instantSchema = (read: ReadInstant) =>
  z
    .union([z.number(), z.string().max(40)])
    .transform((value, context) => {
      const instant = read(value);
      if (instant !== undefined) return instant;
      context.addIssue({
        code: 'custom',
        message: instantWords,
      });
      return z.NEVER;
    })
    .describe("UTC epoch ms, or ISO 8601; without an offset it is the site's wall clock");

const headShape = (instant: ReturnType<typeof instantSchema>) => ({
  id: text.describe('Of the sender; the same id with the same content counts once'),
  source: text.describe('The sending system or desk'),
  time: instant.describe('When it happened or was decided'),
  line: text
    .optional()
    .describe('area/line, with or without enterprise/site; may be left out at a site with one'),
});

/** Makes the schemas; instants come out as UTC epoch ms. */
const schemasFor = (read: ReadInstant) => {
  const instant = instantSchema(read);
  const head = headShape(instant);
  const jobOrder = z.strictObject({
    ...{ kind: z.literal('jobOrder'), ...head, orderId: text },
    drawing: z.strictObject({ number: text, revision: text.optional() }).optional(),
    project: text.optional(),
    boilerNo: text.optional(),
    quantity: z.number().int().min(1).max(100_000).optional().describe('Panels'),
    plannedStart: instant.optional(),
    plannedEnd: instant.optional(),
    plannedRunTimePerItemMin: z
      .number()
      .positive()
      .max(100_000)
      .optional()
      .describe('PRI of ISO 22400-2, minutes'),
    wpsNo: text.optional(),
  });
  const jobOrderStatus = z.strictObject({
    ...{ kind: z.literal('jobOrderStatus'), ...head, orderId: text },
    status: z.enum(['released', 'started', 'completed', 'cancelled']),
    ...byShape,
    by: z
      .enum(['scheduler', 'hand', 'machine'])
      .describe(
        'The scheduler by itself, somebody by hand, or seen at a machine that does not say',
      ),
  });
  const schedulingMark = z.strictObject({
    ...{ kind: z.literal('schedulingMark'), ...head, orderId: text },
    mark: z
      .enum(['scheduled', 'override'])
      .describe('Put into the sequence, or moved against what the scheduler said'),
    ...byShape,
    reason: text.optional(),
  });
  const calendar = z.strictObject({
    ...{ kind: z.literal('calendar'), ...head },
    from: instant.describe('The plan is for the time from here'),
    to: instant.describe('up to here, and replaces what was planned for it'),
    busy: z
      .array(z.strictObject({ start: instant, end: instant, shift: text.optional() }))
      .max(mostWindows)
      .describe('Planned busy time (PBT of ISO 22400-2); between the windows it is not planned'),
  });
  const productionCount = z.strictObject({
    ...{ kind: z.literal('productionCount'), ...head, orderId: text.optional() },
    produced: z.number().min(0).max(100_000).optional().describe('PQ since the count before'),
    good: z.number().min(0).max(100_000).optional().describe('GQ since the count before'),
    scrap: z.number().min(0).max(100_000).optional().describe('SQ since the count before'),
    rework: z.number().min(0).max(100_000).optional().describe('RQ since the count before'),
    inspected: z.number().min(0).max(100_000).optional().describe('Since the count before'),
    goodFirstTime: z
      .number()
      .min(0)
      .max(100_000)
      .optional()
      .describe('Of those inspected, good without repair'),
    workTimeMin: z
      .number()
      .min(0)
      .max(100_000)
      .optional()
      .describe('Personnel work time (APWT) since the count before, minutes'),
    attendanceTimeMin: z
      .number()
      .min(0)
      .max(100_000)
      .optional()
      .describe('Personnel attendance time (APAT) since the count before, minutes'),
  });
  const panelAssignment = z.strictObject({
    ...{ kind: z.literal('panelAssignment'), ...head, panelId: text, orderId: text.optional() },
    ...materialShape,
    procedure: z.strictObject(procedureShape).optional(),
  });
  const materialMovement = z.strictObject({
    ...{ kind: z.literal('materialMovement'), ...head },
    movement: z.enum(['issue', 'return']),
    material: z.enum(['tube', 'fin', 'wire', 'flux', 'other']),
    massKg: z.number().positive().max(1_000_000),
    orderId: text.optional(),
    panelId: text.optional(),
    lot: text.optional().describe('Heat, lot or spool'),
  });
  const transfer = z.strictObject({
    ...{ kind: z.literal('transfer'), ...head, panelId: text },
    mode: z.enum(['crane', 'other']),
    means: text.optional().describe('What it was, where it was no crane'),
    distanceM: z.number().min(0).max(100_000),
    from: text.optional(),
    to: text.optional(),
  });
  const inspection = z.strictObject({
    ...{ kind: z.literal('inspection'), ...head, panelId: text },
    method: z
      .enum(['VT', 'PT', 'MT', 'leg', 'throat', 'macro', 'ball', 'dimensions', 'deformation'])
      .or(text)
      .describe('VT to ISO 17637, PT, MT, leg, throat, dimensions, or another'),
    result: z.enum(['accepted', 'rejected']),
    standard: text.optional().describe('With level, such as ISO 5817-B'),
    seam: seam.optional(),
    positionMm: positionMm.optional(),
    lengthMm: z
      .number()
      .positive()
      .max(100_000)
      .optional()
      .describe('How much of each seam was inspected, mm; the length of the panel unless told'),
    value: z.number().optional(),
    unit: text.optional().describe('UCUM, of the value'),
    ncr: text.optional().describe('Number of the non-conformance report'),
    corrects: text
      .optional()
      .describe('Id of the inspection of this sender and panel that was told wrongly'),
    who: text,
  });
  const repair = z.strictObject({
    ...{ kind: z.literal('repair'), ...head, panelId: text, ncr: text.optional() },
    ...{ seam, positionMm, lengthMm: z.number().positive().max(100_000).optional() },
    wpsNo: text.optional(),
    who: text.describe('The welder'),
    reinspection: z.enum(['accepted', 'rejected', 'open']).optional(),
  });
  const disposition = z.strictObject({
    ...{ kind: z.literal('disposition'), ...head, panelId: text },
    status: z.enum(['released', 'hold', 'scrap']),
    who: text.describe('Who signs for it'),
    reason: text.optional(),
    netMassKg: z.number().positive().max(1_000_000).optional(),
  });
  const machineResult = z.strictObject({
    ...{ kind: z.literal('machineResult'), ...head, panelId: text, orderId: text.optional() },
    resultId: text.describe('Of the machine'),
    seam: seam.optional().describe('Equipment of the seam; left out for the whole panel'),
    evaluation: z
      .enum(['ok', 'notOk', 'notDecidable'])
      .describe("The machine's own judgement (OPC 40001-101), which is no inspection"),
    isSimulated: z.boolean().optional().describe('Whether the machine says that it simulates'),
  });
  return z.discriminatedUnion('kind', [
    ...([jobOrder, jobOrderStatus, schedulingMark, calendar, productionCount] as const),
    ...([panelAssignment, materialMovement, transfer, inspection, repair, disposition] as const),
    machineResult,
  ]);
};

export type MessageSchema = ReturnType<typeof schemasFor>;

/** The schema of every message. `read` knows the zone of the site. */
export const messageSchema = (read: ReadInstant): MessageSchema => schemasFor(read);

/** As it came and was read; instants are UTC epoch ms. */
export type SentMessage = z.output<MessageSchema>;

/** As it is kept: with the path `enterprise/site/area/line` of its line. */
export type ProductionMessage = SentMessage & { readonly line: string };

export type MessageOf<Kind extends MessageKind> = Extract<
  ProductionMessage,
  { readonly kind: Kind }
>;
