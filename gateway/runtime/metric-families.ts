import type { ClassStatistics } from '../journal/contract.ts';
import type { SinkStatus } from './sink-pump.ts';
import type { SourceStatus } from './source-supervisor.ts';
import type { GatewayStatus } from './status.ts';

type Row = { readonly labels?: Record<string, string>; readonly value: number };

/** A metric with all its samples. A name that ends in `_total` is a counter's, every other a gauge's. */
export type MetricFamily = {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  rows(status: GatewayStatus, names: MetricNames): readonly Row[];
};

/** Paths by permanent numbers. */
export type MetricNames = {
  readonly groups: ReadonlyMap<number, string>;
  readonly points: ReadonlyMap<number, string>;
};

const single = (
  name: string,
  help: string,
  value: (status: GatewayStatus) => number,
): MetricFamily => ({ name, help, labels: [], rows: (status) => [{ value: value(status) }] });

const byClass = (
  name: string,
  help: string,
  value: (statistics: ClassStatistics) => number,
): MetricFamily => ({
  name,
  help,
  labels: ['retention'],
  rows: ({ journal }) =>
    Object.entries(journal.statistics.classes).map(([retention, statistics]) => ({
      labels: { retention },
      value: value(statistics),
    })),
});

const bySource = (
  name: string,
  help: string,
  value: (source: SourceStatus) => number,
): MetricFamily => ({
  name,
  help,
  labels: ['source'],
  rows: ({ sources }) =>
    sources.map((source) => ({ labels: { source: source.id }, value: value(source) })),
});

const bySink = (name: string, help: string, value: (sink: SinkStatus) => number): MetricFamily => ({
  name,
  help,
  labels: ['sink'],
  rows: ({ sinks }) => sinks.map((sink) => ({ labels: { sink: sink.id }, value: value(sink) })),
});

const admission: readonly MetricFamily[] = [
  single('seamwatt_frames_admitted_total', 'Frames journalled', (s) => s.admission.admittedFrames),
  single(
    'seamwatt_samples_admitted_total',
    'Samples journalled',
    (s) => s.admission.admittedSamples,
  ),
  single(
    'seamwatt_frames_refused_total',
    'Frames refused, staging full',
    (s) => s.admission.refusedFrames,
  ),
  {
    name: 'seamwatt_group_frames_refused_total',
    help: 'Frames refused, by group',
    labels: ['group'],
    rows: ({ journal }, { groups }) =>
      [...groups].map(([number, group]) => ({
        labels: { group },
        value: journal.statistics.refusedFrames.get(number) ?? 0,
      })),
  },
  single(
    'seamwatt_records_refused_total',
    'Ticks, events and other records refused, staging full',
    (s) => s.journal.statistics.refusedRecords,
  ),
  single(
    'seamwatt_texts_refused_total',
    'Values of string points that are bad because the table of texts or staging is full',
    (s) => s.journal.statistics.refusedTexts,
  ),
  single(
    'seamwatt_frames_late_total',
    'Frames behind their watermark',
    (s) => s.admission.lateFrames,
  ),
  single(
    'seamwatt_samples_ignored_total',
    'Samples that changed no KPI, because they were not later than the newest of their point',
    (s) => s.ignoredSamples,
  ),
];

const quality: readonly MetricFamily[] = [
  {
    name: 'seamwatt_quality_marks_total',
    help: 'Samples not to be taken as they came, by point and reason',
    labels: ['point', 'reason'],
    rows: (status) =>
      status.quality.flatMap(({ path, marks }) =>
        Object.entries(marks).map(([reason, value]) => ({
          labels: { point: path, reason },
          value,
        })),
      ),
  },
  {
    name: 'seamwatt_invented_energy_prevented_kwh_total',
    help: 'Energy that adding up unmeasured time or jumps of registers would have invented',
    labels: ['point'],
    rows: (status) =>
      status.quality
        .filter(({ preventedKwh }) => preventedKwh > 0)
        .map(({ path, preventedKwh }) => ({ labels: { point: path }, value: preventedKwh })),
  },
];

const journal: readonly MetricFamily[] = [
  single('seamwatt_journal_seq', 'Next number of the journal', (s) => s.journal.nextSeq),
  single('seamwatt_journal_durable_seq', 'Newest durable number', (s) => s.journal.durableSeq),
  single(
    'seamwatt_journal_appended_entries_total',
    'Frames and records journalled',
    (s) => s.journal.statistics.appendedEntries,
  ),
  single(
    'seamwatt_journal_staged_bytes',
    'Admitted, not yet durable',
    (s) => s.journal.statistics.stagedBytes,
  ),
  single(
    'seamwatt_journal_text_bytes',
    'Memory that texts of string points take, by estimate',
    (s) => s.journal.statistics.textBytes,
  ),
  single('seamwatt_journal_failing', 'Whether nothing becomes durable at present', (s) =>
    s.journal.statistics.failing === undefined ? 0 : 1,
  ),
  single(
    'seamwatt_journal_bytes_per_sample',
    'Bytes written for each sample; 0 before the first',
    (s) => s.journal.statistics.bytesPerSample ?? 0,
  ),
  single('seamwatt_journal_commits_total', 'Commits written', (s) => s.journal.statistics.commits),
  single('seamwatt_journal_syncs_total', 'Rounds of fdatasync', (s) => s.journal.statistics.syncs),
  single(
    'seamwatt_journal_sync_last_seconds',
    'How long the last fdatasync took',
    (s) => s.journal.statistics.syncMsLast / 1000,
  ),
  single(
    'seamwatt_journal_sync_max_seconds',
    'How long the longest fdatasync took',
    (s) => s.journal.statistics.syncMsMax / 1000,
  ),
  single(
    'seamwatt_journal_damaged_places',
    'Places of the store that do not verify',
    (s) => s.journal.recovery.damage.length,
  ),
  single(
    'seamwatt_journal_recovery_cut_bytes',
    'Bytes of incomplete commits cut at start',
    (s) => s.journal.recovery.cutBytes,
  ),
  single(
    'seamwatt_quarantine_dropped_entries_total',
    'Quarantined entries dropped, their sink had too many',
    (s) => s.journal.statistics.quarantineDropped,
  ),
  byClass('seamwatt_journal_disk_bytes', 'Segment files on disk', (c) => c.diskBytes),
  byClass(
    'seamwatt_journal_pruned_entries_total',
    'Entries removed by retention',
    (c) => c.prunedEntries,
  ),
  byClass(
    'seamwatt_journal_pruned_samples_total',
    'Samples removed by retention',
    (c) => c.prunedSamples,
  ),
  {
    name: 'seamwatt_point_pruned_samples_total',
    help: 'Samples removed by retention, by point; points that lost none are not listed',
    labels: ['point'],
    rows: ({ journal }, { points }) =>
      [...journal.statistics.prunedSamples].map(([number, value]) => ({
        labels: { point: points.get(number) ?? `#${number}` },
        value,
      })),
  },
  byClass(
    'seamwatt_journal_pruned_uncounted_segments_total',
    'Segments removed by retention whose entries could not be counted',
    (c) => c.prunedUncounted,
  ),
];

const sources: readonly MetricFamily[] = [
  bySource('seamwatt_source_up', 'Whether a source is connected', (s) =>
    s.state === 'up' ? 1 : 0,
  ),
  bySource('seamwatt_source_restarts_total', 'Connections made again', (s) => s.restarts),
  {
    name: 'seamwatt_source_member_up',
    help: 'Whether a member of a connection (a unit id, a node) works fully',
    labels: ['source', 'member'],
    rows: (status) =>
      status.sources.flatMap(({ id, members }) =>
        members.map(({ member, state }) => ({
          labels: { source: id, member },
          value: state === 'up' ? 1 : 0,
        })),
      ),
  },
  {
    name: 'seamwatt_device_clock_skew_seconds',
    help: "How far the clock of a device was ahead of the gateway's when last seen",
    labels: ['source', 'device'],
    rows: (status) =>
      status.sources.flatMap(({ id, clocks }) =>
        clocks.map(({ device, skewMs }) => ({
          labels: { source: id, device },
          value: skewMs / 1000,
        })),
      ),
  },
  {
    name: 'seamwatt_source_events_total',
    help: 'Counters of a source, by kind',
    labels: ['source', 'kind'],
    rows: (status) =>
      status.sources.flatMap(({ id, counters }) =>
        Object.entries(counters).map(([kind, value]) => ({ labels: { source: id, kind }, value })),
      ),
  },
];

const sinks: readonly MetricFamily[] = [
  bySink('seamwatt_sink_up', 'Whether a sink takes data', (s) => (s.state === 'up' ? 1 : 0)),
  bySink(
    'seamwatt_sink_journalled_entries_total',
    'Entries for this sink: those delivered, waiting, quarantined, dropped and lost',
    (s) => s.balance.journalled,
  ),
  bySink('seamwatt_sink_delivered_entries_total', 'Entries delivered', (s) => s.balance.delivered),
  bySink('seamwatt_sink_quarantined_entries', 'Refused, kept', (s) => s.balance.quarantined),
  bySink(
    'seamwatt_sink_dropped_entries_total',
    'Dropped from quarantine',
    (s) => s.balance.dropped,
  ),
  bySink(
    'seamwatt_sink_lost_entries_total',
    'Pruned or damaged before delivery',
    (s) => s.balance.lost,
  ),
  bySink(
    'seamwatt_sink_lost_to_retention_entries_total',
    'Pruned before delivery',
    (s) => s.balance.lostToRetention,
  ),
  bySink('seamwatt_sink_lag_entries', 'Entries that wait', (s) => s.lagEntries),
  bySink('seamwatt_sink_lag_seconds', 'Age of the oldest waiting entry', (s) => s.lagMs / 1000),
  bySink(
    'seamwatt_sink_live_lag_seconds',
    'Age of the oldest waiting entry, but for history that is being sent',
    (s) => s.liveLagMs / 1000,
  ),
  bySink('seamwatt_sink_retries_total', 'Failed attempts', (s) => s.retries),
  {
    name: 'seamwatt_sink_events_total',
    help: 'Counters of a sink, by kind',
    labels: ['sink', 'kind'],
    rows: (status) =>
      status.sinks.flatMap(({ id, counters }) =>
        Object.entries(counters).map(([kind, value]) => ({ labels: { sink: id, kind }, value })),
      ),
  },
];

/** Everything that is told of the gateway itself. Each loss that can happen has its own counter. */
export const metricFamilies: readonly MetricFamily[] = [
  ...admission,
  ...quality,
  ...journal,
  ...sources,
  ...sinks,
];
