import type { ArenaPlan } from '../arena.ts';

/**
 * Statistics by position along a panel: per bin the number of samples, their sum, minimum and maximum, and the integral of
 * the value over the measured time in the bin, so that E_bin = integral / width is an energy per length.
 */
export type PositionBins = {
  readonly base: number;
  readonly bins: number;
  /** Width of a bin; 10 mm for weld seams. */
  readonly widthMm: number;
  /** Cells with the newest position in mm and the newest value. */
  readonly positionIndex: number;
  readonly source: number;
  /** Cell with the measured ms since the sample before; 0 adds nothing to the integral. */
  readonly stepMsIndex: number;
};

const binSize = 5;
const countCell = 0;
const sumCell = 1;
const minimumCell = 2;
const maximumCell = 3;
const integralCell = 4;
/** Samples outside of all bins, in front of them. */
const outsideCell = 0;
const headerSize = 1;

export const reservePositionBins = (
  plan: Pick<ArenaPlan, 'reserve'>,
  shape: Omit<PositionBins, 'base'>,
): PositionBins => ({ base: plan.reserve(headerSize + shape.bins * binSize), ...shape });

export const resetPositionBins = (memory: Float64Array, bins: PositionBins): void => {
  memory.fill(0, bins.base, bins.base + headerSize + bins.bins * binSize);
};

/** Empties one bin, so that bins can be used again along an endless path. */
export const resetPositionBin = (memory: Float64Array, bins: PositionBins, bin: number): void => {
  const base = positionBinIndex(bins, bin);
  memory.fill(0, base, base + binSize);
};

/** Takes the newest sample, which must be usable. */
export const pushPositionBins = (memory: Float64Array, bins: PositionBins): void => {
  const bin = Math.floor((memory[bins.positionIndex] as number) / bins.widthMm);
  if (!(bin >= 0 && bin < bins.bins)) {
    memory[bins.base + outsideCell] = (memory[bins.base + outsideCell] as number) + 1;
    return;
  }
  const base = bins.base + headerSize + bin * binSize;
  const value = memory[bins.source] as number;
  const isFirst = memory[base + countCell] === 0;
  memory[base + countCell] = (memory[base + countCell] as number) + 1;
  memory[base + sumCell] = (memory[base + sumCell] as number) + value;
  if (isFirst || value < (memory[base + minimumCell] as number)) memory[base + minimumCell] = value;
  if (isFirst || value > (memory[base + maximumCell] as number)) memory[base + maximumCell] = value;
  memory[base + integralCell] =
    (memory[base + integralCell] as number) + value * (memory[bins.stepMsIndex] as number);
};

/** Index of the first of a bin's cells: number, sum, minimum, maximum, integral in unit times ms. */
export const positionBinIndex = (bins: PositionBins, bin: number): number =>
  bins.base + headerSize + bin * binSize;

/** Index of the cell with a bin's integral in unit times ms. */
export const binIntegralIndex = (bins: PositionBins, bin: number): number =>
  positionBinIndex(bins, bin) + integralCell;

/** Index of the cell with the number of samples outside of all bins. */
export const outsideBinsIndex = (bins: PositionBins): number => bins.base + outsideCell;

/** Writes the integral of a bin over time and per mm (J/mm for power in W) to cell `out`. */
export const readBinEnergyPerLength = (
  memory: Float64Array,
  bins: PositionBins,
  place: { readonly bin: number; readonly out: number },
): void => {
  const integral = memory[positionBinIndex(bins, place.bin) + integralCell] as number;
  memory[place.out] = integral / 1000 / bins.widthMm;
};
