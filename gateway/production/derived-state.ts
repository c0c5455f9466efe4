import type { DatabaseSync } from 'node:sqlite';
import {
  longestBreakMs,
  overlay,
  type PlannedWindow,
  plannedShifts,
  windowsOf,
} from './calendar.ts';
import type { MessageOf, ProductionMessage } from './messages.ts';
import {
  byRank,
  executionsOf,
  type OrderState,
  orderState,
  startedOrder,
  unionOf,
} from './order-state.ts';
import {
  type CountedName,
  countedNames,
  type LineTold,
  type OrderQuery,
  type ProductionCalls,
  type TimeSpan,
} from './protocol.ts';
import { wheres } from './sql.ts';
import { isOfFindings, StoredFindings } from './stored-findings.ts';
import { messageOf, messagesOfOrder, type OrderName, orderIdOf } from './stored-messages.ts';

/** Raised whenever something else follows from the same messages. */
export const derivedVersion = 3;

type Row = Readonly<Record<string, unknown>>;
/** With the calendar that it is of: a later one is above it. */
type ToldWindow = PlannedWindow & Pick<ProductionMessage, 'source' | 'id' | 'time'>;

const minuteMs = 60_000;

/**
 * What follows from the messages of production, kept in tables beside them: one more message costs what it is about, however
 * many there are, and whatever order they come in.
 */
export class DerivedState {
  readonly #database: DatabaseSync;
  readonly #findings: StoredFindings;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#findings = new StoredFindings(database);
  }

  /** Takes messages that have been stored, within a transaction. */
  take(messages: readonly ProductionMessage[]): void {
    const orders = new Map<string, OrderName>();
    const panels = new Map<string, { readonly line: string; readonly panelId: string }>();
    for (const message of messages) {
      if (message.kind === 'calendar') this.#plan(message);
      const { line } = message;
      if (isOfFindings(message)) {
        panels.set(JSON.stringify([line, message.panelId]), { line, panelId: message.panelId });
      }
      const orderId = orderIdOf(message);
      if (orderId !== null) orders.set(JSON.stringify([line, orderId]), { line, orderId });
    }
    for (const order of orders.values()) this.#refreshOrder(order);
    for (const { line, panelId } of panels.values()) this.#findings.refresh(line, panelId);
  }

  /** Everything from the messages again, within a transaction, where it was made otherwise. */
  renew(): void {
    const database = this.#database;
    const made = database.prepare('SELECT version FROM derivation').get()?.['version'];
    if (made === derivedVersion) return;
    database.exec('DELETE FROM job_order; DELETE FROM execution; DELETE FROM planned_window');
    const orders = database
      .prepare('SELECT DISTINCT order_id, line FROM message WHERE order_id IS NOT NULL')
      .all();
    for (const row of orders) {
      this.#refreshOrder({ line: String(row['line']), orderId: String(row['order_id']) });
    }
    this.#findings.renew();
    const calendars = database.prepare("SELECT content FROM message WHERE kind = 'calendar'");
    for (const row of calendars.iterate()) this.#plan(messageOf(row) as MessageOf<'calendar'>);
    database
      .prepare('INSERT OR REPLACE INTO derivation (one, version) VALUES (1, ?)')
      .run(derivedVersion);
  }

  told(line: string, span: TimeSpan): LineTold {
    const registered = this.#database
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM job_order WHERE line = ?1) AS told,
           EXISTS (SELECT 1 FROM job_order WHERE line = ?1 AND status IN ('released', 'started')) AS active`,
      )
      .get(line);
    const started = this.#database
      .prepare(
        `SELECT state FROM job_order WHERE line = ? AND started_ms IS NOT NULL
           ORDER BY started_ms DESC, order_id DESC LIMIT 1`,
      )
      .get(line);
    const order = started === undefined ? undefined : stateOf(started);
    return {
      ...{ line, windows: this.#windows(line, span) },
      isOrderRegistered: registered?.['told'] === 1 ? registered['active'] === 1 : null,
      plannedRunTimePerItemMin: order?.definition?.plannedRunTimePerItemMin ?? null,
      counts: this.#counts(line, span),
      executions: this.#executions(line, span),
      findings: this.#findings.within(line, span),
    };
  }

  /** Newest first. */
  orders({ line, orderId, status, fromMs, toMs, limit }: OrderQuery): readonly OrderState[] {
    const { where, values } = wheres({
      'line = ?': line,
      'order_id = ?': orderId,
      'status = ?': status,
      'to_ms >= ?': fromMs,
      'from_ms < ?': toMs,
    });
    return this.#database
      .prepare(`SELECT state FROM job_order ${where} ORDER BY to_ms DESC, order_id LIMIT ?`)
      .all(...values, limit)
      .map(stateOf);
  }

  /** Orders that were started last within a time, the first of them first. */
  startedOrders({
    fromMs,
    toMs,
    limit,
  }: ProductionCalls['startedOrders']['input']): ProductionCalls['startedOrders']['output'] {
    const within = 'FROM job_order WHERE started_ms >= ? AND started_ms < ?';
    const orders = this.#database
      .prepare(`SELECT state, is_overridden ${within} ORDER BY started_ms, order_id LIMIT ?`)
      .all(fromMs, toMs, limit)
      .flatMap((row) => startedOrder(stateOf(row), row['is_overridden'] === 1) ?? []);
    const count = this.#database.prepare(`SELECT count(*) AS count ${within}`).get(fromMs, toMs)?.[
      'count'
    ];
    return { orders, leftOut: Number(count) - orders.length };
  }

  /** How many shifts of all lines are planned to begin within a time. */
  shifts({ fromMs, toMs }: TimeSpan): number {
    const windows = this.#database
      .prepare(
        `SELECT line, start_ms, end_ms, is_busy, shift FROM planned_window
           WHERE end_ms >= ? AND start_ms < ? AND is_busy = 1 ORDER BY end_ms`,
      )
      .all(fromMs - longestBreakMs, toMs)
      .map((row) => ({ line: String(row['line']), ...windowOf(row) }));
    return plannedShifts(windows).filter(({ startMs }) => startMs >= fromMs).length;
  }

  /** Puts a calendar above what earlier ones plan for its time, and below what later ones do. */
  #plan(calendar: MessageOf<'calendar'>): void {
    const { line, from, to, time, source, id } = calendar;
    const beside = this.#toldWindows(line, { fromMs: from, toMs: to });
    const own = windowsOf(calendar).map((window) => ({ ...window, time, source, id }));
    const isAbove = (window: ToldWindow): boolean => byRank(window, calendar) > 0;
    const below = beside.filter((window) => !isAbove(window));
    const plan = overlay(overlay(below, own), beside.filter(isAbove));
    const remove = this.#database.prepare(
      'DELETE FROM planned_window WHERE line = ? AND end_ms = ?',
    );
    const [before, after] = [new Set(beside), new Set(plan)];
    for (const window of before) if (!after.has(window)) remove.run(line, window.endMs);
    const add = this.#database.prepare(
      `INSERT INTO planned_window (line, start_ms, end_ms, is_busy, shift, told_ms, source, id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const window of after) {
      if (before.has(window)) continue;
      const { startMs, endMs, isBusy, shift } = window;
      add.run(
        ...[line, startMs, endMs, Number(isBusy), shift],
        ...[window.time, window.source, window.id],
      );
    }
  }

  #toldWindows(line: string, { fromMs, toMs }: TimeSpan): readonly ToldWindow[] {
    const rows = this.#database
      .prepare('SELECT * FROM planned_window WHERE line = ? AND end_ms > ? ORDER BY end_ms')
      .iterate(line, fromMs);
    const found: ToldWindow[] = [];
    for (const row of rows) {
      const window = windowOf(row);
      // Windows are side by side: what comes now begins later still.
      if (window.startMs >= toMs) break;
      const [source, id] = [String(row['source']), String(row['id'])];
      found.push({ ...window, time: Number(row['told_ms']), source, id });
    }
    return found;
  }

  #windows(line: string, span: TimeSpan): readonly PlannedWindow[] {
    return this.#toldWindows(line, span).map(({ startMs, endMs, isBusy, shift }) => ({
      ...{ startMs, endMs, isBusy, shift },
    }));
  }

  #refreshOrder({ line, orderId }: OrderName): void {
    const { messages } = messagesOfOrder(this.#database, { line, orderId });
    const state = orderState(messages);
    if (state === undefined) return;
    const { status, definition, released, started, completed, updatedMs } = state;
    const times = [
      ...[released, started, completed].flatMap((act) => act?.timeMs ?? []),
      ...[definition?.plannedStartMs, definition?.plannedEndMs].flatMap((time) => time ?? []),
      updatedMs,
    ];
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO job_order
           (line, order_id, status, started_ms, from_ms, to_ms, is_overridden, state)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, EXISTS (SELECT 1 FROM message
             WHERE order_id = ?2 AND line = ?1
               AND kind = 'schedulingMark' AND content ->> '$.mark' = 'override'), ?7)`,
      )
      .run(
        ...[line, orderId, status, started?.timeMs ?? null],
        ...[Math.min(...times), Math.max(...times), JSON.stringify(state)],
      );
    this.#database
      .prepare('DELETE FROM execution WHERE line = ? AND order_id = ?')
      .run(line, orderId);
    const add = this.#database.prepare(
      'INSERT INTO execution (line, order_id, from_ms, to_ms) VALUES (?, ?, ?, ?)',
    );
    for (const { fromMs, toMs } of executionsOf(messages)) add.run(line, orderId, fromMs, toMs);
  }

  /** What was counted within the same minute is one. */
  #counts(line: string, { fromMs, toMs }: TimeSpan): LineTold['counts'] {
    const sums = countedNames.map((name) => `sum(content ->> '$.${name}') AS ${name}`).join(', ');
    return this.#database
      .prepare(
        `SELECT max(time_ms) AS time_ms, ${sums} FROM message
           WHERE line = ? AND kind = 'productionCount' AND time_ms >= ? AND time_ms < ?
           GROUP BY CAST(time_ms / ${minuteMs} AS INTEGER) ORDER BY time_ms`,
      )
      .all(line, fromMs, toMs)
      .map((row) => ({
        timeMs: Number(row['time_ms']),
        ...(Object.fromEntries(countedNames.map((name) => [name, row[name]])) as Record<
          CountedName,
          number | null
        >),
      }));
  }

  #executions(line: string, { fromMs, toMs }: TimeSpan): LineTold['executions'] {
    const ended = this.#database
      .prepare('SELECT from_ms, to_ms FROM execution WHERE line = ? AND to_ms > ? AND from_ms < ?')
      .all(line, fromMs, toMs)
      .map((row) => ({ fromMs: Number(row['from_ms']), toMs: Number(row['to_ms']) }));
    // Of those that go on the first covers the others.
    const first = this.#database
      .prepare('SELECT min(from_ms) AS from_ms FROM execution WHERE line = ? AND to_ms IS NULL')
      .get(line)?.['from_ms'];
    const open = typeof first === 'number' && first < toMs ? [{ fromMs: first, toMs: null }] : [];
    return unionOf([...ended, ...open]);
  }
}

const stateOf = (row: Row): OrderState => JSON.parse(String(row['state'])) as OrderState;

const windowOf = (row: Row): PlannedWindow => ({
  startMs: Number(row['start_ms']),
  endMs: Number(row['end_ms']),
  isBusy: row['is_busy'] === 1,
  shift: row['shift'] === null ? null : String(row['shift']),
});
