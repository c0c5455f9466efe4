import { expect, test } from 'vitest';
import { keepHeapSmall } from '../../../../gateway/runtime/small-heap.ts';

const usedBytes = (): number => process.memoryUsage().heapUsed;

test('garbage is collected at once, and the collector is shown to nobody', () => {
  let made: object[] = Array.from({ length: 400_000 }, (_, number) => ({ number }));
  const withGarbage = usedBytes();
  made = [];
  keepHeapSmall();
  expect(made).toEqual([]);
  expect(withGarbage - usedBytes()).toBeGreaterThan(8_000_000);
  expect(globalThis).not.toHaveProperty('gc');
});
