// Goal: people change the site file of a running gateway by writing it, by SIGHUP or over HTTP, and are told what became of
// it. Method: a gateway as a process, a device and an InfluxDB that count over real sockets, and a replay afterwards.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type * as contract from '../../../gateway/api/contract.ts';
import type { LiveValues } from '../../../gateway/api/live-contract.ts';
import { freePort } from '../../support/free-port.ts';
import {
  type Device,
  eventually,
  type GatewayProcess,
  type Kpi,
  type Point,
  runGatewayProcess,
  type SinkState,
  startGatewayProcess,
} from '../../support/gateway-process.ts';
import { type RegisterDevice, startRegisterDevice } from '../../support/modbus-registers.ts';

type Outcome = z.infer<typeof contract.reloadOutcome>;
type State = z.infer<typeof contract.reloadState>;

const profile = (unit: string): string => `profile: some-meter
version: 1
title: { en: meter, zh: 电表 }
testedOn: simulator
blocks:
  - name: signals
    class: meter
    periodMs: 100
    table: holding
    instances: [{ address: 0 }]
    points:
      - { point: power, address: 0, type: u16, unit: ${unit}, description: { en: Active power, zh: 有功功率 } }
      - { point: energyImport, address: 1, type: u16, unit: kWh, kind: counter, rolloverAt: 65536, description: { en: Energy, zh: 电能 } }
`;

type Site = {
  readonly name?: string;
  readonly port?: number;
  readonly meters?: readonly string[];
  readonly kpi?: string;
};

describe('a site file that changes while the gateway runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-hot-reload-'));
  const file = join(folder, 'site.yaml');
  const devices = new Map<string, RegisterDevice>();
  /** Sockets over which each device was asked anything. */
  const sockets = new Map<string, Set<unknown>>();
  let ports: { api: number; broker: number };
  let gateway: GatewayProcess;

  const siteText = ({ name = 'Dairy', port, meters = ['one'], kpi = 'total' }: Site): string =>
    [
      'version: 1',
      `site: { enterprise: acme, site: dairy, name: { en: ${name}, zh: ${name} } }`,
      `api: { port: ${port ?? ports.api}, auth: none }`,
      `broker: { port: ${ports.broker} }`,
      'sources:',
      ...meters.flatMap((meter) => [
        `  - id: ${meter}`,
        '    kind: modbus',
        `    transport: { type: tcp, host: 127.0.0.1, port: ${devices.get(meter)?.port}, roundTripMs: 1 }`,
        `    devices: [{ unitId: 1, profile: some-meter, area: house, line: supply, equipment: ${meter} }]`,
      ]),
      'kpis:',
      `  - { kpi: gridImport, equipment: house/supply/${kpi}, inputs: { energy: house/supply/one/energyImport } }`,
      '',
    ].join('\n');
  const write = (site: Site): void => writeFileSync(file, siteText(site));
  const state = (): Promise<State> => gateway.get<State>('/api/v1/reload');
  const post = async (): Promise<{ readonly status: number; readonly outcome: Outcome }> => {
    const response = await fetch(new URL('/api/v1/reload', gateway.url), {
      ...{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
    });
    return { status: response.status, outcome: (await response.json()) as Outcome };
  };
  const outcomeAfter = (timeMs: number): Promise<Outcome> =>
    eventually(async () => {
      const { last } = await state();
      return last !== null && last.timeMs > timeMs ? last : undefined;
    }, 'a reload');
  const lastMs = async (): Promise<number> => (await state()).last?.timeMs ?? 0;

  /** A client of the live feed that asks for the power of all meters. */
  const openFeed = async (take: (values: LiveValues['values']) => void): Promise<WebSocket> => {
    const url = new URL('/api/v1/live', gateway.url);
    url.protocol = 'ws:';
    const socket = new WebSocket(url);
    socket.addEventListener('message', ({ data }) => {
      take((JSON.parse(String(data)) as LiveValues).values);
    });
    await once(socket, 'open');
    const points = ['*/*/*/power'];
    socket.send(JSON.stringify({ type: 'subscribe', points, intervalMs: 100 }));
    return socket;
  };

  const startDevice = async (id: string): Promise<void> => {
    const device = await startRegisterDevice();
    const seen = new Set<unknown>();
    sockets.set(id, seen);
    let energy = 500;
    device.onRequest = ({ socket }) => {
      seen.add(socket);
      energy = (energy + 1) % 65_536;
      device.set(1, [energy]);
    };
    device.set(0, [1234, 500]);
    devices.set(id, device);
  };
  const connections = (id: string): number => sockets.get(id)?.size ?? 0;

  beforeAll(async () => {
    await startDevice('one');
    await startDevice('two');
    ports = { api: await freePort(), broker: await freePort() };
    mkdirSync(join(folder, 'profiles'));
    writeFileSync(join(folder, 'profiles/some-meter.yaml'), profile('W'));
    write({});
    gateway = await startGatewayProcess(['run', '--config', file]);
    await eventually(() => connections('one') || undefined, 'a connection');
  });

  afterAll(async () => {
    await gateway.stop('SIGKILL');
    for (const device of devices.values()) await device.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has been reloaded by nobody at first, and reloading it changes nothing', async () => {
    expect((await state()).last).toBeNull();
    expect(await post()).toMatchObject({
      status: 200,
      outcome: { trigger: 'api', result: 'unchanged', change: null, problems: [] },
    });
  });

  it('is applied by itself once it is written, without a new connection where nothing changed', async () => {
    const before = await state();
    write({ meters: ['one', 'two'] });
    const outcome = await outcomeAfter(before.last?.timeMs ?? 0);
    expect(outcome).toMatchObject({
      ...{ trigger: 'file', result: 'changed' },
      change: {
        sources: { added: ['two'], removed: [], changed: [], unchanged: ['one'] },
        sinks: { unchanged: ['embedded-broker'] },
        computed: { continued: 1, begun: [], ended: [] },
      },
    });
    expect((await state()).configurationId).not.toBe(before.configurationId);
    await eventually(async () => {
      const points = await gateway.get<readonly Point[]>('/api/v1/points');
      const power = points.find(({ path }) => path === 'acme/dairy/house/supply/two/power');
      return power?.latest.value === 1234 ? true : undefined;
    }, 'a sample of the new meter');
    expect([connections('one'), connections('two')]).toEqual([1, 1]);
  });

  it('is refused with every problem in both languages while the old one goes on', async () => {
    const { configurationId } = await state();
    const text = siteText({ meters: ['one', 'two'] });
    writeFileSync(
      file,
      text.replace('kind: modbus', 'kind: modbuss').replace('gridImport', 'gridInport'),
    );
    const { status, outcome } = await post();
    expect(status).toBe(422);
    expect(outcome).toMatchObject({ result: 'refused', configurationId, change: null });
    expect(outcome.problems.map(({ en }) => en)).toEqual([
      expect.stringMatching(/^site\.yaml:7:11 sources\[0\]\.kind: found "modbuss", expected /),
      expect.stringMatching(
        /^site\.yaml:\d+:\d+ kpis\[0\]\.kpi: found "?gridInport"?, expected one of /,
      ),
    ]);
    expect(outcome.problems.map(({ zh }) => zh)).toEqual([
      expect.stringMatching(/^site\.yaml:7:11 sources\[0\]\.kind: 发现.*，应为/),
      expect.stringMatching(/^site\.yaml:\d+:\d+ kpis\[0\]\.kpi: 发现.*，应为/),
    ]);
    expect([connections('one'), connections('two')]).toEqual([1, 1]);
    const kpis = await gateway.get<readonly Kpi[]>('/api/v1/kpis');
    expect(kpis.map(({ path }) => path)).toEqual(['acme/dairy/house/supply/total/gridImport']);
  });

  it('is applied on SIGHUP; what changed is connected anew, and what is gone is gone', async () => {
    const before = await lastMs();
    write({ meters: ['two'], kpi: 'all' });
    writeFileSync(
      file,
      siteText({ meters: ['two'] }).replace('supply/one/energy', 'supply/two/energy'),
    );
    gateway.process.kill('SIGHUP');
    const outcome = await outcomeAfter(before);
    expect(outcome).toMatchObject({
      ...{ trigger: 'signal', result: 'changed' },
      change: {
        sources: { removed: ['one'], unchanged: ['two'] },
        computed: { continued: 0, begun: ['gridImport of house/supply/total'] },
      },
    });
    const found = await gateway.get<readonly Device[]>('/api/v1/devices');
    expect(found.map(({ id, state: is }) => [id, is])).toEqual([['two', 'up']]);
    const points = await gateway.get<readonly Point[]>('/api/v1/points');
    expect(points.filter(({ path }) => path.includes('/one/'))).toEqual([]);
  });

  it('says what needs a restart and applies nothing else', async () => {
    write({ meters: ['one', 'two'], port: ports.api + 1, name: 'Other' });
    const { status, outcome } = await post();
    expect(status).toBe(422);
    expect(outcome.problems).toEqual([
      { en: 'api.port: needs a restart', zh: 'api.port：需要重启' },
    ]);
    const site = await gateway.get<{ readonly name: { readonly en: string } }>('/api/v1/site');
    expect(site.name.en).toBe('Dairy');
    expect(connections('one')).toBe(1);
  });

  it('is applied when one of its profiles is written', async () => {
    write({ meters: ['one', 'two'] });
    expect((await post()).outcome).toMatchObject({ result: 'changed' });
    await eventually(() => (connections('one') === 2 ? true : undefined), 'meter one again');
    const seen = new Set<number>();
    const feed = await openFeed((values) => {
      for (const [number, timeMs] of values) if (timeMs !== null) seen.add(number);
    });
    const before = await lastMs();
    writeFileSync(join(folder, 'profiles/some-meter.yaml'), profile('kW'));
    expect(await outcomeAfter(before)).toMatchObject({
      ...{ trigger: 'file', result: 'changed' },
      change: { sources: { changed: ['one', 'two'] }, computed: { continued: 1 } },
    });
    await eventually(() => (connections('two') === 2 ? true : undefined), 'meter two again');
    const points = await gateway.get<readonly Point[]>('/api/v1/points');
    const power = points.find(({ path }) => path.endsWith('/two/power'));
    expect(power?.unit).toBe('kW');
    await eventually(() => seen.has(power?.number ?? 0) || undefined, 'the new point in the feed');
    feed.close();
  });

  it('is not for pages of other origins to reload', async () => {
    const response = await fetch(new URL('/api/v1/reload', gateway.url), {
      ...{ method: 'POST', headers: { origin: 'https://evil.example' } },
    });
    expect(response.status).toBe(403);
  });

  it('leaves every entry accounted for, and after a kill the same bits', async () => {
    const balance = await eventually(async () => {
      const [sink] = await gateway.get<readonly SinkState[]>('/api/v1/sinks');
      return (sink?.balance.delivered ?? 0) > 100 ? sink?.balance : undefined;
    }, 'a hundred entries delivered');
    const { journalled, delivered, waiting, quarantined, dropped, lost } = balance;
    expect([quarantined, dropped, lost]).toEqual([0, 0, 0]);
    expect(delivered + waiting).toBe(journalled);
    expect(gateway.log()).toContain('The configuration has changed. sources: new two');
    expect(gateway.log()).toContain('api.port: needs a restart');
    write({ meters: ['one', 'two'] });
    await gateway.stop('SIGKILL');
    gateway = await startGatewayProcess(['run', '--config', file]);
    await eventually(async () => {
      const { lastFrameMs } = (await gateway.get<readonly Device[]>('/api/v1/devices'))[0] ?? {};
      return lastFrameMs ?? undefined;
    }, 'a frame after the restart');
    expect(gateway.log()).toContain('KPIs continue where the journal ended');
    expect(gateway.log()).not.toMatch(/differ from those journalled|were never journalled/);
    expect(await gateway.stop()).toBe(0);
    const replay = await runGatewayProcess(['replay', '--config', file, '--json']);
    expect(JSON.parse(replay.out)).toMatchObject({ verdict: 'identical', missingFrames: 0 });
    expect(replay.code).toBe(0);
  });
});
