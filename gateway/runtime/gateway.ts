import type { SiteIdentity } from '../core/adapter.ts';
import type { Clock } from '../core/clock.ts';
import { toGatewayError } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { GroupSpec, LocalText, RegisteredGroup } from '../core/point.ts';
import type { Sink, SinkContext } from '../core/sink.ts';
import type { Source } from '../core/source.ts';
import type { HotPathProgram } from '../hot-path/program.ts';
import type { Journal, JournalOptions } from '../journal/contract.ts';
import { openHistory } from '../journal/history/history.ts';
import { openJournal } from '../journal/journal.ts';
import { compileSite } from '../kpi/compile-site.ts';
import { Admission } from './admission.ts';
import { Backoff } from './backoff.ts';
import { SiteDirectory } from './directory.ts';
import { runLatestReader } from './latest-reader.ts';
import { LatestValues } from './latest-values.ts';
import { GatewayMetrics } from './metrics.ts';
import { restoreProgram, runSnapshots } from './program-state.ts';
import { SinkPump } from './sink-pump.ts';
import { SourceSupervisor } from './source-supervisor.ts';
import type { GatewayStatus } from './status.ts';
import { runTicker } from './ticker.ts';
import type { GatewayView } from './view.ts';

export type SinkPart = {
  readonly id: string;
  readonly kind: string;
  readonly maxBatchEntries: number;
  readonly timeoutMs: number;
  create(context: SinkContext): Sink;
};

/** Everything that a gateway is made of, with nothing started yet. */
export type GatewayParts = {
  readonly version: string;
  readonly site: SiteIdentity;
  readonly siteName: LocalText;
  readonly configurationId: string;
  readonly sources: readonly Source[];
  /** Groups that KPIs and calculated points give. */
  readonly computedGroups: readonly GroupSpec[];
  /** The parsed KPI sections of the site file, as `compileSite` takes them. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly sinks: readonly SinkPart[];
  readonly journal: Omit<JournalOptions, 'log' | 'nowMs' | 'version'>;
  readonly ticks: { readonly periodMs: number; readonly allowedLatenessMs: number };
  readonly log: Log;
  /** Gives the clock; `drain` resolves when what was admitted has gone through. */
  createClock(drain: () => Promise<void>): Clock;
};

export type RunningGateway = {
  readonly view: GatewayView;
  /** Ends sources, flushes, stores cursors and snapshot, ends sinks; within 5 s, never throws. */
  stop(): Promise<void>;
};

const sourceBackoff = { firstMs: 500, longestMs: 60_000, random: Math.random };
const sinkBackoff = { firstMs: 250, longestMs: 30_000, random: Math.random };
const historyAfterMs = 10_000;
/** How long the parts of a stopping gateway may take, each phase. */
const stopPhaseMs = 1500;

/** Opens the journal, restores what was computed, and starts sources, ticks and sinks. Needs no device or database to be up. */
export const startGateway = async (parts: GatewayParts): Promise<RunningGateway> => {
  const { log, version } = parts;
  const time: { clock: Clock | undefined } = { clock: undefined };
  const journal = await openJournal({
    ...parts.journal,
    version,
    log,
    // In lock-step the simulated clock exists only once the journal does; its boot record bears real time.
    nowMs: () => time.clock?.nowMs() ?? Date.now(),
  });
  try {
    const clock = parts.createClock(() => drain(journal));
    time.clock = clock;
    return await new Assembly(parts, journal, clock).start();
  } catch (error) {
    await journal.close();
    throw error;
  }
};

/** Lock-step waits here, so that simulated hours do not outrun the disk. */
const drain = async (journal: Journal): Promise<void> => {
  if (journal.nextSeq - journal.durableSeq > 20_000) await journal.flush();
};

class Assembly {
  readonly #parts: GatewayParts;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #admission: Admission;
  readonly #ending = { sources: new AbortController(), rest: new AbortController() };
  readonly #supervisors: SourceSupervisor[] = [];
  readonly #pumps: SinkPump[] = [];
  readonly #running = { sources: [] as Promise<void>[], rest: [] as Promise<void>[] };
  readonly #startedMs: number;
  #lastTickMs: number | undefined;

  constructor(parts: GatewayParts, journal: Journal, clock: Clock) {
    this.#parts = parts;
    this.#journal = journal;
    this.#clock = clock;
    this.#admission = new Admission(journal);
    this.#startedMs = clock.nowMs();
  }

  async start(): Promise<RunningGateway> {
    const parts = this.#parts;
    const journal = this.#journal;
    const groups = await journal.registerGroups([
      ...parts.sources.flatMap((source) => source.groups),
      ...parts.computedGroups,
    ]);
    const compile = (): ReturnType<typeof compileSite> =>
      compileSite({ groups, sections: parts.sections, site: parts.site });
    const snapshots = await this.#restore(groups, () => compile().program);
    const latest = new LatestValues(groups);
    const history = await openHistory({
      folder: parts.journal.folder,
      journal,
      groups,
      log: parts.log,
    });
    const metrics = new GatewayMetrics(() => this.#status(), groups);
    const { signal } = this.#ending.rest;
    this.#background(runLatestReader({ journal, latest, log: parts.log, signal }));
    this.#background(history.run(signal));
    await this.#startSinks(new SiteDirectory(groups, (id) => journal.text(id)));
    this.#startSources(groups);
    this.#startTicker();
    this.#background(snapshots.run(signal));
    const view: GatewayView = {
      site: parts.site,
      siteName: parts.siteName,
      groups,
      latest,
      kpis: compile().explanations,
      nowMs: () => this.#clock.nowMs(),
      status: () => this.#status(),
      readiness: () => this.#readiness(),
      history: (query) => history.query(query),
      text: (id) => journal.text(id),
      metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    };
    return {
      view,
      stop: () =>
        this.#stop(async () => {
          await snapshots.save();
          metrics.close();
        }, history),
    };
  }

  /** Brings the program to where the journal ends and journals what a kill had cut off. */
  async #restore(
    groups: readonly RegisteredGroup[],
    createProgram: () => HotPathProgram,
  ): Promise<{ run(signal: AbortSignal): Promise<void>; save(): Promise<void> }> {
    const { log } = this.#parts;
    const restored = await restoreProgram({ journal: this.#journal, createProgram, log });
    const { program } = restored;
    if (restored.lastTick !== undefined) this.#admission.resumeAt(restored.lastTick.watermarkMs);
    for (const { group, timeMs, values, status } of restored.missing) {
      this.#admission.computed(group, timeMs, values, status);
    }
    this.#journal.appendRecord({
      type: 'configuration',
      configurationId: this.#parts.configurationId,
      programId: program.programId,
      timeMs: this.#clock.nowMs(),
      groups,
      computation: { sections: this.#parts.sections, site: this.#parts.site },
    });
    this.#admission.use(program);
    return runSnapshots({ journal: this.#journal, program, clock: this.#clock, log });
  }

  #startSources(groups: readonly RegisteredGroup[]): void {
    let first = 0;
    for (const source of this.#parts.sources) {
      const own = groups.slice(first, first + source.groups.length);
      first += source.groups.length;
      const supervisor = new SourceSupervisor({
        source,
        groups: own,
        clock: this.#clock,
        log: this.#parts.log,
        backoff: new Backoff(sourceBackoff),
        admit: (group, frame) => this.#admission.frame(group, frame),
        event: (event) => this.#event(event),
        intern: (text) => this.#journal.intern(text),
      });
      this.#supervisors.push(supervisor);
      this.#running.sources.push(supervisor.run(this.#ending.sources.signal));
    }
  }

  async #startSinks(directory: SiteDirectory): Promise<void> {
    const { site, log } = this.#parts;
    for (const part of this.#parts.sinks) {
      const counters: Record<string, number> = {};
      const sink = part.create({
        clock: this.#clock,
        log,
        directory,
        simulated: site.simulated,
        enterprise: site.enterprise,
        site: site.site,
        count: (name, delta) => {
          counters[name] = (counters[name] ?? 0) + delta;
        },
      });
      const cursor = await this.#journal.openCursor(`sink:${part.id}`, {
        from: 'stored',
        persist: true,
      });
      const pump = new SinkPump({
        sink,
        kind: part.kind,
        cursor,
        clock: this.#clock,
        log,
        backoff: new Backoff(sinkBackoff),
        maxEntries: part.maxBatchEntries,
        timeoutMs: part.timeoutMs,
        historyAfterMs,
        quarantine: (entries) => this.#journal.quarantine(part.id, entries),
        event: (event) => this.#event(event),
        counters,
      });
      this.#pumps.push(pump);
      this.#background(pump.run(this.#ending.rest.signal));
    }
  }

  #startTicker(): void {
    const ticker = runTicker(
      {
        clock: this.#clock,
        periodMs: this.#parts.ticks.periodMs,
        allowedLatenessMs: this.#parts.ticks.allowedLatenessMs,
        timeZone: this.#parts.site.timeZone,
        tick: (record) => {
          if (this.#admission.tick(record)) this.#lastTickMs = record.timeMs;
        },
        stepped: (stepMs) => this.#event(clockSteppedEvent(stepMs)),
      },
      this.#ending.sources.signal,
    );
    this.#running.sources.push(ticker);
  }

  #background(task: Promise<void>): void {
    const { log } = this.#parts;
    this.#running.rest.push(
      task.catch((error: unknown) => {
        const failure = toGatewayError(error, {
          code: 'STORE_FAILED',
          retryable: false,
          message: 'a reader of the journal ended',
        });
        log.error({ err: failure }, failure.message);
      }),
    );
  }

  #event(event: GatewayEvent): void {
    this.#admission.event(event, this.#clock.nowMs());
  }

  #status(): GatewayStatus {
    const journal = this.#journal;
    return {
      version: this.#parts.version,
      site: this.#parts.site,
      bootId: journal.bootId,
      startedMs: this.#startedMs,
      nowMs: this.#clock.nowMs(),
      lastTickMs: this.#lastTickMs,
      admission: this.#admission.counters,
      journal: {
        nextSeq: journal.nextSeq,
        durableSeq: journal.durableSeq,
        statistics: journal.statistics(),
        recovery: journal.recovery,
      },
      sources: this.#supervisors.map((supervisor) => supervisor.status()),
      sinks: this.#pumps.map((pump) => pump.status()),
    };
  }

  #readiness(): { readonly ready: boolean; readonly reasons: readonly string[] } {
    const reasons: string[] = [];
    const { failing } = this.#journal.statistics();
    if (failing !== undefined) reasons.push(`the journal cannot write: ${failing}`);
    const { periodMs } = this.#parts.ticks;
    const sinceMs = this.#clock.nowMs() - (this.#lastTickMs ?? this.#startedMs);
    if (sinceMs > 3 * periodMs) reasons.push(`no tick for ${Math.round(sinceMs)} ms`);
    return { ready: reasons.length === 0, reasons };
  }

  async #stop(saveState: () => Promise<void>, history: { close(): Promise<void> }): Promise<void> {
    const { log } = this.#parts;
    this.#ending.sources.abort();
    await settled(this.#running.sources, stopPhaseMs);
    try {
      await this.#journal.flush();
      await saveState();
    } catch (error) {
      log.error(
        { err: error },
        'could not save the state of the KPIs; the next start replays more',
      );
    }
    this.#ending.rest.abort();
    await settled(this.#running.rest, stopPhaseMs);
    await history.close();
    await this.#journal.close();
  }
}

const clockSteppedEvent = (stepMs: number): GatewayEvent => ({
  code: 'clock-stepped',
  severity: 'warning',
  subject: 'gateway',
  text: {
    en: `The gateway's clock was set by ${Math.round(stepMs)} ms`,
    zh: `网关时钟被调整了 ${Math.round(stepMs)} 毫秒`,
  },
  details: { stepMs: Math.round(stepMs) },
});

const settled = async (tasks: readonly Promise<void>[], withinMs: number): Promise<void> => {
  const limit = new AbortController();
  await Promise.race([
    Promise.allSettled(tasks),
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      limit.signal.addEventListener('abort', () => clearTimeout(timer));
    }),
  ]);
  limit.abort();
};
