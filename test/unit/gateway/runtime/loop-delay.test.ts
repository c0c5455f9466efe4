import { afterEach, expect, it, vi } from 'vitest';
import { LoopDelay } from '../../../../gateway/runtime/loop-delay.ts';

const block = (forMs: number): void => {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) performance.now();
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let delay: LoopDelay | undefined;

afterEach(() => {
  vi.useRealTimers();
  delay?.close();
});

/** Blocks until the monitor, which runs in real time, has seen it. */
const holdUp = async (forMs: number, isSeen: () => boolean): Promise<void> => {
  for (let attempt = 0; attempt < 50 && !isSeen(); attempt += 1) {
    block(forMs);
    await turn();
  }
  expect(isSeen()).toBe(true);
};

it('tells of a busy window only until the next has ended, and of the start for ever', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const watched = new LoopDelay({ windowMs: 60_000 });
  delay = watched;
  expect(watched.windowP99S).toBeNaN();
  await holdUp(300, () => watched.sinceStartP99S > 0.25);
  expect(watched.windowP99S).toBeNaN();
  vi.advanceTimersByTime(60_000);
  expect(watched.windowP99S).toBeGreaterThan(0.25);
  vi.advanceTimersByTime(60_000);
  expect(watched.windowP99S).toBeLessThan(0.25);
  expect(watched.sinceStartP99S).toBeGreaterThan(0.25);
});
