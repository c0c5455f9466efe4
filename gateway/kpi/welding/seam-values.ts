import { longestStepMm } from '../../core/panel.ts';
import type { Step } from '../../hot-path/program.ts';
import {
  isFreshSlot,
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import { type KpiContext, type ResolvedInput, validMsOf } from '../definition.ts';
import { arcStateIndex } from './arc.ts';
import { panelLengthIndex, panelWindow } from './panel.ts';
import { onPass, panelPlaces } from './panel-places.ts';

/** A bin of which less was measured is no value. */
const leastShare = 0.5;

/**
 * Values of a seam by distance: the mean of the samples of each `binMm` of travel with the arc on, leaving out `suspendMm` after
 * the arc began and before the end of the panel. Charts need this: samples 100 ms apart are alike, and time says nothing of weld.
 */
export type SeamValues = {
  /** Number of the panel; where the newest value ends, mm. */
  readonly epochIndex: number;
  readonly placeIndex: number;
  /** The newest value, the share of its bin that was measured, and 1 when an uncertain sample went in. */
  readonly valueIndex: number;
  readonly shareIndex: number;
  readonly uncertainIndex: number;
  /** Forgets the open bin: what comes is not of the same kind. */
  readonly discard: Step;
};

export type SeamValueOptions = {
  readonly binMm: number;
  readonly suspendMm: number;
  /** Where the line does not tell it. */
  readonly panelLengthMm: number;
};

/** `onPanel` runs when a panel begins, `onValue` after each value. */
export const reserveSeamValues = (
  context: KpiContext<unknown>,
  options: SeamValueOptions,
  steps: { readonly onPanel: Step; readonly onValue: Step },
): SeamValues => {
  const { binMm, suspendMm, panelLengthMm } = options;
  const value = context.one('value');
  const position = context.one('panelPosition');
  const arcIndex = arcStateIndex(context, context.one('arcOn'));
  const panel = panelWindow(context);
  const lengthIndex = panelLengthIndex(context, panelLengthMm);
  const timeIndex = value.slot + timeCell;
  const positionAge = { timeIndex, limitMs: validMsOf(position) };
  const epochIndex = context.reserve(1);
  const out = context.reserve(4);
  const [placeIndex, valueIndex, shareIndex, uncertainIndex] = [out, out + 1, out + 2, out + 3];
  const arcFromIndex = context.reserve(1, [Number.NaN]);
  const lastMmIndex = context.reserve(1, [Number.NaN]);
  /** Of the open bin: its number, samples, their sum, mm measured, whether uncertain. */
  const open = context.reserve(5, [Number.NaN]);
  const [bin, count, sum, measuredMm, isUncertain] = [open, open + 1, open + 2, open + 3, open + 4];

  const clearBin = (memory: Float64Array, number: number): void => {
    memory.fill(0, open, open + 5);
    memory[bin] = number;
  };
  const startPanel: Step = (memory) => {
    if (memory[epochIndex] === memory[panel.epochIndex]) return;
    memory[epochIndex] = memory[panel.epochIndex] as number;
    memory[arcFromIndex] = Number.NaN;
    memory[lastMmIndex] = Number.NaN;
    clearBin(memory, Number.NaN);
    steps.onPanel(memory);
  };
  const places = panelPlaces(context);
  const startPass = onPass(context, places, (memory) => {
    memory[lastMmIndex] = Number.NaN;
    clearBin(memory, Number.NaN);
  });
  const closeBin: Step = (memory) => {
    const share = Math.min(1, (memory[measuredMm] as number) / binMm);
    if (!(share >= leastShare) || memory[count] === 0) return;
    memory[placeIndex] = ((memory[bin] as number) + 1) * binMm;
    memory[valueIndex] = (memory[sum] as number) / (memory[count] as number);
    memory[shareIndex] = share;
    memory[uncertainIndex] = memory[isUncertain] as number;
    steps.onValue(memory);
  };
  const isCharted = (memory: Float64Array, atMm: number): boolean => {
    if (memory[arcIndex] !== 1) {
      memory[arcFromIndex] = Number.NaN;
      return false;
    }
    if (Number.isNaN(memory[arcFromIndex])) memory[arcFromIndex] = atMm;
    const toMm = (memory[lengthIndex] as number) - suspendMm;
    return atMm >= (memory[arcFromIndex] as number) + suspendMm && atMm <= toMm;
  };

  context.onSample(value.slot, (memory) => {
    startPanel(memory);
    startPass(memory);
    const isUsable =
      isMeasuredSlot(memory, value.slot) &&
      isUsableSlot(memory, position.slot) &&
      isFreshSlot(memory, position.slot, positionAge);
    const atMm = isUsable ? scaled(memory, position) : Number.NaN;
    const lastMm = memory[lastMmIndex] as number;
    memory[lastMmIndex] = Number.NaN;
    // What lies where this panel was before has been charted.
    if (!isUsable || memory[places.isAgainIndex] === 1 || !isCharted(memory, atMm)) return;
    const number = Math.floor(atMm / binMm);
    const stepMm = Math.abs(atMm - lastMm) <= longestStepMm ? atMm - lastMm : 0;
    let ownMm = stepMm;
    // Encoder noise over an edge stays in the bin that is open: a bin is left forwards.
    if (!(number <= (memory[bin] as number))) {
      // A step over an edge is cut there: values may come once a second, which is many mm.
      const beforeMm = ((memory[bin] as number) + 1) * binMm - (atMm - stepMm);
      const oldMm = Math.min(stepMm, Math.max(0, beforeMm));
      memory[measuredMm] = (memory[measuredMm] as number) + oldMm;
      closeBin(memory);
      clearBin(memory, number);
      ownMm = Math.min(stepMm, atMm - number * binMm);
    }
    memory[measuredMm] = (memory[measuredMm] as number) + ownMm;
    memory[lastMmIndex] = atMm;
    memory[count] = (memory[count] as number) + 1;
    memory[sum] = (memory[sum] as number) + scaled(memory, value);
    if (isUncertainSlot(memory, value.slot)) memory[isUncertain] = 1;
  });
  context.onTick(startPanel);
  const discard: Step = (memory) => {
    clearBin(memory, Number.NaN);
  };
  return { discard, epochIndex, placeIndex, valueIndex, shareIndex, uncertainIndex };
};

const scaled = (memory: Float64Array, input: ResolvedInput): number =>
  ((memory[input.slot + valueCell] as number) * input.multiply) / input.divide;
