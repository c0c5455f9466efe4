import type { DataValue, NodeId, NotificationMessage, Variant } from 'node-opcua-client';
import { describeWords, type GatewayError, toGatewayError } from '../../../gateway/core/error.ts';
import type { LocalText } from '../../../gateway/core/point.ts';
import { statusCodes, statusSymbol } from '../../../gateway/core/quality.ts';
import { EventLimit } from '../../shared/event-limit.ts';
import { NodeResolver } from '../node-resolver.ts';
import { ask, blockCalls, compareClocks, type ReaderOptions } from '../reader.ts';
import { type EventRow, eventFields, resultField, resultNamespaceUri } from './machine-event.ts';
import { MachineHealth } from './machine-health.ts';
import { MachineIntake } from './machine-intake.ts';
import type { MachineNode } from './machine-layout.ts';
import { MachineSubscription } from './machine-subscription.ts';
import { pause } from './pause.ts';
import type { ReportQueue } from './report-queue.ts';
import { toPlain } from './structure.ts';

const queueSize = 200;
/** Lists and results are read again, and nodes that were not there looked for, on this beat of real time. */
const beatMs = 60_000;
/** Messages that wait for their structures to be understood; what is dropped of lists is read again. */
const mostWaiting = 100;

/** The index among all is the client handle. */
type Watched = {
  readonly node: MachineNode;
  readonly address: MachineNode['address'];
  readonly intake: MachineIntake;
  readonly health: MachineHealth;
  /** Once it is monitored. */
  nodeId: NodeId | undefined;
};

/** What is taken from a part of a notification, be it of values or of events. */
type Part = {
  readonly monitoredItems?:
    | readonly { readonly clientHandle: number; readonly value: DataValue }[]
    | null;
  readonly events?:
    | readonly { readonly clientHandle: number; readonly eventFields?: readonly Variant[] | null }[]
    | null;
};

/**
 * Watches job orders, results and events of machines in a subscription of its own, whichever way points are read. Browses,
 * reads and subscribes; calls no method. Trouble with it ends the connection only where the connection itself is the trouble.
 */
export class MachineWatch {
  readonly #options: ReaderOptions;
  readonly #watched: readonly Watched[];
  readonly #resolver: NodeResolver;
  readonly #subscription: MachineSubscription;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: ReaderOptions, queue: ReportQueue) {
    this.#options = options;
    this.#watched = watchedOf(options, queue);
    this.#subscription = new MachineSubscription(options, (message) => this.#hear(message));
    this.#resolver = new NodeResolver({
      ...options.connection,
      blocks: blockCalls(options),
      ask: (work) => ask(options, work, lookingWords),
    });
  }

  /** Looks for everything once, before points are read: what happens from then on is heard. */
  async begin(): Promise<void> {
    if (this.#watched.length > 0) await this.#look();
  }

  /** Resolves when the signal has aborted. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (this.#watched.length > 0 && !signal.aborted) {
      await pause(beatMs, signal);
      if (signal.aborted) return;
      await this.#look();
      await this.#readAgain();
    }
  }

  async #look(): Promise<void> {
    const missing = this.#watched.filter(({ nodeId }) => nodeId === undefined);
    if (missing.length === 0) return;
    try {
      // Times of the device count only where its clock is right.
      await compareClocks(this.#options);
      await this.#subscription.open();
      const found: { readonly target: Watched; readonly nodeId: NodeId }[] = [];
      for (const node of await this.#resolver.resolve(missing)) {
        if ('nodeId' in node) found.push(node);
        else this.#isDown(node.target, statusSymbol(node.status));
      }
      await this.#monitor(found);
    } catch (error) {
      const words = describeWords(this.#told(error));
      for (const watched of missing) this.#isDown(watched, words);
    }
    this.#tellHealth();
  }

  async #monitor(
    found: readonly { readonly target: Watched; readonly nodeId: NodeId }[],
  ): Promise<void> {
    const { library, session } = this.#options.connection;
    const filter = this.#eventFilter();
    const { AttributeIds, MonitoringMode, TimestampsToReturn } = library;
    const creating = session.createMonitoredItems({
      subscriptionId: this.#subscription.id,
      timestampsToReturn: TimestampsToReturn.Source,
      itemsToCreate: found.map(({ target, nodeId }) => {
        const isEvents = target.node.role === 'events';
        return {
          itemToMonitor: {
            nodeId,
            attributeId: isEvents ? AttributeIds.EventNotifier : AttributeIds.Value,
          },
          monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            ...{ clientHandle: this.#watched.indexOf(target), samplingInterval: 0, queueSize },
            ...{ discardOldest: true, filter: isEvents ? filter : null },
          },
        };
      }),
    });
    const { results } = await ask(this.#options, creating, lookingWords);
    for (const [index, { target, nodeId }] of found.entries()) {
      const status = results?.[index]?.statusCode;
      if (status?.isGood() === true) {
        target.nodeId = nodeId;
        target.health.isUp(target.node.name);
      } else this.#isDown(target, status?.name ?? 'Bad');
    }
  }

  /** The result comes last. */
  #eventFilter() {
    const result = this.#resolver.indexOf(resultNamespaceUri);
    const more = result === undefined ? [] : [`${result}:${resultField}`];
    return this.#options.connection.library.constructEventFilter([...eventFields, ...more]);
  }

  /** One message after the other: to understand a structure, its type may have to be read first. */
  #hear(message: NotificationMessage): void {
    const parts = (message.notificationData ?? []) as readonly (Part | null)[];
    // What the library would do with them it does without a deadline, and its failure would be nobody's.
    message.notificationData = [];
    if (parts.length === 0 || this.#options.signal.aborted) return;
    if (this.#waiting >= mostWaiting) {
      this.#options.context.count('machine_messages_dropped', 1);
      return;
    }
    this.#waiting += 1;
    this.#tail = this.#tail.then(async () => {
      for (const part of parts) if (part !== null) await this.#takePart(part);
      this.#waiting -= 1;
    });
  }

  /** Never rejects. */
  async #takePart({ monitoredItems, events }: Part): Promise<void> {
    const { connection, signal } = this.#options;
    const values = (monitoredItems ?? []).map(({ value }) => value);
    const fields = (events ?? []).flatMap(({ eventFields: row }) => row ?? []);
    try {
      const understanding = connection.library.promoteOpaqueStructure(connection.session, [
        ...values,
        ...fields.map((value) => ({ value })),
      ]);
      await ask(this.#options, understanding, {
        en: 'reading the types of its structures',
        zh: '读取结构类型',
      });
      if (signal.aborted) return;
      for (const { clientHandle, value } of monitoredItems ?? []) {
        this.#takeValue(this.#watched[clientHandle], value);
      }
      for (const { clientHandle, eventFields: row } of events ?? []) {
        takeEvent(this.#watched[clientHandle], row ?? []);
      }
    } catch (error) {
      this.#told(error);
    }
  }

  #takeValue(watched: Watched | undefined, data: DataValue): void {
    if (watched === undefined) return;
    const { node, intake } = watched;
    if (data.statusCode.value === statusCodes.badNodeIdUnknown) {
      watched.nodeId = undefined;
      this.#isDown(watched, data.statusCode.name);
      this.#tellHealth();
    } else if (!data.statusCode.isGood()) {
      if (node.role === 'jobResponses') intake.responsesAreMissing();
    } else if (node.role === 'jobOrders') intake.takeOrders(data);
    else if (node.role === 'jobResponses') intake.takeResponses(data);
    else intake.takeResult(data);
  }

  /** Whatever a subscription may have left out. */
  async #readAgain(): Promise<void> {
    const { connection } = this.#options;
    const attributeId = connection.library.AttributeIds.Value;
    const nodes = this.#watched.flatMap((watched) =>
      watched.node.role === 'events' || watched.nodeId === undefined
        ? []
        : [{ watched, nodeId: watched.nodeId }],
    );
    try {
      await blockCalls(this.#options).run(nodes, {
        call: async (block) => {
          const reading = connection.session.read(
            block.map(({ nodeId }) => ({ nodeId, attributeId })),
          );
          const values = await ask(this.#options, reading, lookingWords);
          for (const [index, { watched }] of block.entries()) {
            const data = values[index];
            if (data !== undefined) this.#takeValue(watched, data);
          }
        },
        refused: () => this.#options.context.count('unreadable_nodes', 1),
      });
    } catch (error) {
      this.#told(error);
    }
  }

  /** Counted; whether the connection is at an end is for those to say who read points, or for the subscription's silence. */
  #told(error: unknown): GatewayError {
    const { id, context, signal } = this.#options;
    const failure = toGatewayError(error, {
      code: 'PROTOCOL',
      retryable: true,
      message: { en: `source ${id}: jobs and events`, zh: `数据源 ${id}：任务与事件` },
    });
    if (signal.aborted) return failure;
    context.count('machine_failures', 1);
    context.log.warn({ source: id, code: failure.code }, failure.message);
    return failure;
  }

  #isDown({ node, intake, health }: Watched, reason: string | LocalText): void {
    if (node.role === 'jobResponses') intake.responsesAreMissing();
    health.isDown(node.name, typeof reason === 'string' ? { en: reason, zh: reason } : reason);
  }

  #tellHealth(): void {
    if (this.#options.signal.aborted) return;
    for (const health of new Set(this.#watched.map((watched) => watched.health))) health.tell();
  }
}

const lookingWords: LocalText = { en: 'looking for its jobs and events', zh: '查找任务与事件' };

const takeEvent = (watched: Watched | undefined, values: readonly Variant[]): void => {
  const row = Object.fromEntries(
    eventFields.map((name, index) => [name, toPlain(values[index])]),
  ) as EventRow;
  watched?.intake.takeEvent(row, toPlain(values[eventFields.length]));
};

const watchedOf = (
  { context, times, layout }: ReaderOptions,
  queue: ReportQueue,
): readonly Watched[] => {
  const limit = new EventLimit();
  return layout.machines.flatMap(({ area, line, nodes }) => {
    const equipment = layout.groups
      .filter(({ equipment: of }) => of.area === area && of.line === line)
      .map(({ equipment: of }) => of.equipment);
    const hasResponses = nodes.some(({ role }) => role === 'jobResponses');
    const intake = new MachineIntake({
      ...{ area, line, equipment, hasResponses, context, times, queue, limit },
    });
    const health = new MachineHealth(context, `${area}/${line}#machine`, nodes.length);
    return nodes.map((node) => ({
      ...{ node, address: node.address, intake, health, nodeId: undefined },
    }));
  });
};
