import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProductionMessage } from '../../../../gateway/production/messages.ts';
import { ProductionDatabase } from '../../../../gateway/production/production-database.ts';
import { productionSchema } from '../../../../gateway/production/production-schema.ts';
import { mostOfOrder } from '../../../../gateway/production/stored-messages.ts';
import {
  baseMs,
  line,
  messageOf,
  someMessages,
  span,
} from '../../../support/production-messages.ts';
import { openProduction, takeMessages } from '../../../support/production-store.ts';

/** All that follows from the messages. */
const stateOf = (production: ProductionDatabase) => ({
  orders: production.orders({ limit: 100 }),
  told: production.told(line, span),
  panels: ['P-1', 'P-2', 'P-3'].map((panelId) =>
    production.panel({ line, panelId }, { startMs: baseMs, isRepeated: false, seams: [] }),
  ),
});

describe('what production told', () => {
  it('is the same in whatever order, batches and repetitions messages come', () => {
    const orders = fc.tuple(
      someMessages,
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 5 }),
    );
    fc.assert(
      fc.property(orders, ([messages, random, batch]) => {
        const reference = openProduction().production;
        takeMessages(reference, messages);
        const { production } = openProduction();
        const repeated = [...messages, ...messages.filter((_, index) => index % 3 === 0)];
        const shuffled = repeated
          .map((message) => ({ message, at: random.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ message }) => message);
        for (let at = 0; at < shuffled.length; at += batch) {
          takeMessages(production, shuffled.slice(at, at + batch), at + 1);
        }
        expect(stateOf(production)).toEqual(stateOf(reference));
        expect(production.messages({ limit: 1000 })).toHaveLength(messages.length);
      }),
      { numRuns: 150 },
    );
  });

  it('counts a message once, and tells another one with its id from it', () => {
    const { production } = openProduction();
    const order = messageOf('jobOrder', { orderId: 'WO-1', quantity: 3 });
    const other = { ...order, quantity: 4 } as ProductionMessage;
    const of = (messages: readonly ProductionMessage[]) =>
      takeMessages(production, messages).map(({ as }) => as);
    expect(of([order, order, other])).toEqual(['new', 'known', 'conflict']);
    expect(of([other, order])).toEqual(['conflict', 'known']);
    expect(of([{ ...other, source: 'desk' }])).toEqual(['new']);
    expect(production.orders({ limit: 9 })[0]).toMatchObject({ orderId: 'WO-1', definitions: 2 });
  });

  it('takes a message with -0 for the one with 0 that it is', () => {
    const { production } = openProduction();
    const repair = messageOf('repair', {
      ...{ panelId: 'P-1', seam: 'F01', positionMm: -0, who: 'W' },
    });
    const of = (messages: readonly ProductionMessage[]) =>
      takeMessages(production, messages).map(({ as }) => as);
    expect(of([repair, { ...repair, positionMm: 0 } as ProductionMessage])).toEqual([
      'new',
      'known',
    ]);
    expect(of([repair])).toEqual(['known']);
  });

  it('is never changed or deleted', () => {
    const { file, production } = openProduction();
    takeMessages(production, [messageOf('jobOrder', { orderId: 'WO-1' })]);
    expect(() => file.exec('DELETE FROM message')).toThrow(/never deleted/);
    expect(() => file.exec("UPDATE message SET content = '{}'")).toThrow(/never changed/);
  });

  it('is looked for by kind, order, panel and time, newest first and in pages', () => {
    const { production } = openProduction();
    const early = messageOf('transfer', { panelId: 'P-1', mode: 'crane', distanceM: 30 });
    const late = messageOf('transfer', {
      ...{ panelId: 'P-2', mode: 'other', distanceM: 5, time: baseMs + 1000 },
    });
    const issue = messageOf('materialMovement', {
      ...{ movement: 'issue', material: 'wire', massKg: 15, orderId: 'WO-1' },
    });
    takeMessages(production, [early, late, issue]);
    const found = (
      query: Omit<Parameters<ProductionDatabase['messages']>[0], 'limit'>,
      limit = 9,
    ) => production.messages({ ...query, limit }).map(({ message }) => message);
    expect(found({})).toEqual([issue, late, early]);
    expect(found({ kinds: ['transfer'] })).toEqual([late, early]);
    expect(found({ kinds: ['transfer', 'materialMovement'], toMs: baseMs + 1 })).toEqual([
      issue,
      early,
    ]);
    expect(found({ panelId: 'P-2' })).toEqual([late]);
    expect(found({ orderId: 'WO-1', line })).toEqual([issue]);
    expect(found({ line: 'elsewhere' })).toEqual([]);
    expect(found({}, 1)).toEqual([issue]);
    expect(found({ beforeSeq: 2 })).toEqual([early]);
  });

  it('finds orders by state and by a window in which they were planned or at work', () => {
    const { production } = openProduction();
    const hour = 3_600_000;
    takeMessages(production, [
      messageOf('jobOrder', {
        ...{ orderId: 'WO-1', plannedStart: baseMs + 10 * hour, plannedEnd: baseMs + 12 * hour },
      }),
      messageOf('jobOrder', { orderId: 'WO-2', time: baseMs + hour }),
      messageOf('jobOrderStatus', {
        ...{ orderId: 'WO-2', status: 'started', by: 'hand', who: 'Li', time: baseMs + 2 * hour },
      }),
    ]);
    const ids = (query: Omit<Parameters<ProductionDatabase['orders']>[0], 'limit'>) =>
      production.orders({ ...query, limit: 9 }).map(({ orderId }) => orderId);
    expect(ids({})).toEqual(['WO-1', 'WO-2']);
    expect(ids({ status: 'started' })).toEqual(['WO-2']);
    expect(ids({ fromMs: baseMs + 3 * hour })).toEqual(['WO-1']);
    expect(ids({ fromMs: baseMs + hour, toMs: baseMs + 3 * hour })).toEqual(['WO-1', 'WO-2']);
    expect(ids({ toMs: baseMs + 1 })).toEqual(['WO-1']);
    expect(ids({ orderId: 'WO-2', line })).toEqual(['WO-2']);
  });

  it('knows when orders were at work: from each start to the end that follows', () => {
    const { production } = openProduction();
    const hour = 3_600_000;
    const status = (orderId: string, at: number, of: 'started' | 'completed' | 'cancelled') =>
      messageOf('jobOrderStatus', {
        ...{ orderId, status: of, by: 'hand', who: 'Li', time: baseMs + at * hour },
      });
    const executions = () =>
      production
        .told(line, span)
        .executions.map(({ fromMs, toMs }) => [
          (fromMs - baseMs) / hour,
          toMs === null ? null : (toMs - baseMs) / hour,
        ]);
    takeMessages(production, [
      ...[status('WO-1', 1, 'started'), status('WO-1', 2, 'cancelled')],
      // Touched when it was over: it was at work no longer for that.
      messageOf('jobOrder', { orderId: 'WO-1', project: 'X', time: baseMs + 9 * hour }),
    ]);
    expect(executions()).toEqual([[1, 2]]);
    takeMessages(production, [
      // Started again, and said so twice; another at the same time; one ends that never began.
      ...[status('WO-1', 5, 'started'), status('WO-1', 6, 'started')],
      ...[status('WO-2', 4, 'started'), status('WO-2', 5.5, 'completed')],
      status('WO-3', 7, 'completed'),
    ]);
    expect(executions()).toEqual([
      [1, 2],
      [4, null],
    ]);
    takeMessages(production, [status('WO-1', 8, 'completed')]);
    expect(executions()).toEqual([
      [1, 2],
      [4, 8],
    ]);
  });

  it('gives orders that were started in a time, and says how many are left out', () => {
    const { production } = openProduction();
    takeMessages(
      production,
      ['A', 'B', 'C'].map((orderId, at) =>
        messageOf('jobOrderStatus', {
          ...{ orderId, status: 'started', by: 'scheduler', time: baseMs + at },
        }),
      ),
    );
    takeMessages(production, [
      messageOf('schedulingMark', { orderId: 'A', mark: 'override', by: 'hand', who: 'Li' }),
    ]);
    const of = (fromMs: number, limit: number) =>
      production.startedOrders({ fromMs, toMs: baseMs + 9, limit });
    expect(of(baseMs, 2)).toMatchObject({
      ...{ leftOut: 1, orders: [{ orderId: 'A', isOverridden: true }, { orderId: 'B' }] },
    });
    expect(of(baseMs + 1, 2)).toMatchObject({ leftOut: 0, orders: [{}, { isOverridden: false }] });
  });

  it('is of the newest two hundred marks of an order, and says so in the record of its panel', () => {
    const { production } = openProduction();
    const marks = Array.from({ length: mostOfOrder + 1 }, (_, at) =>
      messageOf('schedulingMark', {
        ...{ orderId: 'WO-1', by: 'hand', who: 'Li', time: baseMs + at },
        mark: at === 0 ? 'override' : 'scheduled',
      }),
    );
    takeMessages(production, [
      messageOf('panelAssignment', { panelId: 'P-1', orderId: 'WO-1' }),
      messageOf('jobOrder', { orderId: 'WO-1', project: 'X' }),
      messageOf('jobOrderStatus', { orderId: 'WO-1', status: 'started', by: 'scheduler' }),
      ...marks.slice(1),
    ]);
    const about = { startMs: baseMs, isRepeated: false, seams: [] };
    const codes = () =>
      production.panel({ line, panelId: 'P-1' }, about).marks.map(({ code }) => code);
    expect(codes()).toEqual([]);
    takeMessages(production, marks);
    expect(codes()).toEqual(['order-shortened']);
    const [order] = production.orders({ limit: 9 });
    expect([order?.definition?.project, order?.scheduling.length]).toEqual(['X', mostOfOrder]);
    // What counts against it is not forgotten.
    expect(
      production.startedOrders({ fromMs: baseMs, toMs: baseMs + 1, limit: 9 }).orders,
    ).toMatchObject([{ isOverridden: true }]);
  });

  it('costs the same for a message, however many orders, marks and calendars there are', () => {
    const { file, production } = openProduction();
    takeMessages(production, [
      messageOf('calendar', { from: baseMs, to: baseMs + 1000, busy: [] }),
      messageOf('jobOrderStatus', { orderId: 'WO-1', status: 'started', by: 'scheduler' }),
      messageOf('panelAssignment', { panelId: 'P-1', orderId: 'WO-1' }),
    ]);
    const statements = new Set<string>();
    const prepare = file.prepare.bind(file);
    file.prepare = (sql) => {
      statements.add(sql);
      return prepare(sql);
    };
    const order = messageOf('jobOrder', { orderId: 'WO-1', project: 'Y' });
    const calendar = messageOf('calendar', { from: baseMs, to: baseMs + 10, busy: [] });
    takeMessages(production, [order, calendar]);
    production.touched([order]);
    production.told(line, span);
    production.shifts(span);
    production.startedOrders({ ...span, limit: 9 });
    production.orders({ limit: 9 });
    production.orders({ limit: 9, line, status: 'started' });
    for (const query of [{}, { orderId: 'WO-1' }, { panelId: 'P-1', line }] as const) {
      production.messages({ ...query, limit: 9 });
    }
    expect(statements.size).toBeGreaterThan(15);
    const details = [...statements]
      .filter((sql) => !/^INSERT INTO message|FROM place/.test(sql))
      .flatMap((sql) => prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail));
    // Nothing reads a table from end to end, but for the newest of it, in its order.
    const scans = details.filter((detail) =>
      /^SCAN (?!.*(VIRTUAL|CONSTANT|USING INDEX))/.test(detail),
    );
    expect(scans).toEqual([]);
  });

  it('notes what should have been told before', () => {
    const { production } = openProduction();
    const notes = takeMessages(production, [
      messageOf('inspection', { panelId: 'P-1', method: 'VT', result: 'accepted', who: 'W' }),
      messageOf('panelAssignment', { panelId: 'P-1', orderId: 'WO-1' }),
      messageOf('disposition', { panelId: 'P-1', status: 'released', who: 'W' }),
      messageOf('jobOrder', { orderId: 'WO-1' }),
      messageOf('jobOrderStatus', { orderId: 'WO-1', status: 'started', by: 'scheduler' }),
      messageOf('jobOrder', { orderId: 'WO-1', project: 'X' }),
    ]).map((verdict) => verdict.notes);
    expect(notes).toEqual([['panel-unknown'], ['order-unknown'], [], [], [], ['order-redefined']]);
    const again = takeMessages(production, [
      messageOf('disposition', { panelId: 'P-1', status: 'hold', who: 'W' }),
      messageOf('disposition', { panelId: 'P-9', status: 'hold', who: 'W' }),
    ]);
    expect(again.map((verdict) => verdict.notes)).toEqual([[], ['panel-unknown']]);
  });

  it('tells which panels a message touches: its own, or all of its order', () => {
    const { production } = openProduction();
    const order = messageOf('jobOrder', { orderId: 'WO-1' });
    takeMessages(production, [
      messageOf('panelAssignment', { panelId: 'P-1', orderId: 'WO-1' }),
      messageOf('panelAssignment', { panelId: 'P-2', orderId: 'WO-1' }),
      messageOf('panelAssignment', { panelId: 'P-3', orderId: 'WO-2' }),
      order,
    ]);
    const names = (messages: readonly ProductionMessage[]) =>
      production.touched(messages).map(({ panelId }) => panelId);
    expect(names([order])).toEqual(['P-1', 'P-2']);
    expect(
      names([messageOf('repair', { panelId: 'P-3', seam: 'F01', positionMm: 10, who: 'W' })]),
    ).toEqual(['P-3']);
    expect(names([messageOf('calendar', { from: baseMs, to: baseMs + 1, busy: [] })])).toEqual([]);
  });
});

describe('a file that an older gateway left', () => {
  it('has after the migration the tables of a new one, and all that follows from its messages', () => {
    const messages = [
      messageOf('calendar', { from: baseMs, to: baseMs + 1000, busy: [] }),
      messageOf('jobOrderStatus', { orderId: 'WO-1', status: 'started', by: 'scheduler' }),
    ];
    const { file, production } = openProduction();
    takeMessages(production, messages);
    const old = new DatabaseSync(':memory:');
    old.exec(versionOneTables);
    const rows = file.prepare('SELECT * FROM message').all();
    for (const row of rows) {
      old
        .prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(...(Object.values(row) as string[]));
    }
    for (const migration of productionSchema.migrations) old.exec(migration);
    const tablesOf = (database: DatabaseSync): readonly unknown[] =>
      database
        .prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name')
        .all()
        .map(({ type, name, sql }) => [type, name, String(sql).replaceAll(/\s+/g, ' ')]);
    expect(tablesOf(old)).toEqual(tablesOf(file));
    const renewed = new ProductionDatabase(old);
    renewed.renew();
    expect(stateOf(renewed)).toEqual(stateOf(production));
    expect(renewed.told(line, span).windows).toHaveLength(1);
    old.exec('DELETE FROM planned_window');
    renewed.renew();
    expect(renewed.told(line, span).windows).toHaveLength(0);
    old.exec('UPDATE derivation SET version = 0');
    renewed.renew();
    expect(renewed.told(line, span).windows).toHaveLength(1);
  });
});

/** As version 1 of the gateway made them. */
const versionOneTables = `
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
`;
