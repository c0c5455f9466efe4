import { describe, expect, it } from 'vitest';
import { amountOf, inverterQuantity } from '../../../../simulators/park/quantities.ts';
import { inverterState } from '../../../../simulators/park/sunspec/inverter-models.ts';
import { buildParkDevices, minuteMs } from './park-fixture.ts';
import { modelOf, range } from './park-registers.ts';

const noonMs = Date.UTC(2023, 5, 21, 4);
const midnightMs = Date.UTC(2023, 5, 20, 16);

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
