import type { Clock } from '../core/clock.ts';
import type { EntryBatch } from '../core/entry.ts';
import { errorFields, GatewayError } from '../core/error.ts';
import { explainError } from '../core/error-text.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import { type LocalText, noText } from '../core/point.ts';
import type { Sink, WriteResult } from '../core/sink.ts';
import type { Cursor, QuarantineInput } from '../journal/contract.ts';
import type { Backoff } from './backoff.ts';
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
  readonly lagEntries: number;
  /** Age of the oldest entry that waits, in ms; 0 when none does. */
  readonly lagMs: number;
  readonly deliveredEntries: number;
  readonly rejectedEntries: number;
  /** Entries that were pruned or damaged before they could be delivered. */
  readonly lost: number;
  /** The part of `lost` that retention took. */
  readonly lostToRetention: number;
  readonly retries: number;
  readonly counters: Readonly<Record<string, number>>;
};

export type SinkPumpOptions = {
  readonly sink: Sink;
  readonly kind: string;
  readonly cursor: Cursor;
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: Backoff;
  readonly maxEntries: number;
  /** Deadline of one open or write. */
  readonly timeoutMs: number;
  /** Entries older than this when they are sent go out marked as history. */
  readonly historyAfterMs: number;
  quarantine(entries: readonly QuarantineInput[]): Promise<void>;
  event(event: GatewayEvent): void;
  readonly counters: Readonly<Record<string, number>>;
};

const idleWaitMs = 250;

/**
 * Carries the journal to one sink, in order, at its own pace: a sink that is down is a cursor that falls behind. A batch
 * is sent until the sink takes it; what the sink refuses goes to quarantine and holds up nothing.
 */
export class SinkPump {
  readonly #options: SinkPumpOptions;
  #state: SinkState = 'connecting';
  #reason = noText;
  #sinceMs: number;
  #open = false;
  #delivered = 0;
  #rejected = 0;
  #retries = 0;

  constructor(options: SinkPumpOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
  }

  status(): SinkStatus {
    const { sink, kind, cursor, clock, counters } = this.#options;
    const lag = cursor.lag();
    return {
      id: sink.id,
      kind,
      state: this.#state,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      position: cursor.position,
      lagEntries: lag.entries,
      lagMs: lag.oldestMs === undefined ? 0 : Math.max(0, clock.nowMs() - lag.oldestMs),
      deliveredEntries: this.#delivered,
      rejectedEntries: this.#rejected,
      lost: cursor.lost,
      lostToRetention: cursor.lostToRetention,
      retries: this.#retries,
      counters: { ...counters },
    };
  }

  /** Resolves once `signal` has aborted, what was under way is done or given up, and the sink is closed. */
  async run(signal: AbortSignal): Promise<void> {
    const { cursor, sink, maxEntries } = this.#options;
    // Opening right away shows a wrong address or password before there is anything to send.
    await this.#untilDone(signal, (deadline) => this.#ensureOpen(deadline));
    while (!signal.aborted) {
      // A disk that cannot be read at present is waited for like a sink that is down.
      const batch = await this.#untilDone(signal, () =>
        cursor.next({ maxEntries, signal, waitMs: idleWaitMs, gatherMs: sink.gatherMs ?? 0 }),
      );
      if (batch === undefined || batch.length === 0) continue;
      if (!(await this.#deliver(batch, signal))) break;
    }
    await sink.close();
    await cursor.close();
    this.#enter('stopped', noText);
  }

  async #deliver(batch: EntryBatch, signal: AbortSignal): Promise<boolean> {
    const result = await this.#untilDone(signal, async (deadline) => {
      await this.#ensureOpen(deadline);
      return this.#options.sink.write(
        { entries: batch, history: this.#isHistory(batch) },
        deadline,
      );
    });
    if (result === undefined) return false;
    const kept = await this.#untilDone(signal, () => this.#setAside(batch, result));
    if (kept === undefined) return false;
    this.#delivered += result.accepted;
    this.#options.cursor.commit(batch.seq[batch.length - 1] as number);
    return true;
  }

  /** The number of entries now in quarantine. */
  async #setAside(batch: EntryBatch, result: WriteResult): Promise<number> {
    if (result.rejected.length === 0) return 0;
    const { log, sink, quarantine } = this.#options;
    const first = result.rejected[0]?.reason ?? '';
    log.warn(
      { sink: sink.id, rejected: result.rejected.length },
      `sink refused entries; they are kept in quarantine: ${first}`,
    );
    await quarantine(
      result.rejected.map(({ index, reason }) => ({
        seq: batch.seq[index] as number,
        reason,
        batch,
        index,
      })),
    );
    this.#rejected += result.rejected.length;
    return result.rejected.length;
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
        this.#retries += 1;
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
    if (this.#state !== 'down') {
      log.warn(
        { sink: sink.id, ...errorFields(error) },
        `sink lost; frames wait in the journal: ${reason.en}`,
      );
      event({
        code: 'sink-lost',
        severity: 'warning',
        subject: sink.id,
        text: {
          en: `Sink ${sink.id} does not take data, which waits in the journal: ${reason.en}`,
          zh: `输出 ${sink.id} 无法接收数据，数据保存在日志中等待：${reason.zh}`,
        },
      });
    }
    this.#enter('down', reason);
  }

  #up(): void {
    if (this.#state === 'up') return;
    const wasDown = this.#state === 'down';
    this.#enter('up', noText);
    if (!wasDown) return;
    const { log, sink, event } = this.#options;
    log.info({ sink: sink.id }, 'sink takes data again');
    event({
      code: 'sink-restored',
      severity: 'info',
      subject: sink.id,
      text: { en: `Sink ${sink.id} takes data again`, zh: `输出 ${sink.id} 已恢复接收数据` },
    });
  }

  #isHistory(batch: EntryBatch): boolean {
    const newestMs = batch.receivedMs[batch.length - 1] as number;
    return this.#options.clock.nowMs() - newestMs > this.#options.historyAfterMs;
  }

  #enter(state: SinkState, reason: LocalText): void {
    if (state !== this.#state) this.#sinceMs = this.#options.clock.nowMs();
    this.#state = state;
    this.#reason = reason;
  }
}

/**
 * Gives `action` a signal that aborts with `signal` or after `timeoutMs`. Its timer ends with the action: those of
 * `AbortSignal.timeout` would pile up, one a batch, until each has run out.
 */
const withDeadline = async <T>(
  action: (deadline: AbortSignal) => Promise<T>,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<T> => {
  const deadline = new AbortController();
  const onAbort = (): void => deadline.abort(signal.reason);
  const timer = setTimeout(() => {
    deadline.abort(new DOMException(`not done within ${timeoutMs} ms`, 'TimeoutError'));
  }, timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await action(deadline.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
};
