import type { ArenaPlan } from '../arena.ts';

/**
 * Tabular CUSUM (ISO 7870-4) of standardised values u: C+ = max(0, C+ + u - k), C- = max(0, C- - u - k); a signal above h. It
 * sees small lasting shifts, about 2k standard deviations, that a Shewhart chart takes long to see.
 */
export type Cusum = {
  readonly base: number;
  /** k and h, in standard deviations. */
  readonly reference: number;
  readonly decision: number;
};

const upCell = 0;
const downCell = 1;
const size = 2;

export const reserveCusum = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: Omit<Cusum, 'base'>,
): Cusum => ({ base: plan.reserve(size), ...options });

export const resetCusum = (memory: Float64Array, cusum: Cusum): void => {
  memory.fill(0, cusum.base, cusum.base + size);
};

/** Takes the standardised value in cell `source`. */
export const pushCusum = (memory: Float64Array, cusum: Cusum, source: number): void => {
  const { base, reference } = cusum;
  const value = memory[source] as number;
  memory[base + upCell] = Math.max(0, (memory[base + upCell] as number) + value - reference);
  memory[base + downCell] = Math.max(0, (memory[base + downCell] as number) - value - reference);
};

export const cusumUpIndex = (cusum: Cusum): number => cusum.base + upCell;
export const cusumDownIndex = (cusum: Cusum): number => cusum.base + downCell;

export const isCusumSignal = (memory: Float64Array, { base, decision }: Cusum): boolean =>
  (memory[base + upCell] as number) > decision || (memory[base + downCell] as number) > decision;
