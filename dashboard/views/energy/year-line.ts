import type { CurvePoint } from './curves.ts';

/** The target of a year by months, as the KPI savedProgress has it among its parameters. */
export type YearTarget = {
  readonly targetKwh: number;
  /** Of January to December, per cent. */
  readonly monthlyPercent: readonly number[];
};

export const yearTargetOf = (
  parameters: Readonly<Record<string, unknown>> | undefined,
): YearTarget | undefined => {
  const { targetKwh, monthlyPercent } = parameters ?? {};
  if (typeof targetKwh !== 'number' || !Array.isArray(monthlyPercent)) return undefined;
  const shares = monthlyPercent.filter((share) => typeof share === 'number');
  return shares.length === 12 ? { targetKwh, monthlyPercent: shares } : undefined;
};

/** What should have been saved by the end of each month; `monthStarts` has 13 times, the last the end of the year. */
export const targetLine = (
  { targetKwh, monthlyPercent }: YearTarget,
  monthStarts: readonly number[],
): CurvePoint[] => {
  let share = 0;
  return monthStarts.map((startMs, month) => {
    const point: CurvePoint = [startMs, (targetKwh * share) / 100];
    share += monthlyPercent[month] ?? 0;
    return point;
  });
};
