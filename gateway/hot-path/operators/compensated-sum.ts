/**
 * A running sum that does not drift: Neumaier's variant of Kahan summation. Cells: sum, compensation. The result is their
 * sum, so that a million small steps on a large total cost no digits.
 */
export const compensatedSumSize = 2;

const sumCell = 0;
const compensationCell = 1;

/** Adds the term in cell `source`. */
export const pushCompensatedSum = (memory: Float64Array, base: number, source: number): void => {
  const term = memory[source] as number;
  const sum = memory[base + sumCell] as number;
  const next = sum + term;
  const lost = Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
  memory[base + sumCell] = next;
  memory[base + compensationCell] = (memory[base + compensationCell] as number) + lost;
};

/** Writes the sum to cell `out`. */
export const readCompensatedSum = (memory: Float64Array, base: number, out: number): void => {
  memory[out] = (memory[base + sumCell] as number) + (memory[base + compensationCell] as number);
};

export const resetCompensatedSum = (memory: Float64Array, base: number): void => {
  memory[base + sumCell] = 0;
  memory[base + compensationCell] = 0;
};
