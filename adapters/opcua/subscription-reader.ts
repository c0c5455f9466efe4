import { performance } from 'node:perf_hooks';
import type {
  ClientSubscription,
  MonitoredItemCreateResult,
  NotificationData,
  NotificationMessage,
  StatusCode,
} from 'node-opcua-client';
import { GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import { statusCodes } from '../../gateway/core/quality.ts';
import type { BlockCalls } from './block-calls.ts';
import type { NodeTarget } from './layout.ts';
import { NodeResolver, type ResolvedNode } from './node-resolver.ts';
import type { SubscriptionConfig } from './opcua-config.ts';
import { ask, blockCalls, compareClocks, failNode, type ReaderOptions } from './reader.ts';
import type { NodeSample } from './sample-intake.ts';
import { epochMs } from './sample-time.ts';

/** Nodes are looked for again, and clocks compared, on this beat of the gateway's clock. */
const beatMs = 1000;
const clockEveryBeats = 60;
/** Longer messages are cut by the server. */
const maxNotificationsPerPublish = 10_000;
/** A server gives a subscription up after so many keep-alives that nobody fetched (OPC UA Part 4 §5.14.2: at least 3). */
const lifetimeKeepAlives = 6;
/** The library, too, asks for no fewer. */
const fewestKeepAliveCounts = 3;

type MonitoredNode = FoundNode & { readonly monitoredItemId: number };

type FoundNode = Extract<ResolvedNode<NodeTarget>, { readonly nodeId: unknown }>;

type DataChange = NotificationData & { readonly monitoredItems?: readonly NodeSample[] | null };

/** A subscription must say something within the time that the server has granted to a quiet session. */
const fitToSession = (settings: SubscriptionConfig, sessionMs: number) => {
  const { publishingIntervalMs, keepAliveMs } = settings;
  const publishingMs = Math.min(publishingIntervalMs, sessionMs / fewestKeepAliveCounts);
  const wanted = Math.max(Math.ceil(keepAliveMs / publishingMs), fewestKeepAliveCounts);
  return { publishingMs, keepAliveCount: Math.min(wanted, Math.floor(sessionMs / publishingMs)) };
};

/** Reads by a subscription: the server looks at each value often, and sends what it has seen in messages. */
export class SubscriptionReader {
  readonly #options: ReaderOptions;
  readonly #settings: SubscriptionConfig;
  readonly #blocks: BlockCalls;
  readonly #resolver: NodeResolver;
  /** By target; undefined where the node is not monitored. */
  readonly #monitored: (MonitoredNode | undefined)[] = [];
  #subscription: ClientSubscription | undefined;
  #silenceLimitMs = Number.POSITIVE_INFINITY;
  #heardMs = 0;
  #sequence: number | undefined;
  #isConnected = false;

  constructor(options: ReaderOptions, settings: SubscriptionConfig) {
    this.#options = options;
    this.#settings = settings;
    this.#blocks = blockCalls(options);
    this.#resolver = new NodeResolver({
      ...options.connection,
      blocks: this.#blocks,
      ask: (work) => ask(options, work, { en: 'looking for its nodes', zh: '查找节点' }),
    });
  }

  /** Resolves when the signal has aborted; throws when the server refuses what is needed. */
  async run(): Promise<void> {
    const { context, signal, layout, health } = this.#options;
    const participant = context.clock.join('opcua:subscription');
    try {
      await compareClocks(this.#options);
      await this.#subscribe();
      await this.#monitor(layout.targets);
      health.begin();
      let beats = 0;
      while (!signal.aborted) {
        await participant.sleepUntil(context.clock.monotonicMs() + beatMs, signal);
        if (signal.aborted) return;
        beats += 1;
        await this.#monitorAgain();
        await this.#checkDeafness();
        if (beats % clockEveryBeats === 0) await compareClocks(this.#options);
      }
    } finally {
      participant.leave();
    }
  }

  /** A node was there and is no more: its monitored item will never say anything again. */
  nodeGone(target: NodeTarget, status: number): void {
    failNode(this.#options, target, status);
    const monitoredItemId = this.#monitored[target.index]?.monitoredItemId;
    this.#monitored[target.index] = undefined;
    const subscription = this.#subscription;
    if (monitoredItemId === undefined || subscription === undefined) return;
    const { subscriptionId } = subscription;
    const { session } = this.#options.connection;
    session.deleteMonitoredItems({ subscriptionId, monitoredItemIds: [monitoredItemId] }).catch(
      // The server has forgotten it with its node.
      () => this.#options.context.count('delete_failures', 1),
    );
  }

  async #subscribe(): Promise<void> {
    const { connection, signal } = this.#options;
    const { silenceFactor } = this.#settings;
    const { session } = connection;
    const { publishingMs, keepAliveCount } = fitToSession(this.#settings, session.timeout);
    const creating = session.createSubscription2({
      requestedPublishingInterval: publishingMs,
      requestedMaxKeepAliveCount: keepAliveCount,
      requestedLifetimeCount: keepAliveCount * lifetimeKeepAlives,
      maxNotificationsPerPublish,
      publishingEnabled: true,
      priority: 1,
    });
    const subscription = await ask(this.#options, creating, {
      en: 'creating a subscription',
      zh: '建立订阅',
    });
    this.#subscription = subscription;
    const { publishingInterval, maxKeepAliveCount } = subscription;
    this.#silenceLimitMs = silenceFactor * publishingInterval * Math.max(maxKeepAliveCount, 1);
    this.#heardMs = performance.now();
    subscription.on('raw_notification', (message: NotificationMessage) => this.#hear(message));
    subscription.on('terminated', () => this.#end('the server has ended the subscription'));
    // In real time: it is about the network, also when the clock is in lock-step.
    const watch = setInterval(() => this.#checkSilence(), Math.max(this.#silenceLimitMs / 8, 20));
    signal.addEventListener('abort', () => clearInterval(watch), { once: true });
    if (signal.aborted) clearInterval(watch);
  }

  /** The library swallows what is thrown here, so it must not leave. */
  #hear(message: NotificationMessage): void {
    if (this.#options.signal.aborted) return;
    try {
      this.#take(message);
    } catch (error) {
      this.#options.fail(
        toGatewayError(error, {
          code: 'PROTOCOL',
          retryable: true,
          message: {
            en: `source ${this.#options.id}: a notification cannot be understood`,
            zh: `数据源 ${this.#options.id}：无法理解收到的通知`,
          },
        }),
      );
    }
  }

  #take(message: NotificationMessage): void {
    const { context, intake, health } = this.#options;
    this.#heardMs = performance.now();
    if (!this.#isConnected) {
      this.#isConnected = true;
      context.connected();
    }
    const parts = (message.notificationData ?? []) as (DataChange | null)[];
    this.#countMissed(message.sequenceNumber, parts.length === 0);
    const sentMs = epochMs(message.publishTime);
    const others: (DataChange | null)[] = [];
    for (const part of parts) {
      const samples = part?.monitoredItems;
      if (samples !== undefined && samples !== null) intake.takeMessage(samples, sentMs);
      else others.push(part);
      const status = (part as { readonly status?: StatusCode } | null)?.status;
      if (status !== undefined) this.#end(`the subscription is ${status.toString()}`);
    }
    // What is left is for the library; with the samples it would only look for listeners that are not there.
    message.notificationData = others;
    health.report();
  }

  /** Sequence numbers have no gaps; a keep-alive carries the number of the message to come (OPC UA Part 4 §5.14.1.1). */
  #countMissed(sequence: number, isKeepAlive: boolean): void {
    const expected = this.#sequence;
    this.#sequence = isKeepAlive ? sequence : sequence === 0xffff_ffff ? 1 : sequence + 1;
    if (expected === undefined || sequence === expected) return;
    const missed = sequence - expected;
    this.#options.context.count('missed_notifications', missed > 0 ? missed : 1);
  }

  get #silentMs(): number {
    return performance.now() - this.#heardMs;
  }

  #checkSilence(): void {
    if (this.#silentMs < this.#silenceLimitMs) return;
    // After a stall of the process the message may lie in the socket already: this lets it be read first.
    setImmediate(() => this.#judgeSilence());
  }

  #judgeSilence(): void {
    const silentMs = this.#silentMs;
    if (silentMs < this.#silenceLimitMs || this.#options.signal.aborted) return;
    const { id, config, fail } = this.#options;
    const text = {
      en: `source ${id}, ${config.endpointUrl}: the connection stands, but the subscription has been silent for ${Math.round(silentMs)} ms`,
      zh: `数据源 ${id}，${config.endpointUrl}：连接仍在，但订阅已 ${Math.round(silentMs)} ms 没有消息`,
    };
    fail(new GatewayError('TIMEOUT', text, { retryable: true }));
  }

  #end(reason: string): void {
    const { id, config, fail } = this.#options;
    const text = `source ${id}, ${config.endpointUrl}: ${reason}`;
    fail(new GatewayError('CONNECTION_LOST', text, { retryable: true }));
  }

  async #monitorAgain(): Promise<void> {
    const { health, context } = this.#options;
    const due = health.due();
    if (due.length === 0) return;
    context.count('node_retries', due.length);
    await this.#monitor(due);
  }

  async #monitor(targets: readonly NodeTarget[]): Promise<void> {
    const { health, intake } = this.#options;
    const found: FoundNode[] = [];
    for (const node of await this.#resolver.resolve(targets)) {
      if ('nodeId' in node) found.push(node);
      else failNode(this.#options, node.target, node.status);
    }
    await this.#blocks.run(found, {
      call: (block) => this.#monitorBlock(block),
      refused: ({ target }, status) => failNode(this.#options, target, status),
    });
    intake.end();
    health.report();
  }

  async #monitorBlock(nodes: readonly FoundNode[]): Promise<void> {
    const { connection, intake, signal } = this.#options;
    const { library, session } = connection;
    const subscription = this.#subscription;
    if (subscription === undefined) return;
    for (const { target } of nodes) intake.startAnew(target);
    const creating = session.createMonitoredItems({
      subscriptionId: subscription.subscriptionId,
      timestampsToReturn: library.TimestampsToReturn.Source,
      itemsToCreate: nodes.map(({ target, nodeId }) => ({
        itemToMonitor: { nodeId, attributeId: library.AttributeIds.Value },
        monitoringMode: library.MonitoringMode.Reporting,
        requestedParameters: {
          clientHandle: target.index,
          samplingInterval: this.#settings.samplingIntervalMs,
          queueSize: this.#settings.queueSize,
          discardOldest: true,
          filter: this.#settings.reportUnchanged
            ? new library.DataChangeFilter({
                trigger: library.DataChangeTrigger.StatusValueTimestamp,
              })
            : null,
        },
      })),
    });
    const response = await ask(this.#options, creating, {
      en: 'monitoring its nodes',
      zh: '监视节点',
    });
    if (signal.aborted) return;
    for (const [i, node] of nodes.entries()) {
      const result = response.results?.[i];
      if (result === undefined || !result.statusCode.isGood()) {
        failNode(this.#options, node.target, result?.statusCode.value ?? statusCodes.bad);
      } else this.#isMonitored(node, result);
    }
  }

  #isMonitored(node: FoundNode, result: MonitoredItemCreateResult): void {
    const { health, deafCheck } = this.#options;
    const { monitoredItemId, revisedSamplingInterval } = result;
    this.#monitored[node.target.index] = { ...node, monitoredItemId };
    const publishingMs = this.#subscription?.publishingInterval ?? 0;
    deafCheck.allow(Math.max(revisedSamplingInterval, 0) + publishingMs);
    health.isTaken(node.target);
  }

  /** Reads some values that have been quiet, and compares them with what the subscription has told. */
  async #checkDeafness(): Promise<void> {
    const { config, deafCheck } = this.#options;
    if (!deafCheck.isDue(performance.now())) return;
    const targets = this.#monitored.flatMap((node) => (node === undefined ? [] : [node.target]));
    const chosen = deafCheck.choose(targets, config.maxItemsPerCall, performance.now());
    const nodes = chosen.flatMap(({ index }) => this.#monitored[index] ?? []);
    await this.#blocks.run(nodes, {
      call: (block) => this.#compare(block),
      // It is watched, and cannot be read: nothing to compare.
      refused: () => this.#options.context.count('unreadable_nodes', 1),
    });
  }

  async #compare(nodes: readonly FoundNode[]): Promise<void> {
    const { connection, deafCheck, context, fail, id, config } = this.#options;
    const attributeId = connection.library.AttributeIds.Value;
    const reading = connection.session.read(nodes.map(({ nodeId }) => ({ nodeId, attributeId })));
    const values = await ask(this.#options, reading, {
      en: 'comparing values that have not changed',
      zh: '核对未变化的值',
    });
    for (const [i, { target }] of nodes.entries()) {
      const value = values[i];
      const unheard = value === undefined ? undefined : deafCheck.compare(target, value);
      if (unheard === undefined) continue;
      context.count('unheard_changes', 1);
      const text = {
        en: `source ${id}, ${config.endpointUrl}: the subscription lives, but does not tell that ${target.name} has changed, which was read ${unheard.looks} times`,
        zh: `数据源 ${id}，${config.endpointUrl}：订阅仍在，但未通知 ${target.name} 的变化（已读取核对 ${unheard.looks} 次）`,
      };
      fail(new GatewayError('TIMEOUT', text, { retryable: true }));
      return;
    }
  }
}
