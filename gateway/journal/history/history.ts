import type { RetentionClass } from '../../core/entry.ts';
import { describeError } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { PointNumber, RegisteredGroup } from '../../core/point.ts';
import type { Cursor, Journal } from '../contract.ts';
import { WorkerCalls } from '../worker-calls.ts';
import { Accumulator, type GroupRules } from './accumulator.ts';
import { fieldCount } from './aggregate.ts';
import type { Believed, Subject } from './beliefs.ts';
import type {
  History,
  HistoryOptions,
  HistoryQuery,
  RawQuery,
  RegisterQuery,
} from './history-contract.ts';
import { IntervalSums } from './interval-sums.ts';
import { type HistoryInterval, intervalFor, presentInterval } from './intervals.ts';
import { ChangeNumbers } from './late-minutes.ts';
import { minuteMs } from './lengths.ts';
import { buffersOf, packRows } from './packed-rows.ts';
import type {
  ChannelPlace,
  DirtyMinute,
  GroupRegisters,
  HistoryCalls,
  RawSpan,
  RollupRow,
} from './protocol.ts';
import { type RawSamples, readRaw } from './raw.ts';
import { reachOf, recomputeMinutes } from './recompute.ts';
import type { RegisterInterval } from './register-fold.ts';
import { type RegisterSpec, registerSpecOf } from './register-track.ts';

export type { Believed, Subject } from './beliefs.ts';
export type { History, HistoryOptions, HistoryQuery, RegisterQuery } from './history-contract.ts';
export type { HistoryInterval } from './intervals.ts';
export type { RawSamples } from './raw.ts';
export type { RegisterInterval } from './register-fold.ts';

const dayMs = 86_400_000;
const usualFlushMs = 60_000;
/** A catch-up flushes earlier. */
const flushAtRows = 20_000;
const readWaitMs = 1_000;
const usualGatherMs = 250;
const retryMs = 5_000;
const closeWithinMs = 2_000;
const caughtUpEveryMs = 50;
const maxEntries = 8_192;
/** Minutes of groups that are aggregated anew in one go. */
const maxRevised = 64;
/** Of the time between two flushes, at most so a part. */
const reviseShare = 10;
/** A value covers this many nominal periods, or this long where frames come on change. */
const holdPeriods = 3;
const holdWithoutPeriodMs = 60_000;

/**
 * Opens or creates the roll-ups in `options.folder`.
 * @throws GatewayError STORE_VERSION, STORE_FAILED
 */
export const openHistory = async (options: HistoryOptions): Promise<History> => {
  const { folder, log } = options;
  const worker = new WorkerCalls<HistoryCalls>('history/history');
  try {
    const { position, states, newestChange, setAside, migrated } = await worker.call('open', {
      folder,
      maxBytes: options.maxBytes ?? 2 ** 30,
      maxAgeMs: options.maxAgeMs ?? 400 * dayMs,
    });
    for (const what of migrated) log.warn({ what }, 'history: brought to a newer version');
    for (const reason of setAside) {
      log.error({ reason }, 'history: begun anew, from what the journal still has');
    }
    const known = [...options.journal.knownGroups(), ...options.groups];
    const groups = new Map(known.map((group) => [group.number as number, group]));
    const holdMs = (number: number): number => {
      const periodMs = groups.get(number)?.periodMs;
      return periodMs === undefined ? holdWithoutPeriodMs : periodMs * holdPeriods;
    };
    const rules = { holdMs, registers: registersOf(groups) };
    const numbers = new ChangeNumbers(newestChange);
    const accumulator = new Accumulator(rules, states, numbers);
    return new RollupHistory({ options, worker, accumulator, numbers, rules, position, groups });
  } catch (error) {
    await worker.end();
    throw error;
  }
};

/** By group, and as long as the group is the same: it is asked for every group that late samples are of. */
const registersOf = (groups: ReadonlyMap<number, RegisteredGroup>): GroupRules['registers'] => {
  const known = new WeakMap<RegisteredGroup, ReturnType<GroupRules['registers']>>();
  return (number) => {
    const group = groups.get(number);
    if (group === undefined) return undefined;
    if (!known.has(group)) {
      const specs = group.channels.map(registerSpecOf);
      known.set(group, specs.some((spec) => spec !== undefined) ? specs : undefined);
    }
    return known.get(group);
  };
};

class RollupHistory implements History {
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #gatherMs: number;
  readonly #flushMs: number;
  readonly #worker: WorkerCalls<HistoryCalls>;
  readonly #accumulator: Accumulator;
  readonly #numbers: ChangeNumbers;
  readonly #groups: Map<number, RegisteredGroup>;
  /** Of the groups as they are at present. */
  readonly #rules: GroupRules;
  #position: number;
  /** How often there was nothing to read. */
  #waits = 0;
  #flushedMs = performance.now();
  #closed = false;

  constructor(parts: {
    readonly options: HistoryOptions;
    readonly worker: WorkerCalls<HistoryCalls>;
    readonly accumulator: Accumulator;
    readonly numbers: ChangeNumbers;
    readonly rules: GroupRules;
    readonly position: number;
    readonly groups: Map<number, RegisteredGroup>;
  }) {
    this.#rules = parts.rules;
    this.#journal = parts.options.journal;
    this.#log = parts.options.log;
    this.#gatherMs = parts.options.gatherMs ?? usualGatherMs;
    this.#flushMs = parts.options.flushMs ?? usualFlushMs;
    this.#worker = parts.worker;
    this.#accumulator = parts.accumulator;
    this.#numbers = parts.numbers;
    this.#position = parts.position;
    this.#groups = parts.groups;
  }

  use(groups: readonly RegisteredGroup[]): void {
    for (const group of groups) this.#groups.set(group.number, group);
    this.#accumulator.useAnew();
  }

  async run(signal: AbortSignal): Promise<void> {
    let cursor: Cursor | undefined;
    while (!signal.aborted) {
      try {
        cursor ??= await this.#openCursor();
        await this.#follow(cursor, signal);
      } catch (error) {
        this.#log.error({ error: describeError(error) }, 'history: behind; will be tried again');
        await sleep(retryMs, signal);
      }
    }
    await cursor?.close();
  }

  #openCursor(): Promise<Cursor> {
    return this.#journal.openCursor('history', {
      // A journal that was begun anew has lower numbers.
      from: Math.min(this.#position + 1, this.#journal.nextSeq),
      persist: false,
      classes: ['raw', 'kpi'],
    });
  }

  async #follow(cursor: Cursor, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const batch = await cursor.next({
        maxEntries,
        signal,
        waitMs: readWaitMs,
        gatherMs: this.#gatherMs,
      });
      if (batch === undefined) this.#waits += 1;
      else {
        this.#accumulator.add(batch);
        this.#position = cursor.position;
      }
      const due = performance.now() - this.#flushedMs >= this.#flushMs;
      if (!due && this.#accumulator.rows < flushAtRows) continue;
      await this.#flush();
      await this.#reviseAll(signal);
    }
  }

  /**
   * Aggregates dirty minutes anew. Directly after a flush the stored rows are of exactly the entries up to `#position`, so
   * that what comes later is merged into the new rows and nothing is counted twice.
   */
  async #reviseAll(signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + this.#flushMs / reviseShare;
    while (!signal.aborted && this.#accumulator.rows === 0) {
      const isDone = await this.#revise(signal);
      if (isDone || performance.now() >= untilMs) return;
    }
  }

  /** Whether nothing waits. */
  async #revise(signal: AbortSignal): Promise<boolean> {
    const minutes = await this.#worker.call('dirty', { limit: maxRevised });
    if (minutes.length === 0) return true;
    const span = await this.#worker.call('span', reachOf(minutes, this.#rules.holdMs));
    if (span === undefined) return true;
    const rows = await recomputeMinutes({
      ...{ journal: this.#journal, rules: this.#rules, minutes, signal },
      standsBefore: async (group, beforeMs) => {
        const channels = this.#registers(group);
        if (channels.length === 0) return undefined;
        return this.#worker.call('stands', { group, channels, beforeMs });
      },
      newestMs: (group) => this.#accumulator.newestMs(group),
      firstSeq: span.firstSeq,
      lastSeq: Math.min(span.lastSeq, this.#position),
    });
    if (signal.aborted) return true;
    if (rows === undefined) {
      this.#log.warn(
        { minutes: minutes.length },
        'history: samples came so late that the journal no longer has their neighbours; their minutes stay as they are',
      );
    }
    await this.#worker.call('revise', {
      ...{ minutes, rows: rows ?? [], number: this.#numbers.anew(this.#position) },
      registers: this.#registersOf(minutes),
    });
    this.#accumulator.standAnew(rows ?? []);
    // What follows a register that stands otherwise now waits to be judged anew.
    return minutes.length < maxRevised && rows === undefined;
  }

  #registersOf(minutes: readonly DirtyMinute[]): readonly GroupRegisters[] {
    const groups = [...new Set(minutes.map(({ group }) => group))];
    return groups
      .map((group) => ({ group, channels: this.#registers(group) }))
      .filter(({ channels }) => channels.length > 0);
  }

  /** Channels of a group that are registers. */
  #registers(group: number): readonly number[] {
    return [...(this.#rules.registers(group) ?? []).entries()].flatMap(([channel, spec]) =>
      spec === undefined ? [] : [channel],
    );
  }

  async #flush(): Promise<void> {
    this.#flushedMs = performance.now();
    // KPIs that a crash takes are computed and journalled again: what is counted here must not be among them.
    if (this.#journal.durableSeq < this.#position) await this.#journal.flush();
    const position = this.#position;
    const pending = this.#accumulator.take();
    if (pending.rows.length === 0) return;
    try {
      const { states, spans, dirty, changes } = pending;
      const packed = packRows(pending.rows);
      const transfer = buffersOf(packed);
      const registers = this.#registersOf(dirty);
      const input = { ...{ packed, states, spans, dirty, registers, changes }, position };
      await this.#worker.call('flush', input, { transfer });
    } catch (error) {
      this.#accumulator.restore(pending);
      throw error;
    }
  }

  async query(query: HistoryQuery): Promise<readonly HistoryInterval[]> {
    const { fromMs, toMs } = query;
    const intervalMs = intervalFor(query);
    const places = this.#places(query.point);
    const stored = await this.#worker.call('query', { places, fromMs, toMs, intervalMs });
    const intervals = new Map<number, Float64Array>();
    const revisions = new Map<number, number>();
    stored.startMs.forEach((startMs, index) => {
      revisions.set(startMs, stored.revisions[index] as number);
      intervals.set(startMs, stored.fields.slice(index * fieldCount, (index + 1) * fieldCount));
    });
    const sums = new IntervalSums({ fromMs, toMs, intervalMs }, intervals);
    for (const place of places) {
      this.#accumulator.unflushed(place, (startMs, fields) => {
        sums.add({ startMs, lengthMs: minuteMs }, fields, place.channel);
      });
    }
    return [...intervals]
      .sort(([a], [b]) => a - b)
      .flatMap(([startMs, fields]) => {
        const revision = revisions.get(startMs) ?? 0;
        return presentInterval({ startMs, durationMs: intervalMs, revision }, fields);
      });
  }

  register({ point, ...query }: RegisterQuery): Promise<readonly RegisterInterval[]> {
    const places = this.#places(point);
    const newest = places.at(-1);
    const group = newest && this.#groups.get(newest.group);
    const channel = newest && group?.channels[newest.channel];
    const unflushed: RollupRow[] = places.flatMap((place) => {
      const rows: RollupRow[] = [];
      this.#accumulator.unflushed(place, (startMs, fields) => {
        rows.push({ group: place.group, startMs, fields });
      });
      return rows;
    });
    const spec = registerSpecOf(channel) ?? registerSpecOf({ kind: 'counter', unit: '1' });
    return this.#worker.call('register', {
      ...{ ...query, ...(spec as RegisterSpec), places, unflushed },
      changes: this.#accumulator.changes(),
      holdMs: newest === undefined ? holdWithoutPeriodMs : this.#rules.holdMs(newest.group),
      expectedMs: group?.periodMs ?? holdWithoutPeriodMs,
    });
  }

  async believe(subjects: readonly Subject[]): Promise<readonly (readonly Believed[])[]> {
    const same = await this.#worker.call('believe', { subjects });
    if (same !== undefined) return same;
    const number = this.#numbers.anew(this.#position);
    return (await this.#worker.call('believe', { subjects, number })) ?? [];
  }

  async *raw(query: RawQuery): AsyncIterable<RawSamples> {
    const places = query.points.map((point) => this.#places(point));
    yield* readRaw({
      ...{ journal: this.#journal, places, query },
      classes: this.#classesOf(places),
      span: await this.#spanOf(query),
    });
  }

  async #spanOf({ fromMs, toMs }: RawQuery): Promise<RawSpan | undefined> {
    const stored = await this.#worker.call('span', { fromMs, toMs });
    const fresh = this.#accumulator.unflushedSpan(fromMs, toMs);
    if (stored === undefined || fresh === undefined) return stored ?? fresh;
    return {
      firstSeq: Math.min(stored.firstSeq, fresh.firstSeq),
      lastSeq: Math.max(stored.lastSeq, fresh.lastSeq),
      startMs: Math.min(stored.startMs, fresh.startMs),
    };
  }

  /** Computed points alone are quickly read: they are kept apart from what is measured. */
  #classesOf(places: readonly (readonly ChannelPlace[])[]): readonly RetentionClass[] {
    const isComputed = places.flat().every(({ group }) => {
      const producer = this.#groups.get(group)?.producer;
      return producer === 'kpi' || producer === 'calculated';
    });
    return isComputed ? ['kpi'] : ['raw', 'kpi'];
  }

  async caughtUp(withinMs: number): Promise<void> {
    const seq = this.#journal.durableSeq;
    const giveUpMs = performance.now() + withinMs;
    const waited = this.#waits;
    const never = new AbortController().signal;
    // The last entries may be of classes that are not read here: then nothing comes.
    while (this.#position < seq && this.#waits === waited && performance.now() < giveUpMs) {
      await sleep(caughtUpEveryMs, never);
    }
  }

  /** Where the point lies in each group that has or had it. */
  #places(point: PointNumber): readonly ChannelPlace[] {
    return this.#journal.knownGroups().flatMap((group) => {
      const channel = group.pointNumbers.indexOf(point);
      return channel < 0 ? [] : [{ group: group.number, channel }];
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      // What is not durable now is counted after the next start.
      if (this.#journal.durableSeq >= this.#position) await this.#flush();
      await this.#worker.call('close', undefined, { withinMs: closeWithinMs });
    } catch (error) {
      this.#log.error({ error: describeError(error) }, 'history: closed before all was stored');
    }
    await this.#worker.end();
  }
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
  });
