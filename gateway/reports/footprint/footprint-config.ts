import { z } from 'zod';
import type { ConfigSection } from '../../core/adapter.ts';

const factorOf = (unit: string, what: string) =>
  z
    .strictObject({
      value: z.number().min(0).max(1000).describe(`kg CO2e by ${unit}`),
      source: z
        .string()
        .min(1)
        .max(400)
        .describe("Where it is from: the supplier's declaration (EPD), or a database"),
      isPrimary: z
        .boolean()
        .default(false)
        .describe("Whether it is the supplier's own, for this very material"),
    })
    .optional()
    .describe(what);

const schema = z
  .strictObject({
    tube: factorOf('kg', 'Making the tubes'),
    fin: factorOf('kg', 'Making the fins'),
    wire: factorOf('kg', 'Making the wire'),
    gas: factorOf('m3', 'Making the shielding gas; the CO2 in it counts by itself'),
  })
  .prefault({})
  .describe(
    'Emission factors of the materials, for the footprint of panels; a material without one is missing in it. Electricity is counted by the KPI `panelCarbon`',
  );

export type FootprintConfig = z.output<typeof schema>;
export type FootprintFactor = NonNullable<FootprintConfig['tube']>;

/** The section `footprint` of the site file. */
export const footprintSection: ConfigSection = {
  key: 'footprint',
  schema,
  check: () => ({ issues: [], groups: [] }),
};

/** The parsed section as the loader hands it on. */
export const footprintConfigOf = (value: unknown): FootprintConfig => schema.parse(value ?? {});
