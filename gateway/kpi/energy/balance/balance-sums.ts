import type { BuildContext } from '../../../hot-path/program.ts';
import type { ResolvedInput, SiteContext } from '../../definition.ts';
import { rowValue } from '../quarter/rows.ts';
import { type Classes, contributions, meters } from './meters.ts';

/** Cells of one interval: what each meter gave to the bus, and the square of its standard error. */
export type BalanceCells = { readonly given: number; readonly variances: number };

export const balanceCellCount = 2 * meters.length;

export const balanceCells = (base: number): BalanceCells => ({
  given: base,
  variances: base + meters.length,
});

/** Takes the newest row to the cells; what they hold is overwritten. */
export const balanceTaker = (
  context: Pick<SiteContext<unknown>, 'one'> & Pick<BuildContext, 'reserve'>,
  classes: Classes,
): ((memory: Float64Array, cells: BalanceCells) => void) => {
  const terms = meters.map((meter) =>
    contributions[meter].map(([term, sign]) => ({
      input: context.one(term) satisfies ResolvedInput,
      sign,
      share: classes[meter] / 100,
    })),
  );
  return (memory, { given, variances }) => {
    for (const [meter, parts] of terms.entries()) {
      let sum = 0;
      let variance = 0;
      for (const { input, sign, share } of parts) {
        const energy = rowValue(memory, input);
        sum += sign * energy;
        variance += (share * energy) ** 2;
      }
      memory[given + meter] = sum;
      memory[variances + meter] = variance;
    }
  };
};

/** `PV + import + discharge - (load + EV + export + charge)` of the cells. */
export const residualOf = (memory: Float64Array, { given }: BalanceCells): number => {
  let residual = 0;
  for (let meter = 0; meter < meters.length; meter++) residual += memory[given + meter] as number;
  return residual;
};

/** Twice the standard error of the residual. */
export const toleranceOf = (
  memory: Float64Array,
  { variances }: BalanceCells,
  floorKwh: number,
): number => {
  let variance = 0;
  for (let meter = 0; meter < meters.length; meter++) {
    variance += memory[variances + meter] as number;
  }
  return Math.max(floorKwh, 2 * Math.sqrt(variance));
};
