import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  feed,
  type Result,
  tickProgram,
} from '../../../../support/program-feed.ts';
import { ofSeam, wholeLine } from './whole-line.ts';

const seam = 'welding/mpm01/f01';

const compile = (parameters: object, kpi: string) =>
  compileTestSite({
    groups: [
      testGroup({
        ...{ equipment: 'f01', equipmentClass: 'weld_seam', periodMs: 100 },
        channels: [
          { point: 'current', unit: 'A' },
          { point: 'arcOn', kind: 'boolean' },
        ],
      }),
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: 100 },
        channels: [
          { point: 'panelId', kind: 'string' },
          { point: 'jobOrder', kind: 'string' },
          { point: 'panelPosition', unit: 'mm' },
        ],
      }),
    ],
    kpis: [{ kpi, equipment: seam, parameters: { suspendMm: 0, ...parameters } }],
  });

/** A seam whose value changes every 100 mm; `values` are given one for each 100 mm from 0 on. */
const chartOf = (parameters: object, kpi = 'spcCurrent') => {
  const compiled = compile(parameters, kpi);
  const { groups } = compiled;
  let { program } = compiled;
  const [signals, line] = groups as [RegisteredGroup, RegisteredGroup];
  let timeMs = 0;
  let positionMm = 0;
  const weld = (
    values: readonly number[],
    state: { readonly panel?: number; readonly job?: number; readonly arcOn?: number } = {},
  ): void => {
    for (const value of values) {
      for (let step = 0; step < 10; step++) {
        const { panel = 1, job = 1, arcOn = 1 } = state;
        feed(program, [
          {
            group: line,
            timeMs,
            values: { panelPosition: positionMm, panelId: panel, jobOrder: job },
          },
          { group: signals, timeMs, values: { current: value, arcOn } },
        ]);
        timeMs += 100;
        positionMm += 10;
      }
    }
  };
  return {
    weld,
    restart: () => {
      const bytes = program.snapshot();
      ({ program } = compile(parameters, kpi));
      expect(program.restore(bytes)).toBe(true);
    },
    /** The next sample stands at 0 again. */
    back: () => {
      positionMm = 0;
    },
    tick: () => tickProgram(program, timeMs),
  };
};

const of = (results: Readonly<Record<string, Result>>, part = ''): number | undefined =>
  results[`${seam}/spcCurrent${part}`]?.value;
const statusOf = (results: Readonly<Record<string, Result>>, part = ''): number | undefined =>
  results[`${seam}/spcCurrent${part}`]?.status;

describe('control charts by distance (section 3.9)', () => {
  const subgroups = [
    [4.1, 4.2, 4, 4.3, 4.1],
    [4.2, 4.1, 4.2, 4, 4.2],
    [4, 4.1, 4.1, 4.2, 4.3],
    [4.3, 4.2, 4.1, 4.2, 4.1],
  ];

  test('mean and range of subgroups of five, their limits, and capability', () => {
    const chart = chartOf({ learn: 4, lower: 3.5, upper: 5 });
    // The last value closes when the seam is beyond its bin.
    chart.weld([...subgroups.flat(), 4.1]);
    const results = chart.tick();
    expect(of(results, '.centre')).toBeCloseTo(4.15, 12);
    expect(of(results, '.ucl')).toBeCloseTo(4.29425, 10);
    expect(of(results, '.lcl')).toBeCloseTo(4.00575, 10);
    expect(of(results, '.sigma')).toBeCloseTo(0.10748, 5);
    expect(of(results)).toBeCloseTo(4.18, 12);
    expect(of(results, '.range')).toBeCloseTo(0.2, 12);
    expect(of(results, '.cp')).toBeCloseTo(2.326, 3);
    expect(of(results, '.cpk')).toBeCloseTo(2.0159, 3);
    expect(of(results, '.pp')).toBeCloseTo(2.643, 3);
    expect(of(results, '.ppk')).toBeCloseTo(2.2906, 3);
    expect(statusOf(results)).toBe(statusCodes.good);
    // Nothing is judged by limits that it made.
    expect(statusOf(results, '.signals')).toBe(statusCodes.badNoData);
  });

  test('individuals and moving range', () => {
    const chart = chartOf({ subgroup: 1, learn: 7 });
    chart.weld([230, 232, 229, 231, 228, 233, 230, 230]);
    const results = chart.tick();
    expect(of(results, '.centre')).toBeCloseTo(230.4286, 4);
    expect(of(results, '.ucl')).toBeCloseTo(238.4086, 4);
    expect(of(results, '.lcl')).toBeCloseTo(222.4486, 4);
    // UCL of the moving range 9.801: 3.0 d2 D4 / d2.
    expect((of(results, '.sigma') ?? 0) * 1.128 * 3.267).toBeCloseTo(9.801, 10);
  });

  test('a range of subgroups of five signals above 0.5285', () => {
    const signalsOf = (range: number): number | undefined => {
      const known = { target: 4.15, sigma: 0.25 / 2.326 };
      const chart = chartOf({ ...known, rules: [], ewma: { width: 10 }, cusum: { decision: 99 } });
      const half = range / 2;
      chart.weld([4.15 - half, 4.15 + half, 4.15, 4.15, 4.15, 4.15]);
      expect(of(chart.tick(), '.range')).toBeCloseTo(range, 12);
      return of(chart.tick(), '.signals');
    };
    expect(signalsOf(0.5284)).toBe(0);
    expect(signalsOf(0.5286)).toBe(1 << 8);
  });

  test('a range above its limit signals', () => {
    const known = { subgroup: 1, target: 230, sigma: 3 / 1.128 };
    const chart = chartOf({ ...known, rules: [], ewma: { width: 10 }, cusum: { decision: 99 } });
    chart.weld([226, 235.7, 230]);
    expect(of(chart.tick(), '.signals')).toBe(0);
    chart.weld([220, 220]);
    expect(of(chart.tick(), '.signals')).toBe(1 << 8);
  });

  test('EWMA and CUSUM with known limits signal at the sixth value, and where', () => {
    const chart = chartOf({ subgroup: 1, target: 230, sigma: 2.0001, rules: [] });
    const values = [232, 233, 231, 234, 233, 235];
    const signals = values.map((value, index) => {
      chart.weld([value, ...(index === values.length - 1 ? [230] : [])]);
      return of(chart.tick(), '.signals');
    });
    expect(signals).toEqual([0, 0, 0, 0, 0, (1 << 9) + (1 << 10)]);
    const results = chart.tick();
    expect(of(results, '.ewma')).toBeCloseTo(232.4712, 4);
    expect(of(results, '.cusumUp')).toBeCloseTo(6, 1);
    expect(of(results, '.cusumDown')).toBe(0);
    expect(of(results, '.signalX')).toBe(600);
  });

  test('run rules of the chosen set', () => {
    const run = (ruleSet: string) => {
      const chart = chartOf({ subgroup: 1, target: 0, sigma: 1, ruleSet, cusum: { decision: 99 } });
      chart.weld([...Array<number>(8).fill(0.1), 0]);
      return of(chart.tick(), '.signals');
    };
    expect(run('nelson')).toBe(0);
    expect(run('westernElectric')).toBe(1 << 1);
  });

  test('is not charted while the arc begins, nor before the end of the panel', () => {
    const chart = chartOf({ subgroup: 1, binMm: 50, suspendMm: 50, panelLengthMm: 500, learn: 50 });
    chart.weld([300, 230, 230, 230, 300, 300]);
    const results = chart.tick();
    // 300 A of the last bin before 450 mm, but not of the first 50 mm.
    expect(of(results)).toBe(300);
    expect(of(results, '.ppk')).toBe(0);
    const early = chartOf({ subgroup: 1, binMm: 50, suspendMm: 50, panelLengthMm: 500, learn: 50 });
    early.weld([300]);
    expect(statusOf(early.tick())).toBe(statusCodes.badNoData);
  });

  test('leaves out weld without arc, and bins of which less than half was seen', () => {
    const chart = chartOf({ subgroup: 1, learn: 50 });
    chart.weld([230]);
    chart.weld([0, 0], { arcOn: 0 });
    chart.weld([232, 232]);
    expect(of(chart.tick())).toBe(232);
    expect(of(chart.tick(), '.range')).toBe(2);
  });

  test('subgroups do not reach over two panels; limits and charts go on', () => {
    const chart = chartOf({ learn: 2 });
    chart.weld([1, 1, 1, 1, 1, 9, 9]);
    chart.back();
    chart.weld([2, 2, 2, 2, 2, 2], { panel: 2 });
    const results = chart.tick();
    expect(of(results)).toBe(2);
    expect(of(results, '.range')).toBe(0);
    expect(of(results, '.centre')).toBeCloseTo(1.5, 12);
  });

  test('what is welded again on the same panel is charted once', () => {
    const chart = chartOf({ subgroup: 1, target: 230, sigma: 1, rules: [1] });
    chart.weld(Array(12).fill(230));
    chart.back();
    chart.weld(Array(12).fill(400));
    const results = chart.tick();
    expect(of(results)).toBe(230);
    expect(of(results, '.signals')).toBe(0);
    // Beyond it the chart goes on.
    chart.weld([400, 400, 400]);
    expect(of(chart.tick())).toBe(400);
  });

  test('another job learns its own limits', () => {
    const chart = chartOf({ subgroup: 1, learn: 2 });
    chart.weld([1, 3, 2]);
    expect(of(chart.tick(), '.centre')).toBe(2);
    chart.weld([5, 5], { job: 2 });
    expect(statusOf(chart.tick(), '.centre')).toBe(statusCodes.badNoData);
    chart.weld([7, 7], { job: 2 });
    expect(of(chart.tick(), '.centre')).toBeGreaterThan(4);
  });

  test('a restart from a snapshot changes no bit', () => {
    const run = (at: number): string => {
      const chart = chartOf({ subgroup: 2, learn: 3, lower: 220, upper: 240 });
      for (let index = 0; index < 40; index++) {
        chart.weld([230 + 3 * Math.sin(index)]);
        if (index === at) chart.restart();
      }
      return JSON.stringify(chart.tick());
    };
    expect(run(17)).toBe(run(-1));
  });

  test('refuses wrong limits', () => {
    expect(() => chartOf({ lower: 5, upper: 3 })).toThrow('lower must be below upper');
    expect(() => chartOf({ subgroup: 11 })).toThrow('subgroup');
    expect(() => chartOf({ rules: [9] })).toThrow('rules');
  });
});

describe('limits of another procedure', () => {
  const seamOf = 'welding/mpm01/f01/spcCurrent';
  /** A chart of means of 10 mm, and where the seam is. */
  const chartOfLine = (parameters: object) => {
    const shown = { binMm: 10, subgroup: 2, suspendMm: 0, ...parameters };
    const line = wholeLine([ofSeam('spcCurrent', { parameters: shown })]);
    let timeMs = 0;
    let positionMm = 0;
    return (told: Readonly<Record<string, number>>, current: number, mm = 40) => {
      for (let step = 0; step < mm; step++) {
        line.line(timeMs, { panelId: 1, panelPosition: positionMm, ...told });
        line.seam(timeMs, { arcOn: 1, current });
        timeMs += 100;
        positionMm += 1;
      }
      return tickProgram(line.program, timeMs);
    };
  };
  const centreOf = (results: Readonly<Record<string, Result>>) =>
    results[`${seamOf}.centre`]?.value;
  const knowsOf = (results: Readonly<Record<string, Result>>) =>
    results[`${seamOf}.signals`]?.status === statusCodes.good;

  test.each<[string, object, Readonly<Record<string, number>>, boolean]>([
    ['another WPS', {}, { wps: 2, jobOrder: 1 }, true],
    ['another job order while the WPS stays', {}, { wps: 1, jobOrder: 2 }, false],
    ['another job order, when asked for', { resetBy: 'job' }, { wps: 1, jobOrder: 2 }, true],
    [
      'another WPS, when job orders are asked for',
      { resetBy: 'job' },
      { wps: 2, jobOrder: 1 },
      false,
    ],
    [
      'another job order, when either is asked for',
      { resetBy: 'either' },
      { wps: 1, jobOrder: 2 },
      true,
    ],
    ['another process', { resetBy: 'job' }, { wps: 1, jobOrder: 1, process: 121 }, true],
  ])('%s %o', (_, parameters, told, isReset) => {
    const weld = chartOfLine({ learn: 2, ...parameters });
    expect(knowsOf(weld({ wps: 1, jobOrder: 1, process: 135 }, 230, 120))).toBe(true);
    const results = weld({ process: 135, ...told }, 240, 30);
    expect(knowsOf(results)).toBe(!isReset);
  });

  test('given ones are of the configured process, and learnt for another', () => {
    const weld = chartOfLine({ learn: 2, target: 228, sigma: 2 });
    expect(centreOf(weld({ process: 135 }, 230))).toBe(228);
    expect(centreOf(weld({ process: 121 }, 380, 60))).toBeCloseTo(380, 9);
    expect(centreOf(weld({ process: 135 }, 230))).toBe(228);
  });

  test('nothing is charted in the last 50 mm of a panel as long as the line says', () => {
    const weld = chartOfLine({ learn: 2, suspendMm: 50 });
    const before = weld({ panelLength: 200 }, 230, 151);
    expect(before[`${seamOf}.range`]?.status).toBe(statusCodes.good);
    const after = weld({ panelLength: 200 }, 300, 60);
    expect(after[seamOf]?.value).toBe(before[seamOf]?.value);
  });
});
