import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { quotaExceeded, reasonCodeOf, refusalText } from './connection-error.ts';
import type { MessageIdentity } from './poison-guard.ts';

export type OutgoingMessage = MessageIdentity & {
  readonly payload: Buffer | string;
  readonly retain: boolean;
  readonly entryCount: number;
  /** Told when the broker refuses this message, in its words. */
  refused(reason: string): void;
};

export type WindowOptions = {
  readonly connection: BrokerConnection;
  /** Names sink and broker in messages. */
  readonly target: LocalText;
  readonly qos: 0 | 1;
  readonly maxInFlight: number;
  /** Longest wait without any acknowledgement. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told of a lost connection, with what was unacknowledged. */
  lost?(underWay: readonly OutgoingMessage[]): void;
};

/**
 * Publishes `messages` in order with at most `maxInFlight` unacknowledged and resolves when all are settled. Each is asked
 * for only when there is room for it, so encoding keeps pace with the broker.
 *
 * @throws GatewayError CONNECTION_LOST, TIMEOUT, UNAVAILABLE (quota exceeded) or ABORTED: some may have been delivered
 */
export const publishAll = async (
  messages: Iterator<OutgoingMessage>,
  options: WindowOptions,
): Promise<void> => {
  const { connection, target, timeoutMs, signal } = options;
  const window = new PublishWindow(messages, options);
  const watch = setInterval(() => window.failWhenSilent(), timeoutMs / 4);
  const onAbort = (): void =>
    window.fail(
      new GatewayError(
        'ABORTED',
        { en: `publishing to ${target.en} was aborted`, zh: `${target.zh}：发布已中止` },
        { retryable: true },
      ),
    );
  signal.addEventListener('abort', onAbort);
  const forget = connection.onLost((error) => window.connectionLost(error));
  try {
    if (signal.aborted) onAbort();
    window.fill();
    await window.settled;
  } finally {
    clearInterval(watch);
    forget();
    signal.removeEventListener('abort', onAbort);
    messages.return?.();
  }
};

class PublishWindow {
  readonly #messages: Iterator<OutgoingMessage>;
  readonly #options: WindowOptions;
  readonly #settled = Promise.withResolvers<void>();
  readonly #underWay = new Set<OutgoingMessage>();
  #isExhausted = false;
  #isOver = false;
  #isFilling = false;
  #progressMs = performance.now();

  constructor(messages: Iterator<OutgoingMessage>, options: WindowOptions) {
    this.#messages = messages;
    this.#options = options;
  }

  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  fail(error: unknown): void {
    this.#isOver = true;
    this.#settled.reject(error);
  }

  connectionLost(error: unknown): void {
    if (!this.#isOver) this.#options.lost?.([...this.#underWay]);
    this.fail(error);
  }

  failWhenSilent(): void {
    const { target, timeoutMs } = this.#options;
    if (performance.now() - this.#progressMs < timeoutMs) return;
    const waiting = this.#underWay.size;
    const text = {
      en: `${target.en} acknowledged nothing for ${timeoutMs} ms with ${waiting} messages under way`,
      zh: `${target.zh} 在 ${timeoutMs} ms 内未确认任何消息，${waiting} 条待确认`,
    };
    this.fail(new GatewayError('TIMEOUT', text, { retryable: true }));
  }

  fill(): void {
    // QoS 0 is acknowledged from inside of publish: the loop goes on where it stands instead of recursing.
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (
        !this.#isOver &&
        !this.#isExhausted &&
        this.#underWay.size < this.#options.maxInFlight
      ) {
        const next = this.#messages.next();
        if (next.done === true) this.#isExhausted = true;
        else this.#publish(next.value);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#isFilling = false;
    }
    if (this.#isExhausted && this.#underWay.size === 0 && !this.#isOver) {
      this.#isOver = true;
      this.#settled.resolve();
    }
  }

  #publish(message: OutgoingMessage): void {
    const { connection, qos } = this.#options;
    this.#underWay.add(message);
    connection.publish(message, qos, (error) => {
      if (this.#isOver) return;
      this.#underWay.delete(message);
      this.#progressMs = performance.now();
      if (error === undefined || error === null) this.fill();
      else this.#refused(message, error);
    });
  }

  #refused(message: OutgoingMessage, error: unknown): void {
    const reason = reasonCodeOf(error);
    if (reason !== undefined && reason !== quotaExceeded) {
      message.refused(refusalText(error));
      this.fill();
      return;
    }
    const { target } = this.#options;
    const detail = describeError(error);
    const text = {
      en: `${target.en} did not take a message on ${message.topic}: ${detail}`,
      zh: `${target.zh} 未接收主题 ${message.topic} 的消息：${detail}`,
    };
    const code = reason === undefined ? 'CONNECTION_LOST' : 'UNAVAILABLE';
    this.fail(new GatewayError(code, text, { retryable: true, cause: error }));
  }
}
