// Goal: nobody has to look for a silent inverter among 50. Method: the demo's inverters are read in real time over one
// connection; one falls silent, one has the wrong profile, and then the whole connection is cut.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type * as contract from '../../gateway/api/contract.ts';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import {
  eventually,
  type GatewayProcess,
  startGatewayProcess,
} from '../support/gateway-process.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

type Event = z.infer<typeof contract.event>;
type Device = Record<string, unknown>;

const toldWithinMs = 60_000;

describe('one of many on a connection', () => {
  let simulator: Simulator;
  let site: TestSite;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    simulator = await startSimulator();
    site = await writeDemoSite(simulator, (demo) => {
      demo.sources = demo.sources.filter(({ id }) => id === 'park-pv');
      const devices = demo.sources[0]?.['devices'] as Device[];
      const wrong = devices.find(({ unitId }) => unitId === 8);
      Object.assign(wrong ?? {}, { profile: 'sunspec-meter-203' });
      demo['kpis'] = [];
      demo['calculated'] = [];
    });
    gateway = await startGatewayProcess(['run', '--config', site.file]);
  }, 120_000);

  afterAll(async () => {
    await gateway.stop('SIGKILL');
    await simulator.stop();
    await site.remove();
  });

  const eventsOf = async (code: string): Promise<readonly Event[]> =>
    (await gateway.get<Event[]>('api/v1/events?limit=1000')).filter((event) => event.code === code);
  const lossOf = (unit: string): Promise<Event> =>
    eventually(
      async () =>
        (await eventsOf('member-lost')).find(({ details }) =>
          String(details?.['member']).startsWith(`${unit} `),
        ),
      `the loss of ${unit}`,
      toldWithinMs,
    );

  it('is told of when its profile is wrong', async () => {
    const { subject, severity, text } = await lossOf('unit 8');
    expect([subject, severity]).toEqual(['park-pv', 'warning']);
    expect(text.en).toMatch(/^unit 8 .*of source park-pv/);
    expect(text.zh).toContain('数据源 park-pv 的 unit 8');
  });

  it('is told of when it falls silent, once, by an event and a line', async () => {
    await simulator.send('POST', '/faults', { device: 'park.pv/7', kind: 'silent', id: 'mute' });
    const { text } = await lossOf('unit 7');
    const lines = gateway
      .log()
      .split('\n')
      .filter((line) => line.includes('"event":"member-lost"') && line.includes('unit 7 '));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 40, msg: text.en });
    expect(await eventsOf('member-lost')).toHaveLength(2);
  });

  it('is not told of when all go with their connection', async () => {
    await simulator.send('POST', '/faults', { device: 'park.pv', kind: 'close' });
    await eventually(
      async () => (await eventsOf('source-lost')).at(0),
      'the loss of the connection',
      toldWithinMs,
    );
    expect(gateway.log().match(/"event":"source-lost"/g)).toHaveLength(1);
    expect(await eventsOf('member-lost')).toHaveLength(2);
  });
});
