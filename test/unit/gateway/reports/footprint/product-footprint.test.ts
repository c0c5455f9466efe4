import { describe, expect, it } from 'vitest';
import type { CarbonFacts } from '../../../../../gateway/records/panel-facts.ts';
import { footprintConfigOf } from '../../../../../gateway/reports/footprint/footprint-config.ts';
import {
  footprintElements,
  productFootprint,
} from '../../../../../gateway/reports/footprint/product-footprint.ts';

const reference: CarbonFacts = {
  ...{ energyKwh: 60.265, electricityKg: 60.265 * 0.341394, gridOnlyKg: 60.265 * 0.6205 },
  ...{ gasM3: 8.1, gasKg: 8.1 * 0.18 * 1.83 },
  ...{ wireKg: 27.966, tubeKg: 439.468, finKg: 93.258 },
};
const source = 'assumed, until suppliers declare theirs';
const placeholders = footprintConfigOf({
  tube: { value: 2.5, source },
  fin: { value: 2.2, source },
  wire: { value: 2.6, source },
  gas: { value: 0.3, source },
});

const carbonOf = (footprint: ReturnType<typeof productFootprint>) =>
  Object.fromEntries(footprint.parts.map(({ element, carbonKg }) => [element, carbonKg]));

describe('§3.13 carbon footprint of a panel', () => {
  it('electricity 20.574, gas 2.668, steel 1303.838, wire 72.712, making of gas 2.43: 23.242 and 1402.22 kg', () => {
    const footprint = productFootprint({ carbon: reference }, placeholders);
    const carbon = carbonOf(footprint);
    expect(carbon['electricity']).toBeCloseTo(20.574, 3);
    expect(carbon['gas-direct']).toBeCloseTo(2.668, 3);
    expect((carbon['tube'] ?? 0) + (carbon['fin'] ?? 0)).toBeCloseTo(1303.838, 3);
    expect(carbon['wire']).toBeCloseTo(72.712, 3);
    expect(carbon['gas-upstream']).toBeCloseTo(2.43, 3);
    expect(footprint.gateToGateKg).toBeCloseTo(23.242, 3);
    expect(footprint.totalKg).toBeCloseTo(1402.22, 2);
    expect(footprint.gridOnlyKg).toBeCloseTo(37.394, 3);
    expect(((carbon['tube'] ?? 0) + (carbon['fin'] ?? 0)) / (footprint.totalKg ?? 1)).toBeCloseTo(
      0.93,
      3,
    );
  });

  it('says of each element how much, by which factor, and from where', () => {
    const { parts } = productFootprint({ carbon: reference }, placeholders);
    expect(parts.map(({ element }) => element)).toEqual([...footprintElements]);
    const tube = parts.find(({ element }) => element === 'tube');
    expect(tube).toEqual({
      ...{ element: 'tube', amount: 439.468, unit: 'kg', factor: 2.5, source },
      ...{ carbonKg: 439.468 * 2.5, isPrimary: false },
    });
    const electricity = parts.find(({ element }) => element === 'electricity');
    expect(electricity).toMatchObject({ amount: 60.265, unit: 'kW.h', isPrimary: true });
    expect(electricity?.factor).toBeCloseTo(0.341394, 9);
  });

  it("takes a supplier's own factor for primary data", () => {
    const factors = footprintConfigOf({ tube: { value: 2, source: 'EPD 7', isPrimary: true } });
    const { parts } = productFootprint({ carbon: reference }, factors);
    expect(parts.filter(({ isPrimary }) => isPrimary).map(({ element }) => element)).toEqual([
      ...['electricity', 'gas-direct', 'tube'],
    ]);
  });

  it('has no total while a factor or an amount is missing, and says which', () => {
    const { fin: _fin, ...factors } = placeholders;
    const withoutFactor = productFootprint({ carbon: reference }, factors);
    expect(carbonOf(withoutFactor)['fin']).toBeNull();
    expect(withoutFactor.totalKg).toBeNull();
    expect(withoutFactor.gateToGateKg).toBeCloseTo(23.242, 3);
    const untold = productFootprint({ carbon: { ...reference, tubeKg: null } }, placeholders);
    expect(carbonOf(untold)['tube']).toBeNull();
    expect(untold.totalKg).toBeNull();
    const uncounted = productFootprint(
      { carbon: { ...reference, electricityKg: null } },
      placeholders,
    );
    expect(uncounted).toMatchObject({ gateToGateKg: null, totalKg: null });
    expect(uncounted.parts[0]).toMatchObject({ factor: null, source: null });
  });

  it('of a panel that took no energy has no factor, and no carbon', () => {
    const idle = { ...reference, energyKwh: 0, electricityKg: 0 };
    expect(productFootprint({ carbon: idle }, placeholders).parts[0]).toMatchObject({
      ...{ amount: 0, factor: null, carbonKg: 0 },
    });
  });
});
