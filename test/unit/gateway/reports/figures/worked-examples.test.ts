// The worked examples of the factory's headline figures, to the digits given there.
import { describe, expect, it } from 'vitest';
import type { FootprintPart } from '../../../../../gateway/records/product-footprint.ts';
import type { Baseline, Figure } from '../../../../../gateway/reports/figures/figure.ts';
import {
  carbonCoverage,
  type DecidedPanel,
  efficiencyGain,
  inLineInspection,
  inspectedPanels,
  perCapitaOutput,
  straightPanels,
  unmannedShare,
} from '../../../../../gateway/reports/figures/panel-figures.ts';
import {
  automaticScheduling,
  craneTransfers,
  deviceDigitalisation,
  materialUtilisation,
  transferDistance,
} from '../../../../../gateway/reports/figures/plant-figures.ts';

const many = <Item>(count: number, make: (index: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, index) => make(index));
const idsOf = (members: Figure['counted']): readonly string[] => members.map(({ id }) => id);
const codesOf = ({ missing }: Figure): readonly string[] => missing.map(({ code }) => code);

const baseline = (value: number, unit: string): Baseline => ({
  ...{ value, unit, frozen: '2023-12-31', simulated: true },
  provenance: { en: 'assumed', zh: '假设' },
});
const released = (id: string, weldM: number, netMassKg: number | null = null): DecidedPanel => ({
  ...{ id, status: 'released', weldM, netMassKg },
});

describe('§3.14 device digitalisation', () => {
  const devices = many(48, (index) => ({ id: `d${index}`, goodShare: index === 0 ? 0.949 : 0.95 }));

  it('47/48 = 97.92 %', () => {
    const figure = deviceDigitalisation(devices);
    expect(figure.value).toBeCloseTo(97.92, 2);
    expect([figure.numerator.value, figure.denominator.value]).toEqual([47, 48]);
    expect(figure.notCounted).toEqual([{ id: 'd0', amount: 0.949, reason: 'too-little-data' }]);
  });

  it('counts a registered device that is not connected, and knows nothing without devices', () => {
    const figure = deviceDigitalisation([{ id: 'lathe', goodShare: null }]);
    expect(figure).toMatchObject({ value: 0, notCounted: [{ reason: 'not-connected' }] });
    expect(deviceDigitalisation([])).toMatchObject({
      value: null,
      missing: [{ code: 'devices' }],
    });
  });
});

describe('§3.14 in-line inspection', () => {
  it('359.64/360 = 99.90 %, by length and by panel', () => {
    const panels = [{ id: 'P1', wholeWeldM: 360, inspectedM: 359.64 }];
    const figure = inLineInspection(panels);
    expect(figure.value).toBeCloseTo(99.9, 10);
    expect(figure.numerator).toEqual({ value: 359.64, unit: 'm' });
    expect(figure.denominator).toEqual({ value: 360, unit: 'm' });
    expect(inspectedPanels(panels, 0.995)).toMatchObject({ value: 100, counted: [{ id: 'P1' }] });
    expect(inspectedPanels(panels, 0.9995)).toMatchObject({
      value: 0,
      notCounted: [{ id: 'P1', reason: 'not-fully-inspected' }],
    });
  });

  it('leaves out panels of which it is not known, and says which', () => {
    const panels = [
      { id: 'P1', wholeWeldM: 360, inspectedM: 360 },
      { id: 'P2', wholeWeldM: 360, inspectedM: null },
    ];
    for (const figure of [inLineInspection(panels), inspectedPanels(panels, 0.995)]) {
      expect(figure).toMatchObject({ value: 100, missing: [{ code: 'vision', members: ['P2'] }] });
      expect(idsOf(figure.unknown)).toEqual(['P2']);
    }
    expect(inLineInspection([])).toMatchObject({ value: null, numerator: { value: null } });
    expect(codesOf(inspectedPanels([], 0.995))).toEqual(['panels']);
  });
});

describe('§3.14 material utilisation', () => {
  const movements = [
    { movement: 'issue', massKg: 532.73 + 27.97 + 6 + 10 },
    { movement: 'return', massKg: 10 },
  ] as const;

  it('(532.73 + 27.13)/(532.73 + 27.97 + 6.00) = 98.79 %', () => {
    const figure = materialUtilisation([released('P1', 360, 532.73 + 27.13)], movements);
    expect(figure.value).toBeCloseTo(98.79, 2);
    expect(figure.numerator.value).toBeCloseTo(559.86, 10);
    expect(figure.denominator.value).toBeCloseTo(566.7, 10);
    expect(figure.parts).toMatchObject({ returned: { value: 10, unit: 'kg' } });
  });

  it('has no value where the mass of a good panel is not known, for the share would be too low', () => {
    const figure = materialUtilisation([released('P1', 360, 500), released('P2', 360)], movements);
    expect(figure).toMatchObject({ value: null, missing: [{ code: 'net-mass', members: ['P2'] }] });
  });

  it('has no value while nobody has decided on a panel, or it is on hold', () => {
    const open = (status: 'hold' | null) => ({ ...released('P2', 360, 500), status });
    for (const status of ['hold', null] as const) {
      expect(
        materialUtilisation([released('P1', 360, 500), open(status)], movements),
      ).toMatchObject({ value: null, missing: [{ code: 'dispositions', members: ['P2'] }] });
    }
  });

  it('has no value where nothing net was issued', () => {
    const returned = [{ movement: 'return', massKg: 10 }] as const;
    expect(materialUtilisation([released('P1', 360, 500)], returned)).toMatchObject({
      ...{ value: null, missing: [{ code: 'net-issue' }] },
      denominator: { value: -10 },
    });
  });

  it('counts no bad panel and says what is missing', () => {
    const scrap = { ...released('P2', 360, 500), status: 'scrap' } as const;
    const figure = materialUtilisation([released('P1', 360, 500), scrap], movements);
    expect(figure).toMatchObject({ numerator: { value: 500 }, notCounted: [{ reason: 'scrap' }] });
    expect(codesOf(materialUtilisation([], []))).toEqual(['panels', 'material-movements']);
    expect(materialUtilisation([released('P1', 360, 500)], []).value).toBeNull();
  });
});

describe('§3.14 automatic scheduling', () => {
  const order = (index: number) =>
    ({
      orderId: `o${index}`,
      releasedBy: 'scheduler',
      startedBy: 'scheduler',
      isOverridden: false,
    }) as const;

  it('57/60 = 95 %, with the reason of each that does not count', () => {
    const orders = [
      ...many(57, order),
      { ...order(57), releasedBy: 'hand' } as const,
      { ...order(58), startedBy: 'hand' } as const,
      { ...order(59), isOverridden: true },
    ];
    const figure = automaticScheduling(orders);
    expect(figure.value).toBe(95);
    expect(figure.notCounted.map(({ id, reason }) => [id, reason])).toEqual([
      ...[
        ['o57', 'released-by-hand'],
        ['o58', 'started-by-hand'],
        ['o59', 'overridden'],
      ],
    ]);
    expect(automaticScheduling([{ ...order(0), releasedBy: null }]).notCounted).toMatchObject([
      { reason: 'never-released' },
    ]);
    expect(automaticScheduling([])).toMatchObject({ value: null, missing: [{ code: 'orders' }] });
  });
});

describe('§3.14 carbon-footprint coverage', () => {
  const part = (carbonKg: number | null, isPrimary = false): FootprintPart => ({
    ...{ element: 'wire', amount: 1, unit: 'kg', factor: 1, source: 'database' },
    ...{ carbonKg, isPrimary, isUncertain: false },
  });
  const whole = { parts: [part(20, true), part(3, true), part(1), part(1), part(1), part(1)] };

  it('14/14 = 100 %, with the share of primary data beside it', () => {
    const figure = carbonCoverage(many(14, (index) => ({ id: `P${index}`, footprint: whole })));
    expect(figure).toMatchObject({
      value: 100,
      numerator: { value: 14 },
      denominator: { value: 14 },
    });
    expect(figure.parts['primaryDataShare']?.value).toBeCloseTo(100 / 3, 10);
  });

  it('counts no footprint of which something was not measured in full', () => {
    const uncertain = { parts: [{ ...part(20), isUncertain: true }, ...whole.parts.slice(1)] };
    const figure = carbonCoverage([{ id: 'P1', footprint: uncertain }]);
    expect(figure.value).toBe(0);
    expect(figure.notCounted).toMatchObject([{ id: 'P1', reason: 'footprint-incomplete' }]);
  });

  it('counts no footprint with an element that is not known, nor a panel without one', () => {
    const incomplete = { parts: [...whole.parts.slice(1), part(null, true)] };
    const figure = carbonCoverage([
      { id: 'P1', footprint: whole },
      { id: 'P2', footprint: incomplete },
      { id: 'P3', footprint: null },
    ]);
    expect(figure.value).toBeCloseTo(100 / 3, 10);
    expect(idsOf(figure.notCounted)).toEqual(['P2']);
    expect(figure.missing).toMatchObject([{ code: 'product-footprint', members: ['P3'] }]);
    // What is not known is no data of any kind: 2 of 6 and 1 of 5.
    expect(figure.parts['primaryDataShare']?.value).toBeCloseTo((100 * 3) / 11, 10);
    const none = carbonCoverage([{ id: 'P1', footprint: null }]);
    expect(none).toMatchObject({ value: null, numerator: { value: null }, parts: {} });
    expect(none.missing).toMatchObject([{ code: 'product-footprint', members: [] }]);
  });
});

describe('§3.14 efficiency gain', () => {
  it('28 against 14 = +100 %', () => {
    const figure = efficiencyGain([released('P1', 280)], 10, baseline(14, 'm/h'));
    expect(figure.value).toBe(100);
    expect(figure.numerator).toEqual({ value: 28, unit: 'm/h' });
    expect(figure.denominator).toEqual({ value: 14, unit: 'm/h' });
    expect(figure.baseline?.frozen).toBe('2023-12-31');
  });

  it('takes the weld of good panels only', () => {
    const hold = { ...released('P2', 280), status: 'hold' } as const;
    const figure = efficiencyGain([released('P1', 70), hold], 10, baseline(14, 'm/h'));
    expect(figure.value).toBe(-50);
    expect(idsOf(figure.notCounted)).toEqual(['P2']);
  });

  it('has no value while a panel is undecided or a good one was not measured: it would be too low', () => {
    const undecided = { ...released('P3', 280), status: null } as const;
    const figure = efficiencyGain([released('P1', 70), undecided], 10, baseline(14, 'm/h'));
    expect(figure).toMatchObject({ value: null, numerator: { value: 7 } });
    expect(figure.missing).toMatchObject([{ code: 'dispositions', members: ['P3'] }]);
    const unmeasured = [released('P1', 70), { ...released('P4', 1), weldM: null }];
    expect(efficiencyGain(unmeasured, 10, baseline(14, 'm/h')).value).toBeNull();
  });

  it('says what is missing: a baseline, production time, panels', () => {
    expect(efficiencyGain([], null, null)).toMatchObject({ value: null });
    expect(codesOf(efficiencyGain([], null, null))).toEqual([
      ...['panels', 'production-time', 'baseline'],
    ]);
    expect(efficiencyGain([released('P1', 70)], 0, baseline(14, 'm/h')).value).toBeNull();
  });
});

describe('§3.14 per-capita output', () => {
  const before = { ...baseline(1.4, '{panel}/d'), panels: 14, people: 10, days: 1 };

  it('(28/4)/(14/10) = 5.0', () => {
    const panels = many(28, (index) => released(`P${index}`, 360));
    const figure = perCapitaOutput(panels, { people: 4, days: 1 }, before);
    expect(figure.value).toBeCloseTo(5, 12);
    expect(figure.numerator.value).toBe(7);
    expect(figure.denominator.value).toBeCloseTo(1.4, 12);
    expect(perCapitaOutput(panels, { people: 4, days: 2 }, before).value).toBeCloseTo(2.5, 12);
  });

  it('says what is missing', () => {
    const undecided = { ...released('P1', 1), status: null } as const;
    expect(perCapitaOutput([undecided], { people: 4, days: 1 }, before).value).toBeNull();
    const some = [released('P2', 1), undecided];
    expect(perCapitaOutput(some, { people: 4, days: 1 }, before).value).toBeNull();
    expect(codesOf(perCapitaOutput([], { people: null, days: 1 }, null))).toEqual([
      ...['panels', 'people', 'baseline'],
    ]);
  });
});

describe('§3.14 crane transfers', () => {
  const transfer = (panelId: string, mode: 'crane' | 'other', distanceM = 112) => ({
    ...{ panelId, mode, distanceM },
  });

  it('0 of 5, the target', () => {
    const figure = craneTransfers(
      many(5, (index) => transfer(`P${index}`, 'other')),
      2,
    );
    expect(figure).toMatchObject({ value: 0, numerator: { value: 0 }, denominator: { value: 5 } });
    expect(figure.counted).toEqual([]);
    expect(figure.missing).toEqual([]);
  });

  it('by panel and by shift', () => {
    const transfers = [transfer('P1', 'crane'), transfer('P1', 'crane'), transfer('P2', 'other')];
    const figure = craneTransfers(transfers, 4);
    expect(figure.value).toBe(2);
    expect(figure.counted).toEqual([{ id: 'P1', amount: 2, reason: 'crane' }]);
    expect(idsOf(figure.notCounted)).toEqual(['P2']);
    expect(figure.parts).toMatchObject({ perPanel: { value: 1 }, perShift: { value: 0.5 } });
  });

  it('is not known, and not 0, where no transfer was told', () => {
    const figure = craneTransfers([], null);
    expect(figure).toMatchObject({ value: null, missing: [{ code: 'transfers' }] });
    expect(figure.parts['perShift']?.value).toBeNull();
  });

  it('transfer distance: 112 m a panel against 580 m = -468 m', () => {
    const transfers = [
      transfer('P1', 'other', 100),
      transfer('P1', 'other', 24),
      transfer('P2', 'other', 100),
    ];
    const figure = transferDistance(transfers, baseline(580, 'm'));
    expect(figure.value).toBe(-468);
    expect(figure.parts['perPanel']?.value).toBe(112);
    expect([figure.numerator.value, figure.denominator.value]).toEqual([224, 2]);
    expect(codesOf(transferDistance([], null))).toEqual(['transfers', 'baseline']);
    expect(transferDistance(transfers, null).value).toBeNull();
  });
});

describe('straight panels and the unmanned ratio', () => {
  it('within what the contract allows counts, its very limit included', () => {
    const panel = (id: string, deformationMarginMm: number | null) => ({
      ...{ id, deformationMm: 6 - (deformationMarginMm ?? 0), deformationMarginMm },
    });
    const figure = straightPanels([
      ...[panel('P1', 2.55), panel('P2', 0), panel('P3', -0.01), panel('P4', null)],
    ]);
    expect(figure.value).toBeCloseTo(200 / 3, 10);
    expect(idsOf(figure.counted)).toEqual(['P1', 'P2']);
    expect(figure.notCounted).toMatchObject([{ id: 'P3', reason: 'bent' }]);
    expect(figure.missing).toMatchObject([{ code: 'deformation', members: ['P4'] }]);
    expect(straightPanels([]).value).toBeNull();
  });

  it('each panel counts by its arc time', () => {
    const panel = (id: string, unmannedPercent: number | null, arcHours: number | null) => ({
      ...{ id, unmannedPercent, arcHours },
    });
    const figure = unmannedShare([
      ...[panel('P1', 100, 0.5), panel('P2', 50, 1 / 6), panel('P3', null, 0.2)],
      panel('P4', 100, null),
    ]);
    expect(figure.value).toBeCloseTo(87.5, 10);
    expect(figure.missing).toMatchObject([{ code: 'unmanned-ratio', members: ['P3', 'P4'] }]);
    expect(codesOf(unmannedShare([]))).toEqual(['panels']);
  });
});
