import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { correctedBy, correctionProblem } from './corrections.ts';
import { DerivedState } from './derived-state.ts';
import type { MessageOf, ProductionMessage } from './messages.ts';
import { type OrderState, orderState } from './order-state.ts';
import { type PanelAbout, panelProduction } from './panel-fold.ts';
import type { PanelProduction } from './panel-production.ts';
import type {
  LineTold,
  MessageNote,
  MessageQuery,
  NumberedMessage,
  OrderQuery,
  ProductionCalls,
  TimeSpan,
  Verdict,
} from './protocol.ts';
import { wheres } from './sql.ts';
import { messageOf, messagesOfOrder, orderIdOf, panelIdOf } from './stored-messages.ts';

/** A panel of a line. */
export type PanelName = { readonly line: string; readonly panelId: string };

/** What production told: only ever added to; everything else follows from the set of messages. */
export class ProductionDatabase {
  readonly #database: DatabaseSync;
  readonly #derived: DerivedState;

  /** A database with the tables of `productionSchema`. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#derived = new DerivedState(database);
  }

  get place(): number {
    return Number(this.#database.prepare('SELECT seq FROM place').get()?.['seq'] ?? 0);
  }

  /** What becomes of messages that come one after the other; nothing is stored. */
  judge(messages: readonly ProductionMessage[]): readonly Verdict[] {
    const before: ProductionMessage[] = [];
    return messages.map(asKept).map((message) => {
      const find = (id: string) => this.#ofSender(message.source, id, before);
      const known = find(message.id);
      if (known !== undefined) {
        return { as: isDeepStrictEqual(known, message) ? 'known' : 'conflict', notes: [] };
      }
      const problem = message.kind === 'inspection' ? correctionProblem(message, find) : undefined;
      if (problem !== undefined) return { as: problem, notes: [] };
      before.push(message);
      return { as: 'new', notes: this.#notes(message, before) };
    });
  }

  store({ messages, place }: ProductionCalls['store']['input']): undefined {
    this.#inOne(() => {
      for (const numbered of messages) this.#insert(numbered);
      this.#derived.take(messages.map(({ message }) => message));
      this.#database
        .prepare('INSERT OR REPLACE INTO place (one, seq) VALUES (1, max(?, 0))')
        .run(place);
    });
  }

  /** Makes again what follows from the messages, where an older gateway made it. */
  renew(): void {
    this.#inOne(() => this.#derived.renew());
  }

  told(line: string, span: TimeSpan): LineTold {
    return this.#derived.told(line, span);
  }

  orders(query: OrderQuery): readonly OrderState[] {
    return this.#derived.orders(query);
  }

  startedOrders(
    query: ProductionCalls['startedOrders']['input'],
  ): ProductionCalls['startedOrders']['output'] {
    return this.#derived.startedOrders(query);
  }

  shifts(span: TimeSpan): number {
    return this.#derived.shifts(span);
  }

  /** Newest first, by when they were taken. */
  messages(query: MessageQuery): readonly NumberedMessage[] {
    const { line, kinds, orderId, panelId, source, fromMs, toMs, beforeSeq, limit } = query;
    const { where, values } = wheres({
      'order_id = ?': orderId,
      'panel_id = ?': panelId,
      'line = ?': line,
      'source = ?': source,
      'kind IN (SELECT value FROM json_each(?))':
        kinds === undefined ? undefined : JSON.stringify(kinds),
      'time_ms >= ?': fromMs,
      'time_ms < ?': toMs,
      'seq < ?': beforeSeq,
    });
    return this.#database
      .prepare(`SELECT seq, received_ms, content FROM message ${where} ORDER BY seq DESC LIMIT ?`)
      .all(...values, limit)
      .map((row) => ({
        seq: Number(row['seq']),
        receivedMs: Number(row['received_ms']),
        message: messageOf(row),
      }));
  }

  panel({ line, panelId }: PanelName, about: PanelAbout): PanelProduction {
    return panelProduction({
      ...about,
      messages: this.#ofPanel(line, panelId),
      ofOrder: (orderId) => messagesOfOrder(this.#database, { line, orderId }),
    });
  }

  /** Panels of which messages tell something, directly or by their order. */
  touched(messages: readonly ProductionMessage[]): readonly PanelName[] {
    const found = new Map<string, PanelName>();
    const add = (line: string, panelId: string): void => {
      found.set(JSON.stringify([line, panelId]), { line, panelId });
    };
    const ofOrder = this.#database.prepare(
      `SELECT DISTINCT panel_id FROM message
         WHERE line = ? AND order_id = ? AND kind = 'panelAssignment'`,
    );
    for (const message of messages) {
      const { line } = message;
      const panelId = panelIdOf(message);
      const orderId = orderIdOf(message);
      if (panelId !== null) add(line, panelId);
      else if (orderId !== null) {
        for (const row of ofOrder.all(line, orderId)) add(line, String(row['panel_id']));
      }
    }
    return [...found.values()];
  }

  close(): undefined {
    this.#database.close();
  }

  /** What a sender told with an id, stored or just now. */
  #ofSender(
    source: string,
    id: string,
    before: readonly ProductionMessage[],
  ): ProductionMessage | undefined {
    const found = before.find((of) => of.source === source && of.id === id);
    if (found !== undefined) return found;
    const row = this.#database
      .prepare('SELECT content FROM message WHERE source = ? AND id = ?')
      .get(source, id);
    return row === undefined ? undefined : messageOf(row);
  }

  #insert({ seq, receivedMs, message }: NumberedMessage): void {
    const { source, id, kind, line, time } = message;
    this.#database
      .prepare(
        `INSERT INTO message (seq, received_ms, source, id, kind, line, time_ms, order_id, panel_id, content)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        ...[seq, receivedMs, source, id, kind, line, time],
        ...[orderIdOf(message), panelIdOf(message), JSON.stringify(message)],
      );
  }

  #ofPanel(line: string, panelId: string): readonly ProductionMessage[] {
    return this.#database
      .prepare('SELECT content FROM message WHERE line = ? AND panel_id = ?')
      .all(line, panelId)
      .map(messageOf);
  }

  /** Where something else should have been told before; it may still come. */
  #notes(message: ProductionMessage, before: readonly ProductionMessage[]): readonly MessageNote[] {
    const { line } = message;
    const notes: MessageNote[] = [];
    const panelId = panelIdOf(message);
    const orderId = orderIdOf(message);
    const isTold = (kind: ProductionMessage['kind'], column: 'order_id' | 'panel_id', id: string) =>
      this.#database
        .prepare(`SELECT 1 FROM message WHERE line = ? AND ${column} = ? AND kind = ? LIMIT 1`)
        .get(line, id, kind) !== undefined;
    if (panelId !== null && message.kind !== 'panelAssignment') {
      const isKnown =
        isTold('panelAssignment', 'panel_id', panelId) ||
        before.some((of) => of.kind === 'panelAssignment' && of.panelId === panelId);
      if (!isKnown) notes.push('panel-unknown');
    }
    if (orderId !== null && message.kind !== 'jobOrder') {
      const isKnown =
        isTold('jobOrder', 'order_id', orderId) ||
        before.some((of) => of.kind === 'jobOrder' && of.orderId === orderId);
      if (!isKnown) notes.push('order-unknown');
    }
    if (message.kind === 'jobOrder' && this.#isRedefined(message, before)) {
      notes.push('order-redefined');
    }
    if (message.kind === 'inspection' && message.corrects !== undefined) {
      const find = (id: string) => this.#ofSender(message.source, id, before);
      if (correctedBy(message, find) === undefined) notes.push('corrected-unknown');
    }
    return notes;
  }

  #isRedefined(message: MessageOf<'jobOrder'>, before: readonly ProductionMessage[]): boolean {
    const { messages } = messagesOfOrder(this.#database, message, [...before, message]);
    return (orderState(messages)?.definitions ?? 0) > 1;
  }

  #inOne(change: () => void): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      change();
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** As JSON has it, which knows no -0. */
const asKept = (message: ProductionMessage): ProductionMessage =>
  JSON.parse(JSON.stringify(message)) as ProductionMessage;
