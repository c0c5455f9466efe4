// Goal: what a machine shows becomes a message when it changes, and only then.
import { describe, expect, it } from 'vitest';
import type { ProductionReport } from '../../../../gateway/core/production-report.ts';
import { isToldBefore, messageOfReport } from '../../../../gateway/production/report-message.ts';

const at = { area: 'welding', line: 'mpm01' };
const status = (
  of: 'released' | 'started' | 'completed' | 'cancelled',
  timeMs: number,
): ProductionReport => ({ kind: 'jobOrderStatus', ...at, orderId: 'WO-1', status: of, timeMs });
const message = (report: ProductionReport) => messageOfReport(report, 'machine');

describe('a report as a message', () => {
  it('says that a machine showed it, with the time of the device', () => {
    expect(message(status('started', 1000))).toEqual({
      ...{ kind: 'jobOrderStatus', source: 'machine', line: 'welding/mpm01', time: 1000 },
      ...{ orderId: 'WO-1', status: 'started', by: 'machine' },
      id: expect.stringMatching(/^jobOrderStatus\/1000\/[0-9a-f]{16}$/),
    });
    const order = {
      kind: 'jobOrder',
      ...at,
      orderId: 'WO-1',
      plannedStartMs: 5,
      timeMs: 1,
    } as const;
    expect(message(order)).toMatchObject({ kind: 'jobOrder', plannedStart: 5 });
  });

  it('has the same id whenever it is made, and another for another content', () => {
    expect(message(status('started', 1000)).id).toBe(message(status('started', 1000)).id);
    expect(message(status('started', 1000)).id).not.toBe(message(status('released', 1000)).id);
    expect(message(status('started', 1000)).id).not.toBe(message(status('started', 1001)).id);
  });

  it('has one id for two judgements of one result, so that they are a conflict', () => {
    const result = (evaluation: 'ok' | 'notOk') =>
      message({
        ...{ kind: 'machineResult', ...at, panelId: 'P-1', resultId: 'r1', seam: 'f01' },
        ...{ evaluation, timeMs: 7 },
      });
    expect(result('ok').id).toBe(result('notOk').id);
    expect(isToldBefore(result('notOk'), [result('ok')])).toBe(false);
    expect(isToldBefore(result('ok'), [result('ok')])).toBe(true);
  });
});

describe('whether it was told before', () => {
  const told = (...reports: readonly ProductionReport[]) => reports.map(message);

  it('is so while the state lasts, whatever time the device gives', () => {
    expect(isToldBefore(message(status('started', 9000)), told(status('started', 1000)))).toBe(
      true,
    );
    expect(isToldBefore(message(status('started', 9000)), [])).toBe(false);
  });

  it('is so for the start of an order that has ended since', () => {
    const both = told(status('completed', 5000), status('started', 1000));
    expect(isToldBefore(message(status('started', 900)), both)).toBe(true);
    expect(isToldBefore(message(status('completed', 5000)), both)).toBe(true);
  });

  it('is not so of an order that is started once more', () => {
    const both = told(status('started', 1000), status('completed', 5000));
    expect(isToldBefore(message(status('started', 6000)), both)).toBe(false);
  });

  it('is so of an order with what it asked for, and not of one that has changed', () => {
    const order = (quantity: number, timeMs: number): ProductionReport => ({
      ...{ kind: 'jobOrder', ...at, orderId: 'WO-1', quantity, timeMs },
    });
    expect(isToldBefore(message(order(2, 9)), told(order(2, 1)))).toBe(true);
    expect(isToldBefore(message(order(3, 9)), told(order(2, 1)))).toBe(false);
    expect(isToldBefore(message(order(2, 9)), told(order(2, 1), order(3, 5)))).toBe(false);
  });
});
