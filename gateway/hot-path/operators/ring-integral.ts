import { isLastUsable } from '../../core/quality.ts';
import type { ArenaPlan } from '../arena.ts';
import { firstBadStatus, firstUncertainStatus } from '../quality-bits.ts';
import type { FrameRing, Lanes } from '../ring.ts';

/**
 * Time integral (trapezoid) of channels of a ring, in the channel's unit times ms, and the time that it covers. Nothing is
 * added between two frames further apart than `gapMs`, nor next to an unusable sample.
 */
export type RingIntegral = Lanes & { readonly base: number; readonly gapMs: number };

const size = 3;
const sumCell = 0;
const compensationCell = 1;
const coveredCell = 2;

export const reserveRingIntegral = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: Lanes & { readonly gapMs: number },
): RingIntegral => {
  const { firstChannel, lanes, gapMs } = options;
  return { base: plan.reserve(size * lanes), firstChannel, lanes, gapMs };
};

/** `status` is only written for rows with anything but good samples. */
const isUsableAt = (ring: FrameRing, row: number, channel: number): boolean => {
  if ((ring.worst[row] as number) < firstUncertainStatus) return true;
  const status = ring.status[row * ring.width + channel] as number;
  return status < firstBadStatus && !isLastUsable(status);
};

/** Takes the newest frame of the ring, whose capacity is at least two frames. */
export const pushRingIntegral = (
  memory: Float64Array,
  integral: RingIntegral,
  ring: FrameRing,
): void => {
  if (ring.sequence < 2) return;
  const { lanes, firstChannel } = integral;
  const { values } = ring;
  const newest = ring.newestRow;
  const before = ring.rowAt(1);
  const stepMs = (ring.timeMs[newest] as number) - (ring.timeMs[before] as number);
  if (!(stepMs > 0 && stepMs <= integral.gapMs)) return;
  const first = newest * ring.width + firstChannel;
  const firstBefore = before * ring.width + firstChannel;
  const isAllUsable =
    (ring.worst[newest] as number) < firstUncertainStatus &&
    (ring.worst[before] as number) < firstUncertainStatus;
  const halfStepMs = stepMs / 2;
  for (let lane = 0; lane < lanes; lane++) {
    const at = first + lane;
    const last = firstBefore + lane;
    if (!isAllUsable) {
      const channel = firstChannel + lane;
      if (!isUsableAt(ring, newest, channel) || !isUsableAt(ring, before, channel)) continue;
    }
    const term = halfStepMs * ((values[at] as number) + (values[last] as number));
    const base = integral.base + lane * size;
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
