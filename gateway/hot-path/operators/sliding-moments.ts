import type { ArenaPlan } from '../arena.ts';
import type { FrameRing } from '../ring.ts';

/**
 * Mean and variance of channels over the newest `window` frames of a ring. A frame that enters and one that leaves cost a few
 * operations; unusable samples are left out. Deviations are taken from a sample of the window, and all is computed anew about every `window`
 * frames, so that neither a large offset nor time costs digits.
 */
export type SlidingMoments = {
  readonly base: number;
  readonly channels: Uint16Array;
  /** Frames; below the ring's capacity. */
  readonly window: number;
};

const size = 4;
const countCell = 0;
const shiftCell = 1;
/** Mean of the deviations from the shift. */
const meanCell = 2;
const squaresCell = 3;

const firstBadStatus = 0x8000_0000;

export const reserveSlidingMoments = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: { readonly channels: readonly number[]; readonly window: number },
): SlidingMoments => ({
  base: plan.reserve(size * options.channels.length),
  channels: Uint16Array.from(options.channels),
  window: options.window,
});

/** Takes the newest frame of the ring; call it after each push. */
export const pushSlidingMoments = (
  memory: Float64Array,
  moments: SlidingMoments,
  ring: FrameRing,
): void => {
  const { window, channels } = moments;
  if (ring.newestRow % window === 0) {
    recompute(memory, moments, ring);
    return;
  }
  const { values, status } = ring;
  const entering = ring.newestRow * ring.width;
  const leaving = ring.sequence > window ? ring.rowAt(window) * ring.width : -1;
  for (let lane = 0; lane < channels.length; lane++) {
    const channel = channels[lane] as number;
    const base = moments.base + lane * size;
    const enters = (status[entering + channel] as number) < firstBadStatus;
    const leaves = leaving >= 0 && (status[leaving + channel] as number) < firstBadStatus;
    const shift = memory[base + shiftCell] as number;
    const mean = memory[base + meanCell] as number;
    const count = memory[base + countCell] as number;
    if (enters && leaves) {
      const added = (values[entering + channel] as number) - shift;
      const removed = (values[leaving + channel] as number) - shift;
      const nextMean = mean + (added - removed) / count;
      memory[base + meanCell] = nextMean;
      memory[base + squaresCell] =
        (memory[base + squaresCell] as number) +
        (added - removed) * (added - nextMean + (removed - mean));
    } else if (enters) {
      const value = values[entering + channel] as number;
      if (count === 0) memory[base + shiftCell] = value;
      const added = value - (memory[base + shiftCell] as number);
      const nextMean = mean + (added - mean) / (count + 1);
      memory[base + countCell] = count + 1;
      memory[base + meanCell] = nextMean;
      memory[base + squaresCell] =
        (memory[base + squaresCell] as number) + (added - mean) * (added - nextMean);
    } else if (leaves) {
      const removed = (values[leaving + channel] as number) - shift;
      const nextMean = count > 1 ? mean - (removed - mean) / (count - 1) : 0;
      memory[base + countCell] = count - 1;
      memory[base + meanCell] = nextMean;
      memory[base + squaresCell] =
        count > 1
          ? (memory[base + squaresCell] as number) - (removed - mean) * (removed - nextMean)
          : 0;
    }
  }
};

/** All samples of the window, from the ring. */
const recompute = (memory: Float64Array, moments: SlidingMoments, ring: FrameRing): void => {
  const { channels } = moments;
  const frames = Math.min(moments.window, ring.length);
  memory.fill(0, moments.base, moments.base + size * channels.length);
  for (let age = frames - 1; age >= 0; age--) {
    const row = ring.rowAt(age) * ring.width;
    for (let lane = 0; lane < channels.length; lane++) {
      const at = row + (channels[lane] as number);
      if ((ring.status[at] as number) >= firstBadStatus) continue;
      const base = moments.base + lane * size;
      const count = memory[base + countCell] as number;
      if (count === 0) memory[base + shiftCell] = ring.values[at] as number;
      const added = (ring.values[at] as number) - (memory[base + shiftCell] as number);
      const mean = memory[base + meanCell] as number;
      const nextMean = mean + (added - mean) / (count + 1);
      memory[base + countCell] = count + 1;
      memory[base + meanCell] = nextMean;
      memory[base + squaresCell] =
        (memory[base + squaresCell] as number) + (added - mean) * (added - nextMean);
    }
  }
};

/** Number of samples, mean and sample variance (n - 1) of a lane, written from cell `out` on; 0 where undefined. */
export const readSlidingMoments = (
  memory: Float64Array,
  moments: SlidingMoments,
  place: { readonly lane: number; readonly out: number },
): void => {
  const base = moments.base + place.lane * size;
  const count = memory[base + countCell] as number;
  const squares = Math.max(0, memory[base + squaresCell] as number);
  memory[place.out] = count;
  memory[place.out + 1] =
    count === 0 ? 0 : (memory[base + shiftCell] as number) + (memory[base + meanCell] as number);
  memory[place.out + 2] = count < 2 ? 0 : squares / (count - 1);
};
