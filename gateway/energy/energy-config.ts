import { z } from 'zod';

const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'letters, digits, - and _')
  .max(100);

const localText = (description: string) =>
  z
    .strictObject({
      en: z.string().min(1).max(400).describe('In English'),
      zh: z.string().min(1).max(400).describe('In Chinese'),
    })
    .describe(description);

const date = (description: string) => z.iso.date().describe(description);

/** At most six decimals: with more, sums would not be exact. */
const sixDecimals = (value: number): boolean =>
  Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3;

const multiplier = z.strictObject({
  value: z
    .number()
    .positive()
    .max(1_000_000)
    .refine(sixDecimals, 'a number with at most six decimals')
    .describe('What the register is multiplied by: the ratios of current and voltage transformer'),
  from: date('First day on which it holds, YYYY-MM-DD').optional(),
  until: date('First day on which it does not hold any more, YYYY-MM-DD').optional(),
  reason: localText('Why it is what it is, or why an earlier one was wrong').optional(),
});

const assignment = z.strictObject({
  tenant: id.describe('Who uses what the meter measures'),
  from: date('First day, YYYY-MM-DD').optional(),
  until: date('First day after, YYYY-MM-DD').optional(),
});

const meter = z.strictObject({
  id,
  name: localText('What it is called'),
  register: z
    .string()
    .regex(
      /^[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+\/[A-Za-z0-9_.-]+$/,
      'area/line/equipment/point',
    )
    .describe('Register that counts its energy, as area/line/equipment/point'),
  building: z.string().min(1).max(200).optional().describe('Where it stands'),
  parent: id.optional().describe('Meter through which its energy has come before'),
  accuracyClass: z
    .number()
    .positive()
    .max(10)
    .default(1)
    .describe('Largest error, % of what it reads (IEC 62053)'),
  multipliers: z
    .array(multiplier)
    .max(100)
    .default([])
    .describe(
      'By date; where several hold, the last one does. A correction is one more at the end: what it changes gets a new revision',
    ),
  tenants: z
    .array(assignment)
    .max(100)
    .default([])
    .describe('Who used it when; where several hold, the last one does'),
});

const tenant = z.strictObject({
  id,
  name: localText('What it is called'),
  share: z
    .number()
    .min(0)
    .max(1_000_000)
    .refine(sixDecimals, 'a number with at most six decimals')
    .default(1)
    .describe('Weight in what is divided by shares: floor area in m2, for example'),
});

export const energySchema = z
  .strictObject({
    meters: z.array(meter).max(2000).default([]).describe('Meters whose energy is accounted for'),
    tenants: z.array(tenant).max(2000).default([]).describe('Who uses the energy'),
    commonBy: z
      .enum(['energy', 'share'])
      .default('energy')
      .describe(
        'How what a meter counts beyond the meters below it is divided among the tenants below it: by what they used, or by `share`',
      ),
  })
  .prefault({})
  .describe('Meters, their tree and their tenants');

export type EnergyConfig = z.output<typeof energySchema>;
export type MeterConfig = EnergyConfig['meters'][number];
/** What holds in a part of the calendar. */
export type Dated = { readonly from?: string | undefined; readonly until?: string | undefined };

/** The parsed section as the loader hands it on. */
export const energyConfigOf = (value: unknown): EnergyConfig => energySchema.parse(value ?? {});
