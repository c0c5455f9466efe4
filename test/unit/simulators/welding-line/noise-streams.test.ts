// Goal: what is measured by different sensors is noisy for itself. Method: correlation of readings over 22 minutes of weld.
import { beforeAll, describe, expect, it } from 'vitest';
import { simulatePanel } from '../../../../simulators/welding-line/study.ts';

const line = [
  ...(['preheatCelsius', 'fumeFlowM3PerHour', 'airBar', 'coolantLPerMin', 'holdDownKn'] as const),
];
const torch = ['pulseHz', 'peakA', 'baseA'] as const;
/** Of 1250 values with phi 0.8, that is (1 + phi^2)/(1 - phi^2) = 4.6 times as few alone: 5 deviations of 0.06. */
const byChance = 5 * 0.06;

const correlation = (one: readonly number[], other: readonly number[]): number => {
  const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [m, n] = [meanOf(one), meanOf(other)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [index, value] of one.entries()) {
    const [x, y] = [value - m, (other[index] ?? 0) - n];
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  return xy / Math.sqrt(xx * yy);
};

describe('noise of slow readings', () => {
  const series = new Map<string, number[]>();
  beforeAll(() => {
    simulatePanel({
      seed: 2023,
      onStep: (model) => {
        const { line: shown, torches } = model;
        if (shown.phase !== 'weld' || shown.step % 10 !== 0 || shown.positionMm < 1000) return;
        const put = (key: string, value: number): void => {
          const values = series.get(key) ?? [];
          values.push(value);
          series.set(key, values);
        };
        for (const key of line) put(key, shown[key]);
        for (const [index, id] of ['F01', 'F02'].entries()) {
          const readings = torches[index];
          if (readings === undefined) throw new Error('no torch');
          for (const key of torch) put(`${id}.${key}`, readings[key]);
        }
      },
    });
  });

  it('is of each reading alone', () => {
    expect(series.size).toBe(11);
    const names = [...series.keys()];
    for (const [index, name] of names.entries()) {
      const own = series.get(name) ?? [];
      expect(own.length, name).toBeGreaterThan(1200);
      for (const other of names.slice(index + 1)) {
        const shared = Math.abs(correlation(own, series.get(other) ?? []));
        expect(shared, `${name} with ${other}`).toBeLessThan(byChance);
      }
    }
  });

  it('has the deviation that is promised', () => {
    const deviation = (key: string): number => {
      const values = series.get(key) ?? [];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    };
    for (const [key, sigma] of [
      ['coolantLPerMin', 0.4],
      ['airBar', 0.05],
      ['fumeFlowM3PerHour', 20],
      ['F01.peakA', 9],
      ['F02.pulseHz', 3.6],
    ] as const) {
      expect(deviation(key) / sigma, key).toBeGreaterThan(0.75);
      expect(deviation(key) / sigma, key).toBeLessThan(1.25);
    }
  });
});
