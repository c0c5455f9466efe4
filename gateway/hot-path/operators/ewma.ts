import type { ArenaPlan } from '../arena.ts';
import type { FrameRing } from '../ring.ts';

/**
 * Exponentially weighted moving average of channels, one step a usable sample: z = lambda * x + (1 - lambda) * z
 * (ISO 7870-6). Starts at `start`, or at the first sample without one.
 */
export type Ewma = {
  readonly base: number;
  readonly channels: Uint16Array;
  /** 0 < lambda <= 1 */
  readonly lambda: number;
};

const firstBadStatus = 0x8000_0000;

export const reserveEwma = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: {
    readonly channels: readonly number[];
    readonly lambda: number;
    readonly start?: number;
  },
): Ewma => ({
  base: plan.reserve(
    options.channels.length,
    options.channels.map(() => options.start ?? Number.NaN),
  ),
  channels: Uint16Array.from(options.channels),
  lambda: options.lambda,
});

/** Takes the newest frame of the ring. */
export const pushEwma = (memory: Float64Array, ewma: Ewma, ring: FrameRing): void => {
  const { base, channels, lambda } = ewma;
  const { values, status } = ring;
  const row = ring.newestRow * ring.width;
  for (let lane = 0; lane < channels.length; lane++) {
    const at = row + (channels[lane] as number);
    if ((status[at] as number) >= firstBadStatus) continue;
    const value = values[at] as number;
    const before = memory[base + lane] as number;
    memory[base + lane] = Number.isNaN(before) ? value : before + lambda * (value - before);
  }
};

/** Index of the cell with the average of a lane; NaN before the first usable sample. */
export const ewmaIndex = (ewma: Ewma, lane: number): number => ewma.base + lane;
