import { setTimeout as sleep } from 'node:timers/promises';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import { needProgram, withFolder } from './harness/c-programs.ts';
import {
  ask,
  type Child,
  startHttpSink,
  startPlantDevices,
  startSubscriber,
} from './harness/children.ts';
import { startOnServerCore } from './harness/cores.ts';
import {
  type BenchGateway,
  startBenchGateway,
  waitUntil,
  writeBenchSite,
} from './harness/gateway.ts';
import { plantKpis, plantProfiles, plantSources } from './harness/plant-site.ts';
import { benchRow, percentile, type Rows } from './row.ts';

type Write = readonly [timeMs: number, lines: number];

/** Caught up: what waits is younger than this. */
const freshMs = 1500;
const longestCatchUpMs = 60_000;

type CatchUp = {
  /** Of the backlog, from the first write after the outage to the last before nothing waited. */
  readonly linesPerSecond: number;
  readonly backlogLines: number;
  readonly firstWriteAfterMs: number;
};

/** What the writes since the end of the outage at `upMs` say. */
const readCatchUp = (
  writes: readonly Write[],
  { upMs, outageMs, ingest }: { upMs: number; outageMs: number; ingest: number },
): CatchUp => {
  const [firstMs = Number.NaN] = writes[0] ?? [];
  let lines = 0;
  for (const [timeMs, count] of writes) {
    lines += count;
    const came = (ingest * (timeMs - upMs + outageMs)) / 1000;
    if (lines < came - (ingest * freshMs) / 1000) continue;
    // The first write took as long as the others, before it was answered.
    const tookMs = ((timeMs - firstMs) * writes.length) / Math.max(1, writes.length - 1);
    return {
      linesPerSecond: (lines * 1000) / Math.max(1, tookMs),
      backlogLines: lines,
      firstWriteAfterMs: firstMs - upMs,
    };
  }
  throw new Error(`never caught up: ${lines} lines`);
};

const outage = async (
  gateway: BenchGateway,
  { influx, subscriber, seconds }: { influx: Child; subscriber: Child; seconds: number },
) => {
  const admitted = (): Promise<number> => gateway.metric('seamwatt_frames_admitted_total');
  await ask(subscriber, 'latencies');
  const ingestStartMs = performance.now();
  const framesBefore = await admitted();
  await ask(influx, 'down');
  const downMs = Date.now();
  await sleep(seconds * 1000);
  const ingest = ((await admitted()) - framesBefore) / ((performance.now() - ingestStartMs) / 1000);
  const meanwhile = await ask<readonly number[]>(subscriber, 'latencies');
  await ask(influx, 'writes');
  await ask(influx, 'up');
  const upMs = Date.now();
  await waitUntil(
    async () =>
      (await gateway.sinks()).every(
        ({ id, lagEntries }) => id !== 'influx' || lagEntries < (ingest * freshMs) / 1000,
      ),
    'everything delivered',
    longestCatchUpMs,
  );
  const live = await ask<readonly number[]>(subscriber, 'latencies');
  const writes = await ask<readonly Write[]>(influx, 'writes');
  const catchUp = readCatchUp(writes, { upMs, outageMs: upMs - downMs, ingest });
  return { ingest, catchUp, liveMs: percentile(live, 0.99), beforeMs: percentile(meanwhile, 0.99) };
};

/**
 * InfluxDB is away for a while at plant load, with so little memory that the backlog is read from the disk. How fast it is
 * delivered afterwards, beside what comes in, and how late live data reaches MQTT meanwhile.
 */
export const rows: Rows = async ({ quick }) => {
  needProgram('mosquitto');
  return withFolder(async (folder) => {
    const devices = await startPlantDevices();
    const influx = await startHttpSink();
    const broker = await startOnServerCore(() => Mosquitto.start());
    const subscriber = await startSubscriber(broker.url, 'frames');
    const url = `http://127.0.0.1:${influx.firstLine}`;
    const site = await writeBenchSite(folder, {
      sources: plantSources(Number(devices.firstLine)),
      profiles: plantProfiles,
      kpis: plantKpis,
      journal: { memoryBytes: 2 ** 20 },
      sinks: [
        { id: 'influx', kind: 'influxdb', version: 1, url, database: 'bench' },
        { id: 'broker', kind: 'mqtt', url: broker.url },
      ],
    });
    const gateway = await startBenchGateway(site);
    try {
      await sleep(2000);
      const seconds = quick ? 6 : 20;
      const { ingest, catchUp, liveMs, beforeMs } = await outage(gateway, {
        ...{ influx, subscriber, seconds },
      });
      const lost = await gateway.metric('seamwatt_sink_lost_entries_total');
      return [
        benchRow({
          name: 'Catch-up after an outage, beside the rate of what comes in',
          ours: catchUp.linesPerSecond,
          reference: ingest,
          unit: 'lines/s',
          better: 'more',
          goal: { ratio: 10 },
          note: `${catchUp.backlogLines} lines after ${seconds} s, first after ${(catchUp.firstWriteAfterMs / 1000).toFixed(1)} s, ${lost} lost`,
        }),
        benchRow({
          name: 'Live data to MQTT while InfluxDB catches up, p99, beside that before',
          ours: liveMs,
          reference: beforeMs,
          unit: 'ms',
          better: 'less',
        }),
      ];
    } finally {
      await gateway.stop();
      await subscriber.stop();
      await broker.remove();
      await influx.stop();
      await devices.stop();
    }
  });
};
