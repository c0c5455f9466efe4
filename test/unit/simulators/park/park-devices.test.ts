import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chargerStatus } from '../../../../simulators/park/charger-bank.ts';
import {
  amountOf,
  chargerQuantity,
  inverterQuantity,
  quantity,
} from '../../../../simulators/park/quantities.ts';
import { chargeState } from '../../../../simulators/park/sunspec/battery-models.ts';
import { inverterState } from '../../../../simulators/park/sunspec/inverter-models.ts';
import type { ModbusUnit } from '../../../../simulators/wire/modbus-server.ts';
import { testSeed } from '../../../support/seed.ts';
import { sunSpecValues, walkSunSpec } from '../../../support/sunspec-walk.ts';
import { buildParkDevices, hourMs, minuteMs } from './park-fixture.ts';

const noonMs = Date.UTC(2023, 5, 21, 4);
const sundayNoonMs = Date.UTC(2023, 5, 25, 4);
const midnightMs = Date.UTC(2023, 5, 20, 16);
const eveningMs = Date.UTC(2023, 5, 21, 10, 30);

type Park = ReturnType<typeof buildParkDevices>;

const modelsOf = (unit: ModbusUnit | undefined) =>
  walkSunSpec((address, length) => {
    const bytes = unit?.holding?.read(address, length);
    if (bytes === undefined) throw new Error(`no registers ${address}+${length}`);
    return bytes;
  });

const modelOf = async (unit: ModbusUnit | undefined, id: number) => {
  const model = (await modelsOf(unit)).find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return sunSpecValues(model);
};

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

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

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

describe('an inverter by SunSpec', () => {
  it('shows power, energy and DC values by day', async () => {
    const { view, units } = buildParkDevices(2023, noonMs);
    const before = await modelOf(units.pv.get(12), 103);
    const startWh = before.u32(24);
    const startTotalWh = amountOf(view.totalWh, inverterQuantity + 11);
    view.moveTo(noonMs + 10 * minuteMs);
    const inverter = await modelOf(units.pv.get(12), 103);
    const powerW = amountOf(view.moment.rates, inverterQuantity + 11) * 1000;
    expect(inverter.u16(38)).toBe(inverterState.mppt);
    expect(Math.abs(inverter.scaled(14, 15) - powerW)).toBeLessThanOrEqual(5);
    const gainedWh = amountOf(view.totalWh, inverterQuantity + 11) - startTotalWh;
    expect(Math.abs(inverter.u32(24) - startWh - gainedWh)).toBeLessThan(1);
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

  it('changes the scale factor of its power while it runs', async () => {
    const { view, controls, units } = buildParkDevices(2023, noonMs);
    const powers: number[] = [];
    const scales: number[] = [];
    for (const clearness of [0.9, 0.2]) {
      controls.set({ clearness });
      const inverter = await modelOf(units.pv.get(3), 103);
      scales.push(inverter.u16(15));
      powers.push(inverter.scaled(14, 15));
      const exactW = amountOf(view.moment.rates, inverterQuantity + 2) * 1000;
      expect(Math.abs((powers.at(-1) ?? 0) - exactW)).toBeLessThanOrEqual(5);
    }
    expect(scales).toEqual([1, 0]);
    expect(powers[0]).toBeGreaterThan(40_000);
    expect(powers[1]).toBeLessThan(32_000);
  });

  it('sleeps by night, with its DC side not implemented', async () => {
    const { units } = buildParkDevices(2023, midnightMs);
    const inverter = await modelOf(units.pv.get(1), 103);
    expect(inverter.u16(38)).toBe(inverterState.sleeping);
    expect(inverter.i16(14)).toBe(0);
    expect(inverter.u16(27)).toBe(0xffff);
    expect(inverter.u16(29)).toBe(0xffff);
    expect(inverter.u16(31)).toBe(0x8000);
    expect(inverter.u16(22)).toBe(0x8000);
    expect(inverter.u32(24)).toBeGreaterThan(0);
    expect(inverter.u16(10)).toBeGreaterThan(2200);
    const inputs = await modelOf(units.pv.get(1), 160);
    expect(inputs.u16(19)).toBe(0xffff);
    expect(inputs.u16(21)).toBe(0xffff);
  });

  it('starts up before there is enough light to feed the grid', async () => {
    const { controls, units } = buildParkDevices(2023, noonMs);
    controls.set({ clearness: 0.0005 });
    const inverter = await modelOf(units.pv.get(1), 103);
    expect(inverter.u16(38)).toBe(inverterState.starting);
    expect(inverter.u16(29)).not.toBe(0xffff);
  });

  it('throttles at a limit and trips on a fault', async () => {
    const { controls, units } = buildParkDevices(2023, noonMs);
    const trippedInverters = controls.settings.trippedInverters.with(1, true);
    controls.set({ clearness: 1, pvLimitShare: 0.5, trippedInverters });
    const limited = await modelOf(units.pv.get(1), 103);
    expect(limited.u16(38)).toBe(inverterState.throttled);
    expect(limited.scaled(14, 15)).toBe(50_000);
    expect(limited.scaled(31, 32)).toBeLessThan(52_000);
    const asked = await modelOf(units.pv.get(1), 123);
    expect([asked.scaled(5, 23), asked.u16(9)]).toEqual([50, 1]);
    const tripped = await modelOf(units.pv.get(2), 103);
    expect(tripped.u16(38)).toBe(inverterState.fault);
    expect(tripped.u32(40)).toBe(1);
  });

  it('shows each string as an input, and the sum is its DC power', async () => {
    const { units } = buildParkDevices(2023, noonMs);
    const inputs = await modelOf(units.pv.get(7), 160);
    const inverter = await modelOf(units.pv.get(7), 103);
    expect(inputs.u16(8)).toBe(16);
    expect(inputs.text(10 + 1, 8)).toBe('PV1');
    const watts = range(0, 16).map((i) => inputs.u16(10 + 20 * i + 11));
    const sum = watts.reduce((total, w) => total + w, 0);
    expect(Math.abs(sum - inverter.scaled(31, 32))).toBeLessThan(20);
    expect(new Set(watts).size).toBeGreaterThan(8);
  });
});

describe('one inverter in many maps', () => {
  it('is the same by all models of inverters', async () => {
    const { view, units } = buildParkDevices(2023, noonMs);
    const powerW = amountOf(view.moment.rates, inverterQuantity) * 1000;
    const energy = (await modelOf(units.pv.get(1), 103)).u32(24);
    for (const [unitId, id] of [
      [61, 101],
      [62, 102],
    ] as const) {
      const model = await modelOf(units.pv.get(unitId), id);
      expect(Math.abs(model.scaled(14, 15) - powerW)).toBeLessThanOrEqual(5);
      expect(model.u32(24)).toBe(energy);
      expect(model.u16(12)).toBe(0xffff);
    }
    for (const [unitId, id] of [
      [63, 111],
      [64, 112],
      [65, 113],
    ] as const) {
      const model = await modelOf(units.pv.get(unitId), id);
      expect(model.f32(22)).toBeCloseTo(powerW, -1);
      expect(model.f32(32)).toBeCloseTo(energy, -2);
      expect(model.u16(48)).toBe(inverterState.mppt);
    }
    const resource = await modelOf(units.pv.get(66), 701);
    expect(Math.abs(resource.i16(10) * 10 - powerW)).toBeLessThanOrEqual(5);
    expect(Number(resource.u64(19))).toBe(energy);
    expect([resource.u16(3), resource.u16(4), resource.u16(5)]).toEqual([1, 3, 1]);
    expect(resource.u32(17) / 1000).toBeCloseTo(50, 0);
  });

  it('is the same by a Huawei-like map', async () => {
    const { view, units } = buildParkDevices(2023, noonMs);
    const unit = units.pv.get(31);
    const read = (address: number, length: number): Buffer => {
      const bytes = unit?.holding?.read(address, length);
      if (bytes === undefined) throw new Error(`no registers at ${address}`);
      return bytes;
    };
    const powerW = amountOf(view.moment.rates, inverterQuantity + 30) * 1000;
    expect(read(30_000, 15).toString('latin1')).toMatch(/^SUN2000-like/);
    expect(read(30_073, 2).readUInt32BE(0)).toBe(100_000);
    expect(read(32_080, 2).readInt32BE(0)).toBe(Math.round(powerW));
    expect(read(32_089, 1).readUInt16BE(0)).toBe(0x0200);
    const energyWh = (await modelOf(unit, 103)).u32(24);
    expect(read(32_106, 2).readUInt32BE(0)).toBe(Math.floor(energyWh / 10));
    const dcW = read(32_064, 2).readInt32BE(0);
    const strings = read(32_016, 32);
    const sum = range(0, 16).reduce(
      (watts, i) =>
        watts + (strings.readInt16BE(4 * i) / 10) * (strings.readInt16BE(4 * i + 2) / 100),
      0,
    );
    expect(sum / dcW).toBeCloseTo(1, 2);
  });

  it('is the same by a Sungrow-like map, whose low word comes first', async () => {
    const { view, units } = buildParkDevices(2023, noonMs);
    const unit = units.pv.get(41);
    const bytes = unit?.input?.read(4989, 60);
    if (bytes === undefined) throw new Error('no input registers');
    const u16 = (address: number): number => bytes.readUInt16BE((address - 4989) * 2);
    const swapped = (address: number): number => u16(address) + 65_536 * u16(address + 1);
    const powerW = amountOf(view.moment.rates, inverterQuantity + 40) * 1000;
    expect(u16(4999)).toBe(0x2c06);
    expect(swapped(5030)).toBe(Math.round(powerW));
    expect(u16(5037)).toBe(0);
    const energyWh = (await modelOf(unit, 103)).u32(24);
    expect(swapped(5003)).toBe(Math.floor(energyWh / 1000));
    const dayWh = amountOf(view.moment.dayWh, inverterQuantity + 40);
    expect(u16(5002)).toBe(Math.floor(dayWh / 100));
    expect(unit?.input?.read(7012, 16)?.readUInt16BE(0)).toBeGreaterThan(100);
  });

  it('has no values for the sun by night', () => {
    const { units } = buildParkDevices(2023, midnightMs);
    const unit = units.pv.get(5);
    expect(unit?.holding?.read(32_016, 1)?.readInt16BE(0)).toBe(0x7fff);
    expect(unit?.holding?.read(32_064, 2)?.readInt32BE(0)).toBe(0x7fffffff);
    expect(unit?.holding?.read(32_089, 1)?.readUInt16BE(0)).toBe(0xa000);
    expect(unit?.input?.read(5010, 1)?.readUInt16BE(0)).toBe(0xffff);
    expect(unit?.input?.read(5037, 1)?.readUInt16BE(0)).toBe(0x1400);
  });
});

describe('the weather stations', () => {
  it('show sun, module and air', async () => {
    const { view, units } = buildParkDevices(2023, noonMs);
    const unit = units.pv.get(102);
    const irradiance = await modelOf(unit, 302);
    expect(irradiance.u16(2)).toBe(Math.round(view.moment.ghiWm2));
    expect(irradiance.u16(3)).toBe(Math.round(amountOf(view.moment.poaWm2, 3)));
    const module = (await modelOf(unit, 303)).i16(2) / 10;
    const air = (await modelOf(unit, 307)).i16(2) / 10;
    expect(air).toBeCloseTo(view.moment.ambientC, 1);
    expect(module).toBeGreaterThan(air + 5);
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
