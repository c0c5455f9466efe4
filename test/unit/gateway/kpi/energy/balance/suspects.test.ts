// Goal: the edges of naming a meter, one by one. Method: evidence by hand, what each meter gave to the bus in each quarter hour, in
// the order pv, grid, load, ev, storage; classes so small that only what is written counts, but for those that are about classes.
import { describe, expect, test } from 'vitest';
import { meters } from '../../../../../../gateway/kpi/energy/balance/meters.ts';
import {
  type Evidence,
  judgeMeters,
  wrongs,
} from '../../../../../../gateway/kpi/energy/balance/suspects.ts';

type Given = Readonly<Partial<Record<(typeof meters)[number], number>>>;

/** Each meter within `share` of what it shows. */
const evidence = (quarters: readonly Given[], share = 0.001): readonly Evidence[] =>
  quarters.map((quarter) => {
    const given = meters.map((name) => quarter[name] ?? 0);
    return { given, variances: given.map((value) => (share * value) ** 2) };
  });

const none = 0.1;
const place = (name: (typeof meters)[number]): number => meters.indexOf(name);

/** Truths that close, of which no two meters are proportional. */
const truths: readonly Required<Given>[] = [
  { pv: 100, grid: 60, load: -130, ev: -10, storage: -20 },
  { pv: 300, grid: -90, load: -140, ev: -30, storage: -40 },
  { pv: 50, grid: 170, load: -160, ev: -70, storage: 10 },
  { pv: 10, grid: 100, load: -150, ev: -20, storage: 60 },
];

/** As if one meter showed so much of the truth. */
const showing = (name: keyof Given, share: number): readonly Evidence[] =>
  evidence(truths.map((truth) => ({ ...truth, [name]: share * truth[name] })));

describe('judging meters', () => {
  test('accuses nobody where all closes, and explains nothing by anybody', () => {
    expect(judgeMeters(evidence(truths), none)).toEqual({
      ...{ meter: -1, wrong: wrongs.none, ratio: Number.NaN, scores: [0, 0, 0, 0, 0] },
    });
  });

  test.each(meters.map((name) => [name] as const))('finds %s, whatever it shows', (name) => {
    for (const [share, wrong] of [
      [-1, wrongs.reversed],
      [1 / 3, wrongs.phaseReversed],
      [2 / 3, wrongs.phaseMissing],
      [2, wrongs.multiplier],
      [0.5, wrongs.multiplier],
      [-0.5, wrongs.multiplier],
    ] as const) {
      const verdict = judgeMeters(showing(name, share), none);
      expect(verdict.meter).toBe(place(name));
      expect(verdict.wrong).toBe(wrong);
      expect(verdict.ratio).toBeCloseTo(share, 9);
      expect(verdict.scores[place(name)]).toBeCloseTo(1, 9);
      for (const [meter, score] of verdict.scores.entries()) {
        expect(score).toBeGreaterThanOrEqual(0);
        if (meter !== place(name)) expect(score).toBeLessThan(0.99);
      }
    }
  });

  test('takes a ratio for a pattern within 0.05 of it, and for a multiplier beyond', () => {
    for (const [share, wrong] of [
      [-0.951, wrongs.reversed],
      [-1.049, wrongs.reversed],
      [-0.949, wrongs.multiplier],
      [-1.051, wrongs.multiplier],
      [0.382, wrongs.phaseReversed],
      [0.385, wrongs.multiplier],
      [0.62, wrongs.phaseMissing],
      [0.615, wrongs.multiplier],
    ] as const) {
      expect(judgeMeters(showing('load', share), none).wrong, String(share)).toBe(wrong);
    }
  });

  test('lets the tolerance of the wrong meter grow with its truth, not with what it shows', () => {
    // The load shows a tenth of 1000; 2 % of its truth is 20, 2 % of what it shows is 2: what is left of 15 is within the one alone.
    const quarters = [
      { grid: 1000, load: -100 },
      { pv: 1015, load: -100 },
      { storage: 985, load: -100 },
    ];
    const given = evidence(quarters, 0);
    const allowing = (share: number): readonly Evidence[] =>
      given.map((one) => ({
        ...one,
        variances: one.given.map((value, meter) =>
          meter === place('load') ? (share * value) ** 2 : 0,
        ),
      }));
    expect(judgeMeters(allowing(0.02), 0).meter).toBe(place('load'));
    expect(judgeMeters(allowing(0.002), 0).meter).not.toBe(place('load'));
  });

  test('names nobody where two meters would explain it alike', () => {
    // By night load and grid tell the same.
    const night = [100, 120, 90].map((kwh) => ({ grid: kwh, load: -kwh / 2 }));
    const verdict = judgeMeters(evidence(night), none);
    expect(verdict).toMatchObject({ meter: -1, wrong: wrongs.none });
    expect(verdict.ratio).toBeNaN();
    expect(verdict.scores[place('load')]).toBeCloseTo(1, 9);
    expect(verdict.scores[place('grid')]).toBeCloseTo(1, 9);
  });

  test('scores by the share of the square that it explains', () => {
    const halves = evidence([
      { pv: 1, grid: 1 },
      { pv: 1, grid: -1 },
    ]);
    expect(judgeMeters(halves, none).scores).toEqual([0.5, 0.5, 0, 0, 0]);
  });

  test('what is within the floor is nobody', () => {
    const small = showing('ev', 0.999);
    expect(judgeMeters(small, none).meter).toBe(-1);
    expect(judgeMeters(showing('ev', 0.5), 1000).meter).toBe(-1);
  });
});

describe('a meter that shows nothing', () => {
  test.each([
    ['load', 'grid'],
    ['ev', 'grid'],
    ['pv', 'load'],
    ['grid', 'load'],
    ['storage', 'load'],
  ] as const)('%s is named where it alone stands still', (silent, _) => {
    const verdict = judgeMeters(showing(silent, 0), none);
    // Grid and storage go both ways: only while the residual keeps its sign.
    const isNamed = silent === 'load' || silent === 'ev' || silent === 'pv';
    expect(verdict.meter).toBe(isNamed ? place(silent) : -1);
    expect(verdict.wrong).toBe(isNamed ? wrongs.nothing : wrongs.none);
    if (isNamed) expect(verdict.ratio).toBe(0);
    expect(verdict.scores[place(silent)]).toBe(0);
  });

  test('grid and storage are named while the residual keeps its sign', () => {
    const buying = truths.filter(({ grid }) => grid > 0);
    const bought = evidence(buying.map((truth) => ({ ...truth, grid: 0 })));
    expect(judgeMeters(bought, none)).toMatchObject({
      ...{ meter: place('grid'), wrong: wrongs.nothing },
    });
    const charging = truths.filter(({ storage }) => storage < 0);
    const charged = evidence(charging.map((truth) => ({ ...truth, storage: 0 })));
    expect(judgeMeters(charged, none)).toMatchObject({
      ...{ meter: place('storage'), wrong: wrongs.nothing },
    });
  });

  test('a consumer leaves too much on the bus, photovoltaics too little', () => {
    // Others stand still, too; the sign of the residual says which of them it is.
    const others = { ev: -40, storage: -10 };
    const lacking = evidence([
      { grid: 50, load: -200, ...others },
      { grid: 90, load: -140, ...others },
    ]);
    expect(judgeMeters(lacking, none).meter).toBe(place('pv'));
    const left = evidence([
      { pv: 200, grid: 70, ...others },
      { pv: 150, grid: -30, ...others },
    ]);
    expect(judgeMeters(left, none).meter).toBe(place('load'));
  });

  test('where photovoltaics and a consumer stand still, the sign tells which', () => {
    for (const consumer of ['load', 'ev'] as const) {
      const other = consumer === 'load' ? 'ev' : 'load';
      const lacking = evidence([
        { grid: 10, [other]: -40, storage: -10 },
        { grid: 25, [other]: -20, storage: -30 },
      ]);
      expect(judgeMeters(lacking, none).meter, consumer).toBe(place('pv'));
      const left = evidence([
        { grid: 90, [other]: -40, storage: -10 },
        { grid: 85, [other]: -20, storage: -30 },
      ]);
      expect(judgeMeters(left, none).meter, consumer).toBe(place(consumer));
    }
  });

  test('a quarter hour that closes speaks for all', () => {
    const left = evidence([
      { pv: 10, grid: 20, ev: -20, storage: -10 },
      { pv: 20, grid: 90, ev: -20, storage: -30 },
    ]);
    expect(judgeMeters(left, none).meter).toBe(-1);
    const lacking = evidence([
      { grid: 30, load: -5, ev: -15, storage: -10 },
      { grid: 20, load: -45, ev: -5, storage: -20 },
    ]);
    expect(judgeMeters(lacking, none).meter).toBe(-1);
  });

  test('by night photovoltaics stand still, and nobody is accused of a residual within tolerance', () => {
    const night = evidence([
      { grid: 100, load: -90, ev: -5.01, storage: -5 },
      { grid: 80, load: -60, ev: -13.02, storage: -7 },
    ]);
    expect(judgeMeters(night, none)).toMatchObject({ meter: -1, wrong: wrongs.none });
  });

  test('two that stand still and fit: nobody', () => {
    const left = evidence([
      { pv: 200, grid: 70, storage: -10 },
      { pv: 150, grid: -30, storage: -10 },
    ]);
    expect(judgeMeters(left, none)).toMatchObject({ meter: -1, wrong: wrongs.none });
  });

  test('a thousandth of what went through the bus is nothing, more is something', () => {
    const withLoad = (load: number): readonly Evidence[] =>
      evidence([
        { pv: 200, grid: 250, ev: -40, storage: -10, load },
        { pv: 410, grid: 140, ev: -20, storage: -30, load },
      ]);
    // 1100 kWh went through: 0.55 kWh in each quarter hour is its thousandth.
    expect(judgeMeters(withLoad(-0.5), none).wrong).toBe(wrongs.nothing);
    expect(judgeMeters(withLoad(-0.6), none).wrong).not.toBe(wrongs.nothing);
  });
});
