import { z } from 'zod';

/** Messages about the carbon footprint of panels. */

const carbonKg = z.number().nullable();

export const panelFootprint = z.object({
  id: z.string(),
  revision: z.int(),
  parts: z
    .array(
      z.object({
        element: z.enum(['electricity', 'gas-direct', 'tube', 'fin', 'wire', 'gas-upstream']),
        amount: z.number().nullable().describe('Null where nobody measured or told it'),
        unit: z.enum(['kW.h', 'm3', 'kg']),
        factor: z.number().nullable().describe('kg CO2e by unit; null where none is given'),
        source: z.string().nullable().describe('Where the factor is from; null where a KPI has it'),
        carbonKg: carbonKg.describe('Null where the amount or the factor is not known'),
        isUncertain: z.boolean().describe('Whether what was measured for it is not Good'),
        isPrimary: z.boolean().describe('Measured by the plant, or by a factor of the supplier'),
      }),
    )
    .readonly()
    .describe('ISO 14067, partial, cradle to gate; declared unit: one panel'),
  gateToGateKg: carbonKg.describe('Electricity and the CO2 in the shielding gas'),
  totalKg: carbonKg.describe('With materials; null while any of them is not known'),
  totalKgPerM2: carbonKg.describe('By the area of the panel, as it was told'),
  gridOnlyKg: carbonKg.describe('Of electricity, were all of it from the grid'),
});
