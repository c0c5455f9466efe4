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
