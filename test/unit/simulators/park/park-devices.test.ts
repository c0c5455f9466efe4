import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chargerStatus } from '../../../../simulators/park/charger-bank.ts';
import { amountOf, chargerQuantity, quantity } from '../../../../simulators/park/quantities.ts';
import { chargeState } from '../../../../simulators/park/sunspec/battery-models.ts';
import type { ModbusUnit } from '../../../../simulators/wire/modbus-server.ts';
import { testSeed } from '../../../support/seed.ts';
import { sunSpecValues } from '../../../support/sunspec-walk.ts';
import { buildParkDevices, hourMs, minuteMs } from './park-fixture.ts';
import { modelOf, modelsOf, range } from './park-registers.ts';

const noonMs = Date.UTC(2023, 5, 21, 4);
const sundayNoonMs = Date.UTC(2023, 5, 25, 4);
const eveningMs = Date.UTC(2023, 5, 21, 10, 30);

type Park = ReturnType<typeof buildParkDevices>;

const digest = async ({ units }: Park): Promise<string> => {
  const hash = createHash('sha256');
  for (const server of Object.values(units)) {
    for (const unit of server.values()) {
      if (unit.holding !== undefined)
        for (const { data } of await modelsOf(unit)) hash.update(data);
      for (const address of [0, 4989]) hash.update(unit.input?.read(address, 9) ?? '');
    }
  }
  return hash.digest('hex');
};

describe('the devices of the park', () => {
  it('are inverters and weather stations, meters of the grid, feeders, buildings and tenants, a battery and chargers', () => {
    const { units } = buildParkDevices(1, noonMs);
    expect([...units.pv.keys()]).toEqual([...range(1, 50), ...range(61, 6), 101, 102]);
    expect([...units.meters.keys()]).toEqual([
      ...range(1, 4),
      ...range(11, 5),
      ...range(21, 12),
      ...[61, 62, 64, 71, 72, 73, 74, 90],
    ]);
    expect([...units.storage.keys()]).toEqual([1, 2]);
    expect([...units.chargers.keys()]).toEqual(range(1, 10));
  });

  it('serve every model that a reader may have to read', async () => {
    const { units } = buildParkDevices(1, noonMs);
    const served = new Set<number>();
    for (const server of [units.pv, units.meters, units.storage]) {
      for (const unit of server.values()) {
        if (unit.holding === undefined) continue;
        for (const { id } of await modelsOf(unit)) served.add(id);
      }
    }
    expect([...served].sort((a, b) => a - b)).toEqual([
      ...[1, 101, 102, 103, 111, 112, 113, 120, 121, 122, 123, 124, 160],
      ...[201, 202, 203, 204, 211, 212, 213, 214, 302, 303, 307],
      ...range(701, 14),
      ...range(802, 4),
    ]);
  });

  it('show the same bytes for the same seed and instant, other bytes for another seed', async () => {
    const seed = testSeed();
    const at = async (s: number, startMs: number): Promise<string> => {
      const park = buildParkDevices(s, startMs);
      park.view.moveTo(noonMs + 2 * minuteMs);
      return digest(park);
    };
    expect(await at(seed, noonMs)).toBe(await at(seed, noonMs - hourMs));
    expect(await at(seed, noonMs)).not.toBe(await at(seed + 1, noonMs));
  });
});

describe('the meters by SunSpec', () => {
  const meterNames = ['grid', 'building', 'ev', 'pv'] as const;

  const readMeters = async ({ units }: Park) => {
    const readings: { imported: number; exported: number; powerW: number }[] = [];
    for (const i of meterNames.keys()) {
      const meter = await modelOf(units.meters.get(i + 1), 203);
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
    const { view, controls } = park;
    controls.set({ clearness }, 0.95);
    const before = await readMeters(park);
    const startWh = view.totalWh;
    view.moveTo(startMs + 15 * minuteMs);
    const after = await readMeters(park);
    const since = (index: number): number =>
      amountOf(view.totalWh, index) - amountOf(startWh, index);
    const rate = (index: number): number => amountOf(view.moment.rates, index);
    expect(since(quantity.import) > 0).toBe(startMs === noonMs);
    expect(since(quantity.export) > 0).toBe(startMs === sundayNoonMs);
    expect(since(quantity.ev) > 0).toBe(startMs === noonMs);
    const truth = [
      [
        since(quantity.import),
        since(quantity.export),
        rate(quantity.import) - rate(quantity.export),
      ],
      [since(quantity.load), 0, rate(quantity.load)],
      [since(quantity.ev), 0, rate(quantity.ev)],
      [0, since(quantity.pv), -rate(quantity.pv)],
    ] as const;
    for (const [i, [importWh, exportWh, powerKw]] of truth.entries()) {
      const start = before[i] as (typeof before)[number];
      const end = after[i] as (typeof after)[number];
      expect(Math.abs(end.imported - start.imported - importWh)).toBeLessThan(1);
      expect(Math.abs(end.exported - start.exported - exportWh)).toBeLessThan(1);
      const resolutionW = meterNames[i] === 'ev' ? 10 : 1000;
      expect(Math.abs(end.powerW - powerKw * 1000)).toBeLessThanOrEqual(resolutionW / 2);
    }
  });

  it('have a current that fits voltage and power, and phases that differ a little', async () => {
    const { units } = buildParkDevices(2023, noonMs);
    const meter = await modelOf(units.meters.get(2), 203);
    const apparentVa = meter.scaled(2, 6) * meter.scaled(7, 15);
    expect(apparentVa / meter.scaled(23, 27)).toBeCloseTo(1, 1);
    expect(meter.scaled(11, 15) / meter.scaled(7, 15)).toBeCloseTo(Math.sqrt(3), 3);
    expect(meter.u32(105)).toBe(0);
    const phases = [3, 4, 5].map((offset) => meter.scaled(offset, 6));
    expect(Math.max(...phases) / Math.min(...phases)).toBeLessThan(1.06);
    expect(new Set(phases).size).toBe(3);
  });

  it('sum from tenants to buildings, and from buildings to their feeder but for the loss', () => {
    const { devices, view } = buildParkDevices(2023, noonMs);
    view.moveTo(noonMs + hourMs);
    const sum = (meters: typeof devices.meters): number =>
      meters.reduce((wh, meter) => wh + meter.energy.importWh, 0);
    const feederWh = devices.mainMeters[1]?.energy.importWh ?? 0;
    expect(sum(devices.buildingMeters) / feederWh).toBeCloseTo(0.994, 6);
    expect(sum(devices.tenantMeters)).toBeLessThan(sum(devices.buildingMeters));
    expect(sum(devices.tenantMeters) / feederWh).toBeGreaterThan(0.8);
  });

  it('are the same by every model of a meter', async () => {
    const { units } = buildParkDevices(2023, noonMs - 2 * hourMs);
    const main = await modelOf(units.meters.get(1), 203);
    for (const [unitId, id] of [
      [61, 201],
      [62, 202],
      [64, 204],
    ] as const) {
      const meter = await modelOf(units.meters.get(unitId), id);
      expect([meter.u32(46), meter.scaled(18, 22)]).toEqual([main.u32(46), main.scaled(18, 22)]);
    }
    for (const [unitId, id] of [
      [71, 211],
      [72, 212],
      [73, 213],
      [74, 214],
    ] as const) {
      const meter = await modelOf(units.meters.get(unitId), id);
      expect(Math.abs(meter.f32(28) - main.scaled(18, 22))).toBeLessThanOrEqual(500);
      // Single precision holds 24 bits.
      expect(Math.abs(meter.f32(68) / main.u32(46) - 1)).toBeLessThan(1e-6);
    }
    const delta = await modelOf(units.meters.get(64), 204);
    expect(delta.u16(8)).toBe(0x8000);
  });
});

describe('the controller at the grid connection', () => {
  const registers = ({ units }: Park): Buffer => {
    const bytes = units.meters.get(90)?.input?.read(0, 18);
    if (bytes === undefined) throw new Error('no input registers');
    return bytes;
  };

  it('tells that the park is on the grid, and which price holds', () => {
    const bytes = registers(buildParkDevices(2023, noonMs));
    expect([bytes.readUInt16BE(0), bytes.readUInt16BE(2)]).toEqual([1, 1]);
    expect(bytes.readUInt16BE(4)).toBe(bytes.readUInt16BE(8));
    expect(bytes.readUInt16BE(4) / 100).toBeCloseTo(50, 0);
    expect(bytes.readUInt32BE(12)).toBe(0);
    expect(bytes.readUInt16BE(32)).toBe(2);
    expect(bytes.readUInt16BE(34)).toBe(1000);
  });

  it('tells of an island, and of the grid that is gone', () => {
    const park = buildParkDevices(2023, noonMs);
    const fault = { device: 'park.plant', id: 'a', kind: 'islanding', cause: 'outage' } as const;
    park.controls.setFaults([fault]);
    expect(registers(park).readUInt16BE(8)).toBe(0xffff);
    expect(registers(park).readUInt16BE(10)).toBe(0);
    park.view.moveTo(noonMs + 10 * minuteMs);
    const bytes = registers(park);
    expect([bytes.readUInt16BE(0), bytes.readUInt16BE(2)]).toEqual([3, 0]);
    expect(bytes.readUInt16BE(4)).toBe(0xffff);
    expect(bytes.readUInt16BE(6)).toBe(0);
    expect(bytes.readUInt16BE(8) / 100).toBeCloseTo(50, 0);
    expect(bytes.readUInt32BE(12)).toBe(600);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1, 1]);
    expect(bytes.readUInt32BE(24)).toBeGreaterThan(100_000);
    expect(bytes.readUInt32BE(28)).toBeGreaterThan(10_000);
  });
});

describe('the storage system by SunSpec', () => {
  it('counts discharge as export and shows its cells', async () => {
    const { view, controls, units } = buildParkDevices(2023, eveningMs);
    controls.set({}, 0.6);
    const start = await modelOf(units.storage.get(1), 203);
    const startWh = start.u32(38);
    const startTotalWh = amountOf(view.totalWh, quantity.discharge);
    view.moveTo(eveningMs + 10 * minuteMs);
    const meter = await modelOf(units.storage.get(1), 203);
    const battery = await modelOf(units.storage.get(1), 802);
    const dischargeKw = amountOf(view.moment.rates, quantity.discharge);
    expect(dischargeKw).toBeGreaterThan(100);
    const givenWh = amountOf(view.totalWh, quantity.discharge) - startTotalWh;
    expect(Math.abs(meter.u32(38) - startWh - givenWh)).toBeLessThan(1);
    expect(Math.abs(meter.scaled(18, 22) + dischargeKw * 1000)).toBeLessThanOrEqual(50);
    expect(battery.u16(16)).toBe(chargeState.discharging);
    expect(battery.scaled(11, 56)).toBeCloseTo(view.moment.storedKwh / 30, 1);
    expect(battery.scaled(13, 58)).toBe(100);
    expect(battery.scaled(3, 53)).toBe(3_000_000);
    const dcW = battery.scaled(47, 63);
    expect(dcW * 0.94).toBeCloseTo(-dischargeKw * 1000, -2.5);
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
    const { controls, view, units } = buildParkDevices(2023, noonMs - 1800_000);
    controls.set({ clearness: 0.2 }, share);
    expect(view.moment.batteryKw).toBe(0);
    const battery = await modelOf(units.storage.get(1), 802);
    expect(battery.u16(16)).toBe(state);
    expect(battery.i16(47)).toBe(0);
  });

  it('agrees with itself from bank over racks and modules to cells, and as a resource', async () => {
    const { view, controls, units } = buildParkDevices(2023, eveningMs);
    controls.set({}, 0.6);
    const models = await modelsOf(units.storage.get(1));
    expect(models.map(({ id }) => id)).toEqual([1, 203, 802, 803, 804, 804, 804, 804, 805, 124]);
    const battery = await modelOf(units.storage.get(1), 802);
    const racks = models.filter(({ id }) => id === 804).map(sunSpecValues);
    const highest = racks.map((rack) => rack.u16(15));
    expect(Math.max(...highest)).toBe(battery.u16(37));
    expect(highest[battery.u16(38) - 1]).toBe(battery.u16(37));
    const module = await modelOf(units.storage.get(1), 805);
    const cells = range(0, 16).map((i) => module.u16(44 + 4 * i));
    expect(Math.max(...cells)).toBe(module.u16(11));
    expect(racks[0]?.u16(48 + 3)).toBe(module.u16(11));
    const resource = await modelOf(units.storage.get(2), 701);
    expect(resource.i16(10) * 100).toBeCloseTo(
      amountOf(view.moment.rates, quantity.discharge) * 1000,
      -2.5,
    );
    expect((await modelOf(units.storage.get(2), 713)).u16(4) / 100).toBeCloseTo(60, 1);
    expect((await modelOf(units.storage.get(1), 124)).scaled(8, 22)).toBeCloseTo(60, 1);
  });
});

describe('the chargers as plain input registers', () => {
  it('put the low word of 32-bit values first', () => {
    const { view, devices, units } = buildParkDevices(2023, noonMs);
    const read = (unit: ModbusUnit): Buffer => {
      const bytes = unit.input?.read(0, 9);
      if (bytes === undefined) throw new Error('no input registers');
      return bytes;
    };
    const u32 = (bytes: Buffer, register: number): number =>
      bytes.readUInt16BE(register * 2) + 65_536 * bytes.readUInt16BE(register * 2 + 2);
    const chargers = [...units.chargers.values()];
    const before = chargers.map(
      (unit, i) => u32(read(unit), 4) - (devices.chargers[i]?.energyWh ?? 0),
    );
    view.moveTo(noonMs + 30 * minuteMs);
    let charging = 0;
    for (const [i, unit] of chargers.entries()) {
      const bytes = read(unit);
      const reading = view.moment.chargers[i];
      if (reading?.status === chargerStatus.charging) charging += 1;
      expect(bytes.readUInt16BE(0)).toBe(reading?.status);
      expect(bytes.readUInt16BE(2)).toBe(i < 4 ? 1 : 0);
      expect(u32(bytes, 2)).toBe(Math.round((reading?.powerKw ?? 0) * 1000));
      const energyWh = amountOf(view.totalWh, chargerQuantity + i);
      expect(Math.abs(u32(bytes, 4) - (before[i] as number) - energyWh)).toBeLessThan(1);
      expect(u32(bytes, 6)).toBe(Math.floor(reading?.sessionWh ?? 0));
      const isKnown = reading?.vehicleShare !== undefined;
      expect(bytes.readUInt16BE(16) === 0xffff).toBe(!isKnown);
      if (i >= 4) expect(isKnown).toBe(false);
    }
    expect(charging).toBeGreaterThan(0);
    expect(chargers[0]?.input?.read(0, 10)).toBeUndefined();
    expect(chargers[0]?.holding).toBeUndefined();
  });
});
