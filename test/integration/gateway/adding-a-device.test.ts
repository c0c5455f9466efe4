// Goal: docs/adding-a-device.md works as it stands: a kind of device that nobody thought of joins by a profile and YAML.
// Method: the files of the page, a gateway as a process, and a small simulated heat pump behind a real socket.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import {
  eventually,
  type GatewayProcess,
  type Point,
  runGatewayProcess,
  startGatewayProcess,
} from '../../support/gateway-process.ts';
import { type RegisterDevice, startRegisterDevice } from '../../support/modbus-registers.ts';

const page = fileURLToPath(new URL('../../../docs/adding-a-device.md', import.meta.url));
const fence = /^```yaml (\S+)\n([\s\S]*?)^```$/gm;

/** A heat pump in unit 3: it warms up while it runs, and counts what it takes. */
class HeatPump {
  readonly #device: RegisterDevice;

  constructor(device: RegisterDevice) {
    this.#device = device;
  }

  show(now: {
    readonly flowDeciCelsius: number;
    readonly watts: number;
    readonly tenths: number;
    readonly state: number;
  }): void {
    const low = (value: number): readonly number[] => [value & 0xffff, value >>> 16];
    const signals = [now.flowDeciCelsius & 0xffff, 0, ...low(now.watts), ...low(now.tenths), 412];
    this.#device.set(99, [0x4850, ...signals, now.state], 3);
  }
}

describe('docs/adding-a-device.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-heat-pump-'));
  const site = join(folder, 'seamwatt.yaml');
  let device: RegisterDevice;
  let pump: HeatPump;
  let gateway: GatewayProcess | undefined;

  beforeAll(async () => {
    device = await startRegisterDevice();
    pump = new HeatPump(device);
    pump.show({ flowDeciCelsius: 352, watts: 70_000, tenths: 123_456, state: 1 });
    for (const [, file = '', text = ''] of readFileSync(page, 'utf8').matchAll(fence)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const api = await freePort();
    const broker = await freePort();
    const here = readFileSync(site, 'utf8').replace(
      'host: 192.0.2.40',
      `host: 127.0.0.1, port: ${device.port}`,
    );
    writeFileSync(site, `${here}api: { port: ${api}, auth: none }\nbroker: { port: ${broker} }\n`);
  });
  afterAll(async () => {
    await gateway?.stop();
    await device.close();
    rmSync(folder, { recursive: true });
  });

  it('has a profile and a site file, which check takes', async () => {
    const { code, out } = await runGatewayProcess(['check', '--config', site, '--plan']);
    expect([code, out]).toEqual([0, expect.stringContaining('5 points in 1 piece of equipment')]);
  });

  it('brings the heat pump onto the page, with units and labels', async () => {
    gateway = await startGatewayProcess(['run', '--config', site]);
    const running = gateway;
    const read = async (path: string): Promise<Point | undefined> => {
      const points = await running.get<readonly Point[]>('/api/v1/points');
      return points.find((point) => point.path === `acme/plant1/park/heating/hp01/${path}`);
    };
    const reads = (path: string, value: number): Promise<Point> =>
      eventually(async () => {
        const point = await read(path);
        return point?.latest.value === value ? point : undefined;
      }, `${path} is ${value}`);
    expect(await reads('flowTemperature', 35.2)).toMatchObject({
      unit: 'Cel',
      equipmentClass: 'heat_pump',
    });
    await reads('power', 70_000);
    await reads('energyTotal', 12_345_600);
    await reads('coefficientOfPerformance', 4.12);
    expect((await reads('state', 1)).labels?.['1']).toEqual({ en: 'heating', zh: '制热' });
    pump.show({ flowDeciCelsius: -51, watts: 0, tenths: 123_457, state: 3 });
    await reads('flowTemperature', -5.1);
    await reads('state', 3);
    await reads('energyTotal', 12_345_700);
  });
});
