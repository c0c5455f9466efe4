import { median } from '../bench/row.ts';

export type SinkSample = {
  readonly id: string;
  readonly lagEntries: number;
  readonly lagMs: number;
};

/** What was seen at one moment, `atS` seconds after the gateway was ready. */
export type Sample = {
  readonly atS: number;
  readonly residentMebibytes: number;
  readonly stagedMebibytes: number;
  readonly sinks: readonly SinkSample[];
};

/** Delays of the event loop, 99th percentile of a minute that had ended by `atS`. */
export type Minute = {
  readonly atS: number;
  readonly gatewayP99Ms: number;
  readonly controlP99Ms: number;
};

/** Frames of one class of equipment that were due after the warm-up, and those found in the database. */
export type Arrival = {
  readonly name: string;
  readonly due: number;
  readonly arrived: number;
};

export type Loss = { readonly name: string; readonly count: number };

/** All that judges look at. */
export type SoakRun = {
  /** Samples and minutes of the first so many seconds are not judged. */
  readonly warmUpS: number;
  readonly samples: readonly Sample[];
  readonly minutes: readonly Minute[];
  readonly arrivals: readonly Arrival[];
  readonly losses: readonly Loss[];
};

export type Place = { readonly atS: number; readonly value: number };

/** The line of least squares through the places: how much `value` grows in an hour; NaN for fewer than two. */
export const slopePerHour = (places: readonly Place[]): number => {
  const meanS = places.reduce((sum, { atS }) => sum + atS, 0) / places.length;
  const mean = places.reduce((sum, { value }) => sum + value, 0) / places.length;
  let product = 0;
  let square = 0;
  for (const { atS, value } of places) {
    product += (atS - meanS) * (value - mean);
    square += (atS - meanS) ** 2;
  }
  return (3600 * product) / square;
};

/** The medians of the first and of the last third of the time. A median forgives a peak, a trend moves it. */
export const medianThirds = (
  places: readonly Place[],
): { readonly first: number; readonly last: number } => {
  const third = Math.floor(places.length / 3);
  const values = places.map(({ value }) => value);
  return {
    first: median(values.slice(0, third)),
    last: median(values.slice(values.length - third)),
  };
};
