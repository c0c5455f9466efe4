import { z } from 'zod';
import type { ConfigSection } from '../../core/adapter.ts';

const localText = (description: string) =>
  z
    .strictObject({
      en: z.string().min(1).max(400).describe('In English'),
      zh: z.string().min(1).max(400).describe('In Chinese'),
    })
    .describe(description);

const baselineShape = {
  frozen: z.iso.date().describe('Date since when it is not changed any more, YYYY-MM-DD'),
  provenance: localText('Where it comes from: who counted or measured it, when and how'),
  simulated: z.boolean().default(false).describe('Whether it is assumed or simulated'),
};

const baselines = z
  .strictObject({
    efficiency: z
      .strictObject({
        weldMetresPerAptHour: z
          .number()
          .positive()
          .max(100_000)
          .describe('Metres of good weld in an hour of actual production time (APT, ISO 22400-2)'),
        ...baselineShape,
      })
      .optional(),
    output: z
      .strictObject({
        panels: z.number().positive().max(1_000_000).describe('Good panels'),
        people: z.number().positive().max(100_000).describe('who made them'),
        days: z.number().positive().max(3660).default(1).describe('in so many days'),
        ...baselineShape,
      })
      .optional(),
    transferDistance: z
      .strictObject({
        metresPerPanel: z
          .number()
          .min(0)
          .max(100_000)
          .describe('How far a panel was moved between processes, m'),
        ...baselineShape,
      })
      .optional(),
  })
  .prefault({})
  .describe('What the plant was before, frozen; without one its figure says so');

const schema = z
  .strictObject({
    people: z
      .number()
      .positive()
      .max(100_000)
      .optional()
      .describe('How many people make the panels'),
    devicesWithoutLink: z
      .array(z.string().min(1).max(200))
      .max(1000)
      .default([])
      .describe('Registered devices in scope that are not connected: they count as not digital'),
    fullInspectionShare: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.995)
      .describe('A panel is inspected fully from this share of its weld on'),
    baselines,
  })
  .prefault({})
  .describe("What the factory's headline figures are compared with");

export type FiguresConfig = z.output<typeof schema>;

/** The section `figures` of the site file. */
export const figuresSection: ConfigSection = {
  key: 'figures',
  schema,
  check: () => ({ issues: [], groups: [] }),
};

/** The parsed section as the loader hands it on. */
export const figuresConfigOf = (value: unknown): FiguresConfig => schema.parse(value ?? {});
