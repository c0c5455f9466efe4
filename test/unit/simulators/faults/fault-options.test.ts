import { describe, expect, it } from 'vitest';
import { instantsOf, wrongClockMs } from '../../../../simulators/faults/fault-options.ts';

describe('the reading of a wrong clock', () => {
  const beganMs = 1_000_000;
  it.each([
    ['runs on from 1970', { readsMs: 0, offsetMs: 0, driftPpm: 0 }, 5000],
    ['is off by a step', { offsetMs: -250, driftPpm: 0 }, beganMs + 5000 - 250],
    ['gains by ppm', { offsetMs: 0, driftPpm: 1000 }, beganMs + 5005],
    ['loses by ppm', { offsetMs: 0, driftPpm: -1000 }, beganMs + 4995],
    ['is never before 1970', { offsetMs: -2_000_000, driftPpm: 0 }, 0],
  ])('%s', (_, clock, expected) => {
    expect(wrongClockMs(clock, beganMs + 5000, beganMs)).toBe(expected);
  });
});

describe('the instants of a fault', () => {
  it.each([
    [{}, {}],
    [{ fromMs: 7 }, { fromMs: 7 }],
    [{ atMs: 7 }, { fromMs: 107 }],
    [
      { atMs: 7, forMs: 3 },
      { fromMs: 107, toMs: 110 },
    ],
    [
      { fromMs: 50, forMs: 3 },
      { fromMs: 50, toMs: 53 },
    ],
    [{ forMs: 3 }, { toMs: 103 }],
    [
      { atMs: 7, toMs: 200 },
      { fromMs: 107, toMs: 200 },
    ],
  ])('of %o asked for at 100 are %o', (asked, expected) => {
    expect(instantsOf(asked, 100)).toStrictEqual(expected);
  });

  it('are none where one is named twice', () => {
    expect(instantsOf({ fromMs: 1, atMs: 1 }, 100)).toBeUndefined();
    expect(instantsOf({ toMs: 1, forMs: 1 }, 100)).toBeUndefined();
  });
});
