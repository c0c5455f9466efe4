import type { ArenaPlan } from '../arena.ts';
import { firstBadStatus } from '../quality-bits.ts';
import type { FrameRing, Lanes } from '../ring.ts';
import { mergeExtremes, pushExtremes, resetExtremes } from './extremes.ts';
import { mergeMoments, momentsSize, pushMoments, resetMoments } from './moments.ts';

/**
 * Count, mean, variance, minimum and maximum of the usable samples of channels over the newest frames of a ring, for windows
 * of any length up to its capacity. Each stretch of 16 ring rows has an aggregate that a frame adds to; a reading merges the
 * aggregates inside of the window and takes the samples of the cut one at its end from the ring. A frame costs the same
 * whatever the window, and nothing is ever subtracted, so neither offsets, nor outliers that have left, nor time cost digits.
 */
export type SlidingStatistics = { readonly base: number } & Lanes;

const blockBits = 4;
const blockLength = 1 << blockBits;
const blockMask = blockLength - 1;
/** Count, mean, squared deviations; minimum, maximum. */
const laneSize = 5;

export const reserveSlidingStatistics = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: Lanes & { readonly ring: FrameRing },
): SlidingStatistics => {
  const { firstChannel, lanes } = options;
  const blocks = Math.max(1, options.ring.capacity >> blockBits);
  return { base: plan.reserve(blocks * lanes * laneSize + 1), firstChannel, lanes };
};

const resetBlock = (memory: Float64Array, first: number, lanes: number): void => {
  for (let lane = 0; lane < lanes; lane++) {
    resetMoments(memory, first + lane * laneSize);
    resetExtremes(memory, first + lane * laneSize + momentsSize);
  }
};

/** Takes the newest frame of the ring; call it after each push. */
export const pushSlidingStatistics = (
  memory: Float64Array,
  statistics: SlidingStatistics,
  ring: FrameRing,
): void => {
  const { base, lanes } = statistics;
  const { values, status, newestRow: row } = ring;
  const first = row * ring.width + statistics.firstChannel;
  const isAllUsable = (ring.worst[row] as number) < firstBadStatus;
  let cell = base + (row >> blockBits) * lanes * laneSize;
  if ((row & blockMask) === 0) resetBlock(memory, cell, lanes);
  for (let lane = 0; lane < lanes; lane++, cell += laneSize) {
    const at = first + lane;
    if (!isAllUsable && (status[at] as number) >= firstBadStatus) continue;
    const value = values[at] as number;
    const count = (memory[cell] as number) + 1;
    const mean = memory[cell + 1] as number;
    const difference = value - mean;
    const change = difference / count;
    memory[cell] = count;
    memory[cell + 1] = mean + change;
    memory[cell + 2] = (memory[cell + 2] as number) + difference * (difference - change);
    if (value < (memory[cell + 3] as number)) memory[cell + 3] = value;
    if (value > (memory[cell + 4] as number)) memory[cell + 4] = value;
  }
};

/**
 * Writes count, mean, sum of squared deviations, minimum and maximum of a lane over the newest `window` frames to the cells
 * from `out` on: moments and extremes, to be read as such. The last cell of the operator is room for one sample.
 */
export const readSlidingStatistics = (
  memory: Float64Array,
  statistics: SlidingStatistics,
  place: {
    readonly ring: FrameRing;
    readonly lane: number;
    readonly window: number;
    readonly out: number;
  },
): void => {
  const { ring, lane, out } = place;
  const { base, lanes } = statistics;
  const blocks = Math.max(1, ring.capacity >> blockBits);
  const sample = base + blocks * lanes * laneSize;
  const channel = statistics.firstChannel + lane;
  resetMoments(memory, out);
  resetExtremes(memory, out + momentsSize);
  let left = Math.min(place.window, ring.length);
  let age = 0;
  while (left > 0) {
    const row = ring.rowAt(age);
    const held = (row & blockMask) + 1;
    if (held <= left) {
      const block = base + ((row >> blockBits) * lanes + lane) * laneSize;
      mergeMoments(memory, out, block);
      mergeExtremes(memory, out + momentsSize, block + momentsSize);
    } else {
      for (let cut = 0; cut < left; cut++) {
        const cutRow = ring.rowAt(age + cut);
        const at = cutRow * ring.width + channel;
        const isAllUsable = (ring.worst[cutRow] as number) < firstBadStatus;
        if (!isAllUsable && (ring.status[at] as number) >= firstBadStatus) continue;
        memory[sample] = ring.values[at] as number;
        pushMoments(memory, out, sample);
        pushExtremes(memory, out + momentsSize, sample);
      }
    }
    left -= held;
    age += held;
  }
};
