import { isBad } from '../../../core/quality.ts';
import type { Step } from '../../../hot-path/program.ts';
import {
  isUncertainSlot,
  isUsableSlot,
  statusCell,
  timeCell,
  valueCell,
} from '../../../hot-path/slot.ts';
import type { KpiInput, ResolvedInput, SiteContext } from '../../definition.ts';
import { minimumGoodCoverage } from '../../result.ts';
import { quarterMs } from '../quarter-hours.ts';
import { balanceTerms, type Flow, flowTexts, type Term, termTexts } from './terms.ts';

type RowPoint = Term | Flow;
type RowContext = Pick<
  SiteContext<unknown>,
  'reserve' | 'one' | 'optional' | 'onSample' | 'onTick' | 'dayStartMsIndex'
>;

const rowInput = (point: string, unit: string, description: KpiInput['description']): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/quarter.${point}`,
  unit,
  count: 'one',
  description,
});

/** Terms with a coverage of their own; flows have that of the whole row. */
const isBalanceTerm = (point: RowPoint): boolean => balanceTerms.some((term) => term === point);

const coverageText = { en: 'coverage of each quarter hour', zh: '各刻钟覆盖率' };

/** Inputs of a KPI that is made of the quarter hours of `energyQuarter` at the same equipment. */
export const rowInputs = (...points: readonly RowPoint[]): Readonly<Record<string, KpiInput>> => ({
  ...Object.fromEntries(
    points.map((point) => [point, rowInput(point, 'kWh', { ...termTexts, ...flowTexts }[point])]),
  ),
  ...Object.fromEntries(
    points
      .filter(isBalanceTerm)
      .map((point) => [`${point}.coverage`, rowInput(`${point}.coverage`, '1', coverageText)]),
  ),
  quarterCoverage: rowInput('coverage', '1', coverageText),
});

/** When the month or the year of the site began, as its billing calendar tells it. */
export const calendarInput = (name: 'monthStart' | 'yearStart'): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/calendar.${name}`,
  unit: 'ms',
  count: 'one',
  description:
    name === 'monthStart'
      ? { en: 'when the month of the site began', zh: '站点当月起始时刻' }
      : { en: 'when the year of the site began', zh: '站点当年起始时刻' },
});

export type Rows = {
  /** Cell with the start of the newest quarter hour. */
  readonly startIndex: number;
  /** Comes with each row. */
  readonly whole: ResolvedInput;
  /** Of what is read: where a meter that has nothing to do with it fails, nothing changes. */
  readonly coverages: readonly ResolvedInput[];
  /** Whether terms are set against each other: without one of them the others would say what is not so. */
  readonly needsAll: boolean;
};

/** `needsAll`: the KPI sets its terms against each other. */
export const quarterRows = (
  context: RowContext,
  points: readonly RowPoint[],
  { needsAll = false }: { readonly needsAll?: boolean } = {},
): Rows => {
  const whole = context.one('quarterCoverage');
  const own = points.filter(isBalanceTerm).map((point) => context.one(`${point}.coverage`));
  const isWhole = points.some((point) => point in flowTexts);
  const coverages = isWhole ? [whole] : own;
  return { startIndex: whole.slot + timeCell, whole, coverages, needsAll };
};

/** Share of the newest quarter hour that the terms were metered for. */
export const rowCoverage = (memory: Float64Array, { coverages }: Rows): number => {
  let least = 1;
  for (const { slot } of coverages) least = Math.min(least, memory[slot + valueCell] as number);
  return least;
};

/**
 * Takes each row once, then writes the results with the tick that brought it. Between rows nothing is done: a result stays as it
 * is until the next quarter hour has closed.
 */
export const onRows = (
  context: RowContext,
  { whole }: Rows,
  steps: { readonly take: Step; readonly write: Step },
): void => {
  const isNewIndex = context.reserve(1, [1]);
  context.onSample(whole.slot, (memory) => {
    steps.take(memory);
    memory[isNewIndex] = 1;
  });
  context.onTick((memory) => {
    if (memory[isNewIndex] === 0) return;
    memory[isNewIndex] = 0;
    steps.write(memory);
  });
};

/** A value of the newest row, 0 where it is not known. */
export const rowValue = (memory: Float64Array, { slot }: ResolvedInput): number =>
  isBad(memory[slot + statusCell] as number) ? 0 : (memory[slot + valueCell] as number);

/** Sums of quarter hours over a longer window. */
export type Fold = {
  /** Cell with the start of the window that the sums are of. */
  readonly startIndex: number;
  /** First cell of the sums. */
  readonly sums: number;
  readonly count: number;
  readonly coveredIndex: number;
  readonly uncertainIndex: number;
  /** Cell with the end of the newest quarter hour. */
  readonly endIndex: number;
  /** Where the start of the present window is told; a slot tells it once it is usable. */
  readonly told: { readonly index: number; readonly slot?: number };
};

const none = Number.NEGATIVE_INFINITY;

export const reserveFold = (context: RowContext, count: number, told: Fold['told']): Fold => ({
  startIndex: context.reserve(1, [none]),
  sums: context.reserve(count),
  count,
  coveredIndex: context.reserve(1),
  uncertainIndex: context.reserve(1),
  endIndex: context.reserve(1),
  told,
});

/** A fold over the site's day. */
export const dayFold = (context: RowContext, count: number): Fold =>
  reserveFold(context, count, { index: context.dayStartMsIndex });

/** A fold over the month, or the year, that the calendar tells of. */
export const calendarFold = (
  context: RowContext,
  count: number,
  name: 'monthStart' | 'yearStart',
): Fold => {
  const { slot } = context.one(name);
  return reserveFold(context, count, { index: slot + valueCell, slot });
};

/**
 * Puts the newest row to its window: a quarter hour belongs to the day, month or year that it begins in, and the old window's sums
 * stay until the new one has a row. False: nobody has told when the window began, or terms are set against each other and one of
 * them was not metered: a grid meter that is silent has not saved what it did not count. To be followed by `addToFold`.
 */
export const foldRow = (memory: Float64Array, fold: Fold, rows: Rows): boolean => {
  const { told } = fold;
  if (told.slot !== undefined && !isUsableSlot(memory, told.slot)) return false;
  const rowMs = memory[rows.startIndex] as number;
  const toldMs = memory[told.index] as number;
  if (rowMs >= toldMs && memory[fold.startIndex] !== toldMs) {
    memory[fold.startIndex] = toldMs;
    memory.fill(0, fold.sums, fold.sums + fold.count);
    memory[fold.coveredIndex] = 0;
    memory[fold.uncertainIndex] = 0;
  }
  if (!(rowMs >= (memory[fold.startIndex] as number)) || memory[fold.startIndex] === none)
    return false;
  const covered = rowCoverage(memory, rows);
  memory[fold.endIndex] = rowMs + quarterMs;
  if (rows.needsAll && covered < minimumGoodCoverage) return false;
  memory[fold.coveredIndex] = (memory[fold.coveredIndex] as number) + covered * quarterMs;
  return true;
};

/** Adds a value of the row to a sum; one that is uncertain makes the window so. */
export const addToFold = (
  memory: Float64Array,
  fold: Fold,
  sum: number,
  input: ResolvedInput,
): void => {
  const cell = fold.sums + sum;
  memory[cell] = (memory[cell] as number) + rowValue(memory, input);
  markFold(memory, fold, input);
};

/** An uncertain value makes the window uncertain that it goes into. */
export const markFold = (memory: Float64Array, fold: Fold, { slot }: ResolvedInput): void => {
  if (isUncertainSlot(memory, slot)) memory[fold.uncertainIndex] = 1;
};

/** Share of the window, up to its newest quarter hour, that was metered. */
export const foldCoverage = (memory: Float64Array, fold: Fold): number => {
  const elapsedMs = (memory[fold.endIndex] as number) - (memory[fold.startIndex] as number);
  const coveredMs = memory[fold.coveredIndex] as number;
  return coveredMs > 0 ? Math.min(1, coveredMs / elapsedMs) : 0;
};

/** Time that a whole window may lack before it is told; less is rounding. */
const noTimeMs = 1000;

/**
 * Whether any time of the window, up to its newest quarter hour, was not metered. Of a year, 5 % are 18 days: a sum that lacks them is
 * too small, and no coverage of 95 % makes it good. Energy that was read too late for its quarter hour always lies in such a time.
 */
export const lacksTime = (memory: Float64Array, fold: Fold): boolean => {
  const elapsedMs = (memory[fold.endIndex] as number) - (memory[fold.startIndex] as number);
  return elapsedMs - (memory[fold.coveredIndex] as number) > noTimeMs;
};
