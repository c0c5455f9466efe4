import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { ofLine, type WholeLine, wholeLine } from './whole-line.ts';

const front = Array.from({ length: 10 }, (_, index) => `f${String(index + 1).padStart(2, '0')}`);
const back = front.map((name) => name.replace('f', 'b'));
const seams = [...front, ...back];
const kpis = [ofLine('heatBalanceIndex'), ofLine('heatBalanceNow')];

type Torch = { readonly arcPower: number; readonly arcOn: number };

const weld = (
  line: WholeLine,
  span: { readonly fromMs: number; readonly toMs: number },
  torch: (name: string) => Partial<Torch>,
): void => {
  for (let timeMs = span.fromMs; timeMs <= span.toMs; timeMs += 100) {
    for (const name of seams) {
      line.seam(timeMs, { arcPower: 5920, arcOn: 1, ...torch(name) }, name);
    }
  }
};

/** The bow that the restrained reference panel comes to: 0.08 of 1264 mm by a whole face's heat (section 2). */
const bowMm = (index: number): number => {
  const share = index / 100;
  return 0.08 * 1264 * ((2 * share) / (1 + share));
};

describe('heat balance index (section 2)', () => {
  test('with the back at -2 % is 1.01 %, which is 2.02 mm of bow', () => {
    const line = wholeLine(kpis, seams);
    weld(line, { fromMs: 0, toMs: 12_000 }, (name) =>
      name.startsWith('b') ? { arcPower: 5920 * 0.98 } : {},
    );
    const result = line.at(12_000, 'heatBalanceIndex', 'line');
    expect(result.value).toBeCloseTo(1.01, 2);
    expect(result.status).toBe(statusCodes.good);
    expect(bowMm(result.value)).toBeCloseTo(2.02, 2);
    expect(line.at(12_000, 'heatBalanceNow', 'line').value).toBeCloseTo(result.value, 9);
  });

  test('with one dead back torch and the others equal is 1/19, which is 10.11 mm of bow', () => {
    const line = wholeLine(kpis, seams);
    weld(line, { fromMs: 0, toMs: 2000 }, (name) =>
      name === 'b04' ? { arcOn: 0, arcPower: 300 } : {},
    );
    const result = line.at(2000, 'heatBalanceIndex', 'line');
    expect(result.value).toBeCloseTo(100 / 19, 9);
    expect(bowMm(result.value)).toBeCloseTo(10.11, 2);
  });

  test('of the newest seconds leads that of the panel', () => {
    const line = wholeLine([kpis[0] as object, { ...kpis[1], window: '2s' }], seams);
    weld(line, { fromMs: 0, toMs: 20_000 }, () => ({}));
    weld(line, { fromMs: 20_100, toMs: 22_100 }, (name) =>
      name.startsWith('b') ? { arcPower: 5920 * 0.94 } : {},
    );
    const leading = line.at(22_100, 'heatBalanceNow', 'line').value;
    expect(leading).toBeCloseTo((100 * 0.06) / 1.94, 9);
    expect(line.at(22_100, 'heatBalanceIndex', 'line').value).toBeLessThan(leading / 5);
  });

  test('is not known while the power of one seam is not', () => {
    const line = wholeLine(kpis, seams);
    weld(line, { fromMs: 0, toMs: 2000 }, () => ({}));
    const bad = { value: 0, status: statusCodes.badTimeout };
    for (let timeMs = 2100; timeMs <= 4000; timeMs += 100) {
      for (const name of seams) {
        line.seam(timeMs, { arcPower: name === 'f03' ? bad : 5920, arcOn: 1 }, name);
      }
    }
    const result = line.at(4000, 'heatBalanceIndex', 'line');
    expect(result).toEqual({ value: 0, status: statusCodes.uncertain });
    expect(line.at(4000, 'heatBalanceIndex.coverage', 'line').value).toBeCloseTo(0.5, 12);
    expect(line.at(4000, 'heatBalanceNow', 'line').status).toBe(statusCodes.uncertain);
  });

  test('begins anew with the next panel, and has no value without an arc', () => {
    const line = wholeLine(kpis, seams);
    line.line(0, { panelId: 1 });
    weld(line, { fromMs: 0, toMs: 2000 }, (name) => (name === 'f01' ? { arcPower: 9000 } : {}));
    line.line(2050, { panelId: 2 });
    weld(line, { fromMs: 2100, toMs: 3000 }, () => ({ arcOn: 0 }));
    for (const kpi of ['heatBalanceIndex', 'heatBalanceNow']) {
      expect(line.at(3000, kpi, 'line').status).toBe(statusCodes.badNoData);
    }
    weld(line, { fromMs: 3100, toMs: 4000 }, () => ({}));
    for (const kpi of ['heatBalanceIndex', 'heatBalanceNow']) {
      expect(line.at(4000, kpi, 'line')).toEqual({ value: 0, status: statusCodes.good });
    }
  });
});
