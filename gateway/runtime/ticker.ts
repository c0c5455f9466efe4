import type { Clock } from '../core/clock.ts';
import type { TickRecord } from '../core/entry.ts';
import type { GatewayEvent } from '../core/event.ts';
import { LocalDay } from './local-day.ts';

export type TickerOptions = {
  readonly clock: Clock;
  readonly periodMs: number;
  readonly allowedLatenessMs: number;
  /** IANA name of the site's zone. */
  readonly timeZone: string;
  tick(record: TickRecord): void;
  /** The wall clock was set: by how much, in ms. */
  stepped(stepMs: number): void;
};

/** A wall clock that moved by more than this against the monotonic one was set by somebody. */
const smallestStepMs = 1000;

/** Journals the passing of time at whole multiples of the period, by the wall clock; a tick that is missed is skipped. */
export const runTicker = async (options: TickerOptions, signal: AbortSignal): Promise<void> => {
  const { clock, periodMs, allowedLatenessMs, tick, stepped } = options;
  const day = new LocalDay(options.timeZone);
  const participant = clock.join('ticker', 'ticks');
  let offsetMs = clock.nowMs() - clock.monotonicMs();
  let lastMs = Math.floor(clock.nowMs() / periodMs) * periodMs;
  try {
    while (!signal.aborted) {
      const nextMs = lastMs + periodMs;
      await participant.sleepUntil(nextMs - offsetMs, signal);
      if (signal.aborted) return;
      const stepMs = clock.nowMs() - clock.monotonicMs() - offsetMs;
      offsetMs += stepMs;
      if (Math.abs(stepMs) > smallestStepMs) {
        lastMs = Number.NEGATIVE_INFINITY;
        stepped(stepMs);
      }
      const timeMs = Math.floor((clock.nowMs() + 1) / periodMs) * periodMs;
      if (timeMs <= lastMs) continue;
      lastMs = timeMs;
      tick({
        type: 'tick',
        timeMs,
        watermarkMs: timeMs - allowedLatenessMs,
        dayStartMs: day.startMs(timeMs),
      });
    }
  } finally {
    participant.leave();
  }
};

export const clockSteppedEvent = (stepMs: number): GatewayEvent => ({
  code: 'clock-stepped',
  severity: 'warning',
  subject: 'gateway',
  text: {
    en: `The gateway's clock was set by ${Math.round(stepMs)} ms`,
    zh: `网关时钟被调整了 ${Math.round(stepMs)} 毫秒`,
  },
  details: { stepMs: Math.round(stepMs) },
});
