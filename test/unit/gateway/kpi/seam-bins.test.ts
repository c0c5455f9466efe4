import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBad, statusCodes } from '../../../../gateway/core/quality.ts';
import { testGroup } from '../../../support/entry-batch.ts';
import { compileTestSite, feed, tickAt } from '../../../support/program-feed.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';
import { lineGroup } from './welding-line.ts';

const seam = testGroup({
  equipment: 'f01',
  equipmentClass: 'weld_seam',
  periodMs: 100,
  channels: [
    { point: 'arcPower', unit: 'W' },
    { point: 'arcOn', kind: 'boolean' },
    { point: 'seamFound', kind: 'boolean' },
    { point: 'offsetY', unit: 'mm' },
    { point: 'offsetZ', unit: 'mm' },
    { point: 'current', unit: 'A' },
  ],
});

type Row = {
  readonly timeMs: number;
  readonly values: Readonly<Record<string, number | undefined>>;
  /** Of the heat input. */
  readonly status: number | undefined;
};

type Sample = {
  readonly positionMm: number;
  readonly power?: number;
  readonly arcOn?: number;
  readonly found?: number;
  readonly current?: number;
  readonly offset?: readonly [number, number];
  readonly panelId?: number;
  /** Of the line, m/min. */
  readonly speed?: number;
};

/** A seam of which every sample comes with one of the line, and its rows. */
const binSite = (parameters: object = {}) => {
  const kpis = [{ kpi: 'seamBins', equipment: 'welding/mpm01/f01', parameters }];
  const make = () => compileTestSite({ groups: [seam, lineGroup(100)], kpis });
  const { groups, program: first } = make();
  let program = first;
  const [seamOf, line] = groups as [(typeof groups)[number], (typeof groups)[number]];
  const sample = (timeMs: number, at: Sample): void => {
    const { panelId = 7, positionMm, power = 3000, arcOn = 1, found = 1, current = 230 } = at;
    const { speed = 0.6 } = at;
    const [offsetY, offsetZ] = at.offset ?? [0, 0];
    feed(program, [
      { group: seamOf, timeMs, values: { arcOn, arcPower: power, seamFound: found } },
      { group: line, timeMs, values: { panelId, panelPosition: positionMm, travelSpeed: speed } },
      { group: seamOf, timeMs, values: { offsetZ, current } },
      { group: seamOf, timeMs, values: { offsetY } },
    ]);
  };
  const tick = (timeMs: number): readonly Row[] => {
    const rows: Row[] = [];
    program.onTick(tickAt(timeMs), ({ name, channels }, time, values, status) => {
      if (name !== 'bins') return;
      const entries = channels.map(({ point }, index) => [
        point.replace('bin.', ''),
        isBad(status[index] as number) ? undefined : values[index],
      ]);
      const heat = channels.findIndex(({ point }) => point === 'bin.heatInput');
      rows.push({ timeMs: time, values: Object.fromEntries(entries), status: status[heat] });
    });
    return rows;
  };
  const restart = (): void => {
    const bytes = program.snapshot();
    program = make().program;
    expect(program.restore(bytes)).toBe(true);
  };
  return { sample, tick, restart };
};

describe('the rows of a seam', () => {
  test('are one for each bin, with its place, length, heat input and time', () => {
    const { sample, tick } = binSite();
    // 3 kW at 10 mm/s: 0.3 kJ/mm, times 0.8.
    for (let index = 0; index <= 31; index++) sample(index * 100, { positionMm: index });
    const rows = tick(3100);
    expect(rows.map(({ values }) => values['position'])).toEqual([0, 10, 20]);
    expect(rows.map(({ timeMs }) => timeMs)).toEqual([1000, 2000, 3000]);
    for (const { values } of rows) {
      expect(values['panelId']).toBe(7);
      expect(values['length']).toBeCloseTo(10, 12);
      expect(values['arcOnLength']).toBeCloseTo(10, 12);
      expect(values['lostLength']).toBe(0);
      expect(values['heatInput']).toBeCloseTo(0.24, 12);
    }
    expect(tick(4100)).toEqual([]);
  });

  test('have the travel speed, the power and the lateral offset with its sign', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 31; index++) {
      const speed = index % 2 === 0 ? 0.61 : 0.59;
      sample(index * 100, { positionMm: index, offset: [index < 10 ? -0.2 : 0.1, 0], speed });
    }
    const [first, second] = tick(3100);
    expect(first?.values['travelSpeed.mean']).toBeCloseTo(0.6, 12);
    expect(first?.values['travelSpeed.minimum']).toBeCloseTo(0.59, 12);
    expect(first?.values['travelSpeed.maximum']).toBeCloseTo(0.61, 12);
    expect(first?.values['arcPower.mean']).toBeCloseTo(3000, 9);
    expect(first?.values['offsetY.mean']).toBeCloseTo(-0.2, 12);
    expect(second?.values['offsetY.mean']).toBeCloseTo(0.1, 12);
    expect(first?.values['confidence.mean']).toBeUndefined();
    // Without bands nobody judges.
    expect(first?.values['wpsDeviations']).toBeUndefined();
  });

  test('tell what is outside the WPS, by the means of the bin', () => {
    const bands = {
      current: { minimum: 225, maximum: 240 },
      travelSpeed: { maximum: 0.7 },
      arcEnergy: { minimum: 0.29, maximum: 0.31 },
    };
    const { sample, tick } = binSite({ bands });
    for (let index = 0; index <= 41; index++) {
      const current = index < 10 ? 230 : index < 20 ? 224 : 241;
      sample(index * 100, { positionMm: index, current, power: index < 20 ? 3000 : 3200 });
    }
    // The step over the edge has the mean of both powers: the third bin is above 0.31 kJ/mm all the same.
    expect(tick(4100).map(({ values }) => values['wpsDeviations'])).toEqual([
      0,
      ...[0b00_0001, 0b10_0001, 0b10_0001],
    ]);
  });

  test('are not judged where a variable with a band is not known', () => {
    const { sample, tick } = binSite({
      bands: { current: { maximum: 240 }, gasFlow: { minimum: 12 } },
    });
    for (let index = 0; index <= 11; index++) sample(index * 100, { positionMm: index });
    expect(tick(1100)[0]?.values['wpsDeviations']).toBeUndefined();
  });

  test('come for every bin, also when several close between two ticks', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 60; index++) sample(index * 100, { positionMm: index * 8 });
    expect(tick(6000).map(({ values }) => values['position'])).toEqual(
      Array.from({ length: 47 }, (_, bin) => bin * 10),
    );
  });

  test('tell where the arc was out and the seam lost', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 31; index++) {
      sample(index * 100, {
        positionMm: index,
        arcOn: index > 12 && index <= 16 ? 0 : 1,
        found: index > 22 && index <= 25 ? 0 : 1,
      });
    }
    const rows = tick(3100).map(({ values }) => values);
    expect(rows.map((row) => row['arcOnLength'])).toEqual([10, 6, 10]);
    expect(rows.map((row) => row['lostLength'])).toEqual([0, 0, 3]);
    expect(rows[1]?.['length']).toBe(10);
  });

  test('give statistics of the samples with the arc on', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 11; index++) {
      sample(index * 100, {
        positionMm: index,
        current: index % 2 === 0 ? 228 : 232,
        offset: index === 4 ? [0.3, 0.4] : [0, 0],
      });
    }
    const [row] = tick(1100).map(({ values }) => values);
    expect(row?.['current.mean']).toBeCloseTo(230, 12);
    expect(row?.['current.minimum']).toBe(228);
    expect(row?.['current.maximum']).toBe(232);
    expect(row?.['current.deviation']).toBeCloseTo(Math.sqrt(40 / 9), 12);
    expect(row?.['trackingError.maximum']).toBeCloseTo(0.5, 12);
    expect(row?.['trackingError.rms']).toBeCloseTo(Math.sqrt(0.25 / 10), 12);
  });

  test('have no value for what is not measured at the site', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 11; index++) sample(index * 100, { positionMm: index });
    const [row] = tick(1100);
    expect(row?.values).toMatchObject({ 'voltage.mean': undefined, 'gap.maximum': undefined });
  });

  test('are uncertain where less than the bin was measured', () => {
    const { sample, tick } = binSite();
    for (const index of [0, 1, 2, 3]) sample(index * 100, { positionMm: index });
    for (const index of [8, 9, 10, 11]) sample(3000 + index * 100, { positionMm: index });
    const [row] = tick(4100);
    expect(row?.values['length']).toBeCloseTo(5, 12);
    expect(row?.values['heatInput']).toBeCloseTo(0.24, 12);
    expect(row?.status).toBe(statusCodes.uncertain);
  });

  test('close with their panel, and those of the next one begin at its place', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 15; index++) sample(index * 100, { positionMm: index });
    expect(tick(1500).map(({ values }) => values['position'])).toEqual([0]);
    for (let index = 0; index <= 11; index++) {
      sample(9000 + index * 100, { positionMm: index, panelId: 8 });
    }
    const rows = tick(10_100);
    expect(rows.map(({ values }) => [values['panelId'], values['position']])).toEqual([
      [7, 10],
      [8, 0],
    ]);
    expect(rows[0]?.values['length']).toBeCloseTo(5, 12);
    expect(rows[0]?.timeMs).toBe(1500);
  });

  test('do not begin before the panel does', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 30; index++) sample(index * 100, { positionMm: index - 15 });
    expect(tick(3000).map(({ values }) => values['position'])).toEqual([0]);
  });

  test('never have one time twice', () => {
    const { sample, tick } = binSite({ binMm: 1 });
    sample(0, { positionMm: 0 });
    sample(1, { positionMm: 50 });
    const times = tick(1000).map(({ timeMs }) => timeMs);
    expect(times).toHaveLength(49);
    expect(new Set(times).size).toBe(49);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
  });

  test('over a jump of the encoder are there and empty, as many as are held', () => {
    const { sample, tick } = binSite();
    for (let index = 0; index <= 11; index++) sample(index * 100, { positionMm: index });
    expect(tick(1100)).toHaveLength(1);
    for (let index = 0; index <= 11; index++) {
      sample(1200 + index * 100, { positionMm: 3000 + index });
    }
    const rows = tick(2400);
    expect(rows).toHaveLength(63);
    expect(rows.at(-1)?.values).toMatchObject({ position: 3000, 'current.mean': 230 });
    expect(rows.at(-2)?.values).toMatchObject({ length: 0, 'current.mean': undefined });
  });
});

/** One bin of the naive computation. */
type Bin = { lengthMm: number; arcOnMm: number; joules: number; currents: number[] };

const walk = fc.array(
  fc.record({
    stepMm: fc.integer({ min: -400, max: 9000 }).map((micrometres) => micrometres / 1000),
    stepMs: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 20, max: 900 }) },
      fc.constant(2500),
    ),
    power: fc.double({ min: 1, max: 9000, noNaN: true }),
    arcOn: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.constant(0)),
    current: fc.double({ min: 150, max: 300, noNaN: true }),
    restart: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  }),
  { minLength: 1, maxLength: 100 },
);

test('rows of any walk agree with a computation over all samples, also over restarts', () => {
  const seed = testSeed();
  fc.assert(
    fc.property(walk, (steps) => {
      const site = binSite();
      const bins = new Map<number, Bin>();
      const binAt = (bin: number): Bin => {
        const known = bins.get(bin) ?? { lengthMm: 0, arcOnMm: 0, joules: 0, currents: [] };
        bins.set(bin, known);
        return known;
      };
      const rows: Row[] = [];
      let [timeMs, positionMm, lastPower] = [0, 20, 0];
      let furthestMm = Number.NEGATIVE_INFINITY;
      let closedBelow = 0;
      let firstBin: number | undefined;
      for (const [index, step] of steps.entries()) {
        const fromMm = positionMm;
        if (index > 0) {
          timeMs += step.stepMs;
          positionMm += step.stepMm;
        }
        if (step.restart) site.restart();
        site.sample(timeMs, { ...step, positionMm });
        const isStep = index > 0 && step.stepMs <= 1000;
        if (isStep && step.stepMm > 0) firstBin ??= Math.floor(fromMm / 10);
        const watts = (lastPower + step.power) / 2;
        const parts: [number, number][] = [];
        if (step.stepMm > 0) {
          for (let bin = Math.floor(fromMm / 10); bin * 10 < positionMm; bin++) {
            parts.push([bin, Math.min(positionMm, bin * 10 + 10) - Math.max(fromMm, bin * 10)]);
          }
        } else parts.push([Math.floor(positionMm / 10), step.stepMm]);
        for (const [bin, partMm] of isStep ? parts : []) {
          if (firstBin === undefined || bin < firstBin || bin < closedBelow) continue;
          const share = step.stepMm > 0 ? partMm / step.stepMm : 1;
          const into = binAt(bin);
          into.lengthMm += partMm;
          into.arcOnMm += partMm * step.arcOn;
          into.joules += ((step.arcOn * watts * step.stepMs) / 1000) * share;
        }
        if (isStep && step.stepMm > 0 && positionMm > furthestMm) furthestMm = positionMm;
        closedBelow = Math.max(closedBelow, Math.floor((furthestMm - 1) / 10));
        const here = Math.floor(positionMm / 10);
        if (step.arcOn === 1) firstBin ??= here;
        if (step.arcOn === 1 && here >= Math.max(firstBin ?? 0, closedBelow)) {
          binAt(here).currents.push(step.current);
        }
        lastPower = step.power;
        if (index % 7 === 6) rows.push(...site.tick(timeMs));
      }
      rows.push(...site.tick(timeMs));
      expect(rows.map(({ values }) => values['position'])).toEqual(
        Array.from(
          { length: Math.max(0, closedBelow - (firstBin ?? 0)) },
          (_, index) => ((firstBin ?? 0) + index) * 10,
        ),
      );
      for (const { values } of rows) {
        const bin = bins.get((values['position'] as number) / 10);
        expect(values['length']).toBeCloseTo(Math.max(0, bin?.lengthMm ?? 0), 9);
        expect(values['arcOnLength']).toBeCloseTo(Math.max(0, bin?.arcOnMm ?? 0), 9);
        const heat = (0.8 * (bin?.joules ?? 0)) / (bin?.arcOnMm ?? 0) / 1000;
        if (Math.abs(bin?.arcOnMm ?? 0) > 0.01) expect(values['heatInput']).toBeCloseTo(heat, 6);
        const currents = bin?.currents ?? [];
        if (currents.length === 0) expect(values['current.mean']).toBeUndefined();
        else {
          const mean = currents.reduce((sum, value) => sum + value, 0) / currents.length;
          expect(values['current.mean']).toBeCloseTo(mean, 9);
          expect(values['current.maximum']).toBe(Math.max(...currents));
        }
      }
      for (const { timeMs: rowMs } of rows) expect(Number.isInteger(rowMs)).toBe(true);
    }),
    { seed, numRuns: runsOf(60) },
  );
});
