import { terms } from './terms.ts';

const place = Object.fromEntries(terms.map((term, index) => [term, index])) as Readonly<
  Record<(typeof terms)[number], number>
>;

/**
 * Splits the energies of one interval, in cells `energies` in the order of `terms`, into the six flows in cells `out`, in the order
 * of `flows`. What is used on site is served by photovoltaics first, then by the grid, then by storage; holds while storage
 * never exports.
 */
export const splitFlows = (memory: Float64Array, energies: number, out: number): void => {
  const of = (term: keyof typeof place): number => memory[energies + place[term]] as number;
  const pv = of('pv');
  const used = of('load') + of('ev');
  const charge = of('charge');
  const pvToGrid = Math.min(pv, of('export'));
  const pvToLoad = Math.min(pv - pvToGrid, used);
  const pvToStorage = Math.min(pv - pvToGrid - pvToLoad, charge);
  const gridToLoad = Math.min(of('import'), used - pvToLoad);
  memory[out] = pvToGrid;
  memory[out + 1] = pvToLoad;
  memory[out + 2] = pvToStorage;
  memory[out + 3] = gridToLoad;
  memory[out + 4] = charge - pvToStorage;
  memory[out + 5] = used - pvToLoad - gridToLoad;
};
