// Goal: what an MES told and what the machine shows of the same order is one order.
import { expect, it } from 'vitest';
import { orderState } from '../../../../gateway/production/order-state.ts';
import { baseMs, messageOf } from '../../../support/production-messages.ts';

const minute = 60_000;
const machine = { source: 'machine', orderId: 'WO-1' } as const;

it('has what either tells of an order, and no second definition where they agree', () => {
  const mes = messageOf('jobOrder', { orderId: 'WO-1', project: 'P', wpsNo: 'WPS-7' });
  const shown = messageOf('jobOrder', {
    ...{ ...machine, time: baseMs + minute, wpsNo: 'WPS-7', plannedStart: baseMs },
  });
  for (const messages of [
    [mes, shown],
    [shown, mes],
    [shown, mes, shown, mes],
  ]) {
    expect(orderState(messages)).toMatchObject({
      definition: { project: 'P', wpsNo: 'WPS-7', plannedStartMs: baseMs },
      definitions: 1,
    });
  }
});

it('has a second definition where the machine has another procedure, and takes the newest', () => {
  const mes = messageOf('jobOrder', { orderId: 'WO-1', wpsNo: 'WPS-7' });
  const shown = messageOf('jobOrder', { ...machine, time: baseMs + minute, wpsNo: 'WPS-8' });
  expect(orderState([mes, shown])).toMatchObject({
    definition: { wpsNo: 'WPS-8' },
    definitions: 2,
  });
});

it('lets a sender take back what it told before', () => {
  const first = messageOf('jobOrder', { orderId: 'WO-1', project: 'P' });
  const second = messageOf('jobOrder', { orderId: 'WO-1', wpsNo: 'W', time: baseMs + 1 });
  expect(orderState([second, first])).toMatchObject({
    definition: { project: null, wpsNo: 'W' },
    definitions: 2,
  });
});

it('keeps who decided a start that the machine shows later', () => {
  const status = 'started';
  const mes = messageOf('jobOrderStatus', { orderId: 'WO-1', status, by: 'scheduler' });
  const shown = messageOf('jobOrderStatus', {
    ...{ ...machine, status, by: 'machine', time: baseMs + minute },
  });
  expect(orderState([mes, shown])?.started).toEqual({ timeMs: baseMs, by: 'scheduler', who: null });
  expect(orderState([shown])?.started).toMatchObject({ timeMs: baseMs + minute, by: 'machine' });
});
