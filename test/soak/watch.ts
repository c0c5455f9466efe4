import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../bench/harness/children.ts';
import { type BenchGateway, metricValues, waitUntil } from '../bench/harness/gateway.ts';
import { residentMebibytes } from '../bench/harness/process-usage.ts';
import type { Loss, Minute, Sample } from './series.ts';

const sampleMs = 5000;
const minuteS = 60;

/** Counters that stay 0 as long as nothing is lost or refused. */
const lossNames = [
  'seamwatt_frames_refused_total',
  'seamwatt_records_refused_total',
  'seamwatt_texts_refused_total',
  'seamwatt_journal_pruned_entries_total',
  'seamwatt_sink_lost_entries_total',
  'seamwatt_sink_dropped_entries_total',
  'seamwatt_sink_quarantined_entries',
];

/** NaN when the metric is not there, so that no judge takes its absence for a zero. */
const sumOf = (text: string, name: string): number => {
  const values = metricValues(text, name);
  return values.length === 0 ? Number.NaN : values.reduce((sum, { value }) => sum + value, 0);
};

export const readLosses = async (gateway: BenchGateway): Promise<readonly Loss[]> => {
  const text = await gateway.metrics();
  return lossNames.map((name) => ({ name, count: sumOf(text, name) }));
};

const takeSample = async (gateway: BenchGateway, atS: number, text: string): Promise<Sample> => ({
  atS,
  residentMebibytes: residentMebibytes(gateway.pid),
  stagedMebibytes: sumOf(text, 'seamwatt_journal_staged_bytes') / 2 ** 20,
  sinks: (await gateway.sinks()).map(({ id, lagEntries, lagMs }) => ({ id, lagEntries, lagMs })),
});

export type Watched = { readonly samples: readonly Sample[]; readonly minutes: readonly Minute[] };

export type WatchOptions = {
  readonly gateway: BenchGateway;
  readonly control: Child;
  readonly seconds: number;
  /** Called once a minute. */
  progress(sample: Sample, minute: Minute): void;
};

/** Looks at the gateway every five seconds, and once a minute at how punctual it and the control were. */
export const watch = async (options: WatchOptions): Promise<Watched> => {
  const { gateway, control, seconds, progress } = options;
  const samples: Sample[] = [];
  const minutes: Minute[] = [];
  const startMs = performance.now();
  for (let atMs = sampleMs; atMs <= seconds * 1000; atMs += sampleMs) {
    await sleep(Math.max(0, startMs + atMs - performance.now()));
    const text = await gateway.metrics();
    const sample = await takeSample(gateway, atMs / 1000, text);
    samples.push(sample);
    if ((atMs / 1000) % minuteS !== 0) continue;
    const minute = {
      atS: atMs / 1000,
      gatewayP99Ms: sumOf(text, 'seamwatt_event_loop_delay_minute_p99_seconds') * 1000,
      controlP99Ms: Number(await control.ask('p99')) * 1000,
    };
    minutes.push(minute);
    progress(sample, minute);
  }
  return { samples, minutes };
};

/** Until the sinks have all that was journalled up to now; what they have not within half a minute will be missed. */
export const waitForSinks = async (gateway: BenchGateway): Promise<void> => {
  const fromMs = performance.now();
  const isThrough = async (): Promise<boolean> =>
    (await gateway.sinks()).every(({ lagMs }) => lagMs < performance.now() - fromMs - 1000);
  await waitUntil(isThrough, 'everything delivered', 30_000).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  });
};
