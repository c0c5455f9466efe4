import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import type { KpiContext } from '../definition.ts';
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

/** Numbers for the 24 hours of the site's day, with where they are from. */
export const hourlySchema = (most: number) =>
  z.strictObject({
    id: z.string().min(1),
    values: z.array(z.number().min(0).max(most)).length(hoursPerDay),
    source: z.string().min(1),
  });

/** Energies of one hour, in the order of the terms asked for, and its place in the day. */
export type HourSums = { readonly hour: number; readonly energies: readonly number[] };

/**
 * Folds the quarter hours of a day to hours, and what each hour gives to sums of the day. Hours are counted from the beginning of the
 * site's day. The hour that runs counts with what it has so far.
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
  const openIndex = context.reserve(1, [-1]);
  const openHour = (memory: Float64Array): HourSums => ({
    hour: memory[openIndex] as number,
    energies: [...memory.subarray(open, open + terms.length)],
  });
  const hourOf = (memory: Float64Array): number => {
    const sinceMs = (memory[rows.startIndex] as number) - (memory[fold.startIndex] as number);
    return Math.min(hoursPerDay - 1, Math.floor(sinceMs / hourMs));
  };
  const closeHour = (memory: Float64Array): void => {
    if ((memory[openIndex] as number) < 0) return;
    for (const [sum, amount] of hourly(openHour(memory)).entries()) {
      memory[fold.sums + sum] = (memory[fold.sums + sum] as number) + amount;
    }
    memory.fill(0, open, open + terms.length);
    memory[openIndex] = -1;
  };
  onRows(context, rows, {
    take: (memory) => {
      const dayMs = memory[fold.startIndex] as number;
      if (!foldRow(memory, fold, rows)) return;
      if (memory[fold.startIndex] !== dayMs) {
        // The last hour of the day before: its sums are gone.
        memory.fill(0, open, open + terms.length);
        memory[openIndex] = -1;
      }
      if (hourOf(memory) !== memory[openIndex]) closeHour(memory);
      memory[openIndex] = hourOf(memory);
      for (const [term, input] of inputs.entries()) {
        memory[open + term] = (memory[open + term] as number) + rowValue(memory, input);
        markFold(memory, fold, input);
      }
    },
    write: (memory) => {
      const running = (memory[openIndex] as number) < 0 ? [] : hourly(openHour(memory));
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
