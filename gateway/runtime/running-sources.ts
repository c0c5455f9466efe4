import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { RegisteredGroup } from '../core/point.ts';
import type { ProductionReport } from '../core/production-report.ts';
import type { Source } from '../core/source.ts';
import type { Journal } from '../journal/contract.ts';
import type { Admission } from './admission.ts';
import { Backoff } from './backoff.ts';
import {
  describeExchange,
  type MemberChanges,
  type PreparedExchange,
  planExchange,
} from './exchange.ts';
import { type SourceStatus, SourceSupervisor } from './source-supervisor.ts';
import { endsWithin } from './within.ts';

const backoff = { firstMs: 500, longestMs: 60_000, random: Math.random };
/** A source that has to leave may take so long to hang up. */
const leaveWithinMs = 5000;

type RunningSource = {
  readonly source: Source;
  /** With their numbers, parallel to `source.groups`. */
  readonly groups: readonly RegisteredGroup[];
  readonly supervisor: SourceSupervisor;
  readonly ending: AbortController;
  readonly ended: Promise<void>;
};

/** Groups of sources one after the other, cut into those of each. */
export const groupsBySource = (
  sources: readonly Source[],
  groups: readonly RegisteredGroup[],
): ReadonlyMap<Source, readonly RegisteredGroup[]> => {
  const bySource = new Map<Source, readonly RegisteredGroup[]>();
  let first = 0;
  for (const source of sources) {
    bySource.set(source, groups.slice(first, first + source.groups.length));
    first += source.groups.length;
  }
  return bySource;
};

type SourcesGateway = {
  readonly journal: Pick<Journal, 'intern'>;
  readonly admission: Pick<Admission, 'frame' | 'clock'>;
  readonly clock: Clock;
  readonly log: Log;
  event(event: GatewayEvent): void;
};

/** Takes what sources read of production. */
export interface ProductionIntake {
  /** False: to be told again later. */
  report(source: string, reports: readonly ProductionReport[]): Promise<boolean>;
}

/** The sources that run, each kept alive by a supervisor of its own. */
export class RunningSources {
  readonly #gateway: SourcesGateway;
  readonly #ending = new AbortController();
  #production: ProductionIntake | undefined;
  #running: readonly RunningSource[] = [];

  constructor(gateway: SourcesGateway) {
    this.#gateway = gateway;
  }

  /** `groups` are those of all sources in their order; more may follow. */
  start(
    sources: readonly Source[],
    groups: readonly RegisteredGroup[],
    production: ProductionIntake,
  ): void {
    this.#production = production;
    const own = groupsBySource(sources, groups);
    this.#running = sources.map((source) => this.#run(source, own.get(source) ?? []));
  }

  statuses(): readonly SourceStatus[] {
    return this.#running.map(({ supervisor }) => supervisor.status());
  }

  /** To be called about once a second. */
  passTime(): void {
    for (const { supervisor } of this.#running) supervisor.passTime();
  }

  /**
   * Ends the sources that are not in `next`; those that are the same go on without noticing.
   * @throws GatewayError TIMEOUT, with all running as before, when one does not end
   */
  async exchange(
    next: readonly Source[],
    groups: readonly RegisteredGroup[],
  ): Promise<PreparedExchange> {
    const before = this.#running;
    const plan = planExchange(this.#members(), next);
    const leaving = before.filter(({ source }) => plan.leaving.includes(source));
    const undo = async (): Promise<void> => {
      this.#running = before.map((running) =>
        leaving.includes(running)
          ? this.#run(running.source, running.groups, running.ended)
          : running,
      );
    };
    const left = await Promise.all(leaving.map(endSource));
    const hanging = leaving.filter((_running, index) => left[index] !== true);
    if (hanging.length > 0) {
      await undo();
      const ids = hanging.map(({ source }) => source.id).join(', ');
      const words = {
        en: `source ${ids} did not end within ${leaveWithinMs} ms`,
        zh: `数据源 ${ids} 未在 ${leaveWithinMs} 毫秒内结束`,
      };
      throw new GatewayError('TIMEOUT', words, { retryable: true });
    }
    return {
      apply: () => {
        const own = groupsBySource(next, groups);
        this.#running = next.map(
          (source) =>
            before.find((running) => running.source === source) ??
            this.#run(source, own.get(source) ?? []),
        );
      },
      undo,
    };
  }

  /** What becomes of those that run when `next` takes their place. */
  changesTo(next: readonly Source[]): MemberChanges {
    return describeExchange(planExchange(this.#members(), next));
  }

  #members(): readonly Source[] {
    return this.#running.map(({ source }) => source);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running.map(({ ended }) => ended));
  }

  /** `after` is what has to have ended before. */
  #run(source: Source, groups: readonly RegisteredGroup[], after?: Promise<void>): RunningSource {
    const { journal, admission, clock, log, event } = this.#gateway;
    const supervisor = new SourceSupervisor({
      ...{ source, groups, clock, log, event },
      backoff: new Backoff(backoff),
      admit: (group, frame) => admission.frame(group, frame),
      clockRecord: (record) => admission.clock(record),
      intern: (text) => journal.intern(text),
      report: async (reports) => (await this.#production?.report(source.id, reports)) ?? true,
    });
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, this.#ending.signal]);
    const run = async (): Promise<void> => {
      await after;
      await supervisor.run(signal);
    };
    return { source, groups, supervisor, ending, ended: run() };
  }
}

const endSource = ({ ending, ended }: RunningSource): Promise<boolean> => {
  ending.abort();
  return endsWithin(ended, leaveWithinMs);
};
