import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { LocalText, RegisteredGroup } from '../core/point.ts';
import type { Journal } from '../journal/contract.ts';
import type { History } from '../journal/history/history.ts';
import { openJournal } from '../journal/journal.ts';
import { Admission } from './admission.ts';
import { inBackground } from './background.ts';
import { DeliveryDesk } from './delivery-desk.ts';
import { drain } from './drain.ts';
import { Endings } from './endings.ts';
import { logEvent } from './event-log.ts';
import type { PreparedExchange } from './exchange.ts';
import type { GatewayParts, RunningGateway, SiteChange, SiteParts } from './gateway-parts.ts';
import { groupsOfHistory, type Keeper, openKeepers } from './keepers.ts';
import { LatestEvents, runEventReader } from './latest-events.ts';
import { runLatestReader } from './latest-reader.ts';
import type { GatewayMetrics } from './metrics.ts';
import { judgeReadiness, type Readiness } from './readiness.ts';
import type { SiteRecords } from './records/site-records.ts';
import { type ProgramSettings, RunningProgram } from './running-program.ts';
import { RunningSinks } from './running-sinks.ts';
import { RunningSources } from './running-sources.ts';
import { Screening } from './screening/screening.ts';
import type { SinkStatus } from './sink-pump.ts';
import { SitePoints } from './site-points.ts';
import type { GatewayStatus } from './status.ts';
import { leastJournalMs, stopPhaseMs, stopWithinMs } from './stop-phases.ts';
import { sleepReal, systemClock } from './system-clock.ts';
import { clockSteppedEvent, runTicker } from './ticker.ts';
import type { ToldPoints } from './told-points.ts';
import type { GatewayView } from './view.ts';

/** Devices have the event loop to themselves for so long: to load what sinks and people need holds it up for longer. */
const firstReadsMs = 50;
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

type RunningParts = {
  readonly points: SitePoints;
  readonly program: RunningProgram;
  readonly history: History;
  readonly told: ToldPoints;
  readonly records: SiteRecords;
  readonly metrics: GatewayMetrics;
  readonly sinks: RunningSinks;
};

class Assembly {
  readonly #parts: GatewayParts;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #admission: Admission;
  readonly #ending = { ticker: new AbortController(), readers: new AbortController() };
  readonly #sources: RunningSources;
  readonly #readers: Promise<void>[] = [];
  readonly #events = new LatestEvents();
  readonly #endings: Endings;
  readonly #startedMs: number;
  #ticker: Promise<void> | undefined;
  #siteName: LocalText;
  #siteNote: LocalText | undefined;
  #change: Promise<unknown> | undefined;
  #isStopping = false;
  #lastTickMs: number | undefined;
  #sinkStatuses: () => readonly SinkStatus[] = () => [];

  constructor(parts: GatewayParts, journal: Journal, clock: Clock) {
    this.#parts = parts;
    this.#siteName = parts.siteName;
    this.#siteNote = parts.siteNote;
    this.#journal = journal;
    this.#clock = clock;
    this.#admission = new Admission(journal);
    this.#sources = new RunningSources({ ...this.#context(), admission: this.#admission });
    this.#endings = new Endings(parts.log);
    this.#startedMs = clock.nowMs();
  }

  /** What had begun is ended when the rest cannot. */
  async start(): Promise<RunningGateway> {
    try {
      return await this.#start();
    } catch (error) {
      await this.#stop();
      throw error;
    }
  }

  async #start(): Promise<RunningGateway> {
    const parts = this.#parts;
    const journal = this.#journal;
    const groups = await this.#register(parts);
    const program = await RunningProgram.restore(this.#settings(parts, groups), {
      ...this.#context(),
      admission: this.#admission,
      snapshotMs: parts.snapshotMs,
      pace: systemClock,
    });
    this.#admission.screenBy(this.#prepareScreening(parts, groups));
    const points = new SitePoints(groups, journal);
    const { historyFlushMs: flushMs, sections } = parts;
    const keeping = { ...this.#context(), folder: parts.journal.folder, groups };
    const keep = { ...keeping, ...parts.site, flushMs, sections };
    const { history, told, records } = await openKeepers(keep, this.#endings);
    this.#startReaders([history, records], points);
    const sinks = this.#prepareSinks(points);
    this.#startSources(groups, program, told);
    await sleepReal(firstReadsMs, this.#ending.readers.signal);
    await sinks.start(parts.sinks);
    const metrics = await this.#startMetrics(points);
    const running = { points, program, history, told, records, metrics, sinks };
    return {
      view: this.#view(running),
      deliveries: new DeliveryDesk({
        journal,
        group: (number) => points.directory.byNumber(number),
        pump: (id) => sinks.pump(id),
      }),
      died: journal.died,
      reconfigure: (next) => {
        const change = this.#reconfigure(next, running);
        this.#change = change.catch(() => undefined);
        return change;
      },
      event: (event) => this.#event(event),
      historyRead: (withinMs) => history.caughtUp(withinMs),
      stop: () => this.#stop(),
    };
  }

  #context() {
    return {
      journal: this.#journal,
      clock: this.#clock,
      log: this.#parts.log,
      event: (event: GatewayEvent) => this.#event(event),
    };
  }

  #register(parts: SiteParts): Promise<readonly RegisteredGroup[]> {
    return this.#journal.registerGroups([
      ...parts.sources.flatMap((source) => source.groups),
      ...parts.computedGroups,
    ]);
  }

  #settings(
    { configurationId, sections }: SiteParts,
    groups: readonly RegisteredGroup[],
  ): ProgramSettings {
    return { configurationId, groups, sections, site: this.#parts.site };
  }

  /** What is the same as in the screening at work goes on in the new one, which does nothing yet. */
  #prepareScreening({ sections }: SiteParts, groups: readonly RegisteredGroup[]): Screening {
    return new Screening({ ...this.#context(), groups, sections }, this.#admission.screening);
  }

  /** What takes time or can fail comes first; the exchange itself is one turn of the event loop. */
  async #reconfigure(
    next: SiteParts,
    { points, program, history, told, records, sinks }: RunningParts,
  ): Promise<SiteChange> {
    if (this.#isStopping) {
      const words = { en: 'the gateway stops', zh: '网关正在停止' };
      throw new GatewayError('ABORTED', words, { retryable: false });
    }
    const groups = points.recognise(await this.#register(next));
    const exchangeProgram = program.prepare(this.#settings(next, groups));
    const screening = this.#prepareScreening(next, groups);
    const prepared: PreparedExchange[] = [];
    try {
      await told.production.prepare(groups);
      await records.use(groups);
      prepared.push(await sinks.exchange(next.sinks));
      prepared.push(await this.#sources.exchange(next.sources, groups));
      const { seq, ...computed } = exchangeProgram();
      const changes = {
        sources: this.#sources.changesTo(next.sources),
        sinks: sinks.changesTo(next.sinks),
      };
      this.#admission.screenBy(screening);
      points.use(groups);
      history.use(groupsOfHistory(groups, next.sections));
      told.use(groups, next.sections);
      this.#siteName = next.siteName;
      this.#siteNote = next.siteNote;
      for (const { apply } of prepared) apply();
      return { seq, ...changes, computed };
    } catch (error) {
      for (const { undo } of prepared.toReversed()) await undo();
      throw error;
    }
  }

  #view({ points, program, history, told, records, metrics }: RunningParts): GatewayView {
    const siteName = (): LocalText => this.#siteName;
    const siteNote = (): LocalText | undefined => this.#siteNote;
    return {
      site: this.#parts.site,
      get siteName() {
        return siteName();
      },
      get siteNote() {
        return siteNote();
      },
      get groups() {
        return points.groups;
      },
      get latest() {
        return points.latest;
      },
      get kpis() {
        return program.explanations;
      },
      get records() {
        return records.view;
      },
      get production() {
        return told.production.view;
      },
      tariffAt: (timeMs) => told.tariffAt(timeMs),
      nowMs: () => this.#clock.nowMs(),
      status: () => this.#status(),
      qualityOf: (point) => this.#admission.qualityOf(point),
      readiness: () => this.#readiness(),
      events: (query) => this.#events.list(query),
      history: (query) => history.query(query),
      raw: (query) => history.raw(query),
      register: (query) => history.register(query),
      believe: (subjects) => history.believe(subjects),
      text: (id) => this.#journal.text(id),
      metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
    };
  }

  async #startMetrics(points: SitePoints): Promise<GatewayMetrics> {
    const { GatewayMetrics } = await import('./metrics.ts');
    const metrics = new GatewayMetrics(
      () => this.#status(),
      () => points.groups,
    );
    this.#endings.push({
      undone: 'the metrics are not ended',
      withinMs: stopPhaseMs.readers,
      isNeeded: false,
      end: async () => metrics.close(),
    });
    return metrics;
  }

  #startReaders(keepers: readonly Keeper[], points: SitePoints): void {
    this.#endings.push({
      undone: 'readers of the journal have not ended',
      withinMs: stopPhaseMs.readers,
      isNeeded: false,
      end: () => {
        this.#ending.readers.abort();
        return Promise.all(this.#readers);
      },
    });
    const { signal } = this.#ending.readers;
    const latest = runLatestReader({ ...this.#context(), latest: () => points.latest, signal });
    this.#read(latest);
    this.#read(runEventReader({ ...this.#context(), events: this.#events, signal }));
    for (const keeper of keepers) this.#read(keeper.run(signal));
  }

  #read(task: Promise<void>): void {
    this.#readers.push(inBackground(task, this.#parts.log));
  }

  #prepareSinks(points: SitePoints): RunningSinks {
    const sinks = new RunningSinks({ ...this.#context(), points, site: this.#parts.site });
    this.#sinkStatuses = () => sinks.statuses();
    this.#endings.push({
      undone: 'sinks are not closed, and may get entries twice',
      withinMs: stopPhaseMs.sinks,
      isNeeded: true,
      end: () => {
        this.#ending.readers.abort();
        return sinks.stop();
      },
    });
    return sinks;
  }

  #startSources(
    groups: readonly RegisteredGroup[],
    { snapshots }: RunningProgram,
    told: ToldPoints,
  ): void {
    this.#endings.push({
      undone: 'the state of the KPIs is not saved, and the next start replays more',
      withinMs: stopPhaseMs.state,
      isNeeded: false,
      end: () => snapshots.save(),
    });
    this.#endings.push({
      undone: 'sources have not ended',
      withinMs: stopPhaseMs.sources,
      isNeeded: false,
      end: () => {
        this.#ending.ticker.abort();
        return Promise.all([this.#sources.stop(), this.#ticker]);
      },
    });
    this.#sources.start(this.#parts.sources, groups, told.production);
    this.#startTicker(told);
    this.#read(snapshots.run(this.#ending.readers.signal));
    this.#endings.push({
      undone: 'a change of the configuration was under way',
      withinMs: stopPhaseMs.change,
      isNeeded: false,
      end: async () => this.#change,
    });
  }

  #startTicker(told: ToldPoints): void {
    this.#ticker = runTicker(
      {
        clock: this.#clock,
        periodMs: this.#parts.ticks.periodMs,
        allowedLatenessMs: this.#parts.ticks.allowedLatenessMs,
        timeZone: this.#parts.site.timeZone,
        tick: (record) => {
          told.tick(record, this.#admission);
          if (this.#admission.tick(record)) this.#lastTickMs = record.timeMs;
          this.#sources.passTime();
        },
        stepped: (stepMs) => this.#event(clockSteppedEvent(stepMs)),
      },
      this.#ending.ticker.signal,
    );
  }

  #event(event: GatewayEvent): void {
    logEvent(this.#parts.log, event);
    this.#admission.event(event, this.#clock.nowMs());
  }

  #status(): GatewayStatus {
    const journal = this.#journal;
    return {
      ...{ version: this.#parts.version, site: this.#parts.site, bootId: journal.bootId },
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
      sources: this.#sources.statuses(),
      sinks: this.#sinkStatuses(),
    };
  }

  #readiness(): Readiness {
    const { failing } = this.#journal.statistics();
    const { periodMs } = this.#parts.ticks;
    const sinceTickMs = this.#clock.nowMs() - (this.#lastTickMs ?? this.#startedMs);
    return judgeReadiness({ failing, sinceTickMs, periodMs });
  }

  async #stop(): Promise<readonly string[]> {
    this.#isStopping = true;
    const journal = this.#journal;
    const endMs = performance.now() + stopWithinMs;
    const undone = await this.#endings.endAll(stopPhaseMs.all);
    await journal.close(Math.max(leastJournalMs, (endMs - performance.now()) / 2));
    const lost = journal.nextSeq - 1 - journal.durableSeq;
    return lost > 0 ? [...undone, `the last ${lost} entries are not on the disk`] : undone;
  }
}
