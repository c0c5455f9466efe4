import type { ArenaPlan } from '../arena.ts';
import { firstBadStatus } from '../quality-bits.ts';
import type { FrameRing, Lanes } from '../ring.ts';

/**
 * Exponentially weighted moving average of channels, one step a usable sample: z = lambda * x + (1 - lambda) * z
 * (ISO 7870-6). Starts at `start`, or at the first sample without one.
 */
export type Ewma = Lanes & {
  readonly base: number;
  /** 0 < lambda <= 1 */
  readonly lambda: number;
};

export const reserveEwma = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: Lanes & { readonly lambda: number; readonly start?: number },
): Ewma => {
  const { firstChannel, lanes, lambda, start = Number.NaN } = options;
  const initial = Array.from({ length: lanes }, () => start);
  return { base: plan.reserve(lanes, initial), firstChannel, lanes, lambda };
};

/** Takes the newest frame of the ring. */
export const pushEwma = (memory: Float64Array, ewma: Ewma, ring: FrameRing): void => {
  const { base, lanes, lambda } = ewma;
  const { values, status } = ring;
  const row = ring.newestRow;
  const first = row * ring.width + ewma.firstChannel;
  const isAllUsable = (ring.worst[row] as number) < firstBadStatus;
  for (let lane = 0; lane < lanes; lane++) {
    const at = first + lane;
    if (!isAllUsable && (status[at] as number) >= firstBadStatus) continue;
    const value = values[at] as number;
    const before = memory[base + lane] as number;
    memory[base + lane] = Number.isNaN(before) ? value : before + lambda * (value - before);
  }
};

/** Index of the cell with the average of a lane; NaN before the first usable sample. */
export const ewmaIndex = (ewma: Ewma, lane: number): number => ewma.base + lane;
