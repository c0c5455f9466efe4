import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../gateway/core/clock.ts';
import type { TickRecord } from '../../../../gateway/core/entry.ts';
import { runTicker } from '../../../../gateway/runtime/ticker.ts';

/** A clock whose wall can be set; sleeping moves monotonic time, and `wake` may be late by what the test says. */
const settableClock = (
  wallMs: number,
): { clock: Clock; setWall(stepMs: number): void; oversleep: { ms: number } } => {
  let monotonicMs = 5000;
  let offsetMs = wallMs - monotonicMs;
  const oversleep = { ms: 0 };
  return {
    oversleep,
    setWall: (stepMs) => {
      offsetMs += stepMs;
    },
    clock: {
      nowMs: () => monotonicMs + offsetMs,
      monotonicMs: () => monotonicMs,
      join: () => ({
        sleepUntil: async (dueMs) => {
          monotonicMs = Math.max(monotonicMs, dueMs + oversleep.ms);
        },
        leave: () => undefined,
      }),
    },
  };
};

const collect = async (
  count: number,
  onTick: (ticks: readonly TickRecord[], controls: ReturnType<typeof settableClock>) => void = () =>
    undefined,
): Promise<{ ticks: TickRecord[]; steps: number[] }> => {
  const controls = settableClock(1_000_000_250);
  const ending = new AbortController();
  const ticks: TickRecord[] = [];
  const steps: number[] = [];
  await runTicker(
    {
      clock: controls.clock,
      periodMs: 1000,
      allowedLatenessMs: 2000,
      timeZone: 'Asia/Shanghai',
      tick: (record) => {
        ticks.push(record);
        onTick(ticks, controls);
        if (ticks.length === count) ending.abort();
      },
      stepped: (stepMs) => steps.push(stepMs),
    },
    ending.signal,
  );
  return { ticks, steps };
};

const times = (ticks: readonly TickRecord[]): readonly number[] =>
  ticks.map((tick) => tick.timeMs - 1_000_000_000);

describe('runTicker', () => {
  it('ticks at whole periods of the wall clock with the watermark behind', async () => {
    const { ticks } = await collect(3);
    expect(times(ticks)).toEqual([1000, 2000, 3000]);
    expect(ticks[0]?.watermarkMs).toBe(1_000_001_000 - 2000);
  });

  it('skips ticks that were missed', async () => {
    const { ticks, steps } = await collect(3, (sofar, controls) => {
      controls.oversleep.ms = sofar.length === 1 ? 2300 : 0;
    });
    expect(times(ticks)).toEqual([1000, 4000, 5000]);
    expect(steps).toEqual([]);
  });

  it('goes on without a pause when the wall clock is set back, and says by how much', async () => {
    const { ticks, steps } = await collect(4, (sofar, controls) => {
      if (sofar.length === 2) controls.setWall(-3_600_000);
    });
    expect(times(ticks)).toEqual([1000, 2000, 3000 - 3_600_000, 4000 - 3_600_000]);
    expect(steps).toEqual([-3_600_000]);
  });

  it('follows the wall clock when it is set forward', async () => {
    const { ticks, steps } = await collect(3, (sofar, controls) => {
      if (sofar.length === 1) controls.setWall(10_000);
    });
    expect(times(ticks)).toEqual([1000, 12_000, 13_000]);
    expect(steps).toEqual([10_000]);
  });
});
