import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { GatewayStatus } from './status.ts';

type Row = { readonly labels?: Record<string, string>; readonly value: number };

/**
 * The numbers that operations watch, in the Prometheus text format. They are read off the gateway's own counters when
 * somebody scrapes, so that keeping them costs nothing in between.
 */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #status: () => GatewayStatus;
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 10 });

  constructor(status: () => GatewayStatus) {
    this.#status = status;
    this.#loopDelay.enable();
    collectDefaultMetrics({ register: this.#registry });
    this.#admission();
    this.#journal();
    this.#sources();
    this.#sinks();
    this.#metric('seamwatt_event_loop_delay_p99_seconds', 'Delay of the event loop', () => [
      { value: this.#loopDelay.percentile(99) / 1e9 },
    ]);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#loopDelay.disable();
    this.#registry.clear();
  }

  #metric(name: string, help: string, rows: (status: GatewayStatus) => readonly Row[]): void {
    // By the conventions of Prometheus the name tells which kind a number is.
    const Metric = name.endsWith('_total') ? Counter : Gauge;
    const read = (): readonly Row[] => rows(this.#status());
    const metric: Counter | Gauge = new Metric({
      name,
      help,
      labelNames: [...(labelsByMetric[name] ?? [])],
      registers: [this.#registry],
      collect: () => {
        metric.reset();
        for (const row of read()) metric.inc(row.labels ?? {}, row.value);
      },
    });
  }

  #admission(): void {
    this.#metric('seamwatt_frames_admitted_total', 'Frames journalled', (status) => [
      { value: status.admission.admittedFrames },
    ]);
    this.#metric('seamwatt_samples_admitted_total', 'Samples journalled', (status) => [
      { value: status.admission.admittedSamples },
    ]);
    this.#metric('seamwatt_frames_refused_total', 'Frames refused, staging full', (status) => [
      { value: status.admission.refusedFrames },
    ]);
    this.#metric('seamwatt_frames_late_total', 'Frames behind their watermark', (status) => [
      { value: status.admission.lateFrames },
    ]);
  }

  #journal(): void {
    this.#metric('seamwatt_journal_seq', 'Next number of the journal', (status) => [
      { value: status.journal.nextSeq },
    ]);
    this.#metric('seamwatt_journal_durable_seq', 'Newest durable number', (status) => [
      { value: status.journal.durableSeq },
    ]);
    this.#metric('seamwatt_journal_staged_bytes', 'Admitted, not yet durable', (status) => [
      { value: status.journal.statistics.stagedBytes },
    ]);
    this.#metric('seamwatt_journal_disk_bytes', 'Segment files on disk', (status) =>
      Object.entries(status.journal.statistics.classes).map(([retention, { diskBytes }]) => ({
        labels: { retention },
        value: diskBytes,
      })),
    );
    this.#metric(
      'seamwatt_journal_pruned_entries_total',
      'Entries removed by retention',
      (status) =>
        Object.entries(status.journal.statistics.classes).map(([retention, { prunedEntries }]) => ({
          labels: { retention },
          value: prunedEntries,
        })),
    );
  }

  #sources(): void {
    this.#metric('seamwatt_source_up', 'Whether a source is connected', (status) =>
      status.sources.map(({ id, state }) => ({
        labels: { source: id },
        value: state === 'up' ? 1 : 0,
      })),
    );
    this.#metric('seamwatt_source_restarts_total', 'Connections made again', (status) =>
      status.sources.map(({ id, restarts }) => ({ labels: { source: id }, value: restarts })),
    );
    this.#metric('seamwatt_source_events_total', 'Counters of a source, by kind', (status) =>
      status.sources.flatMap(({ id, counters }) =>
        Object.entries(counters).map(([kind, value]) => ({ labels: { source: id, kind }, value })),
      ),
    );
  }

  #sinks(): void {
    this.#metric('seamwatt_sink_up', 'Whether a sink takes data', (status) =>
      status.sinks.map(({ id, state }) => ({
        labels: { sink: id },
        value: state === 'up' ? 1 : 0,
      })),
    );
    const bySink = (
      name: string,
      help: string,
      value: (sink: GatewayStatus['sinks'][number]) => number,
    ): void => {
      this.#metric(name, help, (status) =>
        status.sinks.map((sink) => ({ labels: { sink: sink.id }, value: value(sink) })),
      );
    };
    bySink('seamwatt_sink_delivered_entries_total', 'Entries delivered', (s) => s.deliveredEntries);
    bySink('seamwatt_sink_quarantined_entries_total', 'Entries refused', (s) => s.rejectedEntries);
    bySink('seamwatt_sink_lost_entries_total', 'Pruned before delivery', (s) => s.lostToRetention);
    bySink('seamwatt_sink_lag_entries', 'Entries that wait', (s) => s.lagEntries);
    bySink('seamwatt_sink_lag_seconds', 'Age of the oldest waiting entry', (s) => s.lagMs / 1000);
    bySink('seamwatt_sink_retries_total', 'Failed attempts', (s) => s.retries);
    this.#metric('seamwatt_sink_events_total', 'Counters of a sink, by kind', (status) =>
      status.sinks.flatMap(({ id, counters }) =>
        Object.entries(counters).map(([kind, value]) => ({ labels: { sink: id, kind }, value })),
      ),
    );
  }
}

const labelsByMetric: Readonly<Record<string, readonly string[]>> = {
  seamwatt_journal_disk_bytes: ['retention'],
  seamwatt_journal_pruned_entries_total: ['retention'],
  seamwatt_source_up: ['source'],
  seamwatt_source_restarts_total: ['source'],
  seamwatt_source_events_total: ['source', 'kind'],
  seamwatt_sink_up: ['sink'],
  seamwatt_sink_delivered_entries_total: ['sink'],
  seamwatt_sink_quarantined_entries_total: ['sink'],
  seamwatt_sink_lost_entries_total: ['sink'],
  seamwatt_sink_lag_entries: ['sink'],
  seamwatt_sink_lag_seconds: ['sink'],
  seamwatt_sink_retries_total: ['sink'],
  seamwatt_sink_events_total: ['sink', 'kind'],
};
