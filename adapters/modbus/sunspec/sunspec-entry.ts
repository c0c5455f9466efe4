import { z } from 'zod';
import { pathPartPattern, pointNamePattern } from '../../../gateway/core/point.ts';
import { screeningShape } from '../../../gateway/core/point-screening.ts';

const name = z
  .string()
  .max(64)
  .regex(pointNamePattern, 'letters, digits, _, - and dots, beginning with a letter');

const wantedPointSchema = z.strictObject({
  point: name.describe('Name of the point within its equipment'),
  from: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'Name of the point in the model, such as WH, or of a bit, such as Evt1.7, where the site gives its own name',
    ),
  description: z
    .strictObject({ en: z.string().min(1).max(300), zh: z.string().min(1).max(300) })
    .optional()
    .describe('Instead of what the model says of it'),
  sign: z
    .union([z.literal(1), z.literal(-1)])
    .optional()
    .describe('-1 turns the direction round'),
  invalid: z
    .array(z.number())
    .max(8)
    .optional()
    .describe('Raw values that mean no data, instead of those of the type'),
  minimum: z.number().optional().describe('A value below is marked BadOutOfRange'),
  maximum: z.number().optional().describe('A value above is marked BadOutOfRange'),
  deadband: z.number().min(0).optional().describe('Smallest change worth showing, in the unit'),
  decimals: z.int().min(0).max(9).optional().describe('Digits after the point for people'),
  rolloverAt: z
    .number()
    .positive()
    .optional()
    .describe('Of a counter: where the register starts again at 0, in the unit'),
  ...screeningShape,
});

/** A group of points of a SunSpec model, wherever the device has that model. */
export const sunSpecEntrySchema = z.strictObject({
  name: z
    .string()
    .max(64)
    .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
    .describe('Name of the group of points, unique within each equipment'),
  class: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, 'lower-case letters, digits and _')
    .describe('Class of the equipment: the measurement in InfluxDB'),
  periodMs: z.int().min(1).max(86_400_000).describe('How often it is read, in ms'),
  models: z
    .array(z.int().min(1).max(65_534))
    .min(1)
    .max(8)
    .describe('Ids of models; the first that the device has is read'),
  occurrence: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Which of several models of that id, counted from 1'),
  repeat: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('The points are those of the repeating block, for so many of its instances'),
  points: z
    .array(z.union([name, wantedPointSchema]))
    .min(1)
    .max(500),
});

export type SunSpecEntry = z.output<typeof sunSpecEntrySchema>;
export type WantedPoint = z.output<typeof wantedPointSchema>;

/** A bare name means the point of that name with all that the model says of it. */
export const wantedPoint = (point: string | WantedPoint): WantedPoint =>
  typeof point === 'string' ? { point } : point;
