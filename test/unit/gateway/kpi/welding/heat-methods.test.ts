import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { compileSite, planSite } from '../../../../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../../../../gateway/kpi/site-schema.ts';
import { testDirectory } from '../../../../support/entry-batch.ts';
import { testSite } from '../../../../support/program-feed.ts';
import { ofSeam, type WholeLine, wholeLine, wholeLineGroup, wholeSeam } from './whole-line.ts';

type Sample = {
  readonly current: number;
  readonly voltage: number;
  readonly arcPower: number;
  readonly arcOn?: number;
};

const weld = (line: WholeLine, sample: Sample, fromMs = 0, toMs = 10_000): void => {
  for (let timeMs = fromMs; timeMs <= toMs; timeMs += 100) {
    line.line(timeMs, { travelSpeed: 0.8, panelPosition: (timeMs / 1000) * (0.8 / 0.06) });
    line.seam(timeMs, { arcOn: 1, ...sample });
  }
};

/** Welding.md 3.1: 450 A at 32 V for 2.2 ms and 80 A at 20 V for the rest of a period, 180 times a second. */
const pulsed = (() => {
  const duty = 0.0022 * 180;
  const mean = (peak: number, base: number): number => peak * duty + base * (1 - duty);
  const current = mean(450, 80);
  const voltage = mean(32, 20);
  return { current, voltage, arcPower: mean(450 * 32, 80 * 20) };
})();
const steady = { current: 230, voltage: 26, arcPower: 26 * 230 };
const unpulsed = { parameters: { method: 'A', pulsed: false } };

const energy = (method: object, sample: Sample): number => {
  const line = wholeLine([ofSeam('arcEnergy', method)]);
  weld(line, sample);
  const result = line.at(10_000, 'arcEnergyPerLength');
  expect(result.status).toBe(statusCodes.good);
  return result.value * 1000;
};

describe('arc energy (section 3.1)', () => {
  test('of a steady arc is the same by all methods: 448.5 J/mm', () => {
    for (const method of [unpulsed, { parameters: { method: 'B' } }, {}]) {
      expect(energy(method, steady)).toBeCloseTo(448.5, 9);
    }
  });

  test('of a torch and a panel of 22.5 minutes is 2.2425 kWh', () => {
    const line = wholeLine([ofSeam('arcEnergy'), ofSeam('weldLength')]);
    weld(line, steady, 0, 22.5 * 60_000);
    const perMm = line.at(22.5 * 60_000, 'arcEnergyPerLength').value;
    const metres = line.at(22.5 * 60_000, 'weldLength').value;
    expect((perMm * metres * 1000) / 3600).toBeCloseTo(2.2425, 9);
  });

  test('of a pulsed arc is 500.16 J/mm by B and C, and 420.51 by A, which misses 15.9 %', () => {
    expect(pulsed.current).toBeCloseTo(226.52, 10);
    expect(pulsed.voltage).toBeCloseTo(24.752, 10);
    expect(pulsed.arcPower).toBeCloseTo(6668.8, 10);
    expect(pulsed.arcPower / (pulsed.current * pulsed.voltage)).toBeCloseTo(1.1894, 4);
    expect(energy({}, pulsed)).toBeCloseTo(500.16, 9);
    expect(energy({ parameters: { method: 'B' } }, pulsed)).toBeCloseTo(500.16, 9);
    expect(energy(unpulsed, pulsed)).toBeCloseTo(420.51, 2);
    expect(1 - 420.51 / 500.16).toBeCloseTo(0.159, 3);
  });

  test.each(['A', 'B', 'C'])('heat input by method %s is k times it: 0.3588 kJ/mm', (method) => {
    const line = wholeLine([ofSeam('heatInput', { parameters: { method, pulsed: false } })]);
    weld(line, steady);
    expect(line.at(10_000, 'heatInput').value).toBeCloseTo(0.3588, 10);
  });

  test.each(['A', 'B', 'C'])('by method %s leaves out the time with the arc off', (method) => {
    const line = wholeLine([ofSeam('arcEnergy', { parameters: { method, pulsed: false } })]);
    weld(line, steady, 0, 2000);
    weld(line, { current: 10, voltage: 70, arcPower: 500, arcOn: 0 }, 2100, 5000);
    weld(line, steady, 5100, 6000);
    const result = line.at(6000, 'arcEnergyPerLength');
    expect(result.value).toBeCloseTo(0.4485, 10);
    expect(result.status).toBe(statusCodes.good);
  });

  test('by method B follows the encoder, not the speed', () => {
    const line = wholeLine([ofSeam('arcEnergy', { parameters: { method: 'B' } })]);
    for (let timeMs = 0; timeMs <= 1000; timeMs += 100) {
      line.line(timeMs, { travelSpeed: 9, panelPosition: timeMs / 100 });
      line.seam(timeMs, { arcPower: 3000, arcOn: 1 });
    }
    // 3000 J over 10 mm; a jump of the encoder takes no part.
    expect(line.at(1000, 'arcEnergyPerLength').value).toBeCloseTo(0.3, 12);
    line.line(1100, { travelSpeed: 9, panelPosition: 500 });
    line.seam(1100, { arcPower: 9000, arcOn: 1 });
    expect(line.at(1100, 'arcEnergyPerLength').value).toBeCloseTo(0.3, 12);
  });

  test('by method A is not covered while the voltage is not measured', () => {
    const line = wholeLine([ofSeam('arcEnergy', unpulsed)]);
    weld(line, steady, 0, 900);
    for (let timeMs = 1000; timeMs <= 1800; timeMs += 100) {
      line.line(timeMs, { travelSpeed: 0.8 });
      const voltage = { value: 26, status: statusCodes.badSensorFailure };
      line.seam(timeMs, { current: 230, voltage, arcOn: 1 });
    }
    expect(line.at(1800, 'arcEnergyPerLength').value).toBeCloseTo(0.4485, 10);
    expect(line.at(1800, 'arcEnergyPerLength.coverage').value).toBe(0.5);
  });
});

describe('the method of the heat', () => {
  const issuesOf = (parameters: object): readonly string[] =>
    planSite({
      groups: [wholeSeam('f01'), wholeLineGroup],
      site: testSite,
      kpis: kpisSchema.parse([ofSeam('heatInput', { parameters })]),
      calculated: [],
    }).issues.map(({ path, found }) => `${path.join('.')}: ${found}`);

  test.each([{ method: 'A' }, { method: 'A', process: '141' }, { method: 'A', pulsed: true }])(
    'A is refused for a pulsed arc, in both languages: %o',
    (parameters) => {
      const [issue, ...more] = issuesOf(parameters);
      expect(more).toEqual([]);
      expect(issue).toContain('0.parameters.method: ');
      expect(issue).toContain('does not hold for a pulsed arc');
      expect(issue).toContain('不适用于脉冲电弧');
    },
  );

  test.each([
    { method: 'A', process: '121' },
    { method: 'A', process: '111' },
    { method: 'A', pulsed: false },
    { method: 'B' },
    { pulsed: true },
  ])('is accepted where it holds: %o', (parameters) => {
    expect(issuesOf(parameters)).toEqual([]);
  });

  test.each([
    ['A', 'U I dt', 'method A', ['current', 'voltage', 'arcOn', 'travelSpeed']],
    ['B', 'by the encoder', 'method B', ['arcPower', 'arcOn', 'panelPosition']],
    ['C', 'integral(IP dt) / integral(v dt)', 'method C', ['arcPower', 'arcOn', 'travelSpeed']],
  ])(
    '%s is named where the result is explained, with its inputs only',
    (method, text, name, inputs) => {
      const sections = {
        kpis: kpisSchema.parse([ofSeam('heatInput', { parameters: { method, pulsed: false } })]),
        calculated: calculatedSchema.parse([]),
      };
      const sources = [wholeSeam('f01'), wholeLineGroup];
      const added = planSite({ groups: sources, site: testSite, ...sections }).groups;
      const { groups } = testDirectory([...sources, ...added]);
      const [explained] = compileSite({ groups, sections, site: testSite }).explanations;
      expect(explained?.formula.en).toContain(text);
      expect(explained?.formula.en).toContain(name);
      expect(explained?.formula.zh).toContain(`方法 ${method}`);
      expect(explained?.standard.en).toContain(`ISO/TR 18491:2015 ${name}`);
      const names = explained?.inputs.map((path) => path.split('/').at(-1)) ?? [];
      expect(names.slice(0, inputs.length)).toEqual(inputs);
      expect(new Set(names.slice(inputs.length))).toEqual(
        new Set(['process', 'panelId', 'panelPosition']),
      );
    },
  );

  test('asks for nothing that another method needs', () => {
    const { issues } = planSite({
      groups: [
        {
          ...wholeSeam('f01'),
          channels: wholeSeam('f01').channels.filter(({ point }) => point !== 'arcPower'),
        },
        wholeLineGroup,
      ],
      site: testSite,
      kpis: kpisSchema.parse([ofSeam('heatInput', unpulsed), ofSeam('arcEnergy')]),
      calculated: [],
    });
    expect(issues.map(({ path, expected }) => [path, expected])).toEqual([
      [
        [1, 'inputs', 'arcPower'],
        'arcEnergy of welding/mpm01/f01 needs mean instantaneous arc power IP',
      ],
    ]);
  });
});
