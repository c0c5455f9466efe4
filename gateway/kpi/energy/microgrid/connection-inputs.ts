import { z } from 'zod';
import type { KpiInput } from '../../definition.ts';

export const frequencySchema = z
  .strictObject({
    nominalHz: z.number().min(40).max(70).default(50),
    /** Deviation that is allowed, Hz; GB/T 15945: 0.2, in small systems 0.5. */
    bandHz: z.number().positive().max(5).default(0.2),
  })
  .prefault({});

export const voltageSchema = z
  .strictObject({
    /** Of the point that is read, in its own terms: V to neutral, or 1 for a voltage per unit. */
    nominal: z.number().positive().default(230),
    /** GB/T 12325: 20 kV and below, three-phase 7 % both ways; 220 V single-phase +7 % and -10 %. */
    supply: z.enum(['threePhase', 'singlePhase']).default('threePhase'),
  })
  .prefault({});

/** Deviations of voltage that are allowed, as shares of nominal. */
export const voltageBand = (
  supply: z.infer<typeof voltageSchema>['supply'],
): { readonly below: number; readonly above: number } => ({
  below: supply === 'threePhase' ? 0.07 : 0.1,
  above: 0.07,
});

export const frequencyInput = (pattern: string): KpiInput => ({
  pattern,
  unit: 'Hz',
  count: 'one',
  description: { en: 'frequency', zh: '频率' },
});

/** Without a unit: volts, or per unit. */
export const voltageInput = (pattern: string): KpiInput => ({
  pattern,
  count: 'one',
  description: { en: 'voltage', zh: '电压' },
});
