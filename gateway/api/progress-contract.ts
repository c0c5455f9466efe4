import { z } from 'zod';
import { above, limit } from './query-values.ts';
import { localText } from './words-contract.ts';

/** Messages about the panel that is under the torches. */

export const progressQuery = z.strictObject({
  afterSeq: above.describe('Only bins above: throughSeq of the answer before; 0 for all'),
  limit: limit(500, 2000).describe('Bins of each seam at most'),
  columns: z
    .string()
    .max(2000)
    .optional()
    .describe('Points of a bin, with commas; * for all; a few usual ones unless given'),
});

/** What a bin is, as a number: short, for there are 36 000 of them. */
export const binState = {
  conforming: 0,
  outsideWps: 1,
  seamLost: 2,
  noArc: 3,
  notMeasured: 4,
  notJudged: 5,
} as const;

export const panelInProgress = z.object({
  line: z.string(),
  nowMs: z.number(),
  panel: z.object({
    key: z.string().describe('As in its record; with another one the panel is another'),
    panelId: z.string().nullable().describe('As the machine gave it'),
    startMs: z.number(),
    movedMs: z.number().nullable().describe('When it last moved on'),
    positionMm: z.number().nullable(),
    furthestMm: z.number().nullable(),
    lengthMm: z.number().nullable().describe('As the line tells it'),
    isAtRest: z.boolean().describe('It has stood still for ten minutes'),
    order: z.string().nullable(),
    wps: z.string().nullable(),
  }),
  isWhole: z.boolean().describe('From the first bin of the panel on'),
  isMore: z.boolean().describe('There are more bins now: ask again at once'),
  throughSeq: z.number().describe('Ask with it as afterSeq for what comes'),
  binMm: z.number().nullable().describe('Width of the bins, as configured'),
  seams: z.array(
    z.object({
      seam: z.string(),
      rows: z.int().describe('Bins of the panel so far; what lies beyond is still to come'),
      fromRow: z.int().describe('Which one the first of this answer is'),
      timeMs: z.array(z.number()).describe('When each closed'),
      positionMm: z.array(z.number().nullable()).describe('Where each begins'),
      state: z
        .array(z.int())
        .describe(
          '0 conforming, 1 outside the WPS, 2 seam lost, 3 no arc, 4 not measured, 5 not judged',
        ),
      columns: z.array(
        z.object({
          point: z.string(),
          unit: z.string(),
          values: z.array(z.union([z.number(), z.string(), z.null()])),
        }),
      ),
    }),
  ),
  deformation: z
    .object({
      positionMm: z.array(z.number()),
      heightsMm: z.array(z.array(z.number().nullable())).describe('Across, from front to back'),
    })
    .nullable()
    .describe('The profiles behind the arcs so far, at most 512'),
  prediction: z
    .object({
      timeMs: z.number().nullable(),
      status: z.int(),
      value: z.number().nullable().describe('Bow at the end, mm'),
      lower: z.number().nullable(),
      upper: z.number().nullable(),
      halfWidth: z.number().nullable(),
      xMm: z.number().nullable().describe('Where it is expected'),
      probability: z.number().nullable().describe('With which the interval holds'),
    })
    .nullable(),
  notDerivable: z.array(localText).describe('What is not known here, and why'),
});

export type PanelInProgress = z.infer<typeof panelInProgress>;
