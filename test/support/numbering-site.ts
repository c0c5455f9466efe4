import { expect, onTestFinished } from 'vitest';
import type { SiteIdentity } from '../../gateway/core/adapter.ts';
import type { GroupSpec } from '../../gateway/core/point.ts';
import type { Sink } from '../../gateway/core/sink.ts';
import type { Source } from '../../gateway/core/source.ts';
import { planSite } from '../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../gateway/kpi/site-schema.ts';
import { startGateway } from '../../gateway/runtime/gateway.ts';
import type { RunningGateway, SiteParts } from '../../gateway/runtime/gateway-parts.ts';
import type { SinkPart } from '../../gateway/runtime/open-sink.ts';
import { systemClock } from '../../gateway/runtime/system-clock.ts';
import { testGroup } from './entry-batch.ts';
import { journalOptions, silentLog } from './journal-options.ts';

const site: SiteIdentity = {
  ...{ enterprise: 'seamwatt', site: 'demo', timeZone: 'UTC', simulated: true },
};

export const seam = (equipment: string, more: readonly string[] = []): GroupSpec =>
  testGroup({
    ...{ equipment, periodMs: 100 },
    channels: [
      { point: 'arcOn', kind: 'boolean' },
      { point: 'seamFound', kind: 'boolean' },
      { point: 'offsetY', unit: 'mm' },
      { point: 'offsetZ', unit: 'mm' },
      ...more,
    ],
  });

type Counted<T> = T & { runs: number; emitted: number };

/** Emits a frame each millisecond, its offset smaller each time; counts how often it was started. */
export const createSource = (id: string, group: GroupSpec): Counted<Source> => {
  const values = new Float64Array(group.channels.length).fill(1);
  const status = new Uint32Array(group.channels.length);
  const source: Counted<Source> = {
    ...{ id, groups: [group], runs: 0, emitted: 0 },
    run: async ({ emit, clock, signal, connected }) => {
      source.runs += 1;
      connected();
      while (!signal.aborted) {
        const timeMs = clock.nowMs();
        values[2] = 5000 / (1 + source.emitted);
        if (emit({ groupIndex: 0, timeMs, receivedMs: timeMs, values, status }))
          source.emitted += 1;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
  };
  return source;
};

type Recorder = SinkPart & { readonly seqs: number[]; opens: number; closes: number };

export const createRecorder = (id: string, seqs: number[] = []): Recorder => {
  const part: Recorder = {
    ...{ id, kind: 'recorder', maxBatchEntries: 200, timeoutMs: 5000, seqs, opens: 0, closes: 0 },
    create: (): Sink => ({
      id,
      open: async () => {
        part.opens += 1;
      },
      write: async ({ entries }) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        seqs.push(...entries.seq.subarray(0, entries.length));
        return { accepted: entries.length, rejected: [] };
      },
      close: async () => {
        part.closes += 1;
      },
    }),
  };
  return part;
};

export const kpi = (name: string, equipment: string, parameters: object = {}): object => ({
  ...{ kpi: name, equipment: `welding/mpm01/${equipment}`, parameters },
});

export const partsOf = (options: {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly sinks: readonly SinkPart[];
  readonly kpis: readonly object[];
}): SiteParts => {
  const { name, sources, sinks, kpis } = options;
  const sections = { kpis: kpisSchema.parse(kpis), calculated: calculatedSchema.parse([]) };
  const groups = sources.flatMap((source) => source.groups);
  const { groups: computedGroups } = planSite({ groups, site, ...sections });
  const siteName = { en: name, zh: name };
  return { siteName, configurationId: name, sources, computedGroups, sections, sinks };
};

export const start = async (parts: SiteParts, folder: string): Promise<RunningGateway> => {
  const gateway = await startGateway({
    ...parts,
    ...{ version: '0.0.0-test', site, log: silentLog, createClock: () => systemClock },
    journal: journalOptions(folder),
    snapshotMs: 60_000,
    ticks: { periodMs: 100, allowedLatenessMs: 100 },
  });
  onTestFinished(async () => void (await gateway.stop()));
  return gateway;
};

export const emittedBeyond = async (
  source: { readonly emitted: number },
  more: number,
): Promise<void> => {
  const target = source.emitted + more;
  await expect.poll(() => source.emitted).toBeGreaterThan(target);
};
