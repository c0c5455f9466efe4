import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import { needProgram, withFolder } from './harness/c-programs.ts';
import { startHttpSink, startNaiveGateway, startPlantDevices } from './harness/children.ts';
import { startOnServerCore } from './harness/cores.ts';
import { type BenchGateway, startBenchGateway, writeBenchSite } from './harness/gateway.ts';
import {
  plantFramesPerSecond,
  plantKpis,
  plantProfiles,
  plantReads,
  plantSources,
} from './harness/plant-site.ts';
import { residentMebibytes, UsageWindow } from './harness/process-usage.ts';
import { type BenchRow, benchRow, type Rows } from './row.ts';

type Use = { readonly corePercent: number; readonly mebibytes: number };

type Watched = Use & { readonly notes: string };

const admittedName = 'seamwatt_frames_admitted_total';

const watchGateway = async (gateway: BenchGateway, windowMs: number): Promise<Watched> => {
  const before = await gateway.metric(admittedName);
  const window = new UsageWindow(gateway.pid);
  await sleep(windowMs);
  const { corePercent, elapsedS } = window.read();
  const mebibytes = residentMebibytes(gateway.pid);
  const framesPerSecond = ((await gateway.metric(admittedName)) - before) / elapsedS;
  const refused = await gateway.metric('seamwatt_frames_refused_total');
  const late = await gateway.metric('seamwatt_source_events_total', 'kind="polls_late"');
  const share = (100 * framesPerSecond) / plantFramesPerSecond;
  const notes = `${share.toFixed(1)} % of the frames due, ${refused} refused, ${late} polls late`;
  return { corePercent, mebibytes, notes };
};

const watchNaive = async (pid: number, windowMs: number): Promise<Use> => {
  const window = new UsageWindow(pid);
  await sleep(windowMs);
  return { corePercent: window.read().corePercent, mebibytes: residentMebibytes(pid) };
};

const rowsOf = (what: string, ours: Watched, naive: Use): readonly BenchRow[] => [
  benchRow({
    name: `Plant load, ${what}: processor`,
    ours: ours.corePercent,
    reference: naive.corePercent,
    unit: '% of a core',
    better: 'less',
    goal: { atMost: 6 },
    note: ours.notes,
  }),
  benchRow({
    name: `Plant load, ${what}: resident memory`,
    ours: ours.mebibytes,
    reference: naive.mebibytes,
    unit: 'MiB',
    better: 'less',
    goal: { atMost: 150 },
  }),
];

/**
 * 20 seams x 10 channels x 50 Hz and a park of 3 000 values/s, with all KPIs, the journal, the history, the HTTP server and
 * an InfluxDB sink: with a broker outside, and with the one inside. Both and the naive gateway run at the same time, so
 * that all see the same machine; the naive one only reads and publishes.
 */
export const rows: Rows = async ({ quick }) => {
  needProgram('mosquitto');
  const warmUpMs = quick ? 2000 : 5000;
  const windowMs = quick ? 13_000 : 60_000;
  return withFolder(async (folder) => {
    const devices = await startPlantDevices();
    const influx = await startHttpSink();
    const broker = await startOnServerCore(() => Mosquitto.start());
    const running: { stop(): Promise<void> }[] = [];
    try {
      const port = Number(devices.firstLine);
      const common = { sources: plantSources(port), profiles: plantProfiles, kpis: plantKpis };
      const url = `http://127.0.0.1:${influx.firstLine}`;
      const influxSink = { id: 'influx', kind: 'influxdb', version: 1, url, database: 'bench' };
      const outside = await startBenchGateway(
        await writeBenchSite(`${folder}/outside`, {
          ...common,
          sinks: [influxSink, { id: 'broker', kind: 'mqtt', url: broker.url }],
        }),
      );
      running.push(outside);
      const inside = await startBenchGateway(
        await writeBenchSite(`${folder}/inside`, {
          ...common,
          sinks: [influxSink],
          broker: { embedded: true, port: await freePort() },
        }),
      );
      running.push(inside);
      const naive = await startNaiveGateway(broker.url, plantReads(port));
      running.push(naive);
      await sleep(warmUpMs);
      const [usedOutside, usedInside, usedNaive] = await Promise.all([
        watchGateway(outside, windowMs),
        watchGateway(inside, windowMs),
        watchNaive(naive.pid, windowMs),
      ]);
      return [
        ...rowsOf('broker outside', usedOutside, usedNaive),
        ...rowsOf('broker inside', usedInside, usedNaive),
      ];
    } finally {
      for (const one of running) await one.stop();
      await broker.remove();
      await influx.stop();
      await devices.stop();
    }
  });
};
