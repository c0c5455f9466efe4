/** The seed of this run, printed by the global set-up; every random test derives from it. */
export const testSeed = (): number => {
  const text = process.env['SEAMWATT_SEED'];
  if (text === undefined) throw new Error('SEAMWATT_SEED is not set: run through vitest');
  return Number(text);
};
