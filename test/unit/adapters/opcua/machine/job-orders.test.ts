// Goal: lists of OPC 10031-4 are understood as servers may write them, and nothing is made up.
import { describe, expect, it } from 'vitest';
import {
  type OrdersOf,
  readOrders,
  readResponses,
  reportsOfOrder,
} from '../../../../../adapters/opcua/machine/job-orders.ts';
import { toPlain } from '../../../../../adapters/opcua/machine/structure.ts';

const place: OrdersOf = {
  ...{ area: 'welding', line: 'mpm01', timeMs: 5000, responses: [] },
  trusted: (deviceMs) => deviceMs,
};
const orderIn = (stateNumber: number, more: object = {}) => ({
  jobOrder: { jobOrderID: 'WO-1', ...more },
  state: [{ stateNumber, stateText: { locale: null, text: 'x' } }, { stateNumber: 99 }],
});
const told = (order: object, of: Partial<OrdersOf> = {}) => {
  const { elements } = readOrders(toPlain([order]));
  return elements.flatMap((one) => reportsOfOrder(one, { ...place, ...of }));
};
const statuses = (order: object, of: Partial<OrdersOf> = {}) =>
  told(order, of).flatMap((report) =>
    report.kind === 'jobOrderStatus' ? [`${report.status} ${report.timeMs}`] : [],
  );
const responsesOf = (startTime: Date | null, endTime: Date | null) =>
  readResponses(toPlain([{ jobOrderID: 'WO-1', startTime, endTime }])).elements;

describe('the state of a job order', () => {
  it('is registered, released, started, completed or cancelled', () => {
    const seen = [1, 2, 3, 4, 5, 6, 0].map((state) => statuses(orderIn(state)));
    expect(seen).toEqual([
      ...[[], ['released 5000'], ['started 5000'], ['started 5000']],
      ...[['completed 5000'], ['cancelled 5000'], []],
    ]);
  });

  it('has the times of its response, and the start that was missed', () => {
    const responses = responsesOf(new Date(1000), new Date(4000));
    expect(statuses(orderIn(3), { responses })).toEqual(['started 1000']);
    expect(statuses(orderIn(5), { responses })).toEqual(['started 1000', 'completed 4000']);
    expect(statuses(orderIn(6), { responses })).toEqual(['started 1000', 'cancelled 4000']);
  });

  it('does not take a time that a server left out for one', () => {
    const none = new Date(Date.UTC(1601, 0, 1));
    expect(statuses(orderIn(5), { responses: responsesOf(none, none) })).toEqual([
      'completed 5000',
    ]);
    const planned = told(orderIn(1, { startTime: none }))[0];
    expect(planned).not.toHaveProperty('plannedStartMs');
  });
});

describe('what a job order asks for', () => {
  it('is its plan, its work master, and what it produces', () => {
    const order = orderIn(1, {
      ...{ startTime: new Date(10), endTime: new Date(20) },
      workMasterID: [{ ID: 'WPS-7' }],
      materialRequirements: [
        { materialUse: 'Material Consumed', materialLotID: 'H-1', quantity: '9' },
        { materialUse: 'Material Produced', materialSublotID: 'P-1', quantity: '1' },
        { materialUse: 'Material Produced', materialLotID: 'P-2', quantity: 1 },
      ],
    });
    expect(told(order).slice(0, 3)).toEqual([
      {
        ...{ kind: 'jobOrder', area: 'welding', line: 'mpm01', timeMs: 5000, orderId: 'WO-1' },
        ...{ plannedStartMs: 10, plannedEndMs: 20, quantity: 2, wpsNo: 'WPS-7' },
      },
      expect.objectContaining({ kind: 'panelAssignment', panelId: 'P-1', orderId: 'WO-1' }),
      expect.objectContaining({ kind: 'panelAssignment', panelId: 'P-2', orderId: 'WO-1' }),
    ]);
  });

  it('is no quantity where that is not told, or is no whole number', () => {
    for (const quantity of [null, '', '1.5', 'many']) {
      const requirement = { materialUse: 'Produced', materialLotID: 'P-1', quantity };
      const [order] = told(orderIn(1, { materialRequirements: [requirement] }));
      expect(order).not.toHaveProperty('quantity');
    }
  });

  it('loses what is odd, and not the order', () => {
    const odd = { workMasterID: 'x', materialRequirements: 7, startTime: 'soon' };
    expect(told(orderIn(2, odd))).toHaveLength(2);
  });
});

it('counts what is no job order, and takes the others', () => {
  const list = [orderIn(2), { jobOrder: { jobOrderID: '' } }, null, 5, { nodeId: {}, buffer: {} }];
  const { elements, unreadable } = readOrders(toPlain(list));
  expect([elements.length, unreadable]).toEqual([1, 4]);
  expect(readOrders(toPlain('no list'))).toEqual({ elements: [], unreadable: 0 });
});
