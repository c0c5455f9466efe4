import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { plannedWindows } from './calendar.ts';
import type { ProductionMessage } from './messages.ts';
import { executionOf, type OrderState, orderState } from './order-state.ts';
import { panelProduction } from './panel-fold.ts';
import type { PanelProduction } from './panel-production.ts';
import {
  type CountedName,
  countedNames,
  type LineTold,
  type MessageNote,
  type MessageQuery,
  type NumberedMessage,
  type OrderQuery,
  type ProductionCalls,
  type TimeSpan,
  type Verdict,
} from './protocol.ts';

export const productionFile = 'production.db';

/** What `production.db` is; the version is in the file. */
export const productionSchema = {
  version: 1,
  migrations: [] as readonly string[],
  tables: `
    CREATE TABLE message (
      seq INTEGER NOT NULL, received_ms REAL NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,
      kind TEXT NOT NULL, line TEXT NOT NULL, time_ms REAL NOT NULL, order_id TEXT, panel_id TEXT,
      content TEXT NOT NULL, PRIMARY KEY (source, id)) STRICT;
    CREATE INDEX message_by_seq ON message (seq);
    CREATE INDEX message_by_time ON message (line, kind, time_ms);
    CREATE INDEX message_of_order ON message (line, order_id);
    CREATE INDEX message_of_panel ON message (line, panel_id);
    CREATE TABLE job_order (
      line TEXT NOT NULL, order_id TEXT NOT NULL, status TEXT NOT NULL, started_ms REAL,
      from_ms REAL NOT NULL, to_ms REAL NOT NULL, state TEXT NOT NULL,
      PRIMARY KEY (line, order_id)) STRICT;
    CREATE INDEX job_order_by_status ON job_order (line, status);
    CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT;
    CREATE TRIGGER message_is_never_changed BEFORE UPDATE ON message
      BEGIN SELECT RAISE(ABORT, 'a message is never changed'); END;
    CREATE TRIGGER message_is_never_deleted BEFORE DELETE ON message
      BEGIN SELECT RAISE(ABORT, 'a message is never deleted'); END;
  `,
};

type Row = Readonly<Record<string, unknown>>;

const messageOf = (row: Row): ProductionMessage =>
  JSON.parse(String(row['content'])) as ProductionMessage;

const orderIdOf = (message: ProductionMessage): string | null =>
  'orderId' in message ? (message.orderId ?? null) : null;
const panelIdOf = (message: ProductionMessage): string | null =>
  'panelId' in message ? (message.panelId ?? null) : null;

/** A panel of a line. */
export type PanelName = { readonly line: string; readonly panelId: string };

/** What production told: only ever added to; everything else follows from the set of messages. */
export class ProductionDatabase {
  readonly #database: DatabaseSync;

  /** A database with the tables of `productionSchema`. */
  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get place(): number {
    return Number(this.#database.prepare('SELECT seq FROM place').get()?.['seq'] ?? 0);
  }

  /** What becomes of messages that come one after the other; nothing is stored. */
  judge(messages: readonly ProductionMessage[]): readonly Verdict[] {
    const before: ProductionMessage[] = [];
    return messages.map((message) => {
      const known =
        before.find(({ source, id }) => source === message.source && id === message.id) ??
        this.#find(message);
      if (known !== undefined) {
        return { as: isDeepStrictEqual(known, message) ? 'known' : 'conflict', notes: [] };
      }
      before.push(message);
      return { as: 'new', notes: this.#notes(message, before) };
    });
  }

  store({ messages, place }: ProductionCalls['store']['input']): undefined {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      const orders = new Map<string, readonly [string, string]>();
      for (const numbered of messages) {
        this.#insert(numbered);
        const { message } = numbered;
        const orderId = orderIdOf(message);
        if (orderId === null) continue;
        orders.set(JSON.stringify([message.line, orderId]), [message.line, orderId]);
      }
      for (const [line, orderId] of orders.values()) this.#refreshOrder(line, orderId);
      database.prepare('INSERT OR REPLACE INTO place (one, seq) VALUES (1, max(?, 0))').run(place);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  told(line: string, span: TimeSpan): LineTold {
    const active = this.#database
      .prepare(
        `SELECT max(status IN ('released', 'started')) AS active FROM job_order WHERE line = ?`,
      )
      .get(line)?.['active'];
    const started = this.#database
      .prepare(
        `SELECT state FROM job_order WHERE line = ? AND started_ms IS NOT NULL
           ORDER BY started_ms DESC, order_id DESC LIMIT 1`,
      )
      .get(line);
    const order =
      started === undefined ? undefined : (JSON.parse(String(started['state'])) as OrderState);
    const windows = plannedWindows(this.#calendars(line, span)).filter(
      ({ startMs, endMs }) => startMs < span.toMs && endMs > span.fromMs,
    );
    return {
      ...{ line, windows, isOrderRegistered: typeof active === 'number' ? active === 1 : null },
      plannedRunTimePerItemMin: order?.definition?.plannedRunTimePerItemMin ?? null,
      counts: this.#counts(line, span),
      executions: this.#executions(line, span),
    };
  }

  /** Newest first. */
  orders(query: OrderQuery): readonly OrderState[] {
    return this.#database
      .prepare(
        `SELECT state FROM job_order
           WHERE (?1 IS NULL OR line = ?1) AND (?2 IS NULL OR order_id = ?2)
             AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR to_ms >= ?4)
             AND (?5 IS NULL OR from_ms < ?5)
           ORDER BY to_ms DESC, order_id LIMIT ?6`,
      )
      .all(
        ...[query.line ?? null, query.orderId ?? null, query.status ?? null],
        ...[query.fromMs ?? null, query.toMs ?? null, query.limit],
      )
      .map((row) => JSON.parse(String(row['state'])) as OrderState);
  }

  /** Newest first, by when they were taken. */
  messages(query: MessageQuery): readonly NumberedMessage[] {
    return this.#database
      .prepare(
        `SELECT seq, received_ms, content FROM message
           WHERE (?1 IS NULL OR line = ?1)
             AND (?2 IS NULL OR kind IN (SELECT value FROM json_each(?2)))
             AND (?3 IS NULL OR order_id = ?3) AND (?4 IS NULL OR panel_id = ?4)
             AND (?5 IS NULL OR time_ms >= ?5) AND (?6 IS NULL OR time_ms < ?6)
             AND (?7 IS NULL OR seq < ?7) AND (?8 IS NULL OR source = ?8)
           ORDER BY seq DESC LIMIT ?9`,
      )
      .all(
        ...[query.line ?? null, query.kinds === undefined ? null : JSON.stringify(query.kinds)],
        ...[query.orderId ?? null, query.panelId ?? null, query.fromMs ?? null],
        ...[query.toMs ?? null, query.beforeSeq ?? null, query.source ?? null, query.limit],
      )
      .map((row) => ({
        seq: Number(row['seq']),
        receivedMs: Number(row['received_ms']),
        message: messageOf(row),
      }));
  }

  panel(
    { line, panelId }: PanelName,
    about: { readonly startMs: number; readonly isRepeated: boolean },
  ): PanelProduction {
    return panelProduction({
      ...about,
      messages: this.#ofPanel(line, panelId),
      ofOrder: (orderId) => this.#ofOrder(line, orderId),
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
         WHERE line = ? AND order_id = ? AND panel_id IS NOT NULL`,
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

  #find({ source, id }: ProductionMessage): ProductionMessage | undefined {
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

  #refreshOrder(line: string, orderId: string): void {
    const state = orderState(this.#ofOrder(line, orderId));
    if (state === undefined) return;
    const { status, definition, released, started, completed, updatedMs } = state;
    const times = [
      ...[released, started, completed].flatMap((act) => act?.timeMs ?? []),
      ...[definition?.plannedStartMs, definition?.plannedEndMs].flatMap((time) => time ?? []),
      updatedMs,
    ];
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO job_order (line, order_id, status, started_ms, from_ms, to_ms, state)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[line, orderId, status, started?.timeMs ?? null],
        ...[Math.min(...times), Math.max(...times), JSON.stringify(state)],
      );
  }

  #ofOrder(line: string, orderId: string): readonly ProductionMessage[] {
    return this.#database
      .prepare(
        `SELECT content FROM message WHERE line = ? AND order_id = ?
           AND kind IN ('jobOrder', 'jobOrderStatus', 'schedulingMark')`,
      )
      .all(line, orderId)
      .map(messageOf);
  }

  #ofPanel(line: string, panelId: string): readonly ProductionMessage[] {
    return this.#database
      .prepare('SELECT content FROM message WHERE line = ? AND panel_id = ?')
      .all(line, panelId)
      .map(messageOf);
  }

  #calendars(line: string, { fromMs, toMs }: TimeSpan): readonly ProductionMessage[] {
    return this.#database
      .prepare(
        `SELECT content FROM message WHERE line = ? AND kind = 'calendar'
           AND content ->> '$.to' > ? AND content ->> '$.from' < ?`,
      )
      .all(line, fromMs, toMs)
      .map(messageOf);
  }

  #counts(line: string, { fromMs, toMs }: TimeSpan): LineTold['counts'] {
    return this.#database
      .prepare(
        `SELECT content FROM message WHERE line = ? AND kind = 'productionCount'
           AND time_ms >= ? AND time_ms < ? ORDER BY time_ms, source, id`,
      )
      .all(line, fromMs, toMs)
      .map(messageOf)
      .filter((message) => message.kind === 'productionCount')
      .map((message) => ({
        timeMs: message.time,
        ...(Object.fromEntries(countedNames.map((name) => [name, message[name] ?? null])) as Record<
          CountedName,
          number | null
        >),
      }));
  }

  #executions(line: string, { fromMs, toMs }: TimeSpan): LineTold['executions'] {
    return this.#database
      .prepare(
        'SELECT state FROM job_order WHERE line = ? AND started_ms < ? ORDER BY started_ms, order_id',
      )
      .all(line, toMs)
      .map((row) => executionOf(JSON.parse(String(row['state'])) as OrderState))
      .filter((execution) => execution.toMs === null || execution.toMs > fromMs);
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
    return notes;
  }

  #isRedefined(
    message: Extract<ProductionMessage, { kind: 'jobOrder' }>,
    before: readonly ProductionMessage[],
  ): boolean {
    const told = [...this.#ofOrder(message.line, message.orderId), ...before].filter(
      (of) => of.kind === 'jobOrder' && of.line === message.line && of.orderId === message.orderId,
    );
    return (orderState([...told, message])?.definitions ?? 0) > 1;
  }
}
