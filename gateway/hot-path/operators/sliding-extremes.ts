import type { ArenaPlan } from '../arena.ts';
import type { FrameRing } from '../ring.ts';

/**
 * Smallest and largest usable sample of channels over the newest `window` frames of a ring, with monotonic deques: each
 * sample enters and leaves each deque once. A deque holds ring rows and values, oldest first; the values of the minimum's rise
 * from front to back, those of the maximum's fall.
 */
export type SlidingExtremes = {
  readonly base: number;
  readonly channels: Uint16Array;
  /** Frames; below the ring's capacity. */
  readonly window: number;
  /** Places of a deque, a power of two. */
  readonly capacity: number;
};

const frontCell = 0;
const lengthCell = 1;
const headerSize = 2;

const firstBadStatus = 0x8000_0000;

const dequeSize = (capacity: number): number => headerSize + 2 * capacity;

export const reserveSlidingExtremes = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: { readonly channels: readonly number[]; readonly window: number },
): SlidingExtremes => {
  const capacity = 2 ** Math.ceil(Math.log2(options.window));
  return {
    base: plan.reserve(2 * dequeSize(capacity) * options.channels.length),
    channels: Uint16Array.from(options.channels),
    window: options.window,
    capacity,
  };
};

/** Takes the newest frame of the ring; call it after each push. */
export const pushSlidingExtremes = (
  memory: Float64Array,
  extremes: SlidingExtremes,
  ring: FrameRing,
): void => {
  const { channels, window, capacity } = extremes;
  const mask = capacity - 1;
  const row = ring.newestRow;
  const leavingRow = ring.sequence > window ? ring.rowAt(window) : -1;
  const size = dequeSize(capacity);
  for (let lane = 0; lane < channels.length; lane++) {
    const at = row * ring.width + (channels[lane] as number);
    const isUsable = (ring.status[at] as number) < firstBadStatus;
    const value = ring.values[at] as number;
    for (let side = 0; side < 2; side++) {
      const base = extremes.base + (2 * lane + side) * size;
      const rows = base + headerSize;
      const values = rows + capacity;
      let front = memory[base + frontCell] as number;
      let length = memory[base + lengthCell] as number;
      if (length > 0 && memory[rows + front] === leavingRow) {
        front = (front + 1) & mask;
        length -= 1;
      }
      if (isUsable) {
        while (length > 0) {
          const back = memory[values + ((front + length - 1) & mask)] as number;
          if (side === 0 ? back < value : back > value) break;
          length -= 1;
        }
        const place = (front + length) & mask;
        memory[rows + place] = row;
        memory[values + place] = value;
        length += 1;
      }
      memory[base + frontCell] = front;
      memory[base + lengthCell] = length;
    }
  }
};

/** Writes minimum and maximum of a lane to the cells `out` and `out + 1`; NaN without a usable sample. */
export const readSlidingExtremes = (
  memory: Float64Array,
  extremes: SlidingExtremes,
  place: { readonly lane: number; readonly out: number },
): void => {
  const size = dequeSize(extremes.capacity);
  for (let side = 0; side < 2; side++) {
    const base = extremes.base + (2 * place.lane + side) * size;
    const front = memory[base + frontCell] as number;
    memory[place.out + side] =
      memory[base + lengthCell] === 0
        ? Number.NaN
        : (memory[base + headerSize + extremes.capacity + front] as number);
  }
};
