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
    const timer = setTimeout(finish, Math.min(Math.max(0, delayMs), longestTimerMs));
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

/** The machine's clock: wall time for data, `performance.now` for schedules. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now() + wallCorrectionMs(),
  monotonicMs: () => performance.now(),
  join: () => participant,
};

/** Wall time moves when NTP or an operator sets it; timeOrigin does not, so the difference is added. */
function wallCorrectionMs(): number {
  const correctionMs = Date.now() - (performance.timeOrigin + performance.now());
  // Date.now has whole milliseconds: below that the finer clock is right.
  return Math.abs(correctionMs) < 1.5 ? 0 : correctionMs;
}
