import { setTimeout as sleep } from 'node:timers/promises';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import { compile, needProgram, withFolder } from './harness/c-programs.ts';
import {
  ask,
  type Child,
  startChild,
  startHttpSink,
  startNaiveGateway,
} from './harness/children.ts';
import { serverCore, startOnServerCore } from './harness/cores.ts';
import { startBenchGateway, writeBenchSite } from './harness/gateway.ts';
import {
  parkKpis,
  parkProfiles,
  parkReads,
  parkReadsPerSecond,
  parkSamplesPerSecond,
  parkSources,
} from './harness/park-site.ts';
import { residentMebibytes, UsageWindow } from './harness/process-usage.ts';
import { benchRow, type Rows } from './row.ts';

type Use = {
  readonly corePercent: number;
  readonly mebibytes: number;
  /** At the devices: reads, and bytes of Modbus TCP both ways. */
  readonly readsPerSecond: number;
  readonly bytesPerSecond: number;
};

type Counts = { readonly reads: number; readonly bytes: number };

/** What a process uses, and what its devices see of it alone. */
const watch = async (pid: number, devices: Child, windowMs: number): Promise<Use> => {
  const before = await ask<Counts>(devices, 'counts');
  const window = new UsageWindow(pid);
  await sleep(windowMs);
  const { corePercent, elapsedS } = window.read();
  const after = await ask<Counts>(devices, 'counts');
  return {
    ...{ corePercent, mebibytes: residentMebibytes(pid) },
    readsPerSecond: (after.reads - before.reads) / elapsedS,
    bytesPerSecond: (after.bytes - before.bytes) / elapsedS,
  };
};

/**
 * 50 inverters of 60 points, 200 meters of 12 and 60 chargers of 6, each second, with journal, history, KPIs, an InfluxDB and a
 * broker outside. The naive gateway reads the same from devices of its own at the same time, and only publishes.
 */
export const rows: Rows = async ({ quick }) => {
  needProgram('mosquitto');
  return withFolder(async (folder) => {
    const program = await compile('c/devices.c', folder);
    const running: { stop(): Promise<void> }[] = [];
    const started = async <Part extends { stop(): Promise<void> }>(part: Promise<Part>) => {
      const one = await part;
      running.push(one);
      return one;
    };
    const broker = await startOnServerCore(() => Mosquitto.start());
    try {
      const [devices, others] = [
        await started(startChild(serverCore, program, [])),
        await started(startChild(serverCore, program, [])),
      ];
      const influx = await started(startHttpSink());
      const url = `http://127.0.0.1:${influx.firstLine}`;
      const site = await writeBenchSite(folder, {
        sources: parkSources(Number(devices.firstLine)),
        ...{ profiles: parkProfiles, kpis: parkKpis },
        sinks: [
          { id: 'influx', kind: 'influxdb', version: 1, url, database: 'bench' },
          { id: 'broker', kind: 'mqtt', url: broker.url },
        ],
      });
      const gateway = await started(startBenchGateway(site));
      const reads = parkReads(Number(others.firstLine));
      const naive = await started(startNaiveGateway(broker.url, reads));
      await sleep(quick ? 3000 : 8000);
      const windowMs = quick ? 13_000 : 60_000;
      const [ours, theirs] = await Promise.all([
        watch(gateway.pid, devices, windowMs),
        watch(naive.pid, others, windowMs),
      ]);
      const refused = await gateway.metric('seamwatt_frames_refused_total');
      const what = 'Large park, 310 devices each second';
      return [
        benchRow({
          name: `${what}: processor`,
          ours: ours.corePercent,
          reference: theirs.corePercent,
          unit: '% of a core',
          better: 'less',
          note: `${parkSamplesPerSecond} samples/s, ${refused} frames refused, ${ours.mebibytes.toFixed(0)} MiB beside ${theirs.mebibytes.toFixed(0)}`,
        }),
        benchRow({
          name: `${what}: requests`,
          ours: ours.readsPerSecond,
          reference: theirs.readsPerSecond,
          unit: 'requests/s',
          better: 'more',
          goal: { atLeast: 0.99 * parkReadsPerSecond },
        }),
        benchRow({
          name: `${what}: bytes on the wire, both ways`,
          ours: ours.bytesPerSecond / 1000,
          reference: theirs.bytesPerSecond / 1000,
          unit: 'kB/s',
          better: 'less',
          note: 'Modbus TCP without TCP/IP headers',
        }),
      ];
    } finally {
      for (const one of running.toReversed()) await one.stop();
      await broker.remove();
    }
  });
};
