import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../../../gateway/core/error.ts';
import { ModbusException } from '../transport.ts';
import type { Asker, Place } from './asker.ts';

/** Most registers that one request may ask for (Modbus Application Protocol V1.1b3 §6.3). */
const mostRegisters = 125;
const illegalAddress = 2;

export type LargestRead = {
  readonly registers: number;
  /** False where it is no limit of the device, but where its registers end. */
  readonly isLimit: boolean;
};

/**
 * The most registers that a unit gives at once from here on, by halving.
 *
 * @param readable registers that were read there before
 */
export const findLargestRead = async (
  asker: Asker,
  place: Omit<Place, 'quantity'>,
  readable: number,
): Promise<LargestRead> => {
  let most = readable;
  let least = mostRegisters + 1;
  let isLimit = true;
  let quantity = mostRegisters;
  while (most < least - 1) {
    const answer = await asker.read({ ...place, quantity });
    if (answer instanceof GatewayError) {
      least = quantity;
      isLimit = !(answer instanceof ModbusException && answer.exceptionCode === illegalAddress);
      // On a line a late answer would be taken for that to the next request.
      if (!(answer instanceof ModbusException)) await asker.settle();
      if (answer.code === 'ABORTED') break;
    } else {
      most = quantity;
    }
    quantity = Math.floor((most + least) / 2);
  }
  return { registers: most, isLimit: isLimit && most < mostRegisters };
};

const gapsMs = [0, 5, 10, 20, 50, 100, 200] as const;
const readsAtGap = 5;

/** The shortest rest after an answer at which a unit answers each time, in ms; undefined where none is long enough. */
export const findGap = async (
  asker: Asker,
  place: Place,
  signal: AbortSignal,
): Promise<number | undefined> => {
  for (const gapMs of gapsMs) {
    if (await answersAtGap(asker, place, gapMs)) return gapMs;
    if (signal.aborted) return undefined;
    await asker.settle();
  }
  return undefined;
};

const answersAtGap = async (asker: Asker, place: Place, gapMs: number): Promise<boolean> => {
  for (let read = 0; read < readsAtGap; read += 1) {
    if (read > 0 && gapMs > 0) await sleep(gapMs);
    if ((await asker.readNow(place)) instanceof GatewayError) return false;
  }
  return true;
};

const burstSizes = [2, 4, 8, 16] as const;
const burstsPerSize = 2;

/** Most reads of those tried that a unit answers at once; 1 where it takes one at a time. */
export const findInFlight = async (
  asker: Asker,
  place: Place,
  signal: AbortSignal,
): Promise<number> => {
  let most = 1;
  for (const size of burstSizes) {
    for (let burst = 0; burst < burstsPerSize; burst += 1) {
      const reads = Array.from({ length: size }, () => asker.readNow(place));
      const answers = await Promise.all(reads);
      if (answers.some((answer) => answer instanceof GatewayError) || signal.aborted) {
        await asker.settle();
        return most;
      }
    }
    most = size;
  }
  return most;
};

/** So long that a device is at rest before its time is taken. */
const pauseMs = 100;

/** From a request to its answer, the middle of some, in ms. */
export const measureRoundTrip = async (asker: Asker, place: Place): Promise<number | undefined> => {
  const times: number[] = [];
  for (let read = 0; read < readsAtGap; read += 1) {
    await sleep(pauseMs);
    const startMs = performance.now();
    const answer = await asker.readNow(place);
    if (!(answer instanceof GatewayError)) times.push(performance.now() - startMs);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)];
};
