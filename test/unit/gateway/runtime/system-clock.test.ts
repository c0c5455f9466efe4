import { describe, expect, it } from 'vitest';
import { wallTime } from '../../../../gateway/runtime/system-clock.ts';

describe('wallTime', () => {
  it('never steps back by its own rounding while NTP slows the steady clock down', () => {
    const machine = { steadyMs: 0, wallMs: 0 };
    const nowMs = wallTime({
      steadyMs: () => machine.steadyMs,
      wallMs: () => Math.floor(machine.wallMs),
    });
    let previousMs = nowMs();
    for (let step = 0; step < 20_000; step += 1) {
      // 500 ppm, the most that NTP slews.
      machine.steadyMs += 0.3;
      machine.wallMs += 0.3 * 1.0005;
      const ms = nowMs();
      expect(ms).toBeGreaterThanOrEqual(previousMs);
      expect(Math.abs(ms - machine.wallMs)).toBeLessThan(3);
      previousMs = ms;
    }
  });

  it('follows a wall clock that is set', () => {
    const machine = { steadyMs: 1000.25, wallMs: 1000 };
    const nowMs = wallTime({ steadyMs: () => machine.steadyMs, wallMs: () => machine.wallMs });
    expect(nowMs()).toBe(1000.25);
    machine.wallMs = 5000;
    expect(nowMs()).toBe(5000);
    machine.steadyMs += 0.5;
    expect(nowMs()).toBe(5000.5);
  });
});
