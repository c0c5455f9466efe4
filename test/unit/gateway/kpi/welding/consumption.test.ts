import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { ofLine, ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

const seams = [...'fb'].flatMap((face) =>
  Array.from({ length: 10 }, (_, index) => `${face}${String(index + 1).padStart(2, '0')}`),
);
const ofSeams = ['weldLength', 'wireMass', 'gasVolume'].map((kpi) => ofSeam(kpi));
const sums = [
  ...['panelWeldLength', 'panelWireMass', 'panelGasVolume', 'panelEnergy', 'weldingEnergy'],
  ...['panelEnergyDeviation', 'energyPerMetre', 'energyPerDeposit', 'wirePerMetre', 'gasPerMetre'],
].map((kpi) => ofLine(kpi));

type Step = { readonly arcOn: number; readonly kilowatts: number };

/** A frame a second of line and seams: what they bring does not change within it. */
const run = (
  line: WholeLine,
  span: { readonly fromMs: number; readonly toMs: number },
  { arcOn, kilowatts }: Step,
  names: readonly string[] = seams,
): void => {
  for (let timeMs = span.fromMs; timeMs <= span.toMs; timeMs += 1000) {
    for (const name of names) {
      const on = arcOn === 1;
      line.seam(timeMs, { arcOn, wireFeedSpeed: on ? 7 : 0, gasFlow: on ? 18 : 0 }, name);
    }
    line.line(timeMs, {
      travelSpeed: 0.8,
      linePower: kilowatts,
      lineEnergy: 5e9 + (timeMs / 3600) * kilowatts,
    });
  }
};

const reference = { arcOn: 1, kilowatts: 160.706 };

describe('consumption of a panel (section 3.12)', () => {
  test('at the reference setting: 60.265 kWh, 27.966 kg of wire, 8.1 m3 of gas, and their ratios', () => {
    const line = wholeLine([...ofSeams, ...sums], seams);
    const endMs = 22.5 * 60_000;
    // The speed is known before the first arc is.
    line.line(0, { travelSpeed: 0.8 });
    run(line, { fromMs: 0, toMs: endMs }, reference);
    const at = (point: string): number => line.at(endMs, point, 'line').value;
    expect(at('weldingEnergy')).toBeCloseTo(60.265, 3);
    expect(at('panelWeldLength')).toBeCloseTo(360, 6);
    expect(at('energyPerMetre')).toBeCloseTo(0.1674, 4);
    expect(at('panelWireMass')).toBeCloseTo(27.966, 3);
    expect(at('panelWireMass') * 0.97).toBeCloseTo(27.127, 3);
    expect(at('energyPerDeposit')).toBeCloseTo(2.2216, 4);
    expect(at('panelGasVolume')).toBeCloseTo(8.1, 9);
    expect(at('wirePerMetre')).toBeCloseTo(27.966 / 360, 6);
    expect(at('gasPerMetre')).toBeCloseTo(8.1 / 360, 9);
    expect(at('panelEnergyDeviation')).toBeCloseTo(0, 6);
    for (const point of ['weldingEnergy', 'energyPerMetre', 'panelGasVolume']) {
      expect(line.at(endMs, point, 'line').status).toBe(statusCodes.good);
    }
    expect(line.at(endMs, 'weldLength', 'b10').value).toBeCloseTo(18, 9);
  });

  test('a seam without data makes the sum uncertain, and covered by one less', () => {
    const line = wholeLine([...ofSeams, ofLine('panelGasVolume')], seams);
    run(line, { fromMs: 0, toMs: 60_000 }, reference, seams.slice(1));
    const result = line.at(60_000, 'panelGasVolume', 'line');
    expect(result.value).toBeCloseTo((19 * 18) / 1000, 9);
    expect(result.status).toBe(statusCodes.uncertain);
    expect(line.at(60_000, 'panelGasVolume.coverage', 'line').value).toBeCloseTo(0.95, 12);
  });

  test('wire and gas count with the arc off too, the weld only with the arc on', () => {
    const line = wholeLine(ofSeams);
    for (let timeMs = 0; timeMs <= 60_000; timeMs += 500) {
      line.line(timeMs, { travelSpeed: 1 });
      line.seam(timeMs, { arcOn: 0, wireFeedSpeed: 6, gasFlow: 10 });
    }
    expect(line.at(60_000, 'gasVolume').value).toBeCloseTo(0.01, 12);
    expect(line.at(60_000, 'wireMass').value).toBeCloseTo(
      ((Math.PI * 1.2 ** 2) / 4 / 1e6) * 6 * 7850,
      12,
    );
    expect(line.at(60_000, 'weldLength')).toEqual({ value: 0, status: statusCodes.good });
  });
});

describe('energy of a panel', () => {
  const names = ['f01'];
  const kpis = ['panelEnergy', 'weldingEnergy', 'panelEnergyDeviation'].map((kpi) => ofLine(kpi));
  const idle = { arcOn: 0, kilowatts: 36 };
  const welding = { arcOn: 1, kilowatts: 180 };

  /** Sums registers step by step, as they really count. */
  const meter = (line: WholeLine) => {
    let wattHours = 1000;
    let timeMs = 0;
    return (seconds: number, { arcOn, kilowatts }: Step, panelId = 1): number => {
      for (let second = 0; second < seconds; second++) {
        timeMs += 1000;
        wattHours += kilowatts / 3.6;
        line.seam(timeMs, { arcOn }, 'f01');
        line.line(timeMs, { linePower: kilowatts, lineEnergy: wattHours, panelId });
      }
      return timeMs;
    };
  };

  test('is of the whole cycle, or of the time with an arc', () => {
    const line = wholeLine(kpis, names);
    const advance = meter(line);
    advance(100, idle);
    advance(100, welding);
    const endMs = advance(100, idle);
    // 199 steps of 10 Wh and 100 of 50 Wh; the step in which the arc was lit belongs to the time before.
    expect(line.at(endMs, 'panelEnergy', 'line').value).toBeCloseTo(6.99, 9);
    expect(line.at(endMs, 'weldingEnergy', 'line').value).toBeCloseTo(99 * 0.05 + 0.01, 9);
    expect(line.at(endMs, 'panelEnergy.coverage', 'line').value).toBe(1);
  });

  test('of one panel and the next is all that the register counted', () => {
    const line = wholeLine(kpis, names);
    const advance = meter(line);
    const firstMs = advance(100, welding, 1);
    const first = line.at(firstMs, 'panelEnergy', 'line').value;
    const secondMs = advance(50, welding, 2);
    expect(first + line.at(secondMs, 'panelEnergy', 'line').value).toBeCloseTo(149 * 0.05, 9);
  });

  test('counts through a silence between two arcs, and not when the arc went off in it', () => {
    const line = wholeLine([ofLine('weldingEnergy')], names);
    const reading = (timeMs: number, lineEnergy: number, arcOn: number): void => {
      line.seam(timeMs, { arcOn }, 'f01');
      line.line(timeMs, { lineEnergy });
    };
    reading(0, 1000, 1);
    reading(1000, 1050, 1);
    reading(61_000, 4050, 1);
    expect(line.at(61_000, 'weldingEnergy', 'line').value).toBeCloseTo(3.05, 12);
    expect(line.at(61_000, 'weldingEnergy', 'line').status).toBe(statusCodes.good);
    reading(122_000, 5050, 0);
    expect(line.at(122_000, 'weldingEnergy', 'line').value).toBeCloseTo(3.05, 12);
    expect(line.at(122_000, 'weldingEnergy.coverage', 'line').value).toBeCloseTo(0.5, 12);
  });

  test('does not count what a reset register lost, and is uncertain after it', () => {
    const line = wholeLine(kpis, names);
    const advance = meter(line);
    const timeMs = advance(10, welding);
    line.line(timeMs + 1000, { lineEnergy: 5, linePower: 180 });
    line.line(timeMs + 2000, { lineEnergy: 55, linePower: 180 });
    const result = line.at(timeMs + 2000, 'panelEnergy', 'line');
    expect(result.value).toBeCloseTo(9 * 0.05 + 0.05, 9);
    expect(result.status).toBe(statusCodes.uncertain);
    expect(line.at(timeMs + 2000, 'panelEnergy.coverage', 'line').value).toBeCloseTo(10 / 11, 12);
  });

  test('deviates when power and register do not agree', () => {
    const line = wholeLine([ofLine('panelEnergyDeviation')], names);
    for (let timeMs = 0; timeMs <= 360_000; timeMs += 1000) {
      line.line(timeMs, { linePower: 110, lineEnergy: 7000 + timeMs / 36 });
    }
    expect(line.at(360_000, 'panelEnergyDeviation', 'line').value).toBeCloseTo(10, 9);
  });

  test('a line that has fallen silent while welding loses coverage', () => {
    const line = wholeLine(kpis, names);
    const timeMs = meter(line)(11, welding);
    expect(line.at(timeMs + 1000, 'panelEnergy.coverage', 'line').value).toBe(1);
    expect(line.at(timeMs + 10_000, 'panelEnergy.coverage', 'line').value).toBeCloseTo(0.5, 12);
  });
});
