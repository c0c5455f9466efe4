import { describeError } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { Journal } from '../../journal/contract.ts';
import { WorkerCalls } from '../../journal/worker-calls.ts';
import type { ProductionMessage } from '../../production/messages.ts';
import type { OrderState } from '../../production/order-state.ts';
import type {
  LineTold,
  MessageQuery,
  NumberedMessage,
  OrderQuery,
  ProductionCalls,
  TimeSpan,
  Verdict,
} from '../../production/protocol.ts';

export type ProductionStoreOptions = {
  /** Of the journal. */
  readonly folder: string;
  readonly journal: Pick<
    Journal,
    'openCursor' | 'nextSeq' | 'appendRecord' | 'flush' | 'durableSeq'
  >;
  readonly log: Log;
};

/** What production told, as those see it who only look. @throws GatewayError STORE_FAILED */
export interface ProductionReader {
  /** Newest first. */
  orders(query: OrderQuery): Promise<readonly OrderState[]>;
  /** Newest first, by when they were taken. */
  messages(query: MessageQuery): Promise<readonly NumberedMessage[]>;
  startedOrders(
    query: ProductionCalls['startedOrders']['input'],
  ): Promise<ProductionCalls['startedOrders']['output']>;
  /** How many are planned to begin within a time, those of all lines together. */
  shifts(span: TimeSpan): Promise<number>;
}

const maxEntries = 1_024;
const readWaitMs = 100;
const closeWithinMs = 2_000;

/** The database of production, in a thread of its own, brought to where the journal ends. */
export class ProductionStore implements ProductionReader {
  readonly #options: ProductionStoreOptions;
  readonly #worker = new WorkerCalls<ProductionCalls>('production', {}, import.meta.url);
  #isClosed = false;

  private constructor(options: ProductionStoreOptions) {
    this.#options = options;
  }

  /**
   * Opens or makes it in the journal's folder, with all that the journal has and it has not.
   * @throws GatewayError STORE_VERSION, STORE_FAILED
   */
  static async open(options: ProductionStoreOptions): Promise<ProductionStore> {
    const store = new ProductionStore(options);
    const { log, folder, journal } = options;
    try {
      const { nextSeq } = journal;
      const opened = await store.#worker.call('open', { folder, nextSeq });
      for (const what of opened.migrated)
        log.warn({ what }, 'production: brought to a newer version');
      for (const reason of opened.setAside) {
        log.error({ reason }, 'production: begun anew, from what the journal still has');
      }
      // A journal that was begun anew has lower numbers.
      await store.#catchUp(Math.min(opened.place + 1, nextSeq));
      return store;
    } catch (error) {
      await store.#worker.end();
      throw error;
    }
  }

  judge(messages: readonly ProductionMessage[]): Promise<readonly Verdict[]> {
    return this.#worker.call('judge', messages);
  }

  store(messages: readonly NumberedMessage[], place: number): Promise<undefined> {
    return this.#worker.call('store', { messages, place });
  }

  told(lines: readonly string[], span: TimeSpan): Promise<readonly LineTold[]> {
    return this.#worker.call('told', { lines, span });
  }

  orders(query: OrderQuery): Promise<readonly OrderState[]> {
    return this.#worker.call('orders', query);
  }

  messages(query: MessageQuery): Promise<readonly NumberedMessage[]> {
    return this.#worker.call('messages', query);
  }

  startedOrders(
    query: ProductionCalls['startedOrders']['input'],
  ): Promise<ProductionCalls['startedOrders']['output']> {
    return this.#worker.call('startedOrders', query);
  }

  shifts(span: TimeSpan): Promise<number> {
    return this.#worker.call('shifts', span);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#worker.call('close', undefined, { withinMs: closeWithinMs });
    } catch (error) {
      const { log } = this.#options;
      log.error({ error: describeError(error) }, 'production: not closed in order');
    }
    await this.#worker.end();
  }

  /** What was journalled and not stored when the gateway was killed. */
  async #catchUp(from: number): Promise<void> {
    const { journal } = this.#options;
    const last = journal.nextSeq - 1;
    const cursor = await journal.openCursor('production', {
      ...{ from, persist: false, classes: ['record'] },
    });
    const never = new AbortController().signal;
    try {
      while (cursor.position < last) {
        const batch = await cursor.next({ maxEntries, signal: never, waitMs: readWaitMs });
        if (batch === undefined) break;
        const messages: NumberedMessage[] = [];
        for (let index = 0; index < batch.length; index++) {
          const record = batch.records[batch.group[index] as number];
          if (record?.type !== 'production') continue;
          const message = record.message as ProductionMessage;
          messages.push({ seq: batch.seq[index] as number, receivedMs: record.timeMs, message });
        }
        if (messages.length > 0) await this.store(messages, cursor.position);
      }
      await this.store([], last);
    } finally {
      await cursor.close();
    }
  }
}
