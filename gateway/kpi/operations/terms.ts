import { statusCodes } from '../../core/quality.ts';
import {
  isUncertainSlot,
  isUsableSlot,
  measuredCell,
  statusCell,
  valueCell,
} from '../../hot-path/slot.ts';
import type { KpiContext, KpiInput, KpiPart } from '../definition.ts';
import { minimumGoodCoverage } from '../result.ts';

/** A number that a calendar, an MES or a clerk tells; a site without one has no such point. */
export const toldInput = (point: string, unit: string, en: string, zh: string): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/${point}`,
  unit,
  count: 'optional',
  description: { en, zh },
});

/** A ratio of terms. */
export const ratioPart = (en: string, zh: string): KpiPart => ({
  unit: '1',
  decimals: 4,
  description: { en, zh },
});

/** Reads the terms of ratios by their place among the names; NaN where one is not known. */
export type TermReader = (memory: Float64Array, at: number) => number;

/** `certain` does not know what is uncertain either: a ratio that only `known` has a number for is uncertain. */
export const termReaders = (
  context: KpiContext<unknown>,
  names: readonly string[],
): Readonly<Record<'known' | 'certain', TermReader>> => {
  const inputs = names.map((name) => context.optional(name));
  const known: TermReader = (memory, at) => {
    const input = inputs[at];
    if (input === undefined || !isUsableSlot(memory, input.slot)) return Number.NaN;
    return ((memory[input.slot + valueCell] as number) * input.multiply) / input.divide;
  };
  const certain: TermReader = (memory, at) => {
    const input = inputs[at];
    const isUncertain = input !== undefined && isUncertainSlot(memory, input.slot);
    return isUncertain ? Number.NaN : known(memory, at);
  };
  return { known, certain };
};

/** Each ratio is known by itself: what lacks a term has no data, whatever the others have. */
export const writeRatio = (
  memory: Float64Array,
  context: { readonly coverage: number },
  slot: number,
  { value, certain }: { readonly value: number; readonly certain: number },
): void => {
  const coverage = memory[context.coverage + valueCell] as number;
  const isKnown = Number.isFinite(value) && coverage > 0;
  const isGood = coverage >= minimumGoodCoverage && Number.isFinite(certain);
  const known = isGood ? statusCodes.good : statusCodes.uncertain;
  memory[slot + valueCell] = isKnown ? value : 0;
  memory[slot + statusCell] = isKnown ? known : statusCodes.badNoData;
  memory[slot + measuredCell] = 1;
};

/** Says which terms are not there: bit n for the nth. Always known. */
export const writeMissing = (
  memory: Float64Array,
  slot: number,
  terms: { readonly count: number; readonly read: (at: number) => number },
): void => {
  let bits = 0;
  for (let at = 0; at < terms.count; at++) if (Number.isNaN(terms.read(at))) bits |= 1 << at;
  memory[slot + valueCell] = bits;
  memory[slot + statusCell] = statusCodes.good;
  memory[slot + measuredCell] = 1;
};
