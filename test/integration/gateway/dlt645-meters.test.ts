// Goal: the site file of docs/dlt645.md works as it stands. Method: the file of the page, a gateway as a process, and the
// simulated meters behind their serial server; what the gateway shows is compared with the truth of the simulator.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { type Simulator, startSimulator } from '../../support/simulator.ts';

const page = fileURLToPath(new URL('../../../docs/dlt645.md', import.meta.url));
const fence = /^```yaml site\.yaml\n([\s\S]*?)^```$/m;

type MeterTruth = { readonly importRegisterWh: number };

describe('docs/dlt645.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-dlt645-'));
  const site = join(folder, 'site.yaml');
  let simulator: Simulator;
  let gateway: GatewayProcess | undefined;

  beforeAll(async () => {
    simulator = await startSimulator(['--plants', 'park', '--park-revenue-port', '0']);
    const { port } = simulator.address('park.revenue');
    const [, text = ''] = fence.exec(readFileSync(page, 'utf8')) ?? [];
    const here = text.replace('port: 15036', `port: ${port}`);
    expect(here).not.toBe(text);
    writeFileSync(
      site,
      `${here}api: { port: ${await freePort()}, auth: none }\nbroker: { port: ${await freePort()} }\n`,
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true });
  });

  it('has a site file that check takes, with a plan of its line', async () => {
    const { code, out } = await runGatewayProcess(['check', '--config', site, '--plan']);
    expect([code, out]).toEqual([0, expect.stringContaining('3 pieces of equipment')]);
    expect(out).toMatch(/\d+ % of the time of the line \(2400 baud, 100 ms a turnaround\)/);
  });

  it('brings the meters onto the page, as what their registers stand for', async () => {
    gateway = await startGatewayProcess(['run', '--config', site]);
    const running = gateway;
    const read = (equipment: string, point: string): Promise<Point> =>
      eventually(async () => {
        const points = await running.get<readonly Point[]>('/api/v1/points');
        const path = `acme/park1/park/meters/${equipment}/${point}`;
        const found = points.find((one) => one.path === path);
        return typeof found?.latest.value === 'number' ? found : undefined;
      }, `${equipment}/${point} is there`);
    const { body } = await simulator.send('GET', '/state');
    const { park } = body as { park: { revenueMeters: Record<string, MeterTruth> } };
    for (const [equipment, address, stepWh] of [
      ['main', '000000000001', 120_000],
      ['t01', '000000000021', 2000],
      ['t02', '000000000022', 2000],
    ] as const) {
      const energy = await read(equipment, 'energyImport');
      const trueWh = park.revenueMeters[address]?.importRegisterWh ?? Number.NaN;
      expect(energy).toMatchObject({ unit: 'Wh', equipmentClass: 'meter' });
      // Time goes on between the two looks: a few steps of the register.
      expect(Math.abs((energy.latest.value as number) - trueWh)).toBeLessThanOrEqual(20 * stepWh);
    }
    expect((await read('main', 'frequency')).latest.value).toBeCloseTo(50, 0);
    const { code, out } = await runGatewayProcess(['energy', '--url', running.url]);
    expect([code, out]).toEqual([0, expect.stringContaining('main')]);
  });
});
