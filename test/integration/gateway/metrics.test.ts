import { expect, it } from 'vitest';
import { GatewayError } from '../../../gateway/core/error.ts';
import { noText } from '../../../gateway/core/point.ts';
import type { DeliveryBatch, WriteResult } from '../../../gateway/core/sink.ts';
import type { Source, SourceContext } from '../../../gateway/core/source.ts';
import { planSite } from '../../../gateway/kpi/compile-site.ts';
import { calculatedSchema } from '../../../gateway/kpi/site-schema.ts';
import { startGateway } from '../../../gateway/runtime/gateway.ts';
import type { RunningGateway } from '../../../gateway/runtime/gateway-parts.ts';
import { systemClock } from '../../../gateway/runtime/system-clock.ts';
import { plainGroup, testFolder } from '../../support/journal.ts';
import { journalOptions, silentLog } from '../../support/journal-options.ts';
import { parseMetrics } from '../../support/metrics-text.ts';

const channels = 20;
const frames = 15_000;
const deadline = { timeout: 20_000, interval: 50 };

/** Values that do not compress, so that a small journal overflows. */
const noisySource = (emitted: { count: number; refused: number }): Source => ({
  id: 'plc',
  groups: [plainGroup('f01', channels)],
  run: async (context: SourceContext) => {
    context.connected();
    context.member({ member: 'unit 1', state: 'up', reason: noText });
    context.member({
      member: 'unit "2"',
      state: 'down',
      reason: { en: 'no answer', zh: '无应答' },
    });
    const values = new Float64Array(channels);
    const status = new Uint32Array(channels);
    while (emitted.count < frames) {
      const timeMs = context.clock.nowMs();
      for (let index = 0; index < channels; index += 1) values[index] = Math.random();
      if (context.emit({ groupIndex: 0, timeMs, receivedMs: timeMs, values, status })) {
        emitted.count += 1;
      } else {
        emitted.refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (emitted.count % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
  },
});

it('tells every loss: what was journalled is delivered, waiting, quarantined or lost', async () => {
  const emitted = { count: 0, refused: 0 };
  const sink = { open: false, delivered: 0, refused: 0 };
  const write = async ({ entries }: DeliveryBatch): Promise<WriteResult> => {
    if (!sink.open) throw new GatewayError('CONNECTION_LOST', 'down', { retryable: true });
    sink.refused += 1;
    sink.delivered += entries.length - 1;
    return { accepted: entries.length - 1, rejected: [{ index: 0, reason: 'no' }] };
  };
  const mebibyte = 1024 * 1024;
  const gateway: RunningGateway = await startGateway({
    version: '1.2.3',
    site: { enterprise: 'seamwatt', site: 'demo', timeZone: 'Asia/Shanghai', simulated: true },
    siteName: { en: 'Demo', zh: '演示' },
    configurationId: 'c',
    sources: [noisySource(emitted)],
    computedGroups: [],
    sections: {},
    sinks: [
      {
        id: 'database',
        kind: 'influxdb',
        maxBatchEntries: 500,
        timeoutMs: 5000,
        create: () => ({
          id: 'database',
          open: async () => undefined,
          write,
          close: async () => undefined,
        }),
      },
    ],
    journal: journalOptions(testFolder(), {
      maxBytes: mebibyte,
      memoryBytes: 64 * 1024,
      stagingBytes: mebibyte,
    }),
    snapshotMs: 60_000,
    ticks: { periodMs: 1000, allowedLatenessMs: 2000 },
    log: silentLog,
    createClock: () => systemClock,
  });
  try {
    const scrape = async (): Promise<(name: string, labels?: string) => number> => {
      const samples = parseMetrics((await gateway.view.metrics()).text);
      return (name, labels = '') => samples.get(`seamwatt_${name}${labels}`) ?? Number.NaN;
    };
    const ofSink = '{sink="database"}';
    const expectBalance = (read: Awaited<ReturnType<typeof scrape>>): void => {
      const parts = [
        'delivered_entries_total',
        'quarantined_entries',
        'dropped_entries_total',
        'lost_entries_total',
      ];
      const settled = parts.map((name) => read(`sink_${name}`, ofSink));
      const waiting = read('sink_lag_entries', ofSink);
      expect(settled.reduce((sum, part) => sum + part, waiting)).toBe(
        read('journal_appended_entries_total'),
      );
      expect(read('sink_journalled_entries_total', ofSink)).toBe(
        read('journal_appended_entries_total'),
      );
      expect(read('journal_seq') - 1).toBe(read('journal_appended_entries_total'));
    };
    const pruned = '{retention="raw"}';

    await expect
      .poll(async () => (await scrape())('journal_pruned_samples_total', pruned), deadline)
      .toBeGreaterThan(0);
    await expect.poll(() => emitted.count, deadline).toBe(frames);
    expectBalance(await scrape());
    sink.open = true;
    await expect
      .poll(async () => {
        const read = await scrape();
        expectBalance(read);
        return read('sink_lag_entries', ofSink);
      }, deadline)
      .toBeLessThan(5);

    // A write may be under way.
    await expect
      .poll(
        async () => (await scrape())('sink_quarantined_entries', ofSink) - sink.refused,
        deadline,
      )
      .toBe(0);
    const read = await scrape();
    expect(read('sink_delivered_entries_total', ofSink)).toBe(sink.delivered);
    expect(read('sink_quarantined_entries', ofSink)).toBe(sink.refused);
    expect(read('sink_lost_entries_total', ofSink)).toBeGreaterThan(0);
    expect(read('sink_lost_to_retention_entries_total', ofSink)).toBe(
      read('sink_lost_entries_total', ofSink),
    );
    expect(read('frames_admitted_total')).toBe(frames);
    for (const point of ['c0', `c${channels - 1}`]) {
      const label = `{point="seamwatt/demo/welding/mpm01/f01/${point}"}`;
      expect(read('point_pruned_samples_total', label)).toBe(
        read('journal_pruned_samples_total', pruned) / channels,
      );
    }
    expect(read('samples_admitted_total')).toBe(frames * channels);
    expect(read('frames_refused_total')).toBe(emitted.refused);
    const group = '{group="seamwatt/demo/welding/mpm01/f01#signals"}';
    expect(read('group_frames_refused_total', group)).toBe(emitted.refused);
    expect(read('source_member_up', '{source="plc",member="unit 1"}')).toBe(1);
    expect(read('source_member_up', '{source="plc",member="unit \\"2\\""}')).toBe(0);
    expect(read('journal_bytes_per_sample')).toBeGreaterThan(1);
    expect(read('journal_syncs_total')).toBeGreaterThan(0);
    expect(read('journal_sync_max_seconds')).toBeGreaterThanOrEqual(
      read('journal_sync_last_seconds'),
    );
    for (const name of [
      'journal_failing',
      'journal_damaged_places',
      'journal_recovery_cut_bytes',
      'records_refused_total',
      'quarantine_dropped_entries_total',
    ]) {
      expect(read(name), name).toBe(0);
    }
  } finally {
    await gateway.stop();
  }
}, 60_000);

it('tells how many samples changed nothing that is computed', async () => {
  const group = plainGroup('f01', 1);
  const calculated = [
    { equipment: 'welding/mpm01/f01', point: 'twice', unit: '1', expression: '2 * c0' },
  ];
  const sections = { kpis: [], calculated: calculatedSchema.parse(calculated) };
  const site = { enterprise: 'seamwatt', site: 'demo', timeZone: 'Asia/Shanghai', simulated: true };
  const { groups: computedGroups, issues } = planSite({ groups: [group], site, ...sections });
  expect(issues).toEqual([]);
  const gateway = await startGateway({
    version: '1.2.3',
    site,
    siteName: { en: 'Demo', zh: '演示' },
    configurationId: 'c',
    sources: [
      {
        id: 'plc',
        groups: [group],
        run: async ({ emit, signal }) => {
          const timeMs = Date.now();
          const frame = { groupIndex: 0, timeMs, receivedMs: timeMs, values: Float64Array.of(1) };
          for (const agoMs of [0, 0, 5]) {
            emit({ ...frame, timeMs: timeMs - agoMs, status: Uint32Array.of(0) });
          }
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      },
    ],
    computedGroups,
    sections,
    sinks: [],
    journal: journalOptions(testFolder()),
    snapshotMs: 60_000,
    ticks: { periodMs: 1000, allowedLatenessMs: 2000 },
    log: silentLog,
    createClock: () => systemClock,
  });
  try {
    const ignored = async (): Promise<number | undefined> =>
      parseMetrics((await gateway.view.metrics()).text).get('seamwatt_samples_ignored_total');
    await expect.poll(ignored, deadline).toBe(2);
  } finally {
    await gateway.stop();
  }
});
