import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { formatPointPath, groupKey, type RegisteredGroup } from '../core/point.ts';
import { type MetricFamily, type MetricNames, metricFamilies } from './metric-families.ts';
import type { GatewayStatus } from './status.ts';

const namesOf = (groups: readonly RegisteredGroup[]): MetricNames => ({
  groups: new Map(groups.map((group) => [group.number, groupKey(group)])),
  points: new Map(
    groups.flatMap(({ equipment, channels, pointNumbers }) =>
      channels.map(({ point }, index) => [
        pointNumbers[index] as number,
        formatPointPath(equipment, point),
      ]),
    ),
  ),
});

/**
 * The numbers that operations watch, in the Prometheus text format. They are read off the gateway's own counters when
 * somebody scrapes, so that keeping them costs nothing in between; all of a scrape are of one moment.
 */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #status: () => GatewayStatus;
  readonly #groups: () => readonly RegisteredGroup[];
  readonly #families: readonly { fill(status: GatewayStatus, names: MetricNames): void }[];
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 10 });

  /** `groups` gives those of the configuration that is in force. */
  constructor(status: () => GatewayStatus, groups: () => readonly RegisteredGroup[]) {
    this.#status = status;
    this.#groups = groups;
    this.#loopDelay.enable();
    collectDefaultMetrics({ register: this.#registry });
    this.#families = [
      ...metricFamilies,
      {
        name: 'seamwatt_event_loop_delay_p99_seconds',
        help: 'Delay of the event loop',
        labels: [],
        rows: () => [{ value: this.#loopDelay.percentile(99) / 1e9 }],
      } satisfies MetricFamily,
    ].map((family) => this.#register(family));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    const status = this.#status();
    const names = namesOf(this.#groups());
    for (const family of this.#families) family.fill(status, names);
    return this.#registry.metrics();
  }

  close(): void {
    this.#loopDelay.disable();
    this.#registry.clear();
  }

  #register({ name, help, labels, rows }: MetricFamily): {
    fill(status: GatewayStatus, names: MetricNames): void;
  } {
    // By the conventions of Prometheus the name tells which kind a number is.
    const Metric = name.endsWith('_total') ? Counter : Gauge;
    const metric: Counter | Gauge = new Metric({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
    });
    return {
      fill: (status, names) => {
        metric.reset();
        for (const row of rows(status, names)) metric.inc(row.labels ?? {}, row.value);
      },
    };
  }
}
