import { z } from 'zod';
import { sample } from './contract.ts';
import { limit } from './query-values.ts';
import { localText } from './words-contract.ts';

/** Messages about why a KPI is what it is. */

export const mostDepth = 5;

export const whyQuery = z.strictObject({
  depth: limit(2, mostDepth, 0).describe(
    'How many KPIs deep those are explained that the KPI is made of',
  ),
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

const input = z.object({
  ...pointShape,
  device: z.string().describe('The source that reads it; kpi, calculated, production or billing'),
  periodMs: z.number().nullable(),
  ageMs: z.number().nullable().describe('How old its newest sample is'),
  raw: z.string().describe('Path of what it was over the window: samples, or roll-ups'),
  isExplained: z.boolean().describe('Its number is among the KPIs of this answer'),
});

const explainedKpi = z.object({
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
  inputs: z.array(input),
  inputsLeftOut: z.int(),
});

export const why = z.object({
  kpis: z
    .array(explainedKpi)
    .describe('The one asked for, then those that it is made of, as deep as asked for, each once'),
  isCut: z.boolean().describe('There are more of them than 100'),
});

export type ExplainedKpi = z.infer<typeof explainedKpi>;
export type Why = z.infer<typeof why>;
export type WhyInput = z.infer<typeof input>;
