/** A small generator of numbers in [0, 1), so that a printed seed repeats a schedule. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** What can go wrong, each with how often it is drawn beside the others. It resolves when the next may begin. */
export type Trouble = {
  readonly name: string;
  readonly weight: number;
  readonly strike: (random: () => number) => Promise<void>;
};

export type Struck = { readonly name: string; readonly atMs: number };

const least = 300;
const spread = 2200;

/** Lets troubles strike one after the other, at random, for so long. */
export const runSchedule = async (options: {
  readonly random: () => number;
  readonly troubles: readonly Trouble[];
  readonly forMs: number;
}): Promise<readonly Struck[]> => {
  const { random, troubles, forMs } = options;
  const struck: Struck[] = [];
  const sum = troubles.reduce((total, { weight }) => total + weight, 0);
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, least + random() * spread));
    let draw = random() * sum;
    const trouble = troubles.find(({ weight }) => {
      draw -= weight;
      return draw < 0;
    });
    if (trouble === undefined) continue;
    struck.push({ name: trouble.name, atMs: Date.now() });
    await trouble.strike(random);
  }
  return struck;
};
