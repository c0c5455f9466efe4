import { performance } from 'node:perf_hooks';
import type { ClientSubscription, NotificationMessage } from 'node-opcua-client';
import { GatewayError } from '../../../gateway/core/error.ts';
import { ask, type ReaderOptions } from '../reader.ts';

/** What machines show changes seldom; a longer list waits so long. */
const publishingMs = 500;
const keepAliveCount = 10;
const lifetimeCount = 60;
/** Silent for so many keep-alives, the subscription is dead, and the connection with it. */
const silenceFactor = 3;
const maxNotificationsPerPublish = 1000;

/** The subscription of one connection for what is no point. */
export class MachineSubscription {
  readonly #options: ReaderOptions;
  readonly #hear: (message: NotificationMessage) => void;
  #subscription: ClientSubscription | undefined;
  #heardMs = 0;
  #silenceLimitMs = Number.POSITIVE_INFINITY;

  constructor(options: ReaderOptions, hear: (message: NotificationMessage) => void) {
    this.#options = options;
    this.#hear = hear;
  }

  /** Of the open subscription. */
  get id(): number {
    return this.#subscription?.subscriptionId ?? 0;
  }

  /** Opens it unless it is open. @throws GatewayError */
  async open(): Promise<void> {
    if (this.#subscription !== undefined) return;
    const { connection, signal } = this.#options;
    const creating = connection.session.createSubscription2({
      requestedPublishingInterval: publishingMs,
      requestedMaxKeepAliveCount: keepAliveCount,
      requestedLifetimeCount: lifetimeCount,
      maxNotificationsPerPublish,
      publishingEnabled: true,
      priority: 0,
    });
    const subscription = await ask(this.#options, creating, {
      en: 'creating a subscription for jobs and events',
      zh: '为任务与事件建立订阅',
    });
    this.#subscription = subscription;
    const { publishingInterval, maxKeepAliveCount } = subscription;
    this.#silenceLimitMs = silenceFactor * publishingInterval * Math.max(maxKeepAliveCount, 1);
    this.#heardMs = performance.now();
    subscription.on('raw_notification', (message: NotificationMessage) => {
      this.#heardMs = performance.now();
      this.#hear(message);
    });
    subscription.on('terminated', () => this.#end({ en: 'has ended', zh: '已结束' }));
    // In real time: it is about the network, also when the clock is in lock-step.
    const watch = setInterval(() => this.#checkSilence(), this.#silenceLimitMs / 4);
    signal.addEventListener('abort', () => clearInterval(watch), { once: true });
    if (signal.aborted) clearInterval(watch);
  }

  #checkSilence(): void {
    if (performance.now() - this.#heardMs < this.#silenceLimitMs) return;
    // After a stall of the process the message may lie in the socket already: this lets it be read first.
    setImmediate(() => {
      const silentMs = Math.round(performance.now() - this.#heardMs);
      if (silentMs < this.#silenceLimitMs) return;
      this.#end({ en: `has been silent for ${silentMs} ms`, zh: `已 ${silentMs} ms 没有消息` });
    });
  }

  #end(what: { readonly en: string; readonly zh: string }): void {
    const { id, config, fail, signal } = this.#options;
    if (signal.aborted) return;
    const text = {
      en: `source ${id}, ${config.endpointUrl}: the subscription to jobs and events ${what.en}`,
      zh: `数据源 ${id}，${config.endpointUrl}：任务与事件的订阅${what.zh}`,
    };
    fail(new GatewayError('CONNECTION_LOST', text, { retryable: true }));
  }
}
