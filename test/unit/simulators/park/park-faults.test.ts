// Goal: each failure of the park changes what it must and nothing else. Method: the same park with and without the fault, at the
// same instants, told apart by their truth and their registers.
import { describe, expect, it } from 'vitest';
import { FaultError, FaultTable } from '../../../../simulators/faults/fault-table.ts';
import { createParkPlant } from '../../../../simulators/park/park-plant.ts';
import type { JsonValue } from '../../../../simulators/plant.ts';
import { hourMs, minuteMs } from './park-fixture.ts';

const noonMs = Date.UTC(2023, 5, 21, 4);
const ports = { pvPort: 0, meterPort: 0, storagePort: 0, chargerPort: 0 };

type Json = { readonly [key: string]: Json } & number & readonly Json[];

/** A park on whose time the faults of a table act, as the program has it. */
const parkWith = (faults: readonly object[], startMs = noonMs) => {
  const plant = createParkPlant({ seed: 2023, startMs, hasMeterError: false, ...ports });
  if (plant.device === undefined) throw new Error('the park takes no faults');
  const table = new FaultTable([plant.device], startMs);
  plant.useFaults?.(table);
  const to = (timeMs: number): void => {
    for (let edge = table.nextChangeMs() ?? timeMs; edge < timeMs; ) {
      plant.advanceTo(edge);
      table.setNow(edge);
      edge = table.nextChangeMs() ?? timeMs;
    }
    plant.advanceTo(timeMs);
    table.setNow(timeMs);
  };
  table.add(faults.map((fault) => ({ device: 'park.plant', ...fault })));
  return { table, to, truth: (): Json => plant.state() as unknown as Json };
};

/** Paths at which two truths differ. */
const differences = (one: JsonValue, other: JsonValue, path = ''): readonly string[] => {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
    return one === other ? [] : [path];
  }
  return Object.keys(one).flatMap((key) =>
    differences((one as never)[key], (other as never)[key], path === '' ? key : `${path}.${key}`),
  );
};

const compare = (faults: readonly object[], afterMs: number) => {
  const healthy = parkWith([]);
  const sick = parkWith(faults);
  healthy.to(noonMs + afterMs);
  sick.to(noonMs + afterMs);
  const [before, after] = [healthy.truth(), sick.truth()];
  return { before, after, changed: differences(before, after) };
};

const heads = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths.map((path) => path.split('.').slice(0, 2).join('.')))].sort();

describe('failures of the park', () => {
  it('take a string from its inverter, and from nobody else', () => {
    const { before, after, changed } = compare(
      [{ kind: 'string-dead', inverter: 7, strings: [3, 4] }],
      minuteMs,
    );
    expect(changed.filter((path) => path.startsWith('inverters.'))).toEqual(
      expect.arrayContaining(['inverters.6.powerW', 'inverters.6.stringA.2']),
    );
    expect(heads(changed).filter((path) => path.startsWith('inverters.'))).toEqual(['inverters.6']);
    const share =
      (after['inverters']?.[6]?.['powerW'] ?? 0) / (before['inverters']?.[6]?.['powerW'] ?? 1);
    expect(share).toBeCloseTo(14 / 16, 2);
    expect(after['inverters']?.[6]?.['stringA']?.[2]).toBe(0);
    expect(after['inverters']?.[6]?.['stringA']?.[4]).toBeCloseTo(
      before['inverters']?.[6]?.['stringA']?.[4] ?? 0,
      6,
    );
  });

  it('trip an inverter for as long as they hold', () => {
    const park = parkWith([{ kind: 'inverter-trip', inverter: 9, atMs: 60_000, forMs: 60_000 }]);
    const state = (): unknown => park.truth()['inverters']?.[8]?.['state'];
    expect(state()).toBe(4);
    park.to(noonMs + 90_000);
    expect(state()).toBe(7);
    expect(park.truth()['inverters']?.[8]?.['powerW']).toBe(0);
    park.to(noonMs + 130_000);
    expect(state()).toBe(4);
  });

  it('let the sensor of one station drift, and not the sun', () => {
    const { before, after, changed } = compare(
      [{ kind: 'irradiance-drift', station: 2, share: -0.1, sharePerDay: -0.24 }],
      hourMs,
    );
    expect(heads(changed)).toEqual(['stations.1']);
    const ratio =
      (after['stations']?.[1]?.['poaWm2'] ?? 0) / (before['stations']?.[1]?.['poaWm2'] ?? 1);
    expect(ratio).toBeCloseTo(0.89, 6);
  });

  it.each([
    [{ kind: 'meter-reversed', meter: 'pv' }, 'importRegisterWh', 1],
    [{ kind: 'meter-multiplier', meter: 'pv', factor: 10 }, 'exportRegisterWh', 9],
    [{ kind: 'meter-phase-reversed', meter: 'pv', phase: 'B' }, 'exportRegisterWh', -0.67],
    [{ kind: 'meter-phases-swapped', meter: 'pv' }, 'exportRegisterWh', -1],
  ] as const)(
    'spoil the registers of one meter and leave the energy: %j',
    (fault, register, share) => {
      const { before, after, changed } = compare([fault], 15 * minuteMs);
      expect(heads(changed)).toEqual(['meters.pv']);
      expect(changed.some((path) => path.endsWith('exportWh'))).toBe(false);
      const exportedWh = before['meters']?.['pv']?.['exportWh'] ?? 0;
      const offWh =
        (after['meters']?.['pv']?.[register] ?? 0) - (before['meters']?.['pv']?.[register] ?? 0);
      expect(exportedWh).toBeGreaterThan(100_000);
      expect(offWh / exportedWh).toBeCloseTo(share, 1);
    },
  );

  it('keep what a spoilt register has counted when the wiring is put right', () => {
    const reversed = { kind: 'meter-reversed', meter: 'building', forMs: 15 * minuteMs };
    const { before, after } = compare([reversed], 30 * minuteMs);
    const register = (truth: Json, name: string): number =>
      truth['meters']?.['building']?.[name] ?? 0;
    const missedWh = register(before, 'importRegisterWh') - register(after, 'importRegisterWh');
    const wrongWh = register(after, 'exportRegisterWh') - register(before, 'exportRegisterWh');
    expect(Math.abs(missedWh - wrongWh)).toBeLessThanOrEqual(1);
    expect(missedWh / register(before, 'importWh')).toBeCloseTo(0.5, 1);
  });

  it('hang a charger', () => {
    const charging = compare([], minuteMs).before['chargers'];
    const unit = [...(charging ?? [])].find(({ status }) => status === 2)?.['unit'] ?? 0;
    const { after, changed } = compare([{ kind: 'charger-hung', charger: unit }], minuteMs);
    expect(after['chargers']?.[unit - 1]).toMatchObject({ status: 2, powerW: 0, energyWh: 0 });
    expect(heads(changed).filter((path) => path.startsWith('chargers.'))).toEqual([
      `chargers.${unit - 1}`,
    ]);
  });

  it('leave the park alone where only a cell is ill', () => {
    const { changed } = compare([{ kind: 'cell-imbalance', millivolts: 300 }], minuteMs);
    expect(changed).toEqual([]);
  });

  it('island it, and bring it back', () => {
    const park = parkWith([{ kind: 'islanding', atMs: 10_000, forMs: hourMs }]);
    park.to(noonMs + 30 * minuteMs);
    expect(park.truth()['connection']).toMatchObject({ phase: 'islanded', blackStarts: 1 });
    park.to(noonMs + 70 * minuteMs);
    const truth = park.truth();
    expect(truth['connection']).toMatchObject({ phase: 'grid-tied', islandings: 1 });
    // The hour of the fault and half a minute until it is synchronous again.
    expect(truth['islandSeconds']).toBeCloseTo(3630, 6);
  });

  it('are refused where there is nothing to fail', () => {
    const { table } = parkWith([]);
    const add = (fault: object) => (): unknown => table.add({ device: 'park.plant', ...fault });
    expect(add({ kind: 'meter-reversed', meter: 'moon' })).toThrow(FaultError);
    expect(add({ kind: 'meter-reversed', meter: 'moon' })).toThrow('there are grid, building');
    expect(add({ kind: 'string-dead', inverter: 51, strings: [1] })).toThrow(FaultError);
    expect(add({ kind: 'frozen' })).toThrow('is not possible at park.plant');
  });
});
