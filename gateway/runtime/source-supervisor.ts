import type { Clock, Participant } from '../core/clock.ts';
import type { ClockRecord } from '../core/entry.ts';
import { type ErrorCode, errorFields, GatewayError } from '../core/error.ts';
import { explainError } from '../core/error-text.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import { type LocalText, noText, type RegisteredGroup } from '../core/point.ts';
import type { ProductionReport } from '../core/production-report.ts';
import { isGood, isUncertain } from '../core/quality.ts';
import type { ClockSkew, MemberState, Source, SourceContext, SourceFrame } from '../core/source.ts';
import type { Backoff } from './backoff.ts';
import { DeviceClocks } from './device-clocks.ts';
import { MemberWatch } from './member-watch.ts';

export type ConnectionState = 'connecting' | 'up' | 'down' | 'stopped';

export type SourceStatus = {
  readonly id: string;
  readonly state: ConnectionState;
  /** In words: empty while up. */
  readonly reason: LocalText;
  readonly sinceMs: number;
  readonly restarts: number;
  /** When the last frame with anything usable in it came: not one that only says that nothing was read. */
  readonly lastFrameMs: number | undefined;
  readonly members: readonly MemberState[];
  /** Of devices whose clock can be read. */
  readonly clocks: readonly ClockSkew[];
  readonly counters: Readonly<Record<string, number>>;
};

export type SourceSupervisorOptions = {
  readonly source: Source;
  /** The source's groups with their numbers, parallel to `source.groups`. */
  readonly groups: readonly RegisteredGroup[];
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: Backoff;
  admit(group: RegisteredGroup, frame: SourceFrame): boolean;
  event(event: GatewayEvent): void;
  /** Journals a look at the clock of a device; false: not taken. */
  clockRecord(record: ClockRecord): boolean;
  report(reports: readonly ProductionReport[]): Promise<boolean>;
  intern(text: string): number;
};

/** A connection that ends sooner was no end of the outage: a device may answer once and close, again and again. */
const stoodMs = 10_000;

/** Characters of a text in a message. */
const mostShown = 40;

const connectionIsLost: LocalText = { en: 'the connection is lost', zh: '连接已中断' };

/**
 * Keeps one source's connection alive: runs it, and when it ends by an error, says so once and runs it again after
 * back-off. One source's trouble never delays another's.
 */
export class SourceSupervisor {
  readonly #options: SourceSupervisorOptions;
  readonly #members: MemberWatch;
  readonly #clocks: DeviceClocks;
  readonly #counters: Record<string, number> = {};
  #state: ConnectionState = 'connecting';
  #reason = noText;
  #sinceMs: number;
  #restarts = 0;
  #lastFrameMs: number | undefined;
  /** Of the monotonic clock; undefined while not connected and once the connection is known to stand. */
  #connectedMs: number | undefined;
  /** Whether a loss was said and its end was not. */
  #isOutage = false;
  #hasRefusedText = false;

  constructor(options: SourceSupervisorOptions) {
    this.#options = options;
    this.#members = new MemberWatch(options.source.id, (event) => options.event(event));
    this.#clocks = new DeviceClocks({
      source: options.source.id,
      record: (record) => options.clockRecord(record),
    });
    this.#sinceMs = options.clock.nowMs();
  }

  status(): SourceStatus {
    return {
      id: this.#options.source.id,
      state: this.#state,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      restarts: this.#restarts,
      lastFrameMs: this.#lastFrameMs,
      members: this.#members.states(),
      clocks: this.#clocks.skews,
      counters: { ...this.#counters },
    };
  }

  /** To be called about once a second: what is told of members waits for whether it lasts. */
  passTime(): void {
    if (this.#state === 'up') this.#members.passTime(this.#options.clock.monotonicMs());
  }

  /** Resolves once `signal` has aborted and the source has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { source, clock, backoff } = this.#options;
    while (!signal.aborted) {
      const error = await this.#runOnce(signal);
      if (signal.aborted) break;
      this.#lost(error);
      this.#restarts += 1;
      const participant = clock.join(`back-off:${source.id}`);
      await participant.sleepUntil(clock.monotonicMs() + backoff.nextMs(), signal);
      participant.leave();
    }
    this.#enter('stopped', noText);
  }

  async #runOnce(signal: AbortSignal): Promise<unknown> {
    const { source, clock } = this.#options;
    if (this.#state !== 'down') this.#enter('connecting', noText);
    // In lock-step, time stands from here until the source itself takes part in it.
    const participant = clock.join(`start:${source.id}`);
    try {
      await source.run(this.#context(signal, handOver(clock, participant)));
      const text = {
        en: `source ${source.id} ended without a reason`,
        zh: `数据源 ${source.id} 无故结束`,
      };
      return new GatewayError('CONNECTION_LOST', text, { retryable: true });
    } catch (error) {
      return error;
    } finally {
      this.#seeWhetherItStands();
      this.#connectedMs = undefined;
      participant.leave();
    }
  }

  #context(signal: AbortSignal, clock: Clock): SourceContext {
    const { log, groups, admit, event, report, intern, source } = this.#options;
    return {
      clock,
      log,
      signal,
      emit: (frame) => {
        const group = groups[frame.groupIndex];
        if (group === undefined) {
          throw new Error(
            `source ${source.id} emitted group ${frame.groupIndex}, which it has not`,
          );
        }
        if (frame.status.some(isUsable)) {
          this.#lastFrameMs = frame.receivedMs;
          this.#members.heard();
        }
        const admitted = admit(group, frame);
        if (admitted) this.#seeWhetherItStands();
        return admitted;
      },
      intern: (text) => {
        const id = intern(text);
        if (id === 0) this.#textRefused(text);
        return id;
      },
      event,
      report,
      member: (state) => {
        this.#members.take(state, this.#options.clock.monotonicMs());
      },
      connected: () => {
        if (this.#state === 'up') return;
        this.#enter('up', noText);
        this.#connectedMs = this.#options.clock.monotonicMs();
      },
      clockSeen: (device, skewMs) => {
        this.#clocks.seen(device, skewMs, this.#options.clock.nowMs());
      },
      count: (name, delta) => {
        this.#counters[name] = (this.#counters[name] ?? 0) + delta;
      },
    };
  }

  /** Asked at each frame and at the end of a run, so that nothing of its own has to take part in time. */
  #seeWhetherItStands(): void {
    const { source, clock, backoff, event } = this.#options;
    if (this.#connectedMs === undefined) return;
    if (clock.monotonicMs() - this.#connectedMs < stoodMs) return;
    this.#connectedMs = undefined;
    backoff.reset();
    if (!this.#isOutage) return;
    this.#isOutage = false;
    event(restoredEvent(source.id));
  }

  /** Said once an outage: further attempts and short-lived connections only change what is shown. */
  #lost(error: unknown): void {
    const reason = explainError(error);
    const { source, log, event } = this.#options;
    this.#enter('down', reason);
    this.#members.connectionLost(connectionIsLost);
    if (this.#isOutage) {
      log.debug({ source: source.id }, `source still down: ${reason.en}`);
      return;
    }
    this.#isOutage = true;
    const fields = errorFields(error);
    const isDefect = 'err' in fields;
    if (isDefect) log.error({ source: source.id, ...fields }, 'source ended by a defect');
    event(lostEvent(source.id, reason, isDefect ? undefined : fields.code));
  }

  /** Said once a run: a text that differs at every read would say it at every read. */
  #textRefused(text: string): void {
    if (this.#hasRefusedText) return;
    this.#hasRefusedText = true;
    const { source, event } = this.#options;
    const shown = JSON.stringify(text.slice(0, mostShown));
    const en = `Source ${source.id}: the table of texts is full (data.journal.textBytes); new texts such as ${shown} are bad from here on`;
    const zh = `数据源 ${source.id}：文本表已满（data.journal.textBytes）；此后的新文本（如 ${shown}）质量为坏`;
    event({ code: 'texts-full', severity: 'warning', subject: source.id, text: { en, zh } });
  }

  #enter(state: ConnectionState, reason: LocalText): void {
    if (state !== this.#state) this.#sinceMs = this.#options.clock.nowMs();
    this.#state = state;
    this.#reason = reason;
  }
}

const isUsable = (status: number): boolean => isGood(status) || isUncertain(status);

/** The same clock, at which the first to join takes the place of `participant`. */
const handOver = (clock: Clock, participant: Participant): Clock => ({
  nowMs: () => clock.nowMs(),
  monotonicMs: () => clock.monotonicMs(),
  join: (name, order) => {
    const joined = clock.join(name, order);
    participant.leave();
    return joined;
  },
});

const lostEvent = (
  subject: string,
  reason: LocalText,
  code: ErrorCode | undefined,
): GatewayEvent => ({
  code: 'source-lost',
  severity: 'warning',
  subject,
  text: {
    en: `Source ${subject} lost: ${reason.en}`,
    zh: `数据源 ${subject} 已断开：${reason.zh}`,
  },
  ...(code === undefined ? {} : { details: { code } }),
});

const restoredEvent = (subject: string): GatewayEvent => ({
  code: 'source-restored',
  severity: 'info',
  subject,
  text: { en: `Source ${subject} is back`, zh: `数据源 ${subject} 已恢复` },
});
