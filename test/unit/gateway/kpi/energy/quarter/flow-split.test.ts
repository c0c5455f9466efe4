import { describe, expect, test } from 'vitest';
import { splitFlows } from '../../../../../../gateway/kpi/energy/quarter/flow-split.ts';
import { flows, terms } from '../../../../../../gateway/kpi/energy/quarter/terms.ts';

type Energies = Readonly<Partial<Record<(typeof terms)[number], number>>>;

const split = (energies: Energies): Readonly<Record<string, number>> => {
  const before = 3;
  const memory = new Float64Array(before + terms.length + flows.length).fill(Number.NaN);
  for (const [index, term] of terms.entries()) memory[before + index] = energies[term] ?? 0;
  const out = before + terms.length;
  splitFlows(memory, before, out);
  // Of its own cells alone.
  expect([...memory.subarray(0, before)].every(Number.isNaN)).toBe(true);
  return Object.fromEntries(flows.map((flow, index) => [flow, memory[out + index] ?? Number.NaN]));
};

const all = {
  ...{ pvToGrid: 0, pvToLoad: 0, pvToStorage: 0 },
  ...{ gridToLoad: 0, gridToStorage: 0, storageToLoad: 0 },
};

describe('where the energy of a quarter hour went', () => {
  test('photovoltaics serve what is used, then storage; what is exported is theirs', () => {
    expect(split({ pv: 100, export: 30, load: 40, ev: 10, charge: 20 })).toEqual({
      ...{ ...all, pvToGrid: 30, pvToLoad: 50, pvToStorage: 20 },
    });
  });

  test('the grid serves what is left, then charges', () => {
    expect(split({ pv: 30, import: 55, load: 45, ev: 15, charge: 25 })).toEqual({
      ...{ ...all, pvToLoad: 30, gridToLoad: 30, gridToStorage: 25 },
    });
  });

  test('storage serves the rest', () => {
    expect(split({ import: 10, discharge: 40, load: 50 })).toEqual({
      ...{ ...all, gridToLoad: 10, storageToLoad: 40 },
    });
  });

  test('what is exported serves nobody here', () => {
    expect(split({ pv: 50, export: 30, load: 40, discharge: 20 })).toEqual({
      ...{ ...all, pvToGrid: 30, pvToLoad: 20, storageToLoad: 20 },
    });
  });

  test('nor charges storage here', () => {
    expect(split({ pv: 100, export: 30, load: 40, charge: 50, import: 20 })).toEqual({
      ...{ ...all, pvToGrid: 30, pvToLoad: 40, pvToStorage: 30, gridToStorage: 20 },
    });
  });

  test('an export beyond photovoltaics is theirs up to what they gave', () => {
    expect(split({ pv: 10, export: 25, load: 5, discharge: 20 })).toEqual({
      ...{ ...all, pvToGrid: 10, storageToLoad: 5 },
    });
  });
});
