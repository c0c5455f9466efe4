import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { planSite } from '../../../../../gateway/kpi/compile-site.ts';
import { kpisSchema } from '../../../../../gateway/kpi/site-schema.ts';
import { testSite } from '../../../../support/program-feed.ts';
import { ofSeam, type WholeLine, wholeLine, wholeLineGroup, wholeSeam } from './whole-line.ts';

const bands = {
  current: { minimum: 205, maximum: 251 },
  voltage: { minimum: 24.7, maximum: 27.1 },
};
const two = { variables: ['current', 'voltage'], bands };
const wps = (parameters: object): object => ofSeam('wpsConformance', { parameters });

const good = { current: 230, voltage: 26, arcOn: 1 };

/** Welds at 0.8 m/min, 1.3333 mm a sample, in turns of a number of samples. */
const weld = (
  line: WholeLine,
  turns: readonly (readonly [count: number, values?: object])[],
  startMs = 0,
): number => {
  let timeMs = startMs;
  for (const [count, values] of turns) {
    for (let sample = 0; sample < count; sample++, timeMs += 100) {
      line.line(timeMs, { travelSpeed: 0.8 });
      line.seam(timeMs, { ...good, ...values });
    }
  }
  return timeMs;
};

const highCurrent = { current: 260 };
const highVoltage = { voltage: 28 };

describe('WPS conformance (section 3.6)', () => {
  test('of 18 000 mm with I out for 120 mm, U for 60 and both for 40 is 99.222 %', () => {
    const line = wholeLine([wps(two)]);
    const endMs = weld(line, [
      [1000],
      [60, highCurrent],
      [30, { ...highCurrent, ...highVoltage }],
      [15, highVoltage],
      [12_395],
      [1],
    ]);
    expect(endMs).toBe(1_350_100);
    const joint = line.at(endMs, 'wpsConformance');
    expect(joint.value).toBeCloseTo(99.222, 3);
    expect(joint.value).toBeCloseTo(100 - (100 * 140) / 18_000, 9);
    expect(joint.status).toBe(statusCodes.good);
    expect(line.at(endMs, 'wpsOutLength').value).toBeCloseTo(140, 8);
    expect(line.at(endMs, 'wpsConformance.current').value).toBeCloseTo(100 - 12_000 / 18_000, 9);
    expect(line.at(endMs, 'wpsConformance.voltage').value).toBeCloseTo(100 - 6000 / 18_000, 9);
    expect(line.at(endMs, 'wpsConformance.gasFlow').status).toBe(statusCodes.badNoData);
    expect(line.at(endMs, 'wpsConformance.coverage').value).toBe(1);
  });

  const outMm = (turns: Parameters<typeof weld>[1], parameters: object = two): number => {
    const line = wholeLine([wps(parameters)]);
    return line.at(weld(line, turns), 'wpsOutLength').value;
  };
  const mm = (samples: number): number => samples * (4 / 3);

  test('an excursion below 0.3 s is none, one of 0.3 s counts from its beginning', () => {
    expect(outMm([[20], [2, highCurrent], [20]])).toBe(0);
    expect(outMm([[20], [3, highCurrent], [20]])).toBeCloseTo(mm(3), 9);
    expect(outMm([[20], [2, highCurrent], [20]], { ...two, debounceMs: 0 })).toBeCloseTo(mm(2), 9);
  });

  test('two short excursions one after the other are not a long one', () => {
    expect(outMm([[20], [2, highCurrent], [2, highVoltage], [20]])).toBe(0);
  });

  test('a short excursion beside a long one counts nothing twice', () => {
    const both = { ...highCurrent, ...highVoltage };
    expect(outMm([[20], [2, highCurrent], [2, both], [9, highVoltage], [20]])).toBeCloseTo(
      mm(13),
      9,
    );
    expect(outMm([[20], [1, highCurrent], [1, both], [9, highVoltage], [20]])).toBeCloseTo(
      mm(10),
      9,
    );
  });

  test('an excursion that ends in a gap too soon is forgotten', () => {
    const line = wholeLine([wps(two)]);
    const endMs = weld(line, [[20], [3, highCurrent]]);
    const lastMs = weld(line, [[3, highCurrent], [20]], endMs + 2000);
    expect(line.at(lastMs, 'wpsOutLength').value).toBeCloseTo(mm(3), 9);
  });

  test('with the arc off nothing is welded, and the next panel begins anew', () => {
    const line = wholeLine([wps(two)]);
    line.line(0, { panelId: 1 });
    let timeMs = weld(line, [[10, highCurrent], [10, { ...highCurrent, arcOn: 0 }], [1]], 100);
    expect(line.at(timeMs, 'wpsConformance').value).toBe(0);
    line.line(timeMs, { panelId: 2 });
    expect(line.at(timeMs + 10, 'wpsConformance').status).toBe(statusCodes.badNoData);
    timeMs = weld(line, [[30]], timeMs + 100);
    expect(line.at(timeMs, 'wpsConformance')).toEqual({ value: 100, status: statusCodes.good });
  });

  test('judges wire, gas, speed and arc energy too, each in the unit of its band', () => {
    const variables = ['wireFeedSpeed', 'gasFlow', 'travelSpeed', 'arcEnergy'];
    const limits = {
      wireFeedSpeed: { minimum: 6.7, maximum: 7.3 },
      gasFlow: { minimum: 15 },
      travelSpeed: { minimum: 0.76, maximum: 0.84 },
      arcEnergy: { maximum: 0.46 },
    };
    const line = wholeLine([wps({ variables, bands: limits })]);
    const within = { wireFeedSpeed: 7, gasFlow: 18, arcPower: 5980 };
    let timeMs = 0;
    const run = (values: object, travelSpeed = 0.8): void => {
      for (let sample = 0; sample < 10; sample++, timeMs += 100) {
        line.line(timeMs, { travelSpeed });
        line.seam(timeMs, { arcOn: 1, ...within, ...values });
      }
    };
    run({});
    run({ wireFeedSpeed: 6 });
    run({ gasFlow: 12 });
    run({ arcPower: 6400 });
    run({});
    const share = (name: string): number => line.at(timeMs, `wpsConformance.${name}`).value;
    const measured = 49;
    expect(share('wireFeedSpeed')).toBeCloseTo(100 - 1000 / measured, 9);
    expect(share('gasFlow')).toBeCloseTo(100 - 1000 / measured, 9);
    expect(share('arcEnergy')).toBeCloseTo(100 - 1000 / measured, 9);
    expect(share('travelSpeed')).toBe(100);
    run({ arcPower: 6400 }, 0.9);
    run({});
    expect(share('travelSpeed')).toBeLessThan(90);
  });
});

describe('a procedure', () => {
  const issuesOf = (parameters: object): readonly string[] =>
    planSite({
      groups: [wholeSeam('f01'), wholeLineGroup],
      site: testSite,
      kpis: kpisSchema.parse([wps(parameters)]),
      calculated: [],
    }).issues.map(({ path, found }) => `${path.slice(1).join('.')}: ${found}`);

  test('without a band for what is judged is refused, naming it in both languages', () => {
    expect(issuesOf({ bands })).toEqual([
      'parameters.bands.wireFeedSpeed: a band for wireFeedSpeed, which is judged by the WPS / 按 WPS 判定的 wireFeedSpeed 的允许范围',
      'parameters.bands.travelSpeed: a band for travelSpeed, which is judged by the WPS / 按 WPS 判定的 travelSpeed 的允许范围',
    ]);
    expect(issuesOf({})).toHaveLength(1);
  });

  test.each([
    [{}, 'minimum, maximum or both'],
    [{ minimum: 3, maximum: 2 }, 'a maximum not below minimum'],
  ])('with the band %o is refused', (band, text) => {
    const [issue] = issuesOf({ variables: ['current'], bands: { current: band } });
    expect(issue).toContain(`parameters.bands.current: ${text}`);
  });

  test('of unknown variables is refused', () => {
    expect(issuesOf({ variables: ['amps'], bands })).not.toEqual([]);
    expect(issuesOf({ ...two, bands: { ...bands, amps: { minimum: 1 } } })).not.toEqual([]);
  });
});
