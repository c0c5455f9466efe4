import { performance } from 'node:perf_hooks';
import type { Clock, Participant } from '../core/clock.ts';

/** setTimeout fires at once for a longer delay, so longer sleeps are cut into pieces. */
const longestTimerMs = 2 ** 31 - 1;

/** Resolves after `delayMs` of real time or when `signal` aborts, whichever is first. */
export const sleepReal = (delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(Math.ceil(Math.max(0, delayMs)), longestTimerMs));
    signal.addEventListener('abort', finish, { once: true });
  });

const participant: Participant = {
  async sleepUntil(dueMs, signal) {
    for (;;) {
      const remainingMs = dueMs - performance.now();
      if (remainingMs <= 0 || signal.aborted) return;
      await sleepReal(remainingMs, signal);
    }
  },
  leave() {
    // Real time waits for nobody, so there is nothing to leave.
  },
};

/** `Date.now` has whole milliseconds: below that the finer clock is right. */
const toleratedMs = 1.5;

/**
 * Wall time with the fineness of a steady clock. NTP and operators set the wall clock and the steady one does not follow:
 * the difference is added, and held until it is off by more than 1.5 ms, so that time never jumps to and fro around it.
 */
export const wallTime = (clocks: { wallMs(): number; steadyMs(): number }): (() => number) => {
  let correctionMs = 0;
  return () => {
    const steadyMs = clocks.steadyMs();
    const differenceMs = clocks.wallMs() - steadyMs;
    if (Math.abs(differenceMs - correctionMs) > toleratedMs) correctionMs = differenceMs;
    return steadyMs + correctionMs;
  };
};

/** The machine's clock: wall time for data, `performance.now` for schedules. */
export const systemClock: Clock = {
  nowMs: wallTime({
    wallMs: () => Date.now(),
    steadyMs: () => performance.timeOrigin + performance.now(),
  }),
  monotonicMs: () => performance.now(),
  join: () => participant,
};

/** The machine's clock, with the wall time of a plant that is simulated at another time. */
export const shiftedClock = (shiftMs: number): Clock => ({
  ...systemClock,
  nowMs: () => systemClock.nowMs() + shiftMs,
});
