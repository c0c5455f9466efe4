import {
  binIntegralIndex,
  type PositionBins,
  pushPositionBins,
  reservePositionBins,
  resetPositionBin,
  resetPositionBins,
} from '../../hot-path/operators/position-bins.ts';
import type { BuildContext } from '../../hot-path/program.ts';

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
  /** Cells of a step, to be filled before `pushSeamBins`: from and to in mm, its mean power in W, its ms; 1 when uncertain. */
  readonly step: {
    readonly fromMm: number;
    readonly toMm: number;
    readonly power: number;
    readonly ms: number;
    readonly isUncertain: number;
  };
  /** Cells with place, mean power, speed in mm/ms and ms of the part of a step that lies in one bin. */
  readonly positionIndex: number;
  readonly powerIndex: number;
  readonly speedIndex: number;
  readonly stepMsIndex: number;
  readonly energy: PositionBins;
  readonly distance: PositionBins;
  readonly uncertainIndex: number;
  /** Cell with k now, and cells with that of when each bin was opened. */
  readonly efficiencyIndex: number;
  readonly openedEfficiencyIndex: number;
  readonly binIndex: number;
  readonly firstBinIndex: number;
  readonly openBinIndex: number;
  readonly furthestIndex: number;
};

export const reserveSeamBins = (
  context: Pick<BuildContext, 'reserve'>,
  { widthMm, efficiencyIndex }: Pick<SeamBins, 'widthMm' | 'efficiencyIndex'>,
): SeamBins => {
  const first = context.reserve(5);
  const positionIndex = context.reserve(1);
  const powerIndex = context.reserve(1);
  const speedIndex = context.reserve(1);
  const stepMsIndex = context.reserve(1);
  const shape = { bins: heldBins, widthMm, positionIndex, stepMsIndex };
  return {
    ...{ widthMm, efficiencyIndex },
    step: {
      fromMm: first,
      toMm: first + 1,
      power: first + 2,
      ms: first + 3,
      isUncertain: first + 4,
    },
    ...{ positionIndex, powerIndex, speedIndex, stepMsIndex },
    energy: reservePositionBins(context, { ...shape, source: powerIndex }),
    distance: reservePositionBins(context, { ...shape, source: speedIndex }),
    uncertainIndex: context.reserve(heldBins),
    openedEfficiencyIndex: context.reserve(heldBins),
    binIndex: context.reserve(1),
    firstBinIndex: context.reserve(1, [none]),
    openBinIndex: context.reserve(1, [none]),
    furthestIndex: context.reserve(1, [none]),
  };
};

export const resetSeamBins = (memory: Float64Array, bins: SeamBins): void => {
  resetPositionBins(memory, bins.energy);
  resetPositionBins(memory, bins.distance);
  memory.fill(0, bins.uncertainIndex, bins.uncertainIndex + heldBins);
  memory[bins.firstBinIndex] = none;
  memory[bins.openBinIndex] = none;
  memory[bins.furthestIndex] = none;
};

/** `| 0`: as a double, each index would be allocated. */
const placeOf = (bin: number): number => (((bin % heldBins) + heldBins) % heldBins) | 0;

/** Empties the bins that are entered for the first time. */
const enterBin = (memory: Float64Array, bins: SeamBins): void => {
  const bin = memory[bins.binIndex] as number;
  const open = memory[bins.openBinIndex] as number;
  if (bin <= open) return;
  if (open === none) memory[bins.firstBinIndex] = bin;
  for (let next = Math.max(open + 1, bin - heldBins + 1); next <= bin; next++) {
    const place = placeOf(next);
    resetPositionBin(memory, bins.energy, place);
    resetPositionBin(memory, bins.distance, place);
    memory[bins.uncertainIndex + place] = 0;
    memory[bins.openedEfficiencyIndex + place] = memory[bins.efficiencyIndex] as number;
  }
  memory[bins.openBinIndex] = bin;
};

/** Adds the part of the step in the bin of cell `binIndex`, whose share of the step is in `stepMsIndex`. */
const pushPart = (memory: Float64Array, bins: SeamBins): void => {
  enterBin(memory, bins);
  const bin = memory[bins.binIndex] as number;
  if (bin <= (memory[bins.openBinIndex] as number) - heldBins) return;
  const place = placeOf(bin);
  memory[bins.positionIndex] = (place + 0.5) * bins.widthMm;
  pushPositionBins(memory, bins.energy);
  pushPositionBins(memory, bins.distance);
  if (memory[bins.step.isUncertain] !== 0) memory[bins.uncertainIndex + place] = 1;
};

/** Takes the step in the cells of `step`. */
export const pushSeamBins = (memory: Float64Array, bins: SeamBins): void => {
  const { step, widthMm } = bins;
  const fromMm = memory[step.fromMm] as number;
  const toMm = memory[step.toMm] as number;
  const ms = memory[step.ms] as number;
  const stepMm = toMm - fromMm;
  memory[bins.powerIndex] = memory[step.power] as number;
  memory[bins.speedIndex] = stepMm / ms;
  if (!(stepMm > 0)) {
    memory[bins.binIndex] = Math.floor(toMm / widthMm);
    memory[bins.stepMsIndex] = ms;
    pushPart(memory, bins);
    return;
  }
  let atMm = fromMm;
  for (let bin = Math.floor(fromMm / widthMm); atMm < toMm; bin++) {
    const endMm = Math.min(toMm, (bin + 1) * widthMm);
    memory[bins.binIndex] = bin;
    memory[bins.stepMsIndex] = (ms * (endMm - atMm)) / stepMm;
    pushPart(memory, bins);
    atMm = endMm;
  }
  if (toMm > (memory[bins.furthestIndex] as number)) memory[bins.furthestIndex] = toMm;
};

/** Number of the newest closed bin; -Infinity while there is none. */
export const newestClosedBin = (memory: Float64Array, bins: SeamBins): number => {
  const behindMm = (memory[bins.furthestIndex] as number) - closeMarginMm;
  const bin = Math.floor(behindMm / bins.widthMm) - 1;
  return bin >= (memory[bins.firstBinIndex] as number) ? bin : none;
};

/** Writes energy in mJ, distance in mm, whether it is uncertain and k of the bin in cell `from` to the cells from `out` on. */
export const readSeamBin = (
  memory: Float64Array,
  bins: SeamBins,
  { from, out }: { readonly from: number; readonly out: number },
): void => {
  const place = placeOf(memory[from] as number);
  memory[out] = memory[binIntegralIndex(bins.energy, place)] as number;
  memory[out + 1] = memory[binIntegralIndex(bins.distance, place)] as number;
  memory[out + 2] = memory[bins.uncertainIndex + place] as number;
  memory[out + 3] = memory[bins.openedEfficiencyIndex + place] as number;
};
