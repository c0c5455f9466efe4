// Goal: what comes late takes its place everywhere, in the database, the stream and the history, and changes nothing that was
// computed. Method: an OPC UA server tells values with times of its own to a running gateway, which writes into a real InfluxDB
// and a real mosquitto, and is asked over HTTP. The gateway's clock begins with a minute, so that all falls into that minute.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import { influxdbAdapter } from '../../../adapters/influxdb/influxdb-adapter.ts';
import { mqttAdapter } from '../../../adapters/mqtt/mqtt-adapter.ts';
import type * as contract from '../../../gateway/api/contract.ts';
import { type ApiServer, startApi } from '../../../gateway/api/server.ts';
import type { Clock } from '../../../gateway/core/clock.ts';
import { statusCodes } from '../../../gateway/core/quality.ts';
import type { SinkContext } from '../../../gateway/core/sink.ts';
import { planSite } from '../../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../../gateway/kpi/site-schema.ts';
import { startGateway } from '../../../gateway/runtime/gateway.ts';
import type { RunningGateway } from '../../../gateway/runtime/gateway-parts.ts';
import type { SinkPart } from '../../../gateway/runtime/open-sink.ts';
import { replayJournal } from '../../../gateway/runtime/replay.ts';
import { systemClock } from '../../../gateway/runtime/system-clock.ts';
import { eventually } from '../../support/gateway-process.ts';
import { journalOptions, silentLog } from '../../support/journal-options.ts';
import { MqttListener } from '../../support/mqtt-listener.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { createOpcuaTestSource, device, plantUri, quickly } from '../../support/opcua-source.ts';
import { type Influxd, startInfluxd } from '../../support/peers/influxd.ts';
import { Mosquitto } from '../../support/peers/mosquitto.ts';
import { type OpcuaServer, startOpcuaServer } from '../../support/peers/opcua-server.ts';
import { requireProgram } from '../../support/programs.ts';

const influx = requireProgram('influxd');
const mosquitto = requireProgram('mosquitto');
const describeLate = influx.path === 'influxd' ? influx.describe : mosquitto.describe;

const site = {
  ...{ enterprise: 'seamwatt', site: 'test', timeZone: 'Asia/Shanghai', simulated: true },
};
const database = 'plant';
const minuteMs = 60_000;
/** A busy machine must not make the source begin anew. */
const patiently = { ...quickly, keepAliveMs: 5000, valueCheckMs: 0 };
const patience = { timeout: 8_000, interval: 50 };

type Row = Readonly<Record<string, unknown>>;
type Frames = {
  readonly origin: string;
  readonly t: readonly number[];
  readonly points: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
};

describeLate('samples that come late', () => {
  let aheadMs = 0;
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs(),
    join: (name, order) => systemClock.join(name, order),
  };
  let folder: string;
  let influxd: Influxd;
  let broker: Mosquitto;
  let server: OpcuaServer;
  let gateway: RunningGateway;
  let api: ApiServer;
  let listener: MqttListener;
  let startMs: number;
  let computedBefore: readonly Row[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seamwatt-late-'));
    influxd = await startInfluxd({ program: influx.path });
    broker = await Mosquitto.start();
    server = await startOpcuaServer({
      pkiFolder: join(folder, 'server-pki'),
      namespaceUri: plantUri,
      variables: [{ name: 'Power', type: 'Double', value: 1 }],
    });
    listener = await MqttListener.connect(broker.url, 'seamwatt/test/area/line/device/#');
    await start();
  }, 60_000);

  afterAll(async () => {
    await api.close();
    await gateway.stop();
    await listener.end();
    await Promise.all([server.kill(), influxd.stop(), broker.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  const sinks: () => readonly SinkPart[] = () => {
    const part = (
      id: string,
      create: (context: SinkContext) => ReturnType<SinkPart['create']>,
    ) => ({
      ...{ id, kind: id, maxBatchEntries: 1000, timeoutMs: 10_000, create },
    });
    const dataFolder = folder;
    return [
      part('influxdb', (context) => {
        const entry = { version: 1, url: influxd.url, database, createDatabase: true };
        const config = influxdbAdapter.configSchema.parse(entry);
        return influxdbAdapter.createSink({ id: 'influxdb', config, context, dataFolder });
      }),
      part('mqtt', (context) => {
        const config = mqttAdapter.configSchema.parse({ url: broker.url });
        return mqttAdapter.createSink({ id: 'mqtt', config, context, dataFolder });
      }),
    ];
  };

  const start = async (): Promise<void> => {
    aheadMs = minuteMs - (Date.now() % minuteMs);
    const source = createOpcuaTestSource(
      {
        ...{ endpointUrl: server.url, securityMode: 'None', read: patiently },
        // Its clock is the machine's, of which the gateway's is less than a minute ahead.
        maxClockSkewMs: 2 * minuteMs,
        equipment: [device([{ point: 'power', node: 's=Power', unit: 'kW' }])],
      },
      folder,
    );
    const sections = {
      kpis: kpisSchema.parse([]),
      calculated: calculatedSchema.parse([
        { equipment: 'area/line/device', point: 'twice', unit: 'kW', expression: 'power * 2' },
      ]),
    };
    const { groups: computedGroups } = planSite({ groups: source.groups, site, ...sections });
    gateway = await startGateway({
      ...{
        version: '0.0.0-test',
        site,
        siteName: { en: 'Test', zh: '测试' },
        configurationId: 'c',
      },
      ...{ sources: [source], computedGroups, sections, sinks: sinks(), log: silentLog },
      journal: journalOptions(join(folder, 'journal')),
      ticks: { periodMs: 100, allowedLatenessMs: 500 },
      snapshotMs: 60_000,
      historyFlushMs: 200,
      createClock: () => clock,
    });
    const { view, deliveries } = gateway;
    api = await startApi({
      ...{ view, deliveries, log: silentLog, pageFolder: folder, version: '1', reloads: noReloads },
      ...{ host: '127.0.0.1', port: 0 },
    });
    await eventually(() => (newest() === 1 ? true : undefined), 'the first value');
    startMs = Math.floor(clock.nowMs());
  };

  const newest = (): number | undefined =>
    gateway.view.latest.points.flatMap(({ group, channel }, index) =>
      group.channels[channel]?.point === 'power' ? [gateway.view.latest.at(index).value] : [],
    )[0];

  const lateFrames = (): number => gateway.view.status().admission.lateFrames;

  const rows = async (field: string): Promise<readonly Row[]> => {
    const { results } = await influxd.query(`SELECT * FROM device WHERE time >= ${startMs}ms`, {
      database,
    });
    const series = results?.[0]?.series?.[0];
    const all = (series?.values ?? []).map((values): Row => {
      const row = Object.fromEntries((series?.columns ?? []).map((name, i) => [name, values[i]]));
      return { ...row, timeMs: Number(BigInt(String(row['time'])) / 1_000_000n) - startMs };
    });
    return all.filter((row) => typeof row[field] === 'number');
  };

  /** Each row of the source: time behind the start, value, status. */
  const power = async () =>
    (await rows('power')).map(({ timeMs, power: value, power_status: status }) => [
      ...[timeMs, value, status],
    ]);

  const minute = async () => {
    const path = encodeURIComponent('seamwatt/test/area/line/device/power');
    const [fromMs, toMs] = [startMs, startMs + 1];
    const url = `/api/v1/points/${path}/history?fromMs=${fromMs}&toMs=${toMs}&maxIntervals=1`;
    const response = await fetch(new URL(url, api.url));
    expect(response.status).toBe(200);
    return ((await response.json()) as z.infer<typeof contract.history>).intervals[0];
  };

  const streamed = () =>
    listener
      .bodies('seamwatt/test/area/line/device/_frames')
      .map((body) => body as unknown as Frames)
      .flatMap(({ origin, t, points, values }) => {
        const column = values[points.indexOf('power')];
        return column === undefined
          ? []
          : t.map((timeMs, i) => [timeMs - startMs, column[i], origin]);
      })
      .filter(([behindMs]) => Number(behindMs) >= 0);

  const set = (behindMs: number, value: number, status?: string): Promise<void> =>
    server.set({
      ...{ name: 'Power', value, timeMs: startMs + behindMs },
      ...(status === undefined ? {} : { status }),
    });

  const pastMs = (behindMs: number) =>
    expect.poll(() => clock.nowMs() - startMs, patience).toBeGreaterThan(behindMs);

  it('lie in the database at their own time, and in the stream marked as late', async () => {
    await set(0, 10);
    await pastMs(200);
    await set(200, 99, 'BadSensorFailure');
    await pastMs(1500);
    await set(1500, 20);
    await expect.poll(newest, patience).toBe(20);
    await expect.poll(async () => (await minute())?.count, patience).toBe(2);
    expect(await minute()).toMatchObject({ mean: 15, maximum: 20, revision: 0 });
    await expect.poll(power, patience).toEqual([
      [0, 10, null],
      [1500, 20, null],
    ]);
    computedBefore = (await rows('twice')).filter(({ timeMs }) => Number(timeMs) <= 1500);
    expect(computedBefore.length).toBeGreaterThan(0);
    await pastMs(2500);
    const lateBefore = lateFrames();
    await set(100, 40);
    await expect.poll(power, patience).toEqual([
      [0, 10, null],
      [100, 40, 0],
      [1500, 20, null],
    ]);
    await expect.poll(streamed, patience).toEqual([
      [0, 10, 'source'],
      [200, null, 'source'],
      [1500, 20, 'source'],
      [100, 40, 'late'],
    ]);
    expect(lateFrames() - lateBefore).toBe(1);
  });

  it('are in the roll-up of their minute, which says that it was aggregated anew', async () => {
    await expect.poll(async () => (await minute())?.revision, patience).toBeGreaterThan(0);
    expect(await minute()).toMatchObject({ count: 3, mean: 70 / 3, maximum: 40, last: 20 });
  });

  it('overwrite what stood at their time, value and status, and are one row', async () => {
    const { revision: before } = (await minute()) ?? {};
    await set(200, 30);
    await expect.poll(power, patience).toEqual([
      [0, 10, null],
      [100, 40, 0],
      [200, 30, statusCodes.good],
      [1500, 20, null],
    ]);
    await set(100, 50);
    await expect.poll(power, patience).toEqual([
      [0, 10, null],
      [100, 50, 0],
      [200, 30, statusCodes.good],
      [1500, 20, null],
    ]);
    // Of one time, history too has only the newest word.
    await expect
      .poll(minute, patience)
      .toMatchObject({ count: 4, mean: 110 / 4, maximum: 50, last: 20 });
    expect((await minute())?.revision).toBeGreaterThan(before ?? Number.NaN);
  });

  it('change nothing that was published of that time, and no newest value', async () => {
    expect(newest()).toBe(20);
    const computed = (await rows('twice')).filter(({ timeMs }) => Number(timeMs) <= 1500);
    expect(computed).toEqual(computedBefore);
    await api.close();
    expect(await gateway.stop()).toEqual([]);
    const report = await replayJournal({ folder: join(folder, 'journal') });
    expect(report).toMatchObject({ verdict: 'identical', differingFrames: 0, missingFrames: 0 });
    expect(report.identicalFrames).toBeGreaterThan(computedBefore.length);
  });
});
