import { expect, it } from 'vitest';
import type { ClockRecord } from '../../../../gateway/core/entry.ts';
import { DeviceClocks } from '../../../../gateway/runtime/device-clocks.ts';

const createClocks = (isTaken = (): boolean => true) => {
  const told: ClockRecord[] = [];
  const clocks = new DeviceClocks({
    source: 'plc',
    record: (record) => {
      if (!isTaken()) return false;
      told.push(record);
      return true;
    },
  });
  return { clocks, told: () => told.map(({ timeMs, skewMs }) => [timeMs / 1000, skewMs]) };
};

it('a clock is told of when it is first seen, when it has moved, and every ten minutes while it stands', () => {
  const { clocks, told } = createClocks();
  for (let second = 0; second <= 1_300; second++) {
    const skewMs = second < 30 ? 20 : second < 100 ? 150 : 1_400;
    clocks.seen('welder', skewMs, second * 1000);
  }
  expect(told()).toEqual([
    [0, 20],
    [60, 150],
    [100, 1_400],
    [700, 1_400],
    [1_300, 1_400],
  ]);
  expect(clocks.skews).toEqual([{ device: 'welder', skewMs: 1_400 }]);
});

it('a clock that jumps at every look is told of every ten seconds at most', () => {
  const { clocks, told } = createClocks();
  for (let tenth = 0; tenth < 1_000; tenth++)
    clocks.seen('welder', (tenth % 2) * 9_000, tenth * 100);
  expect(told().length).toBeLessThanOrEqual(11);
});

it('what the journal did not take is told at the next look', () => {
  let isTaken = false;
  const { clocks, told } = createClocks(() => isTaken);
  clocks.seen('welder', 5, 0);
  isTaken = true;
  clocks.seen('welder', 6, 100);
  expect(told()).toEqual([[0.1, 6]]);
});
