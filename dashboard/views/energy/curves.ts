import type { History } from '../../api/types.ts';

export type CurvePoint = readonly [timeMs: number, value: number | null];

const kilo: Readonly<Record<string, number>> = { W: 0.001, Wh: 0.001, MW: 1000, MWh: 1000 };

/** Means at the middles of their intervals, in kW or kWh; null, which breaks the line, where nothing was measured. */
export const meanCurve = (history: History | undefined, sign: 1 | -1 = 1): CurvePoint[] =>
  (history?.intervals ?? []).map(({ startMs, durationMs, mean }) => [
    startMs + durationMs / 2,
    mean === null ? null : sign * mean * (kilo[history?.unit ?? ''] ?? 1),
  ]);

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
