import { setTimeout as sleep } from 'node:timers/promises';
import { writeDemoSite } from '../support/demo-site.ts';
import { startSimulator } from '../support/simulator.ts';
import { ask, type Child, startHttpSink, startLiveClients } from './harness/children.ts';
import { startOnServerCore } from './harness/cores.ts';
import { type BenchGateway, startBenchGateway } from './harness/gateway.ts';
import { UsageWindow } from './harness/process-usage.ts';
import { benchRow, median, percentile, type Rows } from './row.ts';

const clients = 50;
const lookEveryMs = 250;

type Watched = {
  readonly corePercent: number;
  /** How old the oldest entry that a sink has not got is, look by look. */
  readonly lagsMs: readonly number[];
};

const watch = async (gateway: BenchGateway, windowMs: number): Promise<Watched> => {
  const window = new UsageWindow(gateway.pid);
  const lagsMs: number[] = [];
  const endMs = performance.now() + windowMs;
  while (performance.now() < endMs) {
    await sleep(lookEveryMs);
    const sinks = await gateway.sinks();
    lagsMs.push(Math.max(...sinks.map(({ lagMs }) => lagMs)));
  }
  return { corePercent: window.read().corePercent, lagsMs };
};

type Counts = { readonly messages: number; readonly bytes: number };

const heardBy = async (browsers: Child, before: Counts, windowMs: number): Promise<string> => {
  const after = await ask<Counts>(browsers, 'counts');
  const seconds = windowMs / 1000;
  const messages = (after.messages - before.messages) / seconds / clients;
  const kilobytes = (after.bytes - before.bytes) / seconds / clients / 1000;
  const { oldestMs, points } = await ask<{ oldestMs: number; points: number }>(browsers, 'check');
  return `each hears ${messages.toFixed(1)} messages/s, ${kilobytes.toFixed(0)} kB/s, of ${points} points; newest at most ${oldestMs} ms old`;
};

/**
 * Two gateways read the simulators of the demo site at the same time, one of them with 50 browsers: what it uses more is theirs.
 */
export const rows: Rows = async ({ quick }) => {
  const windowMs = quick ? 13_000 : 60_000;
  const ending: (() => Promise<unknown>)[] = [];
  try {
    const simulator = await startOnServerCore(() => startSimulator());
    ending.push(() => simulator.stop());
    const influx = await startHttpSink();
    ending.push(() => influx.stop());
    const url = `http://127.0.0.1:${influx.firstLine}`;
    const startDemoGateway = async (): Promise<BenchGateway> => {
      const site = await writeDemoSite(simulator, (demo) => {
        demo.sinks = [{ id: 'influx', kind: 'influxdb', version: 1, url, database: 'bench' }];
      });
      ending.push(() => site.remove());
      const gateway = await startBenchGateway(site.file);
      ending.push(() => gateway.stop());
      return gateway;
    };
    const alone = await startDemoGateway();
    const watched = await startDemoGateway();
    const browsers = await startLiveClients(watched.url, clients);
    ending.push(() => browsers.stop());
    await sleep(quick ? 5000 : 15_000);
    const before = await ask<Counts>(browsers, 'counts');
    const [without, withThem] = await Promise.all([
      watch(alone, windowMs),
      watch(watched, windowMs),
    ]);
    const note = await heardBy(browsers, before, windowMs);
    const lag = ({ lagsMs }: Watched): number => median(lagsMs);
    return [
      benchRow({
        name: `Live feed, ${clients} browsers: processor that they cost`,
        ours: withThem.corePercent - without.corePercent,
        unit: '% of a core',
        better: 'less',
        goal: { atMost: 15 },
        note: `${withThem.corePercent.toFixed(1)} % beside ${without.corePercent.toFixed(1)} without; ${note}`,
      }),
      benchRow({
        name: `Live feed, ${clients} browsers: lag of a sink, median, beside that without`,
        ours: lag(withThem),
        reference: lag(without),
        unit: 'ms',
        better: 'less',
        note: `p99 ${percentile(withThem.lagsMs, 0.99).toFixed(0)} beside ${percentile(without.lagsMs, 0.99).toFixed(0)} ms`,
      }),
    ];
  } finally {
    for (const end of ending.toReversed()) await end();
  }
};
