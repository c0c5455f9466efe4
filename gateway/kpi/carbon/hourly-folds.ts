import { z } from 'zod';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import type { KpiContext, KpiInput } from '../definition.ts';
import {
  dayFold,
  type Fold,
  foldCoverage,
  foldRow,
  markFold,
  onRows,
  quarterRows,
  rowValue,
} from '../energy/quarter/rows.ts';
import type { Term } from '../energy/quarter/terms.ts';
import { hourMs } from '../energy/quarter-hours.ts';
import { finishParts, finishResult } from '../result.ts';

export const hoursPerDay = 24;
const none = Number.NEGATIVE_INFINITY;

/** Numbers for the 24 hours of the site's day, with where they are from. */
export const hourlySchema = (most: number) =>
  z.strictObject({
    id: z.string().min(1),
    values: z.array(z.number().min(0).max(most)).length(hoursPerDay),
    source: z.string().min(1),
  });

/** Energies of one hour, in the order of the terms asked for, and what the wall clock shows when it begins, 0 to 23. */
export type HourSums = { readonly hour: number; readonly energies: readonly number[] };

const dayMs = hoursPerDay * hourMs;
const minuteMs = 60_000;

const clockInput = (name: string, unit: string, en: string, zh: string): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/calendar.${name}`,
  ...{ unit, count: 'optional', description: { en, zh } },
});

/** The wall clock of the site, as its billing calendar tells it. */
export const clockInputs: Readonly<Record<'offset' | 'offsetBefore' | 'offsetStart', KpiInput>> = {
  offset: clockInput('utcOffset', 'min', 'wall clock ahead of UTC', '当地时间与 UTC 之差'),
  offsetBefore: clockInput('utcOffsetBefore', 'min', 'before its change', '变更前与 UTC 之差'),
  offsetStart: clockInput('utcOffsetStart', 'ms', 'when it changed', '时差变更时刻'),
};

/**
 * What the wall clock shows, in ms since midnight, at the start of a quarter hour of a day. A row is told of when the clock may
 * have been changed behind it, so what held before counts as well. Without a calendar: the time since the day began, which is the same
 * but on a day on which the clock is changed.
 */
const clockReader = (
  context: KpiContext<unknown>,
): ((memory: Float64Array, startMs: number, dayStartMs: number) => number) => {
  const [offset, before, since] = [...['offset', 'offsetBefore', 'offsetStart']].map(
    (name) => context.optional(name)?.slot,
  );
  return (memory, startMs, dayStartMs) => {
    if (offset === undefined || before === undefined || since === undefined) {
      return startMs - dayStartMs;
    }
    if (![offset, before, since].every((slot) => isUsableSlot(memory, slot))) {
      return startMs - dayStartMs;
    }
    const isAfter = startMs >= (memory[since + valueCell] as number);
    const minutes = memory[(isAfter ? offset : before) + valueCell] as number;
    const localMs = startMs + minutes * minuteMs;
    return localMs - Math.floor(localMs / dayMs) * dayMs;
  };
};

/**
 * Folds the quarter hours of a day to hours of the wall clock, and what each hour gives to sums of the day. An hour that the clock
 * shows twice is two hours. The hour that runs counts with what it has so far.
 */
export const foldHours = (
  context: KpiContext<unknown>,
  options: {
    readonly terms: readonly Term[];
    readonly sumCount: number;
    /** What an hour adds to the sums. */
    readonly hourly: (hour: HourSums) => readonly number[];
    readonly write: (memory: Float64Array, sums: readonly number[]) => void;
    readonly parts: readonly number[];
  },
): void => {
  const { terms, sumCount, hourly, write, parts } = options;
  const rows = quarterRows(context, terms, { needsAll: terms.length > 1 });
  const inputs = terms.map((term) => context.one(term));
  const fold: Fold = dayFold(context, sumCount);
  const open = context.reserve(terms.length);
  /** Start of the open hour, and what the clock shows then. */
  const openIndex = context.reserve(1, [none]);
  const clockHourIndex = context.reserve(1);
  const clockAt = clockReader(context);
  const openHour = (memory: Float64Array): HourSums => ({
    hour: memory[clockHourIndex] as number,
    energies: [...memory.subarray(open, open + terms.length)],
  });
  const closeHour = (memory: Float64Array): void => {
    if (memory[openIndex] === none) return;
    for (const [sum, amount] of hourly(openHour(memory)).entries()) {
      memory[fold.sums + sum] = (memory[fold.sums + sum] as number) + amount;
    }
    memory.fill(0, open, open + terms.length);
    memory[openIndex] = none;
  };
  const turnHour = (memory: Float64Array): void => {
    const startMs = memory[rows.startIndex] as number;
    const clockMs = clockAt(memory, startMs, memory[fold.startIndex] as number);
    const hourStartMs = startMs - (clockMs % hourMs);
    if (hourStartMs !== memory[openIndex]) closeHour(memory);
    memory[openIndex] = hourStartMs;
    memory[clockHourIndex] = Math.min(hoursPerDay - 1, Math.floor(clockMs / hourMs));
  };
  onRows(context, rows, {
    take: (memory) => {
      const dayMs = memory[fold.startIndex] as number;
      if (!foldRow(memory, fold, rows)) return;
      if (memory[fold.startIndex] !== dayMs) {
        // The last hour of the day before: its sums are gone.
        memory.fill(0, open, open + terms.length);
        memory[openIndex] = none;
      }
      turnHour(memory);
      for (const [term, input] of inputs.entries()) {
        memory[open + term] = (memory[open + term] as number) + rowValue(memory, input);
        markFold(memory, fold, input);
      }
    },
    write: (memory) => {
      const running = memory[openIndex] === none ? [] : hourly(openHour(memory));
      write(
        memory,
        Array.from(
          { length: sumCount },
          (_, sum) => (memory[fold.sums + sum] as number) + (running[sum] ?? 0),
        ),
      );
      memory[context.coverage + valueCell] = foldCoverage(memory, fold);
      finishResult(memory, context, fold.uncertainIndex);
      finishParts(memory, context.value, parts);
    },
  });
};
