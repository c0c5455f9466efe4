import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { createSource, loadProfile, tcpEntry } from '../../../support/modbus-source.ts';
import { type Simulator, startSimulator } from '../../../support/simulator.ts';
import { runSource, type SeenFrame } from '../../../support/source-run.ts';

/** Noon in Changzhou: the sun shines, and the line welds. */
const startMs = Date.UTC(2023, 5, 21, 4);

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator([
    '--lock-step',
    '--line-opcua-port',
    'off',
    '--start',
    new Date(startMs).toISOString(),
  ]);
  await simulator.advance(startMs + 60_000);
});
afterAll(() => simulator.stop());

type Truth = { readonly [key: string]: unknown };

const truth = async (): Promise<Truth> => (await simulator.send('GET', '/state')).body as Truth;

const readOnce = async (
  server: string,
  profile: string,
  device: Record<string, unknown>,
): Promise<readonly SeenFrame[]> => {
  const { port } = simulator.address(server);
  const entry = tcpEntry(port, [{ profile, ...device }]);
  const source = createSource(entry, [loadProfile(profile)]);
  const run = runSource(source, systemClock);
  await run.until(() => run.frames.length >= source.groups.length);
  expect(await run.stop()).toBeUndefined();
  expect(run.events).toEqual([]);
  return run.frames.slice(0, source.groups.length);
};

const number = (frame: SeenFrame | undefined, point: string): number => {
  const [value, status] = frame?.points[point] ?? [Number.NaN, 'absent'];
  expect([point, status]).toEqual([point, 'Good']);
  return value;
};

const at = (value: unknown, ...path: readonly (string | number)[]): number => {
  let current = value;
  for (const key of path) current = (current as Record<string | number, unknown>)[key];
  expect(typeof current).toBe('number');
  return current as number;
};

describe('the profiles of the demo', () => {
  it('read the welding line: line, 20 seams and the deformation', async () => {
    const frames = await readOnce('line.plc', 'weld-plc', { equipment: 'line' });
    // Of the line two, of each torch three, and the deformation.
    expect(frames).toHaveLength(2 + 20 * 3 + 1);
    const line = frames.find(({ group }) => group === 'line');
    const front = frames.find(({ equipment, group }) => equipment === 'f01' && group === 'signals');
    const back = frames.find(({ equipment, group }) => equipment === 'b10' && group === 'signals');
    expect(number(line, 'mapVersion')).toBe(1);
    expect(number(line, 'state')).toBe(4);
    expect(number(line, 'travelSpeed')).toBeCloseTo(0.8, 1);
    expect(number(line, 'travelSpeedSet')).toBeCloseTo(0.8, 6);
    expect(number(line, 'panelPosition')).toBeGreaterThan(500);
    expect(number(line, 'linePower')).toBeGreaterThan(100);
    expect(number(line, 'lineEnergy')).toBeGreaterThan(1000);
    for (const seam of [front, back]) {
      expect(number(seam, 'arcOn')).toBe(1);
      expect(number(seam, 'current')).toBeGreaterThan(200);
      expect(number(seam, 'voltage')).toBeGreaterThan(20);
      expect(number(seam, 'confidence')).toBeGreaterThan(0.5);
      expect(number(seam, 'arcOnTime')).toBeGreaterThan(40);
      expect(Object.values(seam?.points ?? {}).every(([, status]) => status === 'Good')).toBe(true);
    }
    const { line: model } = await truth();
    const panel = at(model, 'panel', 'wireKg');
    const details = frames.find(
      ({ equipment, group }) => equipment === 'line' && group === 'details',
    );
    // The machine renews its sums once a second.
    expect(Math.abs(number(details, 'wireMassReported') - panel)).toBeLessThan(0.03);
    expect(number(details, 'correctionCount')).toBeGreaterThan(10);
    expect(number(details, 'process')).toBe(135);
    expect(number(details, 'panelLength')).toBe(18_000);
    const torch = frames.find(({ equipment, group }) => equipment === 'b10' && group === 'torch');
    expect(number(torch, 'wireMotorCurrent')).toBeGreaterThan(1);
    expect(number(torch, 'spoolNumber')).toBeGreaterThanOrEqual(1);
    expect(number(torch, 'slideCorrections')).toBe(
      at(model, 'panel', 'seams', 'B10', 'corrections'),
    );
    for (const frame of [details, torch]) {
      expect(Object.values(frame?.points ?? {}).every(([, status]) => status === 'Good')).toBe(
        true,
      );
    }
    const deformation = frames.find(({ group }) => group === 'deformation');
    expect(Object.keys(deformation?.points ?? {})).toHaveLength(13);
    expect(Math.abs(number(deformation, 'deformation.z.12'))).toBeLessThan(10);
  });

  it('read an inverter as the truth says', async () => {
    const [frame] = await readOnce('park.pv', 'sunspec-inverter-103', { unitId: 7 });
    const { park } = await truth();
    const inverters = (park as { readonly inverters: readonly Truth[] }).inverters;
    const inverter = inverters.find(({ unit }) => unit === 7);
    // The register has a resolution of 10 W.
    expect(Math.abs(number(frame, 'power') - at(inverter, 'powerW'))).toBeLessThanOrEqual(5);
    expect(number(frame, 'power')).toBeGreaterThan(1000);
    expect(number(frame, 'energyTotal')).toBe(at(inverter, 'registerWh'));
    expect(number(frame, 'status')).toBeGreaterThanOrEqual(4);
    expect(number(frame, 'dcVoltage')).toBeGreaterThan(500);
    expect(number(frame, 'frequency')).toBeCloseTo(50, 0);
    expect(number(frame, 'cabinetTemperature')).toBeGreaterThan(10);
  });

  it('read a meter and the storage as the truth says', async () => {
    const [grid] = await readOnce('park.meters', 'sunspec-meter-203', { unitId: 1 });
    const storage = await readOnce('park.storage', 'sunspec-storage', { unitId: 1 });
    const { park } = await truth();
    expect(number(grid, 'energyImport')).toBe(at(park, 'meters', 'grid', 'importRegisterWh'));
    expect(number(grid, 'energyExport')).toBe(at(park, 'meters', 'grid', 'exportRegisterWh'));
    expect(Math.abs(number(grid, 'power') - at(park, 'meters', 'grid', 'powerW'))).toBeLessThan(
      0.01 * Math.abs(at(park, 'meters', 'grid', 'powerW')) + 500,
    );
    const meter = storage.find(({ group }) => group === 'meter');
    const battery = storage.find(({ group }) => group === 'battery');
    expect(number(meter, 'energyCharge')).toBe(at(park, 'meters', 'storage', 'importRegisterWh'));
    expect(number(meter, 'energyDischarge')).toBe(
      at(park, 'meters', 'storage', 'exportRegisterWh'),
    );
    expect(number(battery, 'stateOfCharge')).toBeCloseTo(100 * at(park, 'socShare'), 1);
    expect(number(battery, 'stateOfHealth')).toBe(100);
    expect(number(battery, 'dcVoltage')).toBeGreaterThan(700);
    expect(number(battery, 'cellVoltageMax')).toBeGreaterThan(number(battery, 'cellVoltageMin'));
  });

  it('read a charger as the truth says', async () => {
    const [charger] = await readOnce('park.chargers', 'charger-cdab', { unitId: 6 });
    const { park } = await truth();
    const chargers = (park as { readonly chargers: readonly Truth[] }).chargers;
    const own = chargers.find(({ unit }) => unit === 6);
    expect(number(charger, 'connectorType')).toBe(0);
    expect(number(charger, 'energyTotal')).toBe(at(own, 'registerWh'));
    expect(Math.abs(number(charger, 'power') - at(own, 'powerW'))).toBeLessThanOrEqual(1);
    // AC charging does not tell the state of charge.
    expect(charger?.points['stateOfCharge']).toEqual([0, 'BadNoData']);
  });

  it('never write', async () => {
    const state = await truth();
    expect(JSON.stringify(state)).toContain('"writesRefused":0');
    expect(JSON.stringify(state)).not.toMatch(/"writesRefused":[1-9]/);
  });
});
