import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chargerStatus } from '../../../../simulators/park/charger-bank.ts';
import { chargeState, inverterState } from '../../../../simulators/park/sunspec-models.ts';
import type { ModbusUnit } from '../../../../simulators/wire/modbus-server.ts';
import { testSeed } from '../../../support/seed.ts';
import { sunSpecValues, walkSunSpec } from '../../../support/sunspec-walk.ts';
import { buildParkDevices } from './park-fixture.ts';

const noonMs = Date.UTC(2023, 5, 21, 4);
const sundayNoonMs = Date.UTC(2023, 5, 25, 4);
const midnightMs = Date.UTC(2023, 5, 20, 16);
const eveningMs = Date.UTC(2023, 5, 21, 10, 30);

type Park = ReturnType<typeof buildParkDevices>;

const modelOf = async (unit: ModbusUnit | undefined, id: number) => {
  const models = await walkSunSpec((address, quantity) => {
    const bytes = unit?.holding?.read(address, quantity);
    if (bytes === undefined) throw new Error(`no registers ${address}+${quantity}`);
    return bytes;
  });
  const model = models.find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return sunSpecValues(model);
};

const digest = ({ devices }: Park): string => {
  const hash = createHash('sha256');
  for (const units of Object.values(devices.units)) {
    for (const unit of units.values()) {
      for (let address = 40_000; ; address += 1) {
        const bytes = unit.holding?.read(address, 1);
        if (bytes === undefined) break;
        hash.update(bytes);
      }
      const input = unit.input?.read(0, 9);
      if (input !== undefined) hash.update(input);
    }
  }
  return hash.digest('hex');
};

describe('the devices of the park', () => {
  it('have 50 inverters, 4 meters, a storage system and 10 chargers', () => {
    const { units } = buildParkDevices(1, noonMs).devices;
    expect([...units.pv.keys()]).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect([...units.meters.keys()]).toEqual([1, 2, 3, 4]);
    expect([...units.storage.keys()]).toEqual([1]);
    expect([...units.chargers.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('show the same bytes for the same seed and instant, other bytes for another seed', () => {
    const seed = testSeed();
    const bytes = (s: number): string => {
      const park = buildParkDevices(s, noonMs);
      for (let i = 0; i < 120; i += 1) park.model.step(1000);
      park.devices.refresh();
      return digest(park);
    };
    expect(bytes(seed)).toBe(bytes(seed));
    expect(bytes(seed)).not.toBe(bytes(seed + 1));
  });
});

describe('an inverter by SunSpec', () => {
  it('shows power, energy and DC values by day', async () => {
    const { model, pv, devices } = buildParkDevices(2023, noonMs);
    const before = await modelOf(devices.units.pv.get(12), 103);
    const startWh = before.u32(24);
    for (let i = 0; i < 600; i += 1) model.step(1000);
    devices.refresh();
    const inverter = await modelOf(devices.units.pv.get(12), 103);
    const powerW = (pv.inverterAcKw[11] as number) * 1000;
    expect(inverter.u16(38)).toBe(inverterState.mppt);
    expect(Math.abs(inverter.scaled(14, 15) - powerW)).toBeLessThanOrEqual(5);
    expect(inverter.u32(24)).toBe(Math.floor(startWh + (pv.inverterWh[11] as number)));
    expect(inverter.u16(26)).toBe(0);
    const dcW = inverter.scaled(31, 32);
    expect(dcW / powerW).toBeGreaterThan(1.015);
    expect(dcW / powerW).toBeLessThan(1.03);
    expect(inverter.scaled(27, 28) * inverter.scaled(29, 30)).toBeCloseTo(dcW, -2.5);
    expect(inverter.scaled(16, 17)).toBeCloseTo(50, 0);
    const phaseV = inverter.scaled(10, 13);
    expect(Math.abs(phaseV / 230 - 1)).toBeLessThan(0.02);
    const apparentVa = inverter.scaled(2, 6) * phaseV;
    expect(apparentVa / inverter.scaled(18, 19)).toBeCloseTo(1, 2);
    expect(inverter.scaled(22, 23)).toBeCloseTo(99.98, 1);
    expect(inverter.u32(40)).toBe(0);
    expect(inverter.u32(44)).toBe(0xffffffff);
  });

  it('sleeps by night, with its DC side not implemented', async () => {
    const { devices } = buildParkDevices(2023, midnightMs);
    const inverter = await modelOf(devices.units.pv.get(1), 103);
    expect(inverter.u16(38)).toBe(inverterState.sleeping);
    expect(inverter.i16(14)).toBe(0);
    expect(inverter.u16(27)).toBe(0xffff);
    expect(inverter.u16(29)).toBe(0xffff);
    expect(inverter.u16(31)).toBe(0x8000);
    expect(inverter.u16(22)).toBe(0x8000);
    expect(inverter.u32(24)).toBeGreaterThan(0);
    expect(inverter.u16(10)).toBeGreaterThan(2200);
  });

  it('starts up before there is enough light to feed the grid', async () => {
    const { model, pv, devices } = buildParkDevices(2023, noonMs);
    pv.clearnessOverride = 0.0005;
    model.step(1000);
    devices.refresh();
    const inverter = await modelOf(devices.units.pv.get(1), 103);
    expect(inverter.u16(38)).toBe(inverterState.starting);
    expect(inverter.u16(29)).not.toBe(0xffff);
  });

  it('throttles at its limit and trips on a fault', async () => {
    const { model, pv, devices } = buildParkDevices(2023, noonMs);
    pv.clearnessOverride = 1.2;
    pv.derating.fill(1.3);
    pv.faulted[1] = true;
    model.step(1000);
    devices.refresh();
    const limited = await modelOf(devices.units.pv.get(1), 103);
    expect(limited.u16(38)).toBe(inverterState.throttled);
    expect(limited.scaled(14, 15)).toBe(100_000);
    const tripped = await modelOf(devices.units.pv.get(2), 103);
    expect(tripped.u16(38)).toBe(inverterState.fault);
    expect(tripped.u32(40)).toBe(1);
  });
});

describe('the meters by SunSpec', () => {
  const meterNames = ['grid', 'building', 'ev', 'pv'] as const;

  const readMeters = async ({ devices }: Park) => {
    const readings: { imported: number; exported: number; powerW: number }[] = [];
    for (const i of meterNames.keys()) {
      const meter = await modelOf(devices.units.meters.get(i + 1), 203);
      const powerW = meter.scaled(18, 22);
      readings.push({ imported: meter.u32(46), exported: meter.u32(38), powerW });
    }
    return readings;
  };

  it.each([
    { situation: 'while the park imports', startMs: noonMs, clearness: 0.3 },
    { situation: 'while it exports', startMs: sundayNoonMs, clearness: 1 },
  ])('count towards the bus or feeder as import, $situation', async ({ startMs, clearness }) => {
    const park = buildParkDevices(2023, startMs);
    const { model, pv, devices } = park;
    pv.clearnessOverride = clearness;
    model.storedShare = 0.95;
    const before = await readMeters(park);
    for (let i = 0; i < 900; i += 1) model.step(1000);
    devices.refresh();
    const after = await readMeters(park);
    const { energies, flows } = model;
    expect(energies.importWh > 0).toBe(startMs === noonMs);
    expect(energies.exportWh > 0).toBe(startMs === sundayNoonMs);
    expect(energies.evWh > 0).toBe(startMs === noonMs);
    const truth = [
      [energies.importWh, energies.exportWh, flows.importKw - flows.exportKw],
      [energies.loadWh, 0, flows.loadKw],
      [energies.evWh, 0, flows.evKw],
      [0, energies.pvWh, -flows.pvKw],
    ] as const;
    for (const [i, [importWh, exportWh, powerKw]] of truth.entries()) {
      const start = before[i] as (typeof before)[number];
      const end = after[i] as (typeof after)[number];
      expect(end.imported).toBe(Math.floor(start.imported + importWh));
      expect(end.exported).toBe(Math.floor(start.exported + exportWh));
      const resolutionW = meterNames[i] === 'ev' ? 10 : 1000;
      expect(Math.abs(end.powerW - powerKw * 1000)).toBeLessThanOrEqual(resolutionW / 2);
    }
  });

  it('have a current that fits voltage and power', async () => {
    const { devices } = buildParkDevices(2023, noonMs);
    const meter = await modelOf(devices.units.meters.get(2), 203);
    const apparentVa = meter.scaled(2, 6) * meter.scaled(7, 15);
    expect(apparentVa / meter.scaled(23, 27)).toBeCloseTo(1, 1);
    expect(meter.scaled(11, 15) / meter.scaled(7, 15)).toBeCloseTo(Math.sqrt(3), 3);
    expect(meter.u32(105)).toBe(0);
  });
});

describe('the storage system by SunSpec', () => {
  it('counts discharge as export and shows its cells', async () => {
    const { model, devices } = buildParkDevices(2023, eveningMs);
    const start = await modelOf(devices.units.storage.get(1), 203);
    const startWh = start.u32(38);
    for (let i = 0; i < 600; i += 1) model.step(1000);
    devices.refresh();
    const meter = await modelOf(devices.units.storage.get(1), 203);
    const battery = await modelOf(devices.units.storage.get(1), 802);
    expect(model.flows.dischargeKw).toBeGreaterThan(100);
    expect(meter.u32(38)).toBe(Math.floor(startWh + model.energies.dischargeWh));
    expect(Math.abs(meter.scaled(18, 22) + model.flows.dischargeKw * 1000)).toBeLessThanOrEqual(50);
    expect(battery.u16(16)).toBe(chargeState.discharging);
    expect(battery.scaled(11, 56)).toBeCloseTo(model.storedShare * 100, 1);
    expect(battery.scaled(13, 58)).toBe(100);
    expect(battery.scaled(3, 53)).toBe(3_000_000);
    const dcW = battery.scaled(47, 63);
    expect(dcW * 0.94).toBeCloseTo(-model.flows.dischargeKw * 1000, -2.5);
    expect(battery.scaled(44, 61) * battery.scaled(34, 59)).toBeCloseTo(dcW, -3.5);
    const [highest, lowest] = [battery.scaled(37, 60), battery.scaled(40, 60)];
    expect(highest).toBeGreaterThan(lowest);
    expect(lowest).toBeGreaterThan(3);
    expect(highest).toBeLessThan(3.5);
  });

  it.each([
    [0.1, chargeState.empty],
    [0.95, chargeState.full],
    [0.5, chargeState.holding],
  ])('tells at rest with %d stored that it is in state %i', async (share, state) => {
    const { model, pv, devices } = buildParkDevices(2023, noonMs - 1800_000);
    pv.clearnessOverride = 0.2;
    model.storedShare = share;
    model.step(1000);
    devices.refresh();
    expect(model.flows.chargeKw + model.flows.dischargeKw).toBe(0);
    const battery = await modelOf(devices.units.storage.get(1), 802);
    expect(battery.u16(16)).toBe(state);
    expect(battery.i16(47)).toBe(0);
  });
});

describe('the chargers as plain input registers', () => {
  it('put the low word of 32-bit values first', () => {
    const { model, chargers, devices } = buildParkDevices(2023, noonMs);
    const units = [...devices.units.chargers.values()];
    const read = (unit: ModbusUnit): Buffer => {
      const bytes = unit.input?.read(0, 9);
      if (bytes === undefined) throw new Error('no input registers');
      return bytes;
    };
    const u32 = (bytes: Buffer, register: number): number =>
      bytes.readUInt16BE(register * 2) + 65_536 * bytes.readUInt16BE(register * 2 + 2);
    const startWh = units.map((unit) => u32(read(unit), 4));
    for (let i = 0; i < 1800; i += 1) model.step(1000);
    devices.refresh();
    let charging = 0;
    for (const [i, unit] of units.entries()) {
      const bytes = read(unit);
      const reading = chargers.readings[i];
      if (reading?.status === chargerStatus.charging) charging += 1;
      expect(bytes.readUInt16BE(0)).toBe(reading?.status);
      expect(bytes.readUInt16BE(2)).toBe(i < 4 ? 1 : 0);
      expect(u32(bytes, 2)).toBe(Math.round((reading?.powerKw ?? 0) * 1000));
      const totalWh = (startWh[i] as number) + (chargers.energyWh[i] as number);
      expect(u32(bytes, 4)).toBe(Math.floor(totalWh));
      expect(u32(bytes, 6)).toBe(Math.floor(reading?.sessionWh ?? 0));
      const isKnown = reading?.vehicleShare !== undefined;
      expect(bytes.readUInt16BE(16) === 0xffff).toBe(!isKnown);
    }
    expect(charging).toBeGreaterThan(0);
    expect(units[0]?.input?.read(0, 10)).toBeUndefined();
    expect(units[0]?.holding).toBeUndefined();
  });

  it('know the state of charge of a vehicle on DC only', () => {
    const { model, chargers, devices } = buildParkDevices(2023, Date.UTC(2023, 5, 21, 0));
    let seen = 0;
    for (let minute = 0; minute < 180; minute += 1) {
      model.step(60_000);
      devices.refresh();
      for (const [i, reading] of chargers.readings.entries()) {
        const soc = devices.units.chargers
          .get(i + 1)
          ?.input?.read(8, 1)
          ?.readUInt16BE(0);
        if (i >= 4) expect(soc).toBe(0xffff);
        else if (reading.vehicleShare !== undefined) {
          seen += 1;
          expect(soc).toBe(Math.round(reading.vehicleShare * 1000));
        }
      }
    }
    expect(seen).toBeGreaterThan(0);
  });
});
