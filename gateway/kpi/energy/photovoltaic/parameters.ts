import { z } from 'zod';
import { operatingStatesSchema } from './operating-state.ts';

/** With its offset, because a KPI knows no time zone: `2024-03-01T00:00:00+08:00`. */
const instant = z.iso.datetime({ offset: true });

const kwp = z.number().positive().max(1_000_000);

/** One value, or values that each apply from an instant on; before the first of them, the first. */
const datedKwp = z.union([
  kwp,
  z
    .array(z.strictObject({ from: instant, value: kwp }))
    .min(1)
    .max(50),
]);

/**
 * How warm the cells are: measured at the back of a module, or from air temperature by the nominal operating cell temperature
 * (NOCT, in °C at 800 W/m2, 20 °C) or by Faiman's model (u0 in W/m2/K, u1 in W/m2/K for each m/s of wind). Not known at all:
 * then what needs a temperature has no data.
 */
const cellTemperatureSchema = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('module') }),
  z.strictObject({ method: z.literal('none') }),
  z.strictObject({
    method: z.literal('noct'),
    noctC: z.number().min(20).max(80).default(45),
  }),
  z.strictObject({
    method: z.literal('faiman'),
    u0: z.number().positive().max(200).default(25),
    u1: z.number().min(0).max(100).default(6.84),
  }),
]);
export type CellTemperatureMethod = z.output<typeof cellTemperatureSchema>;

/** What is known of the inverters and their arrays; one object serves all photovoltaic KPIs of a site. */
export const photovoltaicSchema = z.strictObject({
  /** Of the array behind each inverter at standard test conditions, in kWp. */
  ratedPowerKwp: datedKwp,
  /** Largest AC power of each inverter, in kW. */
  limitKw: z.number().positive().max(1_000_000),
  /** Where an inverter differs from the others, by the name of its equipment. */
  inverters: z
    .record(
      z.string(),
      z.strictObject({ ratedPowerKwp: datedKwp.optional(), limitKw: kwp.optional() }),
    )
    .default({}),
  /** Relative change of power with each kelvin of cell temperature. */
  temperatureCoefficientPerKelvin: z.number().min(-0.02).max(0).default(-0.0035),
  cellTemperature: cellTemperatureSchema.prefault({ method: 'module' }),
  /** Share that is lost on the DC side in normal operation: mismatch, wiring, ageing. */
  systemLoss: z.number().min(0).max(0.9).default(0.14),
  inverterEfficiency: z.number().min(0.5).max(1).default(0.983),
  /** From this irradiance on an inverter should run, in W/m2. */
  sunAboveWm2: z.number().positive().max(500).default(50),
  /** What the numbers of the inverters' states mean. */
  states: operatingStatesSchema.prefault({}),
  /** Share of the irradiation that is lost to shade, as a survey found it; not said: it stays within what is not explained. */
  shadingShare: z.number().min(0).max(1).optional(),
  /** When the modules were cleaned. */
  cleanings: z.array(instant).max(1000).default([]),
  /** PR25 at noon under a clear sky with clean modules, where it is known otherwise than from the days after a cleaning. */
  cleanPerformanceRatio25: z.number().positive().max(1.5).optional(),
});
export type PhotovoltaicParameters = z.output<typeof photovoltaicSchema>;

/** Rated power over time, in kWp; the first value also applies before its instant. */
export type Rating = { readonly fromMs: Float64Array; readonly kwp: Float64Array };

/** What one inverter is. */
export type InverterRating = { readonly rating: Rating; readonly limitKw: number };

const ratingOf = (dated: z.output<typeof datedKwp>): Rating => {
  if (typeof dated === 'number') {
    return { fromMs: Float64Array.of(Number.NEGATIVE_INFINITY), kwp: Float64Array.of(dated) };
  }
  const sorted = dated
    .map(({ from, value }) => ({ fromMs: Date.parse(from), value }))
    .sort((a, b) => a.fromMs - b.fromMs);
  return {
    fromMs: Float64Array.from(sorted, ({ fromMs }) => fromMs),
    kwp: Float64Array.from(sorted, ({ value }) => value),
  };
};

/** The inverter whose equipment has this name. */
export const inverterRating = (
  parameters: PhotovoltaicParameters,
  equipment: string,
): InverterRating => {
  const own = parameters.inverters[equipment];
  return {
    rating: ratingOf(own?.ratedPowerKwp ?? parameters.ratedPowerKwp),
    limitKw: own?.limitKw ?? parameters.limitKw,
  };
};

/** Rated power at the time in a cell, in kWp. */
export const ratedKwpAt = (memory: Float64Array, rating: Rating, timeIndex: number): number => {
  const timeMs = memory[timeIndex] as number;
  let place = 0;
  while (place + 1 < rating.fromMs.length && (rating.fromMs[place + 1] as number) <= timeMs) {
    place++;
  }
  return rating.kwp[place] as number;
};
