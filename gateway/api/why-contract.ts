import { z } from 'zod';
import { sample } from './contract.ts';
import { limit } from './query-values.ts';
import { localText } from './words-contract.ts';

/** Messages about why a KPI is what it is. */

export const mostDepth = 5;

export const whyQuery = z.strictObject({
  depth: limit(2, mostDepth, 0).describe('How many KPIs deep inputs that are KPIs are explained'),
});

const pointShape = {
  number: z.int(),
  path: z.string(),
  unit: z.string().describe('UCUM'),
  kind: z.enum(['number', 'counter', 'boolean', 'enum', 'string']),
  decimals: z.int().optional(),
  labels: z.record(z.string(), localText).optional(),
  description: localText,
  latest: sample,
};

const point = z.object(pointShape);

const inputShape = {
  ...pointShape,
  roles: z.array(z.string()).describe('What it is to the KPI, such as `gridPower`'),
  device: z.string().describe('The source that reads it; kpi, calculated, production or billing'),
  periodMs: z.number().nullable(),
  ageMs: z.number().nullable().describe('How old its newest sample is'),
  raw: z.string().describe('Path of what it was over the window: samples, or roll-ups'),
  isKpi: z.boolean().describe('It can be asked why, too'),
};

const shape = {
  kpi: z.string(),
  ...pointShape,
  formula: localText,
  standard: localText,
  coverage: z.number().nullable().describe('Share of the window that was measured, 0 to 1'),
  window: z.object({
    tier: z.enum(['a', 'b', 'c']),
    lengthMs: z.number().optional(),
    over: z.enum(['panel', 'now', 'day', 'week', 'month', 'year', 'always']).optional(),
    folds: z.enum(['registers', 'b']).optional(),
    rule: localText,
    fromMs: z.number().nullable().describe('Of the window now; null where it has no beginning'),
    toMs: z.number().nullable(),
  }),
  parameters: z.record(z.string(), z.unknown()),
  sources: z
    .array(
      z.object({
        parameter: z.string().describe('Members joined by dots'),
        id: z.string().nullable(),
        value: z.number().nullable().describe('Null where it is a table'),
        unit: z.string().nullable().describe('Where the parameters tell it'),
        source: z.string(),
      }),
    )
    .describe('Factors among the parameters, with where they are from'),
  tariff: z
    .object({
      tariff: z.string(),
      version: z.int(),
      title: localText,
      source: localText,
      confidence: z.enum(['confirmed', 'unconfirmed']),
      validFrom: z.string(),
      validTo: z.string().nullable(),
    })
    .nullable()
    .describe('That holds now, where the KPI reads its prices or periods'),
  parts: z.array(point).describe('What the KPI gives beside: bounds, elements, sums'),
  inputsLeftOut: z.int(),
};

type Shown = z.infer<z.ZodObject<typeof shape>>;
export type WhyInput = z.infer<z.ZodObject<typeof inputShape>> & { why: Why | null };
export type Why = Shown & { inputs: WhyInput[] };

/** A schema for each level: what refers to itself cannot be told in an OpenAPI document that has no names for parts. */
const whyOf = (depth: number): z.ZodType<Why> =>
  z.object({
    ...shape,
    inputs: z.array(
      z.object({
        ...inputShape,
        why: (depth === 0 ? z.null() : whyOf(depth - 1).nullable()).describe(
          'Of an input that is a KPI, as deep as asked for, and of a hundred at most',
        ),
      }),
    ),
  });

export const why = whyOf(mostDepth);
