/**
 * How long a year of the simulated park takes in this process, and what it comes to: `node test/support/park-year.ts`.
 *
 * In steps of a quarter of an hour, after each of which every model of every device is read, as a gateway would.
 */
import { ParkDevices } from '../../simulators/park/park-devices.ts';
import { parkEquipment } from '../../simulators/park/park-plant.ts';
import { ParkTimeline } from '../../simulators/park/park-timeline.ts';
import { ParkView } from '../../simulators/park/park-view.ts';
import { amountOf, quantity } from '../../simulators/park/quantities.ts';
import { SensorFaults } from '../../simulators/park/sensor-faults.ts';
import { createWeather } from '../../simulators/park/weather.ts';

const seed = 2023;
const newYearMs = Date.UTC(2022, 11, 31, 16);
const quarterMs = 900_000;
const quarters = 365 * 96;

const weather = createWeather(seed);
const equipment = parkEquipment(seed, weather);
const timeline = new ParkTimeline({ equipment, countsFromMs: newYearMs });
const view = new ParkView(timeline, seed, newYearMs);
const { pv } = equipment();
const faults = new SensorFaults();
const devices = new ParkDevices({ seed, view, pv, weather, faults, hasMeterError: true });
const units = Object.values(devices.units).flatMap((server) => [...server.values()]);

const cpuSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

const start = process.cpuUsage();
let foldSeconds = 0;
for (let quarter = 1; quarter <= quarters; quarter += 1) {
  view.moveTo(newYearMs + quarter * quarterMs);
  const before = process.cpuUsage();
  void view.totalWh;
  foldSeconds += cpuSeconds(before);
  for (const { holding, input } of units) {
    holding?.snapshot?.();
    input?.snapshot?.();
  }
}
const yearSeconds = cpuSeconds(start);
const mwh = (index: number): string => (amountOf(view.totalWh, index) / 1e6).toFixed(1);
process.stdout.write(
  `a year in ${quarters} steps: ${yearSeconds.toFixed(1)} s of one core, ` +
    `${foldSeconds.toFixed(1)} s of them for the park itself, the rest for ${units.length} units\n` +
    `PV ${mwh(quantity.pv)}, import ${mwh(quantity.import)}, export ${mwh(quantity.export)} MWh\n`,
);
