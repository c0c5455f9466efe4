import type { IClientOptions, MqttClient } from 'mqtt';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { connectError } from './connection-error.ts';
import { keepPacketLibrarySmall } from './packet-library.ts';
import type { PublishedMessage } from './publish-packets.ts';
import { type PublishDone, Publisher } from './publisher.ts';

/** How long a connection may take to say goodbye before it is cut. */
const farewellTimeoutMs = 2000;

export type ConnectOptions = {
  readonly client: IClientOptions;
  /** Names sink and broker in messages. */
  readonly target: LocalText;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** What the broker asked for when it accepted the connection (MQTT 5 §3.2.2.3); without limits before MQTT 5. */
export type BrokerLimits = {
  readonly maxInFlight: number;
  readonly maxPacketBytes: number;
};

/** A connection that works once, until it is closed or lost. Reconnecting is its owner's business. */
export class BrokerConnection {
  readonly limits: BrokerLimits;
  readonly #client: MqttClient;
  readonly #publisher: Publisher;
  readonly #target: LocalText;
  #lost: GatewayError | undefined;
  readonly #listeners = new Set<(error: GatewayError) => void>();
  #farewell: string | undefined;

  private constructor(input: {
    readonly client: MqttClient;
    readonly publisher: Publisher;
    readonly target: LocalText;
    readonly limits: BrokerLimits;
  }) {
    const { client, publisher, target, limits } = input;
    this.#client = client;
    this.#publisher = publisher;
    this.#target = target;
    this.limits = limits;
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'puback') return;
      publisher.acknowledged(packet.messageId ?? 0, packet.reasonCode ?? 0);
    });
    client.on('disconnect', (packet) => {
      this.#farewell = `the broker said goodbye with code ${packet.reasonCode ?? 0}`;
    });
    client.on('error', (error) => {
      this.#farewell ??= describeError(error);
      // An error may leave the socket open (a malformed packet); nothing after it can be trusted.
      client.stream.destroy();
    });
    client.on('close', () => this.#fail());
  }

  /**
   * @throws GatewayError AUTHENTICATION_FAILED, PROTOCOL (wrong version), CONNECTION_FAILED, TIMEOUT, ABORTED
   */
  static async connect(options: ConnectOptions): Promise<BrokerConnection> {
    const { target, timeoutMs } = options;
    // Loaded when it is needed first: devices are read before.
    const [library] = await Promise.all([import('mqtt'), keepPacketLibrarySmall()]);
    const client = library.connect({
      ...options.client,
      reconnectPeriod: 0,
      queueQoSZero: false,
      // Else each acknowledgement sets a timer anew: more work than a ping now and then.
      reschedulePings: false,
      // Else `debug` makes an array of the arguments of each line, although nobody reads them.
      log: () => undefined,
      // Ours is shorter and has its own words.
      connectTimeout: timeoutMs + 1000,
    });
    // Without it small packets wait up to 40 ms for the delayed acknowledgement of the one before (Nagle).
    if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function') {
      client.stream.setNoDelay(true);
    }
    try {
      const limits = await accepted(client, options);
      const publisher = new Publisher({
        stream: client.stream,
        isVersion5: options.client.protocolVersion === 5,
        reasonText: (code) => reasonText(library.ReasonCodes, code),
      });
      return new BrokerConnection({ client, publisher, target, limits });
    } catch (error) {
      client.end(true);
      throw error;
    }
  }

  /** Why the connection no longer works; undefined while it does. */
  get lost(): GatewayError | undefined {
    return this.#lost;
  }

  /** Tells `listener`, once, that the connection is gone; at once when it already is. Returns what takes it back. */
  onLost(listener: (error: GatewayError) => void): () => void {
    if (this.#lost === undefined) this.#listeners.add(listener);
    else listener(this.#lost);
    return () => this.#listeners.delete(listener);
  }

  /** Sends at the end of this turn of the event loop. */
  publish(message: PublishedMessage, qos: 0 | 1, done: PublishDone): void {
    this.#publisher.publish(message, qos, done);
  }

  /** Says goodbye, so that the broker does not publish the last will; cuts the connection when that takes long. */
  async end(): Promise<void> {
    if (this.#lost !== undefined) return;
    const closed = new Promise<void>((resolve) => this.#client.once('close', () => resolve()));
    const cut = setTimeout(() => this.#client.stream.destroy(), farewellTimeoutMs);
    this.#client.end(false);
    await closed;
    clearTimeout(cut);
  }

  /** Cuts the connection without a goodbye. */
  destroy(): void {
    this.#client.end(true);
  }

  #fail(): void {
    if (this.#lost !== undefined) return;
    const words = {
      en: `connection to ${this.#target.en} lost: ${this.#farewell ?? 'the broker closed it'}`,
      zh: `${this.#target.zh} 的连接已丢失：${this.#farewell ?? '消息代理关闭了连接'}`,
    };
    this.#lost = new GatewayError('CONNECTION_LOST', words, { retryable: true });
    for (const listener of this.#listeners) listener(this.#lost);
    this.#listeners.clear();
  }
}

const reasonText = (texts: Readonly<Record<number, string>>, code: number): string =>
  texts[code] ?? 'unknown reason';

/** Waits for the broker's word on the connection. */
const accepted = async (client: MqttClient, options: ConnectOptions): Promise<BrokerLimits> => {
  const { target, timeoutMs, signal } = options;
  const answer = Promise.withResolvers<BrokerLimits>();
  const refuse = (code: 'TIMEOUT' | 'ABORTED', text: LocalText): void =>
    answer.reject(new GatewayError(code, text, { retryable: true }));
  const timer = setTimeout(
    () =>
      refuse('TIMEOUT', {
        en: `${target.en} did not answer within ${timeoutMs} ms`,
        zh: `${target.zh} 在 ${timeoutMs} ms 内无应答`,
      }),
    timeoutMs,
  );
  const onAbort = (): void =>
    refuse('ABORTED', {
      en: `connecting to ${target.en} was aborted`,
      zh: `${target.zh}：连接已中止`,
    });
  const onError = (error: unknown): void => answer.reject(connectError(error, target));
  const onClose = (): void =>
    onError(new Error('the connection was closed before it was accepted'));
  client.once('connect', ({ properties }) =>
    answer.resolve({
      maxInFlight: properties?.receiveMaximum ?? 65_535,
      maxPacketBytes: properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    }),
  );
  client.on('error', onError);
  client.on('close', onClose);
  signal.addEventListener('abort', onAbort);
  try {
    if (signal.aborted) onAbort();
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    client.removeListener('error', onError);
    client.removeListener('close', onClose);
  }
};
