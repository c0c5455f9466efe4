import type { SiteIdentity } from '../core/adapter.ts';
import type { Clock } from '../core/clock.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { Sink, SinkContext } from '../core/sink.ts';
import type { Journal } from '../journal/contract.ts';
import { Backoff } from './backoff.ts';
import { SinkLanes } from './sink-lanes.ts';
import { SinkPump } from './sink-pump.ts';
import type { SitePoints } from './site-points.ts';

export type SinkPart = {
  readonly id: string;
  readonly kind: string;
  readonly maxBatchEntries: number;
  readonly timeoutMs: number;
  create(context: SinkContext): Sink;
};

/** An attempt costs next to nothing, and a database that is back should not wait for what it lacks. */
const backoff = { firstMs: 250, longestMs: 10_000, random: Math.random };
const historyAfterMs = 10_000;

/** Makes a sink and what carries the journal to it, from where the last run ended. */
export const openSink = async (
  part: SinkPart,
  gateway: {
    readonly journal: Journal;
    readonly clock: Clock;
    readonly log: Log;
    readonly points: Pick<SitePoints, 'directory' | 'latest'>;
    readonly site: SiteIdentity;
    event(event: GatewayEvent): void;
  },
): Promise<SinkPump> => {
  const { journal, clock, log, points, site, event } = gateway;
  const counters: Record<string, number> = {};
  const sink = part.create({
    clock,
    log,
    directory: points.directory,
    simulated: site.simulated,
    enterprise: site.enterprise,
    site: site.site,
    count: (name, delta) => {
      counters[name] = (counters[name] ?? 0) + delta;
    },
    newest: () => points.latest.newest(),
  });
  return new SinkPump({
    sink,
    kind: part.kind,
    lanes: await SinkLanes.open(journal, part.id),
    clock,
    log,
    backoff: new Backoff(backoff),
    maxEntries: part.maxBatchEntries,
    timeoutMs: part.timeoutMs,
    historyAfterMs,
    quarantine: (entries) => journal.quarantine(part.id, entries),
    event,
    counters,
  });
};
