/** The devices of plant-signals.ts as one Modbus TCP server: unit 100 is the PLC, 101 the
 * grid meter, 1 to 50 are inverters. Prints its port. */
import { createModbusServer } from '../../../simulators/wire/modbus-server.ts';
import { PlantSignals, seamPeriodMs } from '../plant-signals.ts';

const signals = new PlantSignals();
const units = new Map([
  [100, { holding: signals.line }],
  [101, { holding: signals.meter }],
  ...signals.inverters.map((holding, index) => [index + 1, { holding }] as const),
]);
const server = await createModbusServer({
  host: '127.0.0.1',
  port: 0,
  name: 'plant',
  units,
  beforeAnswer: () => {
    const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
    signals.stamp(nowUs % 2 ** 48);
  },
});
setInterval(() => signals.advance(), seamPeriodMs);
console.log(String(server.port));
process.stdin.once('end', () => process.exit()).resume();
