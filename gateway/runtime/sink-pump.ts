import type { Clock } from '../core/clock.ts';
import type { EntryBatch } from '../core/entry.ts';
import { errorFields, GatewayError } from '../core/error.ts';
import { explainError } from '../core/error-text.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import { type LocalText, noText } from '../core/point.ts';
import type { Sink, WriteResult } from '../core/sink.ts';
import type { QuarantinedEntry, QuarantineInput } from '../journal/contract.ts';
import type { Backoff } from './backoff.ts';
import { withDeadline } from './deadline.ts';
import type { DeliveryLane } from './delivery-lane.ts';
import { receiptEvent, sinkLostEvent, sinkRestoredEvent } from './sink-events.ts';
import type { DeliveryBalance, FirstBatch, SinkLanes } from './sink-lanes.ts';
import { sleepReal } from './system-clock.ts';

export type SinkState = 'connecting' | 'up' | 'down' | 'stopped';

export type SinkStatus = {
  readonly id: string;
  readonly kind: string;
  readonly state: SinkState;
  readonly reason: LocalText;
  readonly sinceMs: number;
  /** Everything up to and including this seq is delivered or in quarantine. */
  readonly position: number;
  /** Entries that wait, of now and of before. */
  readonly lagEntries: number;
  /** Age of the oldest of them, in ms; 0 when none waits. */
  readonly lagMs: number;
  /** Age of the oldest that waits of what happens now. */
  readonly liveLagMs: number;
  /** Interruptions whose entries are still being sent, oldest first. */
  readonly history: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly waiting: number;
  }[];
  /** Since the sink was first there, across restarts. */
  readonly balance: DeliveryBalance;
  readonly retries: number;
  readonly counters: Readonly<Record<string, number>>;
};

export type SinkPumpOptions = {
  readonly sink: Sink;
  readonly kind: string;
  readonly lanes: SinkLanes;
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: Backoff;
  readonly maxEntries: number;
  /** Deadline of one open or write. */
  readonly timeoutMs: number;
  /** Entries older than this when they are sent go out marked as history; of many, only the younger stay in the live lane. */
  readonly historyAfterMs: number;
  /** Keeps entries, and gives how many older ones it dropped for them. */
  quarantine(entries: readonly QuarantineInput[]): Promise<number>;
  event(event: GatewayEvent): void;
  readonly counters: Readonly<Record<string, number>>;
};

const idleWaitMs = 250;

/** A request to send quarantined entries again. */
type Retry = {
  readonly entries: readonly QuarantinedEntry[];
  readonly done: (outcome: RetryOutcome) => void;
};

export type RetryOutcome = {
  readonly delivered: number;
  /** Refused again, with the reasons of now. */
  readonly refused: readonly { readonly id: number; readonly reason: string }[];
};

/**
 * Carries the journal to one sink. What happens now goes first; what could not be sent in time follows batch by batch
 * between, marked as history. Within a lane the order is that of the journal. A batch is sent until the sink takes it; what
 * the sink refuses goes to quarantine and holds up nothing.
 */
export class SinkPump {
  readonly #options: SinkPumpOptions;
  readonly #retries: Retry[] = [];
  #state: SinkState = 'connecting';
  #reason = noText;
  #sinceMs: number;
  #open = false;
  #attemptsFailed = 0;
  /** When the live lane is to be read again, while there is history to send; monotonic. */
  #liveDueMs = 0;
  /** How long the live lane may wait for something to come. */
  #liveWaitMs = idleWaitMs;
  /** When delivery broke off; undefined while the sink takes data. */
  #brokenOffMs: number | undefined;

  constructor(options: SinkPumpOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
  }

  status(): SinkStatus {
    const { sink, kind, lanes, clock, counters } = this.#options;
    const nowMs = clock.nowMs();
    const { oldestMs = nowMs } = lanes.live.cursor.lag();
    const history = lanes.history.map(({ cursor, note }) => ({
      fromMs: note.interruption?.fromMs ?? nowMs,
      toMs: note.interruption?.toMs ?? nowMs,
      waiting: cursor.lag().entries,
    }));
    const balance = lanes.balance();
    return {
      id: sink.id,
      kind,
      state: this.#state,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      position: (lanes.history[0] ?? lanes.live).cursor.committed,
      lagEntries: balance.waiting,
      lagMs: Math.max(0, nowMs - Math.min(oldestMs, history[0]?.fromMs ?? nowMs)),
      liveLagMs: Math.max(0, nowMs - oldestMs),
      history,
      balance,
      retries: this.#attemptsFailed,
      counters: { ...counters },
    };
  }

  /**
   * Resolves once `signal` has aborted, what was under way is done or given up, and the sink is closed; or once `leave` has
   * aborted and what was under way is done.
   */
  async run(signal: AbortSignal, leave: AbortSignal = signal): Promise<void> {
    const { lanes, sink } = this.#options;
    // Opening right away shows a wrong address or password before there is anything to send.
    await this.#untilDone(signal, (deadline) => this.#ensureOpen(deadline));
    const idle = AbortSignal.any([signal, leave]);
    while (!idle.aborted) {
      await this.#retryQuarantined(signal);
      this.#makeWay();
      await this.#sendLive(signal, idle);
      if (idle.aborted) break;
      await this.#sendHistory(signal);
    }
    for (const { done } of this.#retries.splice(0)) done({ delivered: 0, refused: [] });
    await sink.close();
    // Opened again by this process or the next, it must not be given again what it has.
    const isLeaving = leave.aborted && leave !== signal;
    await (isLeaving ? lanes.flushAndClose(signal) : lanes.close());
    this.#enter('stopped', noText);
  }

  /** Sends quarantined entries once more; those that the sink takes now leave quarantine. */
  retry(entries: readonly QuarantinedEntry[]): Promise<RetryOutcome> {
    if (entries.length === 0 || this.#state === 'stopped') {
      return Promise.resolve({ delivered: 0, refused: [] });
    }
    return new Promise((done) => {
      this.#retries.push({ entries, done });
    });
  }

  /** Drops quarantined entries for good; returns how many there were. */
  drop(ids: readonly number[]): Promise<number> {
    return this.#options.lanes.settleQuarantined(ids, 'dropped');
  }

  /** `idle` ends the wait for entries, not what is under way. */
  async #sendLive(signal: AbortSignal, idle: AbortSignal): Promise<void> {
    const { lanes, maxEntries, sink, clock } = this.#options;
    const hasHistory = lanes.history.length > 0;
    const gatherMs = sink.gatherMs ?? 0;
    const nowMs = performance.now();
    if (hasHistory && nowMs < this.#liveDueMs) return;
    this.#liveDueMs = nowMs + gatherMs;
    // A disk that cannot be read at present is waited for like a sink that is down.
    const batch = await this.#untilDone(signal, () =>
      lanes.live.cursor.next({
        ...{ maxEntries, signal: idle },
        ...(hasHistory ? { waitMs: this.#liveWaitMs } : { waitMs: idleWaitMs, gatherMs }),
      }),
    );
    this.#liveWaitMs = 0;
    if (batch === undefined || batch.length === 0) return;
    const newestMs = batch.receivedMs[batch.length - 1] as number;
    const history = clock.nowMs() - newestMs > this.#options.historyAfterMs;
    await this.#deliver({ lane: lanes.live, batch, history, signal });
  }

  async #sendHistory(signal: AbortSignal): Promise<void> {
    const { lanes, maxEntries, clock, event } = this.#options;
    const [lane] = lanes.history;
    if (lane === undefined || signal.aborted) return;
    const batch = await this.#untilDone(signal, () =>
      lane.cursor.next({ maxEntries, signal, waitMs: 0 }),
    );
    if (batch !== undefined && batch.length > 0) {
      await this.#deliver({ lane, batch, history: true, signal });
      return;
    }
    if (signal.aborted) return;
    const receipt = await this.#untilDone(signal, () => lanes.finish(clock.nowMs()));
    if (receipt !== undefined) event(receiptEvent(receipt));
    else this.#liveWaitMs = idleWaitMs;
  }

  /** What could not be sent in time becomes history, where it would hold up what happens now. */
  #makeWay(): void {
    const { lanes, clock, historyAfterMs, maxEntries } = this.#options;
    const { entries, oldestMs } = lanes.live.cursor.lag();
    const toMs = clock.nowMs();
    const fromMs = this.#brokenOffMs;
    this.#brokenOffMs = undefined;
    const nothing = { delivered: 0, refused: 0 };
    if (fromMs !== undefined && entries > 0) lanes.leave({ fromMs, toMs }, nothing);
    else if (entries > maxEntries && toMs - (oldestMs ?? 0) > historyAfterMs) {
      lanes.leave({ fromMs: oldestMs ?? toMs, toMs }, nothing);
    }
  }

  async #deliver(work: {
    readonly lane: DeliveryLane;
    readonly batch: EntryBatch;
    readonly history: boolean;
    readonly signal: AbortSignal;
  }): Promise<void> {
    const { lane, batch, signal } = work;
    let history = work.history;
    let attempts = 0;
    const result = await this.#untilDone(signal, async (deadline) => {
      await this.#ensureOpen(deadline);
      attempts += 1;
      history ||= attempts > 1 && this.#isOld(batch);
      return this.#options.sink.write({ entries: batch, history }, deadline);
    });
    if (result === undefined) return;
    const dropped = await this.#untilDone(signal, () => this.#setAside(batch, result));
    if (dropped === undefined) return;
    this.#options.lanes.quarantined(result.rejected.length, dropped);
    lane.settle(batch.seq[batch.length - 1] as number, {
      delivered: result.accepted,
      refused: result.rejected.length,
      resent: attempts > 1 ? batch.length : 0,
    });
    if (attempts > 1) await this.#afterInterruption(lane, result, signal);
  }

  #isOld(batch: EntryBatch): boolean {
    const { clock, historyAfterMs } = this.#options;
    return clock.nowMs() - (batch.receivedMs[batch.length - 1] as number) > historyAfterMs;
  }

  /** The sink takes data again: what waited meanwhile becomes history, and what happens now goes first. */
  async #afterInterruption(
    lane: DeliveryLane,
    result: WriteResult,
    signal: AbortSignal,
  ): Promise<void> {
    const { lanes, clock, sink, event } = this.#options;
    const toMs = clock.nowMs();
    const interruption = { fromMs: this.#brokenOffMs ?? toMs, toMs };
    this.#brokenOffMs = undefined;
    const isLive = lane === lanes.live;
    const first: FirstBatch = {
      delivered: isLive ? result.accepted : 0,
      refused: isLive ? result.rejected.length : 0,
    };
    if (lanes.live.cursor.lag().entries > 0) {
      lanes.leave(interruption, first);
      return;
    }
    if (!isLive) return;
    const sent = first.delivered + first.refused;
    const receipt = {
      ...{ sinkId: sink.id, ...interruption, completedMs: toMs, lost: 0, resent: sent },
      ...{ buffered: sent, delivered: first.delivered, quarantined: first.refused },
    };
    await this.#untilDone(signal, () => lanes.keep(receipt));
    event(receiptEvent(receipt));
  }

  /** Brings what the sink refused into quarantine; gives how many older entries were dropped for it. */
  async #setAside(batch: EntryBatch, result: WriteResult): Promise<number> {
    if (result.rejected.length === 0) return 0;
    const { log, sink, quarantine } = this.#options;
    const first = result.rejected[0]?.reason ?? '';
    log.warn(
      { sink: sink.id, rejected: result.rejected.length },
      `sink refused entries; they are kept in quarantine: ${first}`,
    );
    return quarantine(
      result.rejected.map(({ index, reason }) => ({
        seq: batch.seq[index] as number,
        reason,
        batch,
        index,
      })),
    );
  }

  async #retryQuarantined(signal: AbortSignal): Promise<void> {
    const { sink, lanes } = this.#options;
    for (let work = this.#retries.shift(); work !== undefined; work = this.#retries.shift()) {
      const delivered: number[] = [];
      const refused: { readonly id: number; readonly reason: string }[] = [];
      for (const { id, entry } of work.entries) {
        const result = await this.#untilDone(signal, async (deadline) => {
          await this.#ensureOpen(deadline);
          return sink.write({ entries: entry, history: true }, deadline);
        });
        if (result === undefined) break;
        const [refusal] = result.rejected;
        if (refusal === undefined) delivered.push(id);
        else refused.push({ id, reason: refusal.reason });
      }
      await this.#untilDone(signal, () => lanes.settleQuarantined(delivered, 'delivered'));
      work.done({ delivered: delivered.length, refused });
    }
  }

  async #ensureOpen(signal: AbortSignal): Promise<void> {
    if (this.#open) return;
    await this.#options.sink.open(signal);
    this.#open = true;
  }

  /** Repeats `action` with back-off until it succeeds; undefined when `signal` aborted first. */
  async #untilDone<T>(
    signal: AbortSignal,
    action: (deadline: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const { timeoutMs, backoff } = this.#options;
    while (!signal.aborted) {
      try {
        const result = await withDeadline(action, { signal, timeoutMs });
        backoff.reset();
        this.#up();
        return result;
      } catch (error) {
        if (signal.aborted) break;
        this.#failed(error);
        this.#attemptsFailed += 1;
        const askedMs = error instanceof GatewayError ? error.retryAfterMs : undefined;
        await sleepReal(Math.max(backoff.nextMs(), askedMs ?? 0), signal);
      }
    }
    return undefined;
  }

  #failed(error: unknown): void {
    const { log, sink, event } = this.#options;
    const reason = explainError(error);
    // After any failure the connection is made anew: a half-dead one is the commonest cause of data that stops.
    this.#open = false;
    this.#brokenOffMs ??= this.#options.clock.nowMs();
    if (this.#state !== 'down') {
      const fields = errorFields(error);
      const isDefect = 'err' in fields;
      if (isDefect) log.error({ sink: sink.id, ...fields }, 'sink ended by a defect');
      event(sinkLostEvent(sink.id, reason, isDefect ? undefined : fields.code));
    }
    this.#enter('down', reason);
  }

  #up(): void {
    if (this.#state === 'up') return;
    const wasDown = this.#state === 'down';
    this.#enter('up', noText);
    if (!wasDown) return;
    const { sink, event } = this.#options;
    event(sinkRestoredEvent(sink.id));
  }

  #enter(state: SinkState, reason: LocalText): void {
    if (state !== this.#state) this.#sinceMs = this.#options.clock.nowMs();
    this.#state = state;
    this.#reason = reason;
  }
}
