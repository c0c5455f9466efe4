import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { formatPointPath, groupKey, type RegisteredGroup } from '../core/point.ts';
import { LoopDelay } from './loop-delay.ts';
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

const loopDelayFamilies = (delay: LoopDelay): readonly MetricFamily[] => [
  {
    name: 'seamwatt_event_loop_delay_p99_seconds',
    help: 'Delay of the event loop since the start, of which 10 ms are the period of the probe',
    labels: [],
    rows: () => [{ value: delay.sinceStartP99S }],
  },
  {
    name: 'seamwatt_event_loop_delay_minute_p99_seconds',
    help: 'The same of the last whole minute; absent in the first one',
    labels: [],
    rows: () => (Number.isNaN(delay.windowP99S) ? [] : [{ value: delay.windowP99S }]),
  },
];

/**
 * The numbers that operations watch, in the Prometheus text format. They are read off the gateway's own counters when
 * somebody scrapes, so that keeping them costs nothing in between; all of a scrape are of one moment.
 */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #status: () => GatewayStatus;
  readonly #groups: () => readonly RegisteredGroup[];
  readonly #families: readonly { fill(status: GatewayStatus, names: MetricNames): void }[];
  readonly #loopDelay = new LoopDelay({ windowMs: 60_000 });

  /** `groups` gives those of the configuration that is in force. */
  constructor(status: () => GatewayStatus, groups: () => readonly RegisteredGroup[]) {
    this.#status = status;
    this.#groups = groups;
    collectDefaultMetrics({ register: this.#registry });
    this.#families = [...metricFamilies, ...loopDelayFamilies(this.#loopDelay)].map((family) =>
      this.#register(family),
    );
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
    this.#loopDelay.close();
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
