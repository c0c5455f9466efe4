import type { History } from '../../api/types.ts';

export type CurvePoint = readonly [timeMs: number, value: number | null];

const kilo: Readonly<Record<string, number>> = { W: 0.001, Wh: 0.001, MW: 1000, MWh: 1000 };

/**
 * Means at the middles of their intervals, in kW or kWh. An interval that was measured without a sample of its own stands where
 * the one before it ended; null, which breaks the line, where nothing was measured.
 */
export const meanCurve = (history: History | undefined, sign: 1 | -1 = 1): CurvePoint[] => {
  const factor = sign * (kilo[history?.unit ?? ''] ?? 1);
  let held: number | null = null;
  return (history?.intervals ?? []).map(({ startMs, durationMs, coveredMs, mean, last }) => {
    const value: number | null = mean ?? (coveredMs > 0 ? held : null);
    held = last ?? value;
    return [startMs + durationMs / 2, value === null ? null : factor * value];
  });
};

/** The sum of several curves over the same intervals; null as soon as one is. */
export const sumCurves = (curves: readonly (readonly CurvePoint[])[]): CurvePoint[] => {
  const [first = [], ...others] = curves;
  return first.map(([timeMs, value], index) => {
    const values = [value, ...others.map((curve) => curve[index]?.[1] ?? null)];
    const sum = values.includes(null)
      ? null
      : values.reduce<number>((total, each) => total + (each ?? 0), 0);
    return [timeMs, sum];
  });
};

/** What a quantity that grows stood at by the end of each interval that anything is known of. */
export const lastCurve = (history: History | undefined): CurvePoint[] =>
  (history?.intervals ?? []).flatMap(({ startMs, durationMs, last }) =>
    last === null ? [] : [[startMs + durationMs, last] as const],
  );
