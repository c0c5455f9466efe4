/** The seed of this run, printed by the global set-up; every random test derives from it. */
export const testSeed = (): number => {
  const text = process.env['SEAMWATT_SEED'];
  if (text === undefined) throw new Error('SEAMWATT_SEED is not set: run through vitest');
  return Number(text);
};

const isMutated = process.env['SEAMWATT_MUTATION'] === '1';

/** Runs of a property; fewer where it is asked about thousands of mutants. */
export const runsOf = (runs: number): number => (isMutated ? Math.ceil(runs / 5) : runs);
