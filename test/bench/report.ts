import { type BenchRow, isGoalMet } from './row.ts';

/** Ratios of a run by the names of rows: what is kept of a run to compare later ones with. */
export type Baseline = Readonly<Record<string, number>>;

/** A row whose ratio fell by more than this share is named. */
const worsenedShare = 0.2;

const figure = (value: number | undefined): string => {
  if (value === undefined) return '';
  if (!Number.isFinite(value)) return '?';
  const digits = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en', { maximumFractionDigits: digits });
};

export const goalText = ({ goal, unit }: BenchRow): string => {
  const parts: string[] = [];
  if (goal.ratio !== undefined) parts.push(`>= ${goal.ratio} x`);
  if (goal.atMost !== undefined) parts.push(`<= ${figure(goal.atMost)} ${unit}`);
  if (goal.atLeast !== undefined) parts.push(`>= ${figure(goal.atLeast)} ${unit}`);
  return parts.join(', ');
};

const verdict = (row: BenchRow): string => {
  const isMet = isGoalMet(row);
  if (isMet === undefined) return '';
  return isMet ? 'met' : 'MISSED';
};

const cells = (row: BenchRow): readonly string[] => [
  row.name,
  figure(row.ours),
  figure(row.reference),
  row.unit,
  row.ratio === undefined ? '' : `${figure(row.ratio)} x`,
  goalText(row),
  verdict(row),
  row.note ?? '',
];

const headings = ['row', 'ours', 'reference', 'unit', 'ratio', 'goal', '', 'note'];
const rightAligned = new Set([1, 2, 4]);

/** One aligned table; a ratio above 1 means that ours is better. */
export const table = (rows: readonly BenchRow[]): string => {
  const lines = [headings, ...rows.map(cells)];
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return rightAligned.has(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

export const baselineOf = (rows: readonly BenchRow[]): Baseline =>
  Object.fromEntries(
    rows.flatMap(({ name, ratio }) =>
      ratio === undefined || !Number.isFinite(ratio) ? [] : [[name, Number(ratio.toPrecision(3))]],
    ),
  );

export type Worsened = { readonly name: string; readonly ratio: number; readonly before: number };

/** Rows of both runs whose ratio is worse by more than a fifth. */
export const worsened = (rows: readonly BenchRow[], baseline: Baseline): readonly Worsened[] =>
  rows.flatMap(({ name, ratio }) => {
    const before = baseline[name];
    if (ratio === undefined || before === undefined) return [];
    return ratio < before * (1 - worsenedShare) ? [{ name, ratio, before }] : [];
  });
