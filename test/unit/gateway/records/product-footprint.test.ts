import { describe, expect, it } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import type { PanelRecord } from '../../../../gateway/records/panel-record.ts';
import {
  footprintElements,
  type ProductFootprint,
  productFootprint,
} from '../../../../gateway/records/product-footprint.ts';
import { fullRecord, production } from '../../../support/dossier-record.ts';

const { good, uncertain } = statusCodes;
const source = 'assumed, until suppliers declare theirs';

type Values = Readonly<Record<string, number | null>>;

const measured: Values = {
  panelEnergy: 60.265,
  'panelCarbon.electricity': 60.265 * 0.341394,
  'panelCarbon.gridOnly': 60.265 * 0.6205,
  'panelCarbon.gas': 8.1 * 0.18 * 1.83,
  panelGasVolume: 8.1,
  panelWireMass: 27.966,
};

const placeholders = {
  tube: { value: 2.5, source },
  fin: { value: 2.2, source },
  wire: { value: 2.6, source },
  gas: { value: 0.3, source },
};

const movement = (material: 'tube' | 'fin', massKg: number, is: 'issue' | 'return' = 'issue') => ({
  ...{ timeMs: 0, movement: is, material, massKg, lot: null },
});

const recordOf = (of: {
  readonly values?: Values;
  readonly materials?: object;
  readonly movements?: readonly ReturnType<typeof movement>[];
  readonly status?: Readonly<Record<string, number>>;
}): PanelRecord => {
  const { values = measured, materials = placeholders, status = {} } = of;
  const movements = of.movements ?? [movement('tube', 439.468), movement('fin', 93.258)];
  return {
    ...fullRecord(),
    results: Object.entries(values).map(([point, value]) => ({
      ...{ point, value, unit: '1', coverage: 1, timeMs: 0, equipment: 'line' },
      status: status[point] ?? good,
    })),
    methods: [
      { kpi: 'panelEnergy', equipment: '*', parameters: {} },
      { kpi: 'panelCarbon', equipment: 'welding/mpm01/line', parameters: { materials } } as never,
    ],
    production: { ...production, materials: { ...production.materials, movements } },
  };
};

const carbonOf = ({ parts }: ProductFootprint) =>
  Object.fromEntries(parts.map(({ element, carbonKg }) => [element, carbonKg]));

describe('§3.13 carbon footprint of a panel', () => {
  const footprint = productFootprint(recordOf({}));

  it('electricity 20.574, gas 2.668, steel 1303.838, wire 72.712, making of gas 2.43: 23.242 and 1402.22 kg', () => {
    const carbon = carbonOf(footprint);
    expect(carbon['electricity']).toBeCloseTo(20.574, 3);
    expect(carbon['gas-direct']).toBeCloseTo(2.668, 3);
    expect((carbon['tube'] ?? 0) + (carbon['fin'] ?? 0)).toBeCloseTo(1303.838, 3);
    expect(carbon['wire']).toBeCloseTo(72.712, 3);
    expect(carbon['gas-upstream']).toBeCloseTo(2.43, 3);
    expect(footprint.gateToGateKg).toBeCloseTo(23.242, 3);
    expect(footprint.totalKg).toBeCloseTo(1402.22, 2);
    expect(footprint.gridOnlyKg).toBeCloseTo(37.394, 3);
  });

  it('230.5 kg/m2 of 18 m by 0.338 m; steel is 93 % of it and electricity 1.5 %', () => {
    expect(footprint.totalKgPerM2).toBeCloseTo(230.5, 1);
    const { electricity = 0, tube = 0, fin = 0 } = carbonOf(footprint);
    const total = footprint.totalKg ?? Number.NaN;
    expect(((tube ?? 0) + (fin ?? 0)) / total).toBeCloseTo(0.93, 3);
    expect((electricity ?? 0) / total).toBeCloseTo(0.015, 3);
  });

  it('says of each element how much, by which factor, and from where', () => {
    expect(footprint.parts.map(({ element }) => element)).toEqual([...footprintElements]);
    expect(footprint.parts.find(({ element }) => element === 'tube')).toEqual({
      ...{ element: 'tube', amount: 439.468, unit: 'kg', factor: 2.5, source },
      ...{ carbonKg: 439.468 * 2.5, isPrimary: false, isUncertain: false },
    });
    const [electricity] = footprint.parts;
    expect(electricity).toMatchObject({ amount: 60.265, unit: 'kW.h', isPrimary: true });
    expect(electricity?.factor).toBeCloseTo(0.341394, 9);
    expect(electricity?.source).toBeNull();
  });
});

describe('a carbon footprint', () => {
  it('takes what was returned off what was issued', () => {
    const movements = [movement('tube', 450), movement('tube', 10, 'return'), movement('fin', 90)];
    const [, , tube, fin] = productFootprint(recordOf({ movements })).parts;
    expect([tube?.amount, fin?.amount]).toEqual([440, 90]);
  });

  it("takes a supplier's own factor for primary data", () => {
    const materials = { ...placeholders, tube: { value: 2, source: 'EPD 7', isPrimary: true } };
    const { parts } = productFootprint(recordOf({ materials }));
    expect(parts.filter(({ isPrimary }) => isPrimary).map(({ element }) => element)).toEqual([
      ...['electricity', 'gas-direct', 'tube'],
    ]);
  });

  it('has no total while a factor or an amount is missing, and says which', () => {
    const { fin: _fin, ...materials } = placeholders;
    const withoutFactor = productFootprint(recordOf({ materials }));
    expect(carbonOf(withoutFactor)['fin']).toBeNull();
    expect(withoutFactor).toMatchObject({ totalKg: null, totalKgPerM2: null });
    expect(withoutFactor.gateToGateKg).toBeCloseTo(23.242, 3);
    const untold = productFootprint(recordOf({ movements: [movement('fin', 93.258)] }));
    expect(carbonOf(untold)['tube']).toBeNull();
    expect(untold.totalKg).toBeNull();
    const uncounted = productFootprint(
      recordOf({ values: { ...measured, 'panelCarbon.electricity': null } }),
    );
    expect(uncounted).toMatchObject({ gateToGateKg: null, totalKg: null });
    expect(uncounted.parts[0]?.factor).toBeNull();
  });

  it('of a line that was configured without it has nothing but amounts', () => {
    const { methods: _, ...record } = recordOf({ values: { panelEnergy: 60 } });
    const { parts, ...sums } = productFootprint(record);
    expect(parts.every(({ carbonKg, factor }) => carbonKg === null && factor === null)).toBe(true);
    expect(Object.values(sums)).toEqual([null, null, null, null]);
  });

  it('is uncertain where what was measured is', () => {
    const status = { panelWireMass: uncertain, 'panelCarbon.electricity': uncertain };
    const { parts } = productFootprint(recordOf({ status }));
    expect(parts.filter(({ isUncertain }) => isUncertain).map(({ element }) => element)).toEqual([
      ...['electricity', 'wire'],
    ]);
  });

  it('of a panel that took no energy has no factor, and no carbon', () => {
    const values = { ...measured, panelEnergy: 0, 'panelCarbon.electricity': 0 };
    expect(productFootprint(recordOf({ values })).parts[0]).toMatchObject({
      ...{ amount: 0, factor: null, carbonKg: 0 },
    });
  });
});
