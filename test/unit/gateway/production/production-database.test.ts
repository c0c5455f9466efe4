import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProductionMessage } from '../../../../gateway/production/messages.ts';
import {
  ProductionDatabase,
  productionSchema,
} from '../../../../gateway/production/production-database.ts';
import {
  baseMs,
  line,
  messageOf,
  someMessages,
  span,
} from '../../../support/production-messages.ts';

const opened = () => {
  const file = new DatabaseSync(':memory:');
  file.exec(productionSchema.tables);
  return { file, production: new ProductionDatabase(file) };
};

/** Takes messages as the gateway does: judged, then stored. */
const take = (production: ProductionDatabase, messages: readonly ProductionMessage[], seq = 1) => {
  const verdicts = production.judge(messages);
  const fresh = messages
    .map((message, index) => ({ message, seq: seq + index, receivedMs: baseMs }))
    .filter((_, index) => verdicts[index]?.as === 'new');
  production.store({ messages: fresh, place: seq + messages.length });
  return verdicts;
};

/** All that follows from the messages. */
const stateOf = (production: ProductionDatabase) => ({
  orders: production.orders({ limit: 100 }),
  told: production.told(line, span),
  panels: ['P-1', 'P-2', 'P-3'].map((panelId) =>
    production.panel({ line, panelId }, { startMs: baseMs, isRepeated: false }),
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
        const reference = opened().production;
        take(reference, messages);
        const { production } = opened();
        const repeated = [...messages, ...messages.filter((_, index) => index % 3 === 0)];
        const shuffled = repeated
          .map((message) => ({ message, at: random.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ message }) => message);
        for (let at = 0; at < shuffled.length; at += batch) {
          take(production, shuffled.slice(at, at + batch), at + 1);
        }
        expect(stateOf(production)).toEqual(stateOf(reference));
        expect(production.messages({ limit: 1000 })).toHaveLength(messages.length);
      }),
      { numRuns: 150 },
    );
  });

  it('counts a message once, and tells another one with its id from it', () => {
    const { production } = opened();
    const order = messageOf('jobOrder', { orderId: 'WO-1', quantity: 3 });
    const other = { ...order, quantity: 4 } as ProductionMessage;
    const of = (messages: readonly ProductionMessage[]) =>
      take(production, messages).map(({ as }) => as);
    expect(of([order, order, other])).toEqual(['new', 'known', 'conflict']);
    expect(of([other, order])).toEqual(['conflict', 'known']);
    expect(of([{ ...other, source: 'desk' }])).toEqual(['new']);
    expect(production.orders({ limit: 9 })[0]).toMatchObject({ orderId: 'WO-1', definitions: 2 });
  });

  it('is never changed or deleted', () => {
    const { file, production } = opened();
    take(production, [messageOf('jobOrder', { orderId: 'WO-1' })]);
    expect(() => file.exec('DELETE FROM message')).toThrow(/never deleted/);
    expect(() => file.exec("UPDATE message SET content = '{}'")).toThrow(/never changed/);
  });

  it('is looked for by kind, order, panel and time, newest first and in pages', () => {
    const { production } = opened();
    const early = messageOf('transfer', { panelId: 'P-1', mode: 'crane', distanceM: 30 });
    const late = messageOf('transfer', {
      ...{ panelId: 'P-2', mode: 'other', distanceM: 5, time: baseMs + 1000 },
    });
    const issue = messageOf('materialMovement', {
      ...{ movement: 'issue', material: 'wire', massKg: 15, orderId: 'WO-1' },
    });
    take(production, [early, late, issue]);
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
    const { production } = opened();
    const hour = 3_600_000;
    take(production, [
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

  it('notes what should have been told before', () => {
    const { production } = opened();
    const notes = take(production, [
      messageOf('inspection', { panelId: 'P-1', method: 'VT', result: 'accepted', who: 'W' }),
      messageOf('panelAssignment', { panelId: 'P-1', orderId: 'WO-1' }),
      messageOf('disposition', { panelId: 'P-1', status: 'released', who: 'W' }),
      messageOf('jobOrder', { orderId: 'WO-1' }),
      messageOf('jobOrderStatus', { orderId: 'WO-1', status: 'started', by: 'scheduler' }),
      messageOf('jobOrder', { orderId: 'WO-1', project: 'X' }),
    ]).map((verdict) => verdict.notes);
    expect(notes).toEqual([['panel-unknown'], ['order-unknown'], [], [], [], ['order-redefined']]);
    const again = take(production, [
      messageOf('disposition', { panelId: 'P-1', status: 'hold', who: 'W' }),
      messageOf('disposition', { panelId: 'P-9', status: 'hold', who: 'W' }),
    ]);
    expect(again.map((verdict) => verdict.notes)).toEqual([[], ['panel-unknown']]);
  });

  it('tells which panels a message touches: its own, or all of its order', () => {
    const { production } = opened();
    const order = messageOf('jobOrder', { orderId: 'WO-1' });
    take(production, [
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
