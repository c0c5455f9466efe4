// Goal: what a machine shows is handed in until it is kept, in its order, once, and with a bound.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReportQueue } from '../../../../../adapters/opcua/machine/report-queue.ts';
import type { ProductionReport } from '../../../../../gateway/core/production-report.ts';
import type { SourceContext } from '../../../../../gateway/core/source.ts';
import { systemClock } from '../../../../../gateway/runtime/system-clock.ts';
import { silentLog } from '../../../../support/journal-options.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const status = (timeMs: number, of: 'started' | 'completed' = 'started'): ProductionReport => ({
  ...{ kind: 'jobOrderStatus', area: 'a', line: 'l', orderId: 'WO-1', status: of, timeMs },
});

const start = (answer: (call: number) => boolean | Error) => {
  const kept: ProductionReport[] = [];
  const counters: Record<string, number> = {};
  const abort = new AbortController();
  let calls = 0;
  const none = (): void => undefined;
  const context: SourceContext = {
    ...{ clock: systemClock, log: silentLog, signal: abort.signal, emit: () => true },
    ...{ intern: () => 1, event: none, member: none, connected: none, clockSeen: none },
    count: (name, delta) => {
      counters[name] = (counters[name] ?? 0) + delta;
    },
    report: async (reports) => {
      calls += 1;
      const outcome = answer(calls);
      if (outcome instanceof Error) throw outcome;
      if (outcome) kept.push(...reports);
      return outcome;
    },
  };
  const queue = new ReportQueue();
  queue.begin(context);
  return { queue, kept, counters, abort, calls: () => calls, context };
};

it('tells nothing again that was kept, and everything that has changed', async () => {
  const { queue, kept } = start(() => true);
  queue.add([status(1)]);
  await vi.advanceTimersByTimeAsync(0);
  queue.add([status(1)]);
  queue.add([status(2, 'completed')]);
  await vi.advanceTimersByTimeAsync(0);
  queue.add([status(3)]);
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual([status(1), status(2, 'completed'), status(3)]);
});

it('tries again what could not be kept, in its order', async () => {
  const { queue, kept, counters } = start((call) => (call === 1 ? new Error('store') : call === 3));
  queue.add([status(1)]);
  queue.add([status(2, 'completed')]);
  await vi.advanceTimersByTimeAsync(4900);
  expect([kept.length, counters['report_retries']]).toEqual([0, 1]);
  await vi.advanceTimersByTimeAsync(5200);
  expect(kept).toEqual([status(1), status(2, 'completed')]);
  expect(counters['report_retries']).toBe(2);
});

it('drops the oldest beyond its bound, and counts them', async () => {
  let isOpen = false;
  const { queue, kept, counters } = start(() => isOpen);
  queue.add(Array.from({ length: 2500 }, (_, index) => status(index)));
  await vi.advanceTimersByTimeAsync(0);
  expect(counters['reports_dropped']).toBe(500);
  isOpen = true;
  await vi.advanceTimersByTimeAsync(5000);
  expect([kept.length, kept[0]]).toEqual([2000, status(500)]);
});

it('keeps what waits for the next connection, and does nothing without one', async () => {
  let isOpen = false;
  const { queue, kept, abort, calls, context } = start(() => isOpen);
  queue.add([status(1)]);
  await vi.advanceTimersByTimeAsync(0);
  abort.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls()).toBe(1);
  isOpen = true;
  queue.begin({ ...context, signal: new AbortController().signal });
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual([status(1)]);
});
