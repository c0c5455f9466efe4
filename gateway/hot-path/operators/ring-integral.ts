import type { ArenaPlan } from '../arena.ts';
import type { FrameRing } from '../ring.ts';

/**
 * Time integral (trapezoid) of channels of a ring, in the channel's unit times ms, and the time that it covers. Nothing is
 * added between two frames further apart than `gapMs`, nor next to an unusable sample.
 */
export type RingIntegral = {
  readonly base: number;
  readonly channels: Uint16Array;
  readonly gapMs: number;
};

const size = 3;
const sumCell = 0;
const compensationCell = 1;
const coveredCell = 2;

const firstBadStatus = 0x8000_0000;

export const reserveRingIntegral = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: { readonly channels: readonly number[]; readonly gapMs: number },
): RingIntegral => ({
  base: plan.reserve(size * options.channels.length),
  channels: Uint16Array.from(options.channels),
  gapMs: options.gapMs,
});

/** Takes the newest frame of the ring, whose capacity is at least two frames. */
export const pushRingIntegral = (
  memory: Float64Array,
  integral: RingIntegral,
  ring: FrameRing,
): void => {
  if (ring.sequence < 2) return;
  const { channels } = integral;
  const { values, status } = ring;
  const newest = ring.newestRow;
  const before = ring.rowAt(1);
  const stepMs = (ring.timeMs[newest] as number) - (ring.timeMs[before] as number);
  if (!(stepMs > 0 && stepMs <= integral.gapMs)) return;
  for (let lane = 0; lane < channels.length; lane++) {
    const channel = channels[lane] as number;
    const at = newest * ring.width + channel;
    const last = before * ring.width + channel;
    if ((status[at] as number) >= firstBadStatus || (status[last] as number) >= firstBadStatus) {
      continue;
    }
    const base = integral.base + lane * size;
    const term = (stepMs * ((values[at] as number) + (values[last] as number))) / 2;
    const sum = memory[base + sumCell] as number;
    const next = sum + term;
    const lost = Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    memory[base + sumCell] = next;
    memory[base + compensationCell] = (memory[base + compensationCell] as number) + lost;
    memory[base + coveredCell] = (memory[base + coveredCell] as number) + stepMs;
  }
};

/** Writes the integral of a lane and the covered ms to the cells `out` and `out + 1`. */
export const readRingIntegral = (
  memory: Float64Array,
  integral: RingIntegral,
  place: { readonly lane: number; readonly out: number },
): void => {
  const base = integral.base + place.lane * size;
  memory[place.out] =
    (memory[base + sumCell] as number) + (memory[base + compensationCell] as number);
  memory[place.out + 1] = memory[base + coveredCell] as number;
};
