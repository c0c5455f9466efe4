import { z } from 'zod';
import { endsAfterStart, instantMs, limit, wrongOrder } from './query-values.ts';
import { localText } from './words-contract.ts';

/** Messages about what points were over a time: samples as they came, or their roll-ups. */

export const mostPoints = 20;
const mostRows = 5000;

const source = z
  .enum(['auto', 'samples', 'rollups'])
  .default('auto')
  .describe('auto: samples up to 15 minutes, where the journal still has them, else roll-ups');

const range = { fromMs: instantMs, toMs: instantMs };

const points = z
  .string()
  .min(1)
  .max(10_000)
  .transform((text) => text.split(','))
  .pipe(z.array(z.string().min(1).max(500)).min(1).max(mostPoints))
  .describe(
    `Up to ${mostPoints}, with commas: numbers, or paths with or without enterprise and site`,
  );

export const samplesQuery = z
  .strictObject({ ...range, limit: limit(1000, 50_000) })
  .refine(endsAfterStart, wrongOrder);

export const seriesQuery = z
  .strictObject({
    points,
    ...range,
    maxPoints: limit(1000, mostRows, 10).describe('Rows of each point'),
    source,
  })
  .refine(endsAfterStart, wrongOrder);

export const csvQuery = z
  .strictObject({ points, ...range, source })
  .refine(endsAfterStart, wrongOrder);

const rowValue = z.union([z.number(), z.string(), z.null()]);

export const seriesOfPoint = z.object({
  number: z.int(),
  path: z.string(),
  unit: z.string().describe('UCUM'),
  kind: z.enum(['number', 'counter', 'boolean', 'enum', 'string']),
  description: localText,
  decimals: z.int().optional(),
  labels: z.record(z.string(), localText).optional(),
  timeMs: z.array(z.number()).describe('Ascending; of roll-ups the starts of intervals'),
  values: z
    .array(rowValue)
    .describe('Of roll-ups the means; null where a line is broken: bad, or nothing was measured'),
  status: z.array(z.int()).describe('OPC UA StatusCodes; BadNoData where nothing was measured'),
  minimum: z.array(z.number().nullable()).optional().describe('Of roll-ups'),
  maximum: z.array(z.number().nullable()).optional().describe('Of roll-ups'),
  covered: z
    .array(z.number())
    .optional()
    .describe('Of roll-ups: share of the interval that was measured, 0 to 1'),
  durationMs: z.number().optional().describe('Of the intervals of roll-ups'),
  samples: z.int().describe('How many lie behind it'),
  isReduced: z
    .boolean()
    .describe('First, least, greatest and last of each part of the time, with their own times'),
  endedMs: z
    .number()
    .nullable()
    .describe('Where it broke off: at the limit, or after ten seconds; ask on from here'),
  takenByRetention: z
    .boolean()
    .describe('The journal no longer has the beginning, or all, of the time asked for'),
});

const told = { fromMs: z.number(), toMs: z.number() };

export const samples = seriesOfPoint.extend(told);

export const series = z.object({
  ...told,
  source: z.enum(['samples', 'rollups']),
  series: z.array(seriesOfPoint).describe('In the order asked for'),
});

export const csv = z.unknown().describe('A table (text/csv), UTF-8 with a byte order mark');

export type SeriesOfPoint = z.infer<typeof seriesOfPoint>;
