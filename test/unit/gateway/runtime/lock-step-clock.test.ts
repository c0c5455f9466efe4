import { describe, expect, it } from 'vitest';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';

const startMs = 1_700_000_000_000;

const createClock = (
  options: { readonly untilMs?: number } = {},
): { readonly clock: LockStepClock; readonly moves: number[] } => {
  const moves: number[] = [];
  const clock = new LockStepClock({
    startMs,
    advance: async (toMs) => {
      moves.push(toMs - startMs);
    },
    drain: async () => undefined,
    ...options,
  });
  return { clock, moves };
};

const forever = new AbortController().signal;

describe('LockStepClock', () => {
  it('moves to the earliest due time once everybody sleeps', async () => {
    const { clock, moves } = createClock();
    const fast = clock.join('fast');
    const slow = clock.join('slow');
    const slept = slow.sleepUntil(1000, forever);
    await fast.sleepUntil(100, forever);
    expect(clock.nowMs()).toBe(startMs + 100);
    await fast.sleepUntil(1000, forever);
    await slept;
    expect(moves).toEqual([100, 1000]);
  });

  it('moves in whole milliseconds, never to before what was asked', async () => {
    const { clock, moves } = createClock();
    await clock.join('back-off').sleepUntil(10.2, forever);
    expect(moves).toEqual([11]);
  });

  it('stands while one participant is at work, however long that takes', async () => {
    const { clock, moves } = createClock();
    const worker = clock.join('worker');
    const sleeper = clock.join('sleeper');
    const slept = sleeper.sleepUntil(50, forever);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(moves).toEqual([]);
    worker.leave();
    await slept;
    expect(moves).toEqual([50]);
  });

  it('lets all reads of an instant finish before its ticks begin', async () => {
    const { clock } = createClock();
    const order: string[] = [];
    const tick = clock.join('tick', 'ticks');
    const read = clock.join('read', 'reads');
    const ticked = tick.sleepUntil(100, forever).then(() => order.push('tick'));
    await read.sleepUntil(100, forever);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    order.push('read');
    read.leave();
    await ticked;
    expect(order).toEqual(['read', 'tick']);
  });

  it('asks the pipeline to drain before each move', async () => {
    const calls: string[] = [];
    const clock = new LockStepClock({
      startMs,
      advance: async () => {
        calls.push('advance');
      },
      drain: async () => {
        calls.push('drain');
      },
    });
    await clock.join('one').sleepUntil(10, forever);
    expect(calls).toEqual(['drain', 'advance']);
  });

  it('ends at the given instant with everybody asleep', async () => {
    const { clock, moves } = createClock({ untilMs: startMs + 250 });
    const participant = clock.join('loop');
    const ending = new AbortController();
    const loop = (async () => {
      for (let dueMs = 100; !ending.signal.aborted; dueMs += 100) {
        await participant.sleepUntil(dueMs, ending.signal);
      }
    })();
    await clock.finished;
    expect(moves).toEqual([100, 200]);
    ending.abort();
    await loop;
  });

  it('reports simulators that do not answer', async () => {
    const clock = new LockStepClock({
      startMs,
      advance: async () => {
        throw new Error('connection refused');
      },
      drain: async () => undefined,
    });
    const ending = new AbortController();
    const asleep = clock.join('one').sleepUntil(10, ending.signal);
    await expect(clock.finished).rejects.toThrow('connection refused');
    ending.abort();
    await asleep;
  });

  it('wakes a sleeper whose signal aborts', async () => {
    const { clock, moves } = createClock();
    clock.join('busy');
    const ending = new AbortController();
    const slept = clock.join('sleeper').sleepUntil(10, ending.signal);
    ending.abort();
    await slept;
    expect(moves).toEqual([]);
  });

  it('keeps a failure of the simulators for whoever asks later', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const clock = new LockStepClock({
      startMs,
      advance: () => Promise.reject(new Error('simulators are gone')),
      drain: async () => undefined,
    });
    void clock.join('read').sleepUntil(100, forever);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
    await expect(clock.finished).rejects.toThrow('simulators are gone');
  });
});
