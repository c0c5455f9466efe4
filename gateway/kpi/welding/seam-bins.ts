import {
  binIntegralIndex,
  type PositionBins,
  pushPositionBins,
  reservePositionBins,
  resetPositionBin,
  resetPositionBins,
} from '../../hot-path/operators/position-bins.ts';
import type { BuildContext, Step } from '../../hot-path/program.ts';

/** Bins held, used again along the panel: a tick reads the newest closed one, so few are enough. */
const heldBins = 64;
/** A bin is closed when the seam is so far behind it: the encoder's noise is 0.2 mm. */
const closeMarginMm = 1;
const none = Number.NEGATIVE_INFINITY;

/**
 * Energy and distance of the steps of one seam by position bins. A step over the edge of a bin is cut there, its energy by
 * distance. Steps back, which are the encoder's noise, take distance away, so that the distance of a bin stays true.
 */
export type SeamBins = {
  readonly widthMm: number;
  /** Cells of a step, to be filled before `push`: from and to in mm, its mean power in W, its ms; 1 when uncertain. */
  readonly step: {
    readonly fromMm: number;
    readonly toMm: number;
    readonly power: number;
    readonly ms: number;
    readonly isUncertain: number;
  };
  readonly push: Step;
  readonly reset: Step;
  /** Number of the newest closed bin; -Infinity while there is none. */
  readonly newestClosed: (memory: Float64Array) => number;
  /** Writes energy in mJ, distance in mm and whether it is uncertain of a bin to the cells from `out` on. */
  readonly read: (
    memory: Float64Array,
    place: { readonly bin: number; readonly out: number },
  ) => void;
};

export const reserveSeamBins = (context: BuildContext, widthMm: number): SeamBins => {
  const first = context.reserve(5);
  const step = {
    fromMm: first,
    toMm: first + 1,
    power: first + 2,
    ms: first + 3,
    isUncertain: first + 4,
  };
  /** Place, mean power, speed in mm/ms and length of the part of a step that lies in one bin. */
  const positionIndex = context.reserve(1);
  const powerIndex = context.reserve(1);
  const speedIndex = context.reserve(1);
  const stepMsIndex = context.reserve(1);
  const shape = { bins: heldBins, widthMm, positionIndex, stepMsIndex };
  const energy: PositionBins = reservePositionBins(context, { ...shape, source: powerIndex });
  const distance: PositionBins = reservePositionBins(context, { ...shape, source: speedIndex });
  const uncertainIndex = context.reserve(heldBins);
  const binIndex = context.reserve(1);
  const firstBinIndex = context.reserve(1, [none]);
  const openBinIndex = context.reserve(1, [none]);
  const furthestIndex = context.reserve(1, [none]);

  const reset: Step = (memory) => {
    resetPositionBins(memory, energy);
    resetPositionBins(memory, distance);
    memory.fill(0, uncertainIndex, uncertainIndex + heldBins);
    memory[firstBinIndex] = none;
    memory[openBinIndex] = none;
    memory[furthestIndex] = none;
  };

  /** `| 0`: as a double, each index would be allocated. */
  const placeOf = (bin: number): number => (((bin % heldBins) + heldBins) % heldBins) | 0;

  /** Empties the bins that are entered for the first time. */
  const enterBin: Step = (memory) => {
    const bin = memory[binIndex] as number;
    const open = memory[openBinIndex] as number;
    if (bin <= open) return;
    if (open === none) memory[firstBinIndex] = bin;
    for (let next = Math.max(open + 1, bin - heldBins + 1); next <= bin; next++) {
      const place = placeOf(next);
      resetPositionBin(memory, energy, place);
      resetPositionBin(memory, distance, place);
      memory[uncertainIndex + place] = 0;
    }
    memory[openBinIndex] = bin;
  };

  /** Adds the part of the step in the bin of cell `binIndex`, whose share of the step is in `stepMsIndex`. */
  const pushPart: Step = (memory) => {
    enterBin(memory);
    const bin = memory[binIndex] as number;
    if (bin <= (memory[openBinIndex] as number) - heldBins) return;
    const place = placeOf(bin);
    memory[positionIndex] = (place + 0.5) * widthMm;
    pushPositionBins(memory, energy);
    pushPositionBins(memory, distance);
    if (memory[step.isUncertain] !== 0) memory[uncertainIndex + place] = 1;
  };

  const push: Step = (memory) => {
    const fromMm = memory[step.fromMm] as number;
    const toMm = memory[step.toMm] as number;
    const ms = memory[step.ms] as number;
    const stepMm = toMm - fromMm;
    memory[powerIndex] = memory[step.power] as number;
    memory[speedIndex] = stepMm / ms;
    if (!(stepMm > 0)) {
      memory[binIndex] = Math.floor(toMm / widthMm);
      memory[stepMsIndex] = ms;
      pushPart(memory);
      return;
    }
    let atMm = fromMm;
    for (let bin = Math.floor(fromMm / widthMm); atMm < toMm; bin++) {
      const endMm = Math.min(toMm, (bin + 1) * widthMm);
      memory[binIndex] = bin;
      memory[stepMsIndex] = (ms * (endMm - atMm)) / stepMm;
      pushPart(memory);
      atMm = endMm;
    }
    if (toMm > (memory[furthestIndex] as number)) memory[furthestIndex] = toMm;
  };

  const newestClosed = (memory: Float64Array): number => {
    const behindMm = (memory[furthestIndex] as number) - closeMarginMm;
    const bin = Math.floor(behindMm / widthMm) - 1;
    return bin >= (memory[firstBinIndex] as number) ? bin : none;
  };

  const read: SeamBins['read'] = (memory, { bin, out }) => {
    const place = placeOf(bin);
    memory[out] = memory[binIntegralIndex(energy, place)] as number;
    memory[out + 1] = memory[binIntegralIndex(distance, place)] as number;
    memory[out + 2] = memory[uncertainIndex + place] as number;
  };

  return { widthMm, step, push, reset, newestClosed, read };
};
