import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { frameEntry, originCodes } from '../../gateway/core/entry.ts';
import { readJournal } from '../../gateway/journal/journal.ts';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import { compile, needProgram, withFolder } from './harness/c-programs.ts';
import {
  ask,
  type Child,
  startChild,
  startHttpSink,
  startNaiveGateway,
  startSubscriber,
} from './harness/children.ts';
import { serverCore, startOnServerCore } from './harness/cores.ts';
import {
  type BenchGateway,
  startBenchGateway,
  waitUntil,
  writeBenchSite,
} from './harness/gateway.ts';
import { UsageWindow } from './harness/process-usage.ts';
import {
  type BenchDevice,
  type DeviceClass,
  deviceRegisters,
  registerProfile,
  registerSources,
} from './harness/register-profiles.ts';
import { benchRow, type Rows } from './row.ts';

const periodMs = 10;
const naiveDevices = 10;
const seamKpis = ['heatInput', 'trackingRms', 'trackingP95', 'trackingMax', 'arcOnRatio'];
const lineKpis = ['travelSpeedMean', 'deformationMax'];
const parkKpis = ['pvEnergy', 'gridImport', 'gridExport', 'selfConsumption', 'avoidedCo2'];

/** 60 devices of 100 registers; four seams, their line, an inverter and the grid meter have KPIs. */
const devices: readonly BenchDevice[] = [
  ...['f01', 'f02', 'f03', 'f04', 'line'].map((equipment) => ({
    deviceClass: (equipment === 'line' ? 'weld_line' : 'weld_seam') as DeviceClass,
    ...{ area: 'welding', line: 'mpm01', equipment },
  })),
  { deviceClass: 'pv_inverter', area: 'park', line: 'pv', equipment: 'inv01' },
  { deviceClass: 'meter', area: 'park', line: 'meters', equipment: 'grid' },
  ...Array.from({ length: 53 }, (_, index) => ({
    deviceClass: 'device' as const,
    ...{ area: 'bench', line: 'devices', equipment: `device${index}` },
  })),
];

const kpis = [
  ...seamKpis.map((kpi) => ({ kpi, equipment: 'welding/mpm01/*' })),
  ...lineKpis.map((kpi) => ({ kpi, equipment: 'welding/mpm01/line' })),
  ...parkKpis.map((kpi) => ({ kpi, equipment: 'park/energy/site' })),
];

const classes = [...new Set(devices.map(({ deviceClass }) => deviceClass))];

type Peers = {
  readonly plc: Child;
  readonly influx: Child;
  readonly subscriber: Child;
  readonly broker: string;
  readonly folder: string;
};

/** What is in the journal of a gateway that has ended and goes to InfluxDB: frames and events, each a line. */
const countJournalled = async (
  folder: string,
): Promise<{ readonly lines: number; readonly sourceFrames: number }> => {
  let lines = 0;
  let sourceFrames = 0;
  for await (const batch of readJournal(join(folder, 'data', 'journal'), {})) {
    for (let index = 0; index < batch.length; index += 1) {
      const isFrame = batch.kind[index] === frameEntry;
      const record = isFrame ? undefined : batch.records[batch.group[index] as number];
      if (isFrame || record?.type === 'event') lines += 1;
      if (isFrame && batch.origin[index] === originCodes.source) sourceFrames += 1;
    }
  }
  return { lines, sourceFrames };
};

const isDrained = async (gateway: BenchGateway): Promise<boolean> =>
  (await gateway.sinks()).every(({ lagEntries }) => lagEntries === 0);

/** The gateway under more load than it can carry, until the devices end and all is delivered. */
const measureOurs = async (peers: Peers, windowMs: number) => {
  const { plc, influx, subscriber, broker, folder } = peers;
  const url = `http://127.0.0.1:${influx.firstLine}`;
  const site = await writeBenchSite(folder, {
    sources: registerSources(devices, Number(plc.firstLine)),
    profiles: classes.map((deviceClass) => registerProfile(deviceClass, periodMs)),
    kpis,
    sinks: [
      { id: 'influx', kind: 'influxdb', version: 1, url, database: 'bench' },
      // The newest values are a lane for people; what is measured here is every sample.
      { id: 'broker', kind: 'mqtt', url: broker, state: { enabled: false } },
    ],
  });
  const gateway = await startBenchGateway(site);
  try {
    await sleep(2000);
    const samples = (): Promise<number> => gateway.metric('seamwatt_samples_admitted_total');
    const before = await samples();
    const window = new UsageWindow(gateway.pid);
    await sleep(windowMs);
    await plc.stop();
    await waitUntil(() => isDrained(gateway), 'everything delivered', 60_000);
    const { cpuS } = window.read();
    const came = (await samples()) - before;
    const refused = await gateway.metric('seamwatt_frames_refused_total');
    await gateway.stop();
    const journalled = await countJournalled(folder);
    const { lines } = await ask<{ lines: number }>(influx, 'counts');
    const heard = await ask<{ rows: number }>(subscriber, 'counts');
    return { cpuS, came, refused, journalled, lines, published: heard.rows };
  } finally {
    await gateway.stop();
  }
};

/** What the naive gateway, which only reads and publishes, makes of a second of a core. */
const measureNaive = async (peers: Peers, windowMs: number): Promise<number> => {
  const read = { port: Number(peers.plc.firstLine), unitId: 1, address: 0, count: deviceRegisters };
  const heard = await startSubscriber(peers.broker, 'single');
  const gateway = await startNaiveGateway(
    peers.broker,
    Array.from({ length: naiveDevices }, () => ({ ...read, periodMs })),
  );
  try {
    await sleep(1000);
    const before = await ask<{ rows: number }>(heard, 'counts');
    const window = new UsageWindow(gateway.pid);
    await sleep(windowMs);
    const { cpuS } = window.read();
    const after = await ask<{ rows: number }>(heard, 'counts');
    return (after.rows - before.rows) / cpuS;
  } finally {
    await gateway.stop();
    await heard.stop();
  }
};

/**
 * 60 devices x 100 registers at 10 ms through everything: decoding, 12 KPIs, the fsynced journal, the history, InfluxDB
 * lines and MQTT with acknowledgements. Samples for each second of processor time of the whole process, all threads.
 */
export const rows: Rows = async ({ quick }) => {
  needProgram('mosquitto');
  return withFolder(async (folder) => {
    const plc = await startChild(serverCore, await compile('c/devices.c', folder), []);
    const influx = await startHttpSink();
    const broker = await startOnServerCore(() => Mosquitto.start());
    const subscriber = await startSubscriber(broker.url, 'frames');
    const peers = { plc, influx, subscriber, broker: broker.url, folder };
    try {
      const naive = await measureNaive(peers, quick ? 2000 : 5000);
      const windowMs = quick ? 3000 : 10_000;
      const run = await measureOurs(peers, windowMs);
      const { journalled } = run;
      const perSecond = Math.round((run.came * 1000) / windowMs).toLocaleString('en');
      return [
        benchRow({
          name: 'End to end: samples for a second of a core, beside a naive gateway',
          ours: run.came / run.cpuS,
          reference: naive,
          unit: 'samples/core-s',
          better: 'more',
          goal: { atLeast: 500_000 },
          note: `${perSecond} samples/s, ${run.refused} frames refused`,
        }),
        benchRow({
          name: 'End to end: frames and events at InfluxDB beside those in the journal',
          ours: run.lines,
          reference: journalled.lines,
          unit: 'lines',
          better: 'more',
          goal: { ratio: 1 },
        }),
        benchRow({
          name: 'End to end: frames of devices at MQTT beside those in the journal',
          ours: run.published,
          reference: journalled.sourceFrames,
          unit: 'frames',
          better: 'more',
          goal: { ratio: 1 },
        }),
      ];
    } finally {
      await subscriber.stop();
      await broker.remove();
      await influx.stop();
      await plc.stop();
    }
  });
};
