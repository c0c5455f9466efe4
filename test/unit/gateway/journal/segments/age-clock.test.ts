import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgeClock } from '../../../../../gateway/journal/segments/age-clock.ts';
import { testSeed } from '../../../../support/seed.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const startMs = 1_760_000_000_000;

describe('the clock by which entries grow old', () => {
  it('is the wall clock while that goes on', () => {
    const clock = new AgeClock(startMs);
    for (let ms = startMs; ms < startMs + dayMs; ms += 10 * minuteMs) expect(clock.at(ms)).toBe(ms);
  });

  it('does not follow a leap of years that is taken back', () => {
    const clock = new AgeClock(undefined);
    clock.at(startMs);
    const leapMs = startMs + 3_650 * dayMs;
    for (let ms = 0; ms < 50 * minuteMs; ms += minuteMs) {
      expect(clock.at(leapMs + ms)).toBeLessThanOrEqual(startMs + ms);
    }
    expect(clock.at(startMs + hourMs)).toBe(startMs + hourMs);
  });

  it('follows a leap that has stood for an hour, as after a month without power', () => {
    const clock = new AgeClock(startMs);
    const laterMs = startMs + 30 * dayMs;
    expect(clock.at(laterMs)).toBe(startMs);
    expect(clock.at(laterMs + 30 * minuteMs)).toBe(startMs + 30 * minuteMs);
    expect(clock.at(laterMs + hourMs)).toBe(laterMs + hourMs);
    expect(clock.at(laterMs + 2 * hourMs)).toBe(laterMs + 2 * hourMs);
  });

  it('goes back at once with a clock that is set back', () => {
    const clock = new AgeClock(startMs);
    expect(clock.at(startMs - 400 * dayMs)).toBe(startMs - 400 * dayMs);
  });

  it('is never ahead of the wall clock', () => {
    const steps = fc.array(fc.integer({ min: -3 * dayMs, max: 3 * dayMs }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (walk) => {
        const clock = new AgeClock(startMs);
        let wallMs = startMs;
        for (const step of walk) {
          wallMs += step;
          expect(clock.at(wallMs)).toBeLessThanOrEqual(wallMs);
        }
      }),
      { seed: testSeed(), numRuns: 200 },
    );
  });
});
