import type { ArenaPlan } from '../arena.ts';

/**
 * Least squares, one observation at a time, by Givens rotations (Golub and Van Loan, Matrix Computations, 6.5.3): the
 * triangular factor is kept, never the normal equations, so that half of the digits are not lost. Regressors should be
 * centred; an observation costs a few dozen multiplications, however many came before.
 *
 * With `n` observations and `p` columns, SSE is the sum of squared residuals, s = sqrt(SSE / (n - p)), and the standard error
 * of the coefficient of the last column is s / |pivot|.
 */
export type LeastSquares = { readonly base: number; readonly columns: number };

const countCell = 0;
const squaresCell = 1;
const rowCell = 2;

/** Cells: count, SSE, the row at hand, then `columns` rows of the triangle, each with its right-hand side. */
const sizeOf = (columns: number): number => rowCell + (columns + 1) * (columns + 1);

export const reserveLeastSquares = (
  plan: Pick<ArenaPlan, 'reserve'>,
  columns: number,
): LeastSquares => ({ base: plan.reserve(sizeOf(columns)), columns });

export const resetLeastSquares = (memory: Float64Array, fit: LeastSquares): void => {
  memory.fill(0, fit.base, fit.base + sizeOf(fit.columns));
};

/** Index of the first of `columns` cells for the regressors of an observation, followed by one for what was observed. */
export const observationIndex = (fit: LeastSquares): number => fit.base + rowCell;
export const observationsIndex = (fit: LeastSquares): number => fit.base + countCell;
/** Index of the cell with SSE. */
export const residualSquaresIndex = (fit: LeastSquares): number => fit.base + squaresCell;

const triangleRow = (fit: LeastSquares, row: number): number =>
  fit.base + rowCell + (row + 1) * (fit.columns + 1);

/** Index of the pivot of the last column; 0 while the columns are not independent. */
export const lastPivotIndex = (fit: LeastSquares): number =>
  triangleRow(fit, fit.columns - 1) + fit.columns - 1;

/** Takes the observation in the cells from `observationIndex` on, and uses these cells up. */
export const pushLeastSquares = (memory: Float64Array, fit: LeastSquares): void => {
  const { base, columns } = fit;
  const row = base + rowCell;
  for (let column = 0; column < columns; column++) {
    const below = memory[row + column] as number;
    if (below === 0) continue;
    const triangle = triangleRow(fit, column);
    const above = memory[triangle + column] as number;
    const length = Math.hypot(above, below);
    const cosine = above / length;
    const sine = below / length;
    for (let at = column; at <= columns; at++) {
      const upper = memory[triangle + at] as number;
      const lower = memory[row + at] as number;
      memory[triangle + at] = cosine * upper + sine * lower;
      memory[row + at] = cosine * lower - sine * upper;
    }
  }
  const residual = memory[row + columns] as number;
  memory[base + squaresCell] = (memory[base + squaresCell] as number) + residual * residual;
  memory[base + countCell] = (memory[base + countCell] as number) + 1;
};

/** Writes the coefficients to the cells from `out` on; not finite while the columns are not independent. */
export const solveLeastSquares = (memory: Float64Array, fit: LeastSquares, out: number): void => {
  const { columns } = fit;
  for (let row = columns - 1; row >= 0; row--) {
    const triangle = triangleRow(fit, row);
    let rest = memory[triangle + columns] as number;
    for (let at = row + 1; at < columns; at++) {
      rest -= (memory[triangle + at] as number) * (memory[out + at] as number);
    }
    memory[out + row] = rest / (memory[triangle + row] as number);
  }
};
