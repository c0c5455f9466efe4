import { z } from 'zod';
import { localText } from './contract.ts';

/** Messages about the factory's headline figures. */

export const figuresQuery = z.strictObject({
  from: z
    .string()
    .max(40)
    .optional()
    .describe(
      "UTC epoch ms, or ISO 8601 (a date alone: midnight), without an offset in the site's wall clock; 30 days before `to` unless given",
    ),
  to: z.string().max(40).optional().describe('As `from`, not included; now unless given'),
});

const quantity = z.object({
  value: z.number().nullable().describe('Null where it is not known; never 0 instead'),
  unit: z.string().describe('UCUM'),
  name: localText,
});

const members = z.object({
  members: z.array(
    z.object({
      id: z.string().describe('Of a panel record, a job order or a device'),
      amount: z.number().nullable().describe('What it adds; null where it only counts'),
      reason: z.string().nullable().describe('Why it does not count, for machines'),
      words: localText.nullable(),
    }),
  ),
  leftOut: z.int().describe('How many more there are'),
});

const figure = z.object({
  id: z.string(),
  name: localText,
  formula: localText,
  value: z.number().nullable().describe('Null where it cannot be computed'),
  unit: z.string(),
  numerator: quantity,
  denominator: quantity,
  parts: z.array(quantity.extend({ id: z.string() })),
  counted: members.describe('Behind the numerator'),
  notCounted: members.describe('Only in the denominator'),
  unknown: members.describe('In neither: something about them is not known'),
  missing: z
    .array(
      z.object({
        code: z.string(),
        words: localText,
        members: z.array(z.string()).describe('Which ones lack it; empty where nothing has it'),
        leftOut: z.int(),
      }),
    )
    .describe('What is missing; where there is a value all the same, it is of what there is'),
  baseline: z
    .object({
      value: z.number(),
      unit: z.string(),
      frozen: z.string().describe('Date since when it is not changed'),
      provenance: localText,
      simulated: z.boolean(),
    })
    .nullable(),
});

export const figureReport = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  simulated: z.boolean().describe('Whether the data of this site is simulated'),
  figures: z.array(figure),
});

export type FigureReport = z.infer<typeof figureReport>;
