import { describe, expect, it } from 'vitest';
import { TransactionTable } from '../../../../adapters/modbus/transaction-table.ts';
import type { ReadReceiver, ReadRequest } from '../../../../adapters/modbus/transport.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';

const request: ReadRequest = {
  unitId: 1,
  functionCode: 3,
  address: 0,
  quantity: 1,
  timeoutMs: 100,
};
const receiver = (failures: GatewayError[] = []): ReadReceiver => ({
  answered: () => undefined,
  failed: (error) => failures.push(error),
});

describe('TransactionTable', () => {
  it('gives ids in turn and knows whose they are', () => {
    const table = new TransactionTable(2, 1000);
    const first = receiver();
    const second = receiver();
    expect(table.open(request, first, 100)).toBe(1);
    expect(table.open(request, second, 200)).toBe(2);
    expect(table.inFlight).toBe(2);
    expect(table.answered(table.slotOf(2))).toBe(second);
    expect(table.answered(table.slotOf(1))).toBe(first);
    expect(table.inFlight).toBe(0);
    expect(table.slotOf(1)).toBe(-1);
  });

  it('tells what an answer to nobody is', () => {
    const table = new TransactionTable(1, 1000);
    expect(table.acceptUnexpected(1)).toBe('never-issued');
    table.open(request, receiver(), 100);
    table.answered(table.slotOf(1));
    expect(table.acceptUnexpected(1)).toBe('duplicate');
    expect(table.acceptUnexpected(1)).toBe('duplicate');
    table.open(request, receiver(), 200);
    table.retire(table.slotOf(2), 200);
    expect(table.acceptUnexpected(2)).toBe('late');
    expect(table.acceptUnexpected(2)).toBe('duplicate');
  });

  it('finds what is overdue and when the next will be', () => {
    const table = new TransactionTable(3, 1000);
    expect([table.overdueSlot(1e9), table.earliestDueMs()]).toEqual([-1, Number.POSITIVE_INFINITY]);
    table.open(request, receiver(), 300);
    table.open(request, receiver(), 200);
    expect(table.earliestDueMs()).toBe(200);
    expect(table.overdueSlot(199)).toBe(-1);
    expect(table.overdueSlot(200)).toBe(table.slotOf(2));
    table.retire(table.slotOf(2), 200);
    expect(table.earliestDueMs()).toBe(300);
  });

  const cycle = (table: TransactionTable, nowMs: number, count: number): number[] =>
    Array.from({ length: count }, () => {
      const id = table.open(request, receiver(), nowMs + request.timeoutMs);
      table.answered(table.slotOf(id));
      return id;
    });

  it('does not use a retired id again before its quarantine is over', () => {
    const table = new TransactionTable(1, 1000);
    expect(table.open(request, receiver(), 100)).toBe(1);
    table.retire(table.slotOf(1), 100);
    const all = cycle(table, 0, 65_536);
    expect(all).not.toContain(1);
    expect(all[0]).toBe(2);
    expect(all[65_535]).toBe(2);
    // The quarantine began at 100 ms.
    expect(cycle(table, 1099, 65_535)).not.toContain(1);
    expect(cycle(table, 1100, 65_535)).toContain(1);
  });

  it('uses an id again whose late answer has come', () => {
    const table = new TransactionTable(1, 1e9);
    table.open(request, receiver(), 100);
    table.retire(table.slotOf(1), 100);
    table.acceptUnexpected(1);
    expect(cycle(table, 0, 65_536)).toContain(1);
  });

  it('steps over an id that is still in flight', () => {
    const table = new TransactionTable(2, 1000);
    table.open(request, receiver(), 1e9);
    expect(cycle(table, 0, 70_000)).not.toContain(1);
    expect(table.slotOf(1)).toBeGreaterThanOrEqual(0);
  });

  it('gives no id when thousands are in quarantine', () => {
    const table = new TransactionTable(1, 1e9);
    for (let n = 0; n < 16_384; n += 1) {
      const id = table.open(request, receiver(), n);
      expect(id).toBe(n + 1);
      table.retire(table.slotOf(id), n);
    }
    expect(table.open(request, receiver(), 1e6)).toBe(-1);
  });

  it('fails all that is in flight, once', () => {
    const table = new TransactionTable(3, 1000);
    const failures: GatewayError[] = [];
    table.open(request, receiver(failures), 1);
    table.open(request, receiver(failures), 1);
    const reason = new GatewayError('CONNECTION_LOST', 'gone', { retryable: true });
    table.failAll(reason);
    table.failAll(reason);
    expect(failures).toEqual([reason, reason]);
    expect(table.inFlight).toBe(0);
  });
});
