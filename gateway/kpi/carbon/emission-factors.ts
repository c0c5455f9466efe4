import { z } from 'zod';

/** An emission factor of electricity as a KPI uses it: the number and where it is from. */
export const emissionFactorSchema = z.strictObject({
  id: z.string().min(1),
  /** kg CO2 per kWh */
  value: z.number().nonnegative().max(5),
  source: z.string().min(1),
});
export type EmissionFactor = z.infer<typeof emissionFactorSchema>;

/** Average emission factor of electricity of the East China region, data year 2021. */
export const eastChina2021: EmissionFactor = {
  id: 'cn-east-china-2021-average',
  value: 0.5992,
  source: 'MEE and NBS, Announcement 2024 No. 12, issued 2024-04-12: average, East China, 2021',
};

const footprintSource = 'MEE and others, carbon footprint factors of electricity, data year 2023';

/** Life-cycle factors, for footprints of products; an inventory of emissions (Scope 2) never takes them. */
export const footprint2023 = {
  grid: { id: 'cn-2023-footprint-grid', value: 0.6205, source: `${footprintSource}: national` },
  photovoltaics: {
    ...{ id: 'cn-2023-footprint-pv', value: 0.0545 },
    source: `${footprintSource}: photovoltaics`,
  },
  wind: { id: 'cn-2023-footprint-wind', value: 0.0336, source: `${footprintSource}: wind` },
} as const satisfies Readonly<Record<string, EmissionFactor>>;
