/**
 * How long a year of the simulated park takes in this process, and what it comes to: `node test/support/park-year.ts [DAYS]`.
 *
 * In steps of a quarter of an hour, after each of which all registers of every device are read as a gateway would read them: by its
 * SunSpec map, or by its own where it has none. Units that show a device once more by other models are left out.
 */
import { ParkDevices } from '../../simulators/park/park-devices.ts';
import { parkEquipment } from '../../simulators/park/park-plant.ts';
import { ParkTimeline } from '../../simulators/park/park-timeline.ts';
import { ParkView } from '../../simulators/park/park-view.ts';
import { amountOf, quantity } from '../../simulators/park/quantities.ts';
import { SensorFaults } from '../../simulators/park/sensor-faults.ts';
import { createWeather } from '../../simulators/park/weather.ts';
import type { ModbusUnit } from '../../simulators/wire/modbus-server.ts';

const seed = 2023;
const newYearMs = Date.UTC(2022, 11, 31, 16);
const quarterMs = 900_000;
const days = Number(process.argv[2] ?? 365);

const weather = createWeather(seed);
const equipment = parkEquipment(seed, weather);
const timeline = new ParkTimeline({ equipment, countsFromMs: newYearMs });
const view = new ParkView(timeline, seed, newYearMs);
const { pv } = equipment();
const faults = new SensorFaults();
const devices = new ParkDevices({ seed, view, pv, weather, faults, hasMeterError: true });

const isDevice = (server: string, unitId: number): boolean =>
  server === 'storage' ? unitId === 1 : unitId <= 50 || unitId >= 90;
const units = Object.entries(devices.units).flatMap(([server, all]) =>
  [...all].flatMap(([unitId, unit]) => (isDevice(server, unitId) ? [unit] : [])),
);

const longestRead = 125;

/** All registers from an address on, to the end of their block. */
const readFrom = (unit: ModbusUnit, table: 'holding' | 'input', from: number): number => {
  let address = from;
  for (const length of [longestRead, 25, 5, 1]) {
    while (unit[table]?.read(address, length) !== undefined) address += length;
  }
  return address - from;
};

const start = process.cpuUsage();
let registers = 0;
for (let quarter = 1; quarter <= days * 96; quarter += 1) {
  view.moveTo(newYearMs + quarter * quarterMs);
  for (const unit of units) {
    registers +=
      unit.holding === undefined ? readFrom(unit, 'input', 0) : readFrom(unit, 'holding', 40_000);
  }
}
const { user, system } = process.cpuUsage(start);
const mwh = (index: number): string => (amountOf(view.totalWh, index) / 1e6).toFixed(1);
process.stdout.write(
  `${days} days in steps of 15 minutes: ${((user + system) / 1e6).toFixed(1)} s of one core, ` +
    `${units.length} devices, ${(registers / 1e6).toFixed(0)} million registers read; ` +
    `PV ${mwh(quantity.pv)}, import ${mwh(quantity.import)}, export ${mwh(quantity.export)} MWh\n`,
);
