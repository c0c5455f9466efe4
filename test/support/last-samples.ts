import { expect } from 'vitest';
import { systemClock } from '../../gateway/runtime/system-clock.ts';
import type { SourceRun } from './source-run.ts';

/** A sample stands at least so long behind the one before it, in ms. */
const stepMs = 1;
/** Longer than any period of the sources under test. */
export const quietMs = 400;

/** The symbol of a bad status, or the number of one without. */
export const badStatus = /^(Bad|0x[89AB])/;

type LastSample = {
  readonly equipment: string;
  readonly point: string;
  readonly value: number;
  readonly status: string;
  readonly timeMs: number;
  /** Of the newest frame of its group before. */
  readonly beforeMs: number;
};

/** What was said last of each point. */
export const lastOf = ({ frames }: SourceRun): ReadonlyMap<string, LastSample> => {
  const last = new Map<string, LastSample>();
  const newestMs = new Map<string, number>();
  for (const { equipment, group, timeMs, points } of frames) {
    const ofGroup = `${equipment}/${group}`;
    const beforeMs = newestMs.get(ofGroup) ?? Number.NEGATIVE_INFINITY;
    newestMs.set(ofGroup, Math.max(beforeMs, timeMs));
    for (const [point, [value, status]] of Object.entries(points)) {
      if (status === '0xFFFFFFFF') continue;
      last.set(`${equipment}/${point}`, { equipment, point, value, status, timeMs, beforeMs });
    }
  }
  return last;
};

/**
 * A loss is of now, or one step behind the sample that it ends: a device stamps by its own clock, which reads whole
 * milliseconds, and what it tells within one of them stands step by step.
 */
export const expectNotAhead = ({ timeMs, beforeMs }: LastSample): void => {
  const nowMs = systemClock.nowMs();
  expect(timeMs).toBeLessThanOrEqual(Math.max(nowMs, beforeMs) + stepMs);
  expect(timeMs).toBeLessThan(nowMs + quietMs);
};
