import type { SiteContext } from '../definition.ts';
import { panelWindow } from './panel.ts';

/**
 * A total of the panel times a factor that may change within it: each part of the total keeps the factor that held while it
 * grew. Of a panel throughout which one factor held, it is exactly their product; and what is shown of a panel that has ended
 * stays, whatever the next one is welded by. All are indices of cells.
 */
export type FactoredTotal = {
  readonly factorIndex: number;
  readonly panelEpochIndex: number;
  readonly epochIndex: number;
  /** The total and its product up to the newest change of the factor. */
  readonly baseIndex: number;
  readonly productIndex: number;
  /** Factor and total of the tick before. */
  readonly lastFactorIndex: number;
  readonly lastTotalIndex: number;
};

export const reserveFactoredTotal = (
  context: SiteContext<unknown>,
  factorIndex: number,
): FactoredTotal => ({
  factorIndex,
  panelEpochIndex: panelWindow(context).epochIndex,
  epochIndex: context.reserve(1, [-1]),
  baseIndex: context.reserve(1),
  productIndex: context.reserve(1),
  lastFactorIndex: context.reserve(1),
  lastTotalIndex: context.reserve(1),
});

/** Takes the total in cell `total` and writes the product to cell `out`. To be called at each tick. */
export const readFactoredTotal = (
  memory: Float64Array,
  factored: FactoredTotal,
  { total, out }: { readonly total: number; readonly out: number },
): void => {
  const { baseIndex, productIndex, lastFactorIndex, lastTotalIndex, factorIndex } = factored;
  if (memory[factored.epochIndex] !== memory[factored.panelEpochIndex]) {
    memory[factored.epochIndex] = memory[factored.panelEpochIndex] as number;
    memory[baseIndex] = 0;
    memory[productIndex] = 0;
    memory[lastTotalIndex] = 0;
  }
  if (memory[lastFactorIndex] !== memory[factorIndex]) {
    writeProduct(memory, factored, productIndex);
    memory[baseIndex] = memory[lastTotalIndex] as number;
    memory[lastFactorIndex] = memory[factorIndex] as number;
  }
  memory[lastTotalIndex] = memory[total] as number;
  writeProduct(memory, factored, out);
};

const writeProduct = (memory: Float64Array, factored: FactoredTotal, out: number): void => {
  const grown =
    (memory[factored.lastTotalIndex] as number) - (memory[factored.baseIndex] as number);
  const before = memory[factored.productIndex] as number;
  // While nothing grows, it does not matter that nobody knows the factor.
  memory[out] =
    grown === 0 ? before : before + (memory[factored.lastFactorIndex] as number) * grown;
};
