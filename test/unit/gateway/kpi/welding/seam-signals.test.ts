import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { ofLine, ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

const track = (line: WholeLine, offsets: readonly number[], startMs = 0): void => {
  for (const [index, offsetY] of offsets.entries()) {
    line.seam(startMs + index * 100, { offsetY, offsetZ: 0.3, arcOn: 1, seamFound: 1 });
  }
};

test('the tracking bias is the mean of ey: 0.02 mm (section 3.3)', () => {
  const line = wholeLine([ofSeam('trackingBias')]);
  line.line(0, { panelId: 1 });
  track(line, [0.1, -0.2, 0.3, 0, -0.4, 0.2, 0.1, -0.1, 0.5, -0.3]);
  expect(line.at(1000, 'trackingBias').value).toBeCloseTo(0.02, 12);
  line.line(1000, { panelId: 2 });
  track(line, [-0.4, -0.2], 1000);
  expect(line.at(1100, 'trackingBias').value).toBeCloseTo(-0.3, 12);
});

describe('the seam lost (section 3.4)', () => {
  const kpis = [ofSeam('seamLostRatio'), ofSeam('seamLostLength')];

  test('for 1.2 s of 1350 s at 0.8 m/min is 0.0889 % and 16.0 mm', () => {
    const line = wholeLine(kpis);
    for (let timeMs = 0; timeMs <= 1_350_000; timeMs += 100) {
      const isLost = timeMs >= 500_000 && timeMs < 501_200;
      line.line(timeMs, { travelSpeed: 0.8 });
      line.seam(timeMs, { arcOn: 1, seamFound: isLost ? 0 : 1 });
    }
    const ratio = line.at(1_350_000, 'seamLostRatio');
    expect(ratio.value).toBeCloseTo(0.0889, 4);
    expect(ratio.value).toBeCloseTo((100 * 1.2) / 1350, 12);
    expect(line.at(1_350_000, 'seamLostLength').value).toBeCloseTo(16, 9);
    expect(ratio.status).toBe(statusCodes.good);
  });

  test('counts only with the arc on, of this panel, and of measured time', () => {
    const line = wholeLine(kpis);
    const at = (timeMs: number, arcOn: number, seamFound: number, panelId = 1): void => {
      line.line(timeMs, { travelSpeed: 0.6, panelId });
      line.seam(timeMs, { arcOn, seamFound });
    };
    for (let timeMs = 0; timeMs < 1000; timeMs += 100) at(timeMs, 0, 0);
    for (let timeMs = 1000; timeMs <= 2000; timeMs += 100) at(timeMs, 1, timeMs < 1500 ? 0 : 1);
    expect(line.at(2000, 'seamLostRatio').value).toBeCloseTo(50, 12);
    expect(line.at(2000, 'seamLostLength').value).toBeCloseTo(5, 12);
    line.seam(2100, { arcOn: 1, seamFound: { value: 0, status: statusCodes.badTimeout } });
    line.seam(2200, { arcOn: 1, seamFound: 1 });
    expect(line.at(2200, 'seamLostRatio').value).toBeCloseTo(50, 12);
    expect(line.at(2200, 'seamLostRatio.coverage').value).toBeCloseTo(10 / 12, 12);
    at(2300, 1, 1, 2);
    at(2400, 1, 1, 2);
    expect(line.at(2400, 'seamLostRatio').value).toBe(0);
    expect(line.at(2400, 'seamLostLength')).toEqual({ value: 0, status: statusCodes.good });
  });
});

describe('the travel-speed conformity (section 3.5)', () => {
  const speeds = [0.8, 0.81, 0.83, 0.85, 0.79, 0.78, 0.75, 0.8, 0.8, 0.82];

  const run = (more: object, set = 0.8): number => {
    const line = wholeLine([ofLine('speedConformity', more)]);
    line.line(0, { travelSpeed: 2, travelSpeedSet: set });
    line.seam(50, { arcOn: 1 });
    for (const [index, travelSpeed] of speeds.entries()) {
      line.line(100 + index * 100, { travelSpeed, travelSpeedSet: set });
    }
    line.seam(1050, { arcOn: 0 });
    line.line(1100, { travelSpeed: 2, travelSpeedSet: set });
    return line.at(1100, 'speedConformity', 'line').value;
  };

  test('is 80 % of ten samples against 0.80 m/min', () => {
    expect(run({})).toBeCloseTo(80, 12);
  });

  test('takes another tolerance, and counts a sample on its edge', () => {
    expect(run({ parameters: { tolerancePercent: 6.25 } })).toBeCloseTo(100, 12);
    expect(run({ parameters: { tolerancePercent: 1.25 } })).toBeCloseTo(50, 12);
  });

  test('has no result while the set speed is not known', () => {
    const line = wholeLine([ofLine('speedConformity')]);
    line.seam(0, { arcOn: 1 });
    for (let timeMs = 0; timeMs <= 500; timeMs += 100) line.line(timeMs, { travelSpeed: 0.8 });
    expect(line.at(500, 'speedConformity', 'line').status).toBe(statusCodes.badNoData);
  });
});

describe('arc interruptions', () => {
  const kpis = ['weldLength', 'arcInterruptions', 'arcInterruptionsPerMetre'].map((kpi) =>
    ofSeam(kpi),
  );

  const weld = (
    line: WholeLine,
    span: { readonly fromMs: number; readonly toMs: number },
    arcs: { readonly f01: number; readonly f02: number; readonly speed?: number },
  ): void => {
    for (let timeMs = span.fromMs; timeMs < span.toMs; timeMs += 100) {
      line.line(timeMs, { travelSpeed: arcs.speed ?? 0.6 });
      line.seam(timeMs, { arcOn: arcs.f01 }, 'f01');
      line.seam(timeMs, { arcOn: arcs.f02 }, 'f02');
    }
  };

  test('count when the arc burns again, and by metre of weld', () => {
    const line = wholeLine(kpis, ['f01', 'f02']);
    weld(line, { fromMs: 0, toMs: 50_000 }, { f01: 1, f02: 1 });
    weld(line, { fromMs: 50_000, toMs: 50_200 }, { f01: 0, f02: 1 });
    weld(line, { fromMs: 50_200, toMs: 100_300 }, { f01: 1, f02: 1 });
    expect(line.at(100_300, 'arcInterruptions')).toEqual({ value: 1, status: statusCodes.good });
    expect(line.at(100_300, 'arcInterruptions', 'f02').value).toBe(0);
    // 100 s and a step of half at each end of the interruption, at 10 mm/s.
    expect(line.at(100_300, 'weldLength').value).toBeCloseTo(1, 9);
    expect(line.at(100_300, 'arcInterruptionsPerMetre').value).toBeCloseTo(1, 9);
  });

  test('count when the arc stays out while the line welds on, once', () => {
    const line = wholeLine(kpis, ['f01', 'f02']);
    weld(line, { fromMs: 0, toMs: 2000 }, { f01: 1, f02: 1 });
    weld(line, { fromMs: 2000, toMs: 6800 }, { f01: 0, f02: 1 });
    expect(line.at(6800, 'arcInterruptions').value).toBe(0);
    weld(line, { fromMs: 6800, toMs: 7500 }, { f01: 0, f02: 1 });
    expect(line.at(7500, 'arcInterruptions').value).toBe(1);
    weld(line, { fromMs: 7500, toMs: 20_000 }, { f01: 0, f02: 1 });
    weld(line, { fromMs: 20_000, toMs: 22_000 }, { f01: 1, f02: 1 });
    expect(line.at(22_000, 'arcInterruptions').value).toBe(1);
  });

  test('do not count before the ignition nor at the end of the panel', () => {
    const line = wholeLine(kpis, ['f01', 'f02']);
    weld(line, { fromMs: 0, toMs: 30_000 }, { f01: 0, f02: 1 });
    weld(line, { fromMs: 30_000, toMs: 40_000 }, { f01: 1, f02: 1 });
    weld(line, { fromMs: 40_000, toMs: 42_000 }, { f01: 0, f02: 1 });
    weld(line, { fromMs: 42_000, toMs: 90_000 }, { f01: 0, f02: 0, speed: 5 });
    expect(line.at(90_000, 'arcInterruptions')).toEqual({ value: 0, status: statusCodes.good });
    line.line(90_000, { panelId: 1 });
    line.line(90_100, { panelId: 2 });
    weld(line, { fromMs: 91_000, toMs: 95_000 }, { f01: 1, f02: 1 });
    expect(line.at(95_000, 'arcInterruptions').value).toBe(0);
  });
});
