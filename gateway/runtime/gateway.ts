import type { SiteIdentity } from '../core/adapter.ts';
import type { Clock } from '../core/clock.ts';
import type { GatewayError } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { GroupSpec, LocalText, RegisteredGroup } from '../core/point.ts';
import type { Source } from '../core/source.ts';
import type { HotPathProgram } from '../hot-path/program.ts';
import type { Journal, JournalOptions } from '../journal/contract.ts';
import { openHistory } from '../journal/history/history.ts';
import { openJournal } from '../journal/journal.ts';
import { compileSite } from '../kpi/compile-site.ts';
import { Admission } from './admission.ts';
import { inBackground } from './background.ts';
import { Backoff } from './backoff.ts';
import { DeliveryDesk } from './delivery-desk.ts';
import { SiteDirectory } from './directory.ts';
import { Endings } from './endings.ts';
import { logEvent } from './event-log.ts';
import { LatestEvents, runEventReader } from './latest-events.ts';
import { runLatestReader } from './latest-reader.ts';
import { LatestValues } from './latest-values.ts';
import { GatewayMetrics } from './metrics.ts';
import { openSink, type SinkPart } from './open-sink.ts';
import { restoreProgram, runSnapshots } from './program-state.ts';
import { judgeReadiness, type Readiness } from './readiness.ts';
import { Screening } from './screening/screening.ts';
import type { SinkPump } from './sink-pump.ts';
import { SourceSupervisor } from './source-supervisor.ts';
import type { GatewayStatus } from './status.ts';
import { clockSteppedEvent, runTicker } from './ticker.ts';
import type { GatewayView } from './view.ts';

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
  readonly deliveries: DeliveryDesk;
  /** Resolves when nothing can be stored any more, until a new process is started. */
  readonly died: Promise<GatewayError>;
  /**
   * Ends sources, flushes, stores cursors and snapshot, ends sinks; within 4.5 s, never throws. Gives in words what was
   * not done and should have been.
   */
  stop(): Promise<readonly string[]>;
};

const sourceBackoff = { firstMs: 500, longestMs: 60_000, random: Math.random };
/** How long the parts of a stopping gateway may take, each phase, and all together before the journal is closed. */
const stopPhaseMs = {
  sources: 1000,
  state: 1000,
  sinks: 1500,
  readers: 250,
  history: 1000,
  all: 3600,
};
/** With the journal. */
const stopWithinMs = 4000;
const leastJournalMs = 250;

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
  readonly #running = {
    sources: [] as Promise<void>[],
    sinks: [] as Promise<void>[],
    readers: [] as Promise<void>[],
  };
  readonly #endings: Endings;
  readonly #startedMs: number;
  #lastTickMs: number | undefined;

  constructor(parts: GatewayParts, journal: Journal, clock: Clock) {
    this.#parts = parts;
    this.#journal = journal;
    this.#clock = clock;
    this.#admission = new Admission(journal);
    this.#endings = new Endings(parts.log);
    this.#startedMs = clock.nowMs();
  }

  /** What had begun is ended when the rest cannot. */
  async start(): Promise<RunningGateway> {
    try {
      const view = await this.#start();
      return {
        view,
        deliveries: this.#deliveryDesk(),
        died: this.#journal.died,
        stop: () => this.#stop(),
      };
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  async #start(): Promise<GatewayView> {
    const parts = this.#parts;
    const journal = this.#journal;
    const groups = await journal.registerGroups([
      ...parts.sources.flatMap((source) => source.groups),
      ...parts.computedGroups,
    ]);
    const compile = (): ReturnType<typeof compileSite> =>
      compileSite({ groups, sections: parts.sections, site: parts.site });
    const snapshots = await this.#restore(groups, () => compile().program);
    this.#admission.screenBy(
      new Screening({
        groups,
        sections: parts.sections,
        clock: this.#clock,
        event: (event) => this.#event(event),
      }),
    );
    const latest = new LatestValues(groups);
    const events = new LatestEvents();
    const history = await openHistory({
      folder: parts.journal.folder,
      journal,
      groups,
      log: parts.log,
    });
    this.#endings.push({
      undone: 'the history is not closed, and its last minute is counted at the next start',
      withinMs: stopPhaseMs.history,
      isNeeded: false,
      end: () => history.close(),
    });
    const metrics = this.#startMetrics(groups);
    const { signal } = this.#ending.rest;
    const { readers } = this.#running;
    this.#endingOfReaders();
    readers.push(
      inBackground(runLatestReader({ journal, latest, log: parts.log, signal }), parts.log),
      inBackground(runEventReader({ journal, events, log: parts.log, signal }), parts.log),
      inBackground(history.run(signal), this.#parts.log),
    );
    await this.#startSinks(new SiteDirectory(groups, (id) => journal.text(id)), latest);
    this.#endings.push({
      undone: 'the state of the KPIs is not saved, and the next start replays more',
      withinMs: stopPhaseMs.state,
      isNeeded: false,
      end: () => snapshots.save(),
    });
    this.#startSources(groups);
    readers.push(inBackground(snapshots.run(signal), this.#parts.log));
    return {
      site: parts.site,
      siteName: parts.siteName,
      groups,
      latest,
      kpis: compile().explanations,
      nowMs: () => this.#clock.nowMs(),
      status: () => this.#status(),
      qualityOf: (point) => this.#admission.qualityOf(point),
      readiness: () => this.#readiness(),
      events: (query) => events.list(query),
      history: (query) => history.query(query),
      text: (id) => journal.text(id),
      metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    };
  }

  #deliveryDesk(): DeliveryDesk {
    const journal = this.#journal;
    const pumps = this.#parts.sinks.map(({ id }, index) => ({
      id,
      pump: this.#pumps[index] as SinkPump,
    }));
    return new DeliveryDesk({ journal, groups: journal.knownGroups(), pumps });
  }

  #startMetrics(groups: readonly RegisteredGroup[]): GatewayMetrics {
    const metrics = new GatewayMetrics(() => this.#status(), groups);
    this.#endings.push({
      undone: 'the metrics are not ended',
      withinMs: stopPhaseMs.readers,
      isNeeded: false,
      end: async () => metrics.close(),
    });
    return metrics;
  }

  #endingOfReaders(): void {
    this.#endings.push({
      undone: 'readers of the journal have not ended',
      withinMs: stopPhaseMs.readers,
      isNeeded: false,
      end: () => {
        this.#ending.rest.abort();
        return Promise.all(this.#running.readers);
      },
    });
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
    this.#endings.push({
      undone: 'sources have not ended',
      withinMs: stopPhaseMs.sources,
      isNeeded: false,
      end: () => {
        this.#ending.sources.abort();
        return Promise.all(this.#running.sources);
      },
    });
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
    this.#startTicker();
  }

  async #startSinks(directory: SiteDirectory, latest: LatestValues): Promise<void> {
    const { site, log } = this.#parts;
    this.#endings.push({
      undone: 'sinks are not closed, and may get entries twice',
      withinMs: stopPhaseMs.sinks,
      isNeeded: true,
      end: () => {
        this.#ending.rest.abort();
        return Promise.all(this.#running.sinks);
      },
    });
    for (const part of this.#parts.sinks) {
      const pump = await openSink(part, {
        ...{ journal: this.#journal, clock: this.#clock, log, directory, latest, site },
        event: (event) => this.#event(event),
      });
      this.#pumps.push(pump);
      this.#running.sinks.push(inBackground(pump.run(this.#ending.rest.signal), this.#parts.log));
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
          for (const supervisor of this.#supervisors) supervisor.passTime();
        },
        stepped: (stepMs) => this.#event(clockSteppedEvent(stepMs)),
      },
      this.#ending.sources.signal,
    );
    this.#running.sources.push(ticker);
  }

  #event(event: GatewayEvent): void {
    logEvent(this.#parts.log, event);
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
      quality: this.#admission.quality(),
      ignoredSamples: this.#admission.ignoredSamples,
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

  #readiness(): Readiness {
    const { failing } = this.#journal.statistics();
    const { periodMs } = this.#parts.ticks;
    const sinceTickMs = this.#clock.nowMs() - (this.#lastTickMs ?? this.#startedMs);
    return judgeReadiness({ failing, sinceTickMs, periodMs });
  }

  async #stop(): Promise<readonly string[]> {
    const journal = this.#journal;
    const endMs = performance.now() + stopWithinMs;
    const undone = await this.#endings.endAll(stopPhaseMs.all);
    await journal.close(Math.max(leastJournalMs, (endMs - performance.now()) / 2));
    const lost = journal.nextSeq - 1 - journal.durableSeq;
    return lost > 0 ? [...undone, `the last ${lost} entries are not on the disk`] : undone;
  }
}
