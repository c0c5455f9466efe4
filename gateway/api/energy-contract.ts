import { z } from 'zod';
import { calendarSteps } from '../energy/calendar.ts';
import { energyMethods } from '../energy/meter-intervals.ts';
import { localText } from './contract.ts';

/** Messages about energy: what meters counted, and who used it. */

const instant = (description: string) =>
  z
    .string()
    .max(40)
    .optional()
    .describe(
      `${description}: UTC epoch ms, or ISO 8601 (a date alone: midnight), without an offset in the site's wall clock`,
    );

const range = {
  from: instant('From when on; one day before `to` unless given, with step month a year'),
  to: instant('Up to when, not included; now unless given'),
};

export const intervalsQuery = z.strictObject({
  ...range,
  step: z.enum(calendarSteps).default('quarter').describe("Of the site's calendar"),
});

export const tenantsQuery = z.strictObject({
  ...range,
  step: z.enum(['day', 'month']).default('month').describe("Of the site's calendar"),
});

export const energyMeters = z.object({
  meters: z.array(
    z.object({
      id: z.string(),
      name: localText,
      register: z.string().describe('area/line/equipment/point'),
      building: z.string().nullable(),
      parent: z.string().nullable(),
      accuracyClass: z.number().describe('%'),
    }),
  ),
  tenants: z.array(z.object({ id: z.string(), name: localText, share: z.number() })),
});

const isOver = z
  .boolean()
  .describe(
    'Whether it is over and read to its end, or a reading after it is overdue: else it is of what has been so far',
  );

const method = (of: string) =>
  z
    .enum(energyMethods)
    .describe(
      `${of}measured: by readings at both ends; estimated: linear over a gap, in part; partial: of some of the time nothing is known, and nothing is made up for it; none: of none of it`,
    );

const revision = z
  .int()
  .describe(
    'Of numbers that were over: 0 until one becomes another, by readings that came late or a corrected multiplier; higher with each change, not by one',
  );

const meterInterval = z.object({
  startMs: z.number(),
  endMs: z.number(),
  isOver,
  energyKwh: z
    .number()
    .nullable()
    .describe('Null where nothing is known; intervals add up exactly to those they fill'),
  estimatedKwh: z
    .number()
    .describe('Of it, shared out evenly over a time without readings of which the sum is known'),
  method: method(''),
  completeness: z.number().describe('Share of the time in which readings came, 0 to 1'),
  unknownMs: z.number(),
  breaks: z.int().describe('Resets and replacements of the register'),
  rollovers: z.int(),
  opening: z.number().nullable().describe("Reading at the start, in the register's unit"),
  closing: z.number().nullable(),
  multiplier: z.number().nullable().describe('Null where it changed within the interval'),
  revision,
});

export const energyIntervals = z.object({
  meter: z.string(),
  name: localText,
  fromMs: z.number(),
  toMs: z.number(),
  step: z.enum(calendarSteps),
  timeZone: z.string(),
  simulated: z.boolean(),
  intervals: z.array(meterInterval),
});

export const energyTenants = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  step: z.enum(['day', 'month']),
  timeZone: z.string(),
  simulated: z.boolean(),
  commonBy: z.enum(['energy', 'share']),
  intervals: z.array(
    z.object({
      startMs: z.number(),
      endMs: z.number(),
      isOver,
      energyKwh: z.number().describe('Of the topmost meters: the sum of all tenants with nobody'),
      tenants: z.array(
        z.object({
          tenant: z
            .string()
            .nullable()
            .describe('Null: what nobody could be found for, and what could not be divided'),
          name: localText.nullable(),
          directKwh: z
            .number()
            .nullable()
            .describe('By meters of its own; null where none of them tells anything'),
          commonKwh: z.number().describe('Its part of what is beyond the meters below'),
          energyKwh: z.number().nullable().describe('Null where nothing is known of it'),
          method: method('The worst of the meters that went in. '),
          estimatedKwh: z
            .number()
            .describe('At most so much of it is shared out over times without readings'),
          revision,
        }),
      ),
      below: z
        .array(z.object({ meter: z.string(), restKwh: z.number() }))
        .describe('Meters that counted less than those below them'),
      withoutReading: z
        .array(z.object({ meter: z.string(), days: z.int() }))
        .describe('Meters without a reading on days on which others had one'),
    }),
  ),
});

export type EnergyIntervals = z.infer<typeof energyIntervals>;
export type EnergyTenants = z.infer<typeof energyTenants>;
