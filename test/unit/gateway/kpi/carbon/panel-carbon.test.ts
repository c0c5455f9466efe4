import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  feed,
  type Result,
  tickProgram,
} from '../../../../support/program-feed.ts';

const { good, uncertain, badNoData } = statusCodes;
const grid = { id: 'published', value: 0.6205, source: 'data year 2023' };

const lineGroup = testGroup({
  ...{ equipment: 'line', equipmentClass: 'weld_line', name: 'told' },
  channels: [
    { point: 'panelId', kind: 'string' },
    { point: 'panelEnergy', unit: 'kWh' },
    'panelEnergy.coverage',
    { point: 'panelGasVolume', unit: 'm3' },
    'panelGasVolume.coverage',
  ],
});

const parkGroup = testGroup({
  ...{ area: 'park', line: 'energy', equipment: 'site', equipmentClass: 'park', name: 'told' },
  channels: [{ point: 'carbonIntensity', unit: 'kg/kWh' }],
});

type Told = {
  readonly energy?: TestSample;
  readonly gas?: TestSample;
  readonly intensity?: TestSample;
  readonly coverage?: number;
  readonly panelId?: number;
};

/** A line whose energy and gas are told, as its KPIs would, each 10 s. */
class CarbonLine {
  #timeMs = 0;
  readonly #site;

  constructor(options: { readonly hasMix?: boolean; readonly parameters?: object } = {}) {
    const { hasMix = true, parameters = {} } = options;
    this.#site = compileTestSite({
      groups: hasMix ? [lineGroup, parkGroup] : [lineGroup],
      kpis: [
        {
          kpi: 'panelCarbon',
          equipment: 'welding/mpm01/line',
          parameters: { grid, ...parameters },
        },
      ],
    });
  }

  /** The same when the minute that runs has ended. */
  minute(told: Told): (point?: string) => Result {
    this.#timeMs = Math.ceil((this.#timeMs + 1) / 60_000) * 60_000 - 10_000;
    return this.tell(told);
  }

  tell({
    energy = 0,
    gas = 0,
    intensity,
    coverage = 1,
    panelId = 1,
  }: Told): (point?: string) => Result {
    this.#timeMs += 10_000;
    const { program, groups } = this.#site;
    const [line, park] = groups;
    if (line === undefined) throw new Error('no line');
    const timeMs = this.#timeMs;
    if (intensity !== undefined && park !== undefined) {
      feed(program, [{ group: park, timeMs, values: { carbonIntensity: intensity } }]);
    }
    const values = {
      ...{ panelId, panelEnergy: energy, panelGasVolume: gas },
      ...{ 'panelEnergy.coverage': coverage, 'panelGasVolume.coverage': 1 },
    };
    feed(program, [{ group: line, timeMs, values }]);
    const results = tickProgram(program, timeMs);
    return (point = 'panelCarbon') =>
      results[`welding/mpm01/line/${point}`] ?? { value: Number.NaN, status: Number.NaN };
  }
}

describe('§3.13 carbon of a panel, gate to gate', () => {
  test('60.265 kWh at 0.341394 and 8.1 m3 of gas: 20.574 + 2.668 = 23.242 kg; by the grid alone 37.394', () => {
    const line = new CarbonLine();
    line.tell({ intensity: 0.341394 });
    const at = line.tell({ energy: 60.265, gas: 8.1, intensity: 0.341394 });
    expect(at('panelCarbon.electricity').value).toBeCloseTo(20.574, 3);
    expect(at('panelCarbon.gas').value).toBeCloseTo(2.668, 3);
    expect(at().value).toBeCloseTo(23.242, 3);
    expect(at('panelCarbon.gridOnly').value).toBeCloseTo(37.394, 3);
    expect(at()).toMatchObject({ status: good });
  });

  test('each minute counts by its own mix, however often the same comes again', () => {
    const line = new CarbonLine();
    line.tell({ intensity: 0.0545 });
    // Twenty minutes of sun, then one of the grid: mixes are known when their minutes have ended.
    for (let minute = 1; minute <= 20; minute += 1) {
      line.minute({ energy: 3 * minute, intensity: 0.0545 });
    }
    const at = line.minute({ energy: 63, intensity: 0.6205 });
    expect(at('panelCarbon.electricity').value).toBeCloseTo(60 * 0.0545 + 3 * 0.6205, 9);
    expect(at()).toMatchObject({ status: good });
  });

  test('the minute that runs counts by the newest mix until its own is known', () => {
    const line = new CarbonLine();
    line.tell({ intensity: 0.5 });
    line.minute({ energy: 1, intensity: 0.5 });
    expect(line.tell({ energy: 2, intensity: 0.5 })('panelCarbon.electricity').value).toBeCloseTo(
      1,
      12,
    );
    expect(line.minute({ energy: 3, intensity: 0.1 })('panelCarbon.electricity').value).toBeCloseTo(
      0.5 + 2 * 0.1,
      12,
    );
  });

  test('begins anew with each panel', () => {
    const line = new CarbonLine();
    line.tell({ intensity: 0.5 });
    line.tell({ energy: 10, gas: 1, intensity: 0.5 });
    const at = line.tell({ energy: 1, gas: 0, intensity: 0.25, panelId: 2 });
    expect(at().value).toBeCloseTo(0.25, 12);
  });

  test('a site without a mix takes the factor of its grid', () => {
    const own = { grid: { id: 'own', value: 0.4, source: 'supplier' } };
    const at = new CarbonLine({ hasMix: false, parameters: own }).tell({ energy: 10 });
    expect(at().value).toBeCloseTo(4, 12);
    expect(at()).toMatchObject({ status: good });
    // No mix is known: that is no share of one.
    expect(at('panelCarbon.mixed')).toEqual({ value: 0, status: badNoData });
  });

  test('the gas counts by its share of CO2', () => {
    const at = new CarbonLine({ parameters: { gasCo2Share: 1, co2DensityKgPerM3: 2 } }).tell({
      gas: 3,
      intensity: 0.5,
    });
    expect(at('panelCarbon.gas').value).toBe(6);
  });
});

describe('what is not known', () => {
  test('a minute whose mix is not known counts by the grid, and the panel is uncertain while it is over 5 % of it', () => {
    const line = new CarbonLine();
    const unknown = { value: 0, status: badNoData };
    line.tell({ intensity: 0.1 });
    line.minute({ energy: 1, intensity: 0.1 });
    const lost = line.minute({ energy: 2, intensity: unknown });
    expect(lost().value).toBeCloseTo(0.1 + 0.6205, 12);
    expect(lost()).toMatchObject({ status: uncertain });
    const later = line.minute({ energy: 3, intensity: 0.1 });
    expect(later().value).toBeCloseTo(0.1 + 0.6205 + 0.1, 12);
    expect(later()).toMatchObject({ status: uncertain });
    expect(later('panelCarbon.mixed').value).toBeCloseTo(2 / 3, 12);
    expect(line.minute({ energy: 19.9, intensity: 0.1 })()).toMatchObject({ status: uncertain });
    const much = line.minute({ energy: 20.1, intensity: 0.1 });
    expect(much()).toMatchObject({ status: good });
    expect(much().value).toBeCloseTo(19.1 * 0.1 + 0.6205, 12);
    line.tell({ panelId: 2, intensity: 0.1 });
    expect(line.tell({ energy: 1, panelId: 2, intensity: 0.1 })()).toMatchObject({ status: good });
  });

  test('a mix that is away within a minute, and back at its end, has cost nothing', () => {
    const line = new CarbonLine();
    line.tell({ intensity: 0.1 });
    const away = line.tell({ energy: 1, intensity: { value: 0, status: badNoData } });
    expect(away()).toMatchObject({ status: uncertain });
    const back = line.minute({ energy: 2, intensity: 0.1 });
    expect(back().value).toBeCloseTo(0.2, 12);
    expect(back()).toMatchObject({ status: good });
  });

  test('the first minute after a start has no mix, and a panel of twenty minutes is good at its end all the same', () => {
    const line = new CarbonLine();
    const first = line.minute({ energy: 1, intensity: { value: 0, status: badNoData } });
    expect(first()).toMatchObject({ value: 0.6205, status: uncertain });
    expect(first('panelCarbon.mixed').value).toBe(0);
    for (let minute = 2; minute <= 21; minute += 1) line.minute({ energy: minute, intensity: 0.1 });
    const at = line.tell({ energy: 21.5, intensity: 0.1 });
    expect(at()).toMatchObject({ status: good });
    expect(at().value).toBeCloseTo(0.6205 + 20.5 * 0.1, 12);
    expect(at('panelCarbon.mixed').value).toBeCloseTo(20.5 / 21.5, 12);
  });

  test.each(['energy', 'gas', 'intensity'] as const)(
    'an uncertain %s makes it uncertain',
    (part) => {
      const line = new CarbonLine();
      const told = { energy: 1, gas: 1, intensity: 0.1 };
      const at = line.tell({ ...told, [part]: { value: told[part], status: uncertain } });
      expect(at()).toMatchObject({ status: uncertain });
    },
  );

  test('it is covered as little as the less covered of both, and no data without either', () => {
    const line = new CarbonLine();
    const half = line.tell({ energy: 1, intensity: 0.1, coverage: 0.5 });
    expect(half('panelCarbon.coverage').value).toBe(0.5);
    expect(half()).toMatchObject({ status: uncertain });
    const none = line.tell({ energy: { value: 0, status: badNoData }, gas: 1, intensity: 0.1 });
    expect(none()).toEqual({ value: 0, status: badNoData });
    expect(none('panelCarbon.coverage').value).toBe(0);
    // What was counted before is not lost.
    expect(
      line.tell({ energy: 2, gas: 0, intensity: 0.1 })('panelCarbon.electricity').value,
    ).toBeCloseTo(0.2, 12);
  });
});
