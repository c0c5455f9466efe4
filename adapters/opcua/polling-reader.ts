import { performance } from 'node:perf_hooks';
import type { DataValue, NodeId } from 'node-opcua-client';
import { GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import { explainError } from '../../gateway/core/error-text.ts';
import { statusCodes } from '../../gateway/core/quality.ts';
import {
  type PolledMember,
  type PollResult,
  pollUp,
  runPolledSource,
} from '../shared/polled-source.ts';
import type { BlockCalls } from './block-calls.ts';
import type { NodeTarget } from './layout.ts';
import { NodeResolver } from './node-resolver.ts';
import { ask, blockCalls, currentTimeId, failNode, type ReaderOptions } from './reader.ts';
import { isSameValue } from './same-value.ts';
import { isNodeGone, type NodeSample } from './sample-intake.ts';

type PolledNode = { readonly target: NodeTarget; readonly nodeId: NodeId };

/** Reads all nodes in cycles: exact in lock-step, and for servers whose subscriptions cannot be relied upon. */
export class PollingReader implements PolledMember {
  readonly name = 'server';
  readonly periodsMs: readonly number[];
  readonly phaseMs = 0;
  readonly #options: ReaderOptions;
  readonly #blocks: BlockCalls;
  readonly #resolver: NodeResolver;
  readonly #nodes: PolledNode[] = [];
  /** By target: what was read last, so that it is not told twice. */
  readonly #last: (DataValue | undefined)[] = [];
  #isConnected = false;
  #isRead = false;
  #isSilent = false;

  constructor(options: ReaderOptions, periodMs: number) {
    this.#options = options;
    this.periodsMs = [periodMs];
    this.#blocks = blockCalls(options);
    this.#resolver = new NodeResolver({
      ...options.connection,
      blocks: this.#blocks,
      ask: (work) => ask(options, work, { en: 'looking for its nodes', zh: '查找节点' }),
    });
  }

  /** Resolves when the signal has aborted; throws when the nodes cannot be looked for. */
  async run(): Promise<void> {
    const { context, signal, layout, fail, id } = this.#options;
    await this.#resolve(layout.targets);
    await runPolledSource({
      context,
      members: [this],
      signal,
      onSilence: () => {
        const text = {
          en: `source ${id}: the connection stands, but nobody answers`,
          zh: `数据源 ${id}：连接仍在，但没有任何应答`,
        };
        fail(new GatewayError('TIMEOUT', text, { retryable: true }));
      },
    });
  }

  async poll(): Promise<PollResult> {
    const { health, context } = this.#options;
    const startMs = performance.now();
    try {
      const due = health.due();
      if (due.length > 0) {
        context.count('node_retries', due.length);
        await this.#resolve(due);
      }
      await this.#blocks.run(this.#nodes, {
        call: (block) => this.#read(block),
        refused: ({ target }, status) => failNode(this.#options, target, status),
      });
      this.#options.intake.end();
      this.#dropMissing();
      this.#report();
      return pollUp;
    } catch (thrown) {
      this.#tellSilence();
      const error = toGatewayError(thrown, {
        code: 'PROTOCOL',
        retryable: true,
        message: { en: `source ${this.#options.id}`, zh: `数据源 ${this.#options.id}` },
      });
      return {
        state: 'unanswered',
        reason: explainError(error),
        costMs: performance.now() - startMs,
      };
    }
  }

  /** What was read last holds as long as reads confirm it, so that it ends with the first that nobody answers. */
  #tellSilence(): void {
    const { signal, intake } = this.#options;
    if (this.#isSilent || signal.aborted) return;
    this.#isSilent = true;
    intake.lost();
    this.#last.fill(undefined);
  }

  nodeGone(target: NodeTarget, status: number): void {
    failNode(this.#options, target, status);
  }

  #report(): void {
    const { health } = this.#options;
    if (this.#isRead) {
      health.report();
      return;
    }
    // Only now is it known which nodes give values.
    this.#isRead = true;
    health.begin();
  }

  async #resolve(targets: readonly NodeTarget[]): Promise<void> {
    const { health, intake } = this.#options;
    for (const node of await this.#resolver.resolve(targets)) {
      if (!('nodeId' in node)) {
        failNode(this.#options, node.target, node.status);
        continue;
      }
      this.#nodes.push(node);
      this.#last[node.target.index] = undefined;
      intake.startAnew(node.target);
      health.isTaken(node.target);
    }
    intake.end();
  }

  /** The first node of each request is the server's clock, which shows how old the others are. */
  async #read(nodes: readonly PolledNode[]): Promise<void> {
    const { connection, context, intake, times, signal } = this.#options;
    const { session, library } = connection;
    const attributeId = library.AttributeIds.Value;
    const reading = session.read([
      { nodeId: currentTimeId, attributeId },
      ...nodes.map(({ nodeId }) => ({ nodeId, attributeId })),
    ]);
    const [clock, ...values] = await ask(this.#options, reading, {
      en: 'reading its nodes',
      zh: '读取节点',
    });
    if (signal.aborted) return;
    this.#isSilent = false;
    if (!this.#isConnected) {
      this.#isConnected = true;
      context.connected();
    }
    const serverTime: unknown = clock?.value.value;
    const sentMs = serverTime instanceof Date ? serverTime.getTime() : Number.NaN;
    times.serverClockSeen(sentMs, context.clock.nowMs());
    const samples: NodeSample[] = [];
    for (const [i, { target }] of nodes.entries()) {
      const value = values[i];
      if (value === undefined) failNode(this.#options, target, statusCodes.badNoData);
      else if (this.#isNews(target, value)) samples.push({ clientHandle: target.index, value });
    }
    intake.takeMessage(samples, sentMs);
  }

  /** A value with the time of the one before says nothing new. */
  #isNews(target: NodeTarget, value: DataValue): boolean {
    const last = this.#last[target.index];
    this.#last[target.index] = value;
    if (this.#options.config.timestamps === 'gateway') return true;
    if (last === undefined || value.sourceTimestamp === null) return true;
    if (isNodeGone(value.statusCode.value)) return true;
    return (
      last.sourceTimestamp?.getTime() !== value.sourceTimestamp?.getTime() ||
      last.statusCode.value !== value.statusCode.value ||
      !isSameValue(last.value.value, value.value.value)
    );
  }

  /** Nodes found missing are not read until they have been looked for again. */
  #dropMissing(): void {
    const { health } = this.#options;
    for (let i = this.#nodes.length - 1; i >= 0; i -= 1) {
      const node = this.#nodes[i] as PolledNode;
      if (health.isBad(node.target)) this.#nodes.splice(i, 1);
    }
  }
}
