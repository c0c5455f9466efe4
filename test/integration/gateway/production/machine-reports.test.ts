// Goal: what a source reads of a machine is kept once beside what an MES tells, and what contradicts is told. Method: a gateway
// with a source that reports whatever the test says.
import { expect, it, onTestFinished } from 'vitest';
import type { ProductionReport } from '../../../../gateway/core/production-report.ts';
import type { Source, SourceContext } from '../../../../gateway/core/source.ts';
import { testFolder } from '../../../support/journal.ts';
import { createLine, startProductionSite } from '../../../support/production-line.ts';

const place = { area: 'welding', line: 'mpm01' };

const startSite = async (folder: string) => {
  const line = createLine();
  let context: SourceContext | undefined;
  const source: Source = {
    ...line.source,
    run: (given) => {
      context = given;
      return line.source.run(given);
    },
  };
  const site = await startProductionSite(source, folder);
  onTestFinished(() => site.stop());
  const report = async (...reports: readonly ProductionReport[]): Promise<boolean> => {
    await expect.poll(() => context).toBeDefined();
    return (context as SourceContext).report(reports);
  };
  const count = async (): Promise<number> =>
    (await site.get<{ messages: unknown[] }>('/api/v1/production/messages?limit=500')).messages
      .length;
  const events = () =>
    site.gateway.view
      .events({ limit: 1000, afterSeq: 0 })
      .map(({ event }) => event)
      .filter(({ code }) => code.startsWith('machine-') || code.startsWith('job-'));
  return { ...site, report, count, events };
};

const orderAt = (timeMs: number, more: object = {}): ProductionReport => ({
  ...{ kind: 'jobOrder', ...place, orderId: 'WO-1', timeMs, wpsNo: 'WPS-7' },
  ...more,
});
const startedAt = (timeMs: number): ProductionReport => ({
  ...{ kind: 'jobOrderStatus', ...place, orderId: 'WO-1', status: 'started', timeMs },
});
const resultAt = (timeMs: number, evaluation: 'ok' | 'notOk'): ProductionReport => ({
  ...{ kind: 'machineResult', ...place, panelId: 'P-1', resultId: 'r1', seam: 'f01', evaluation },
  timeMs,
});

it('keeps what was read again once, also after a restart', async () => {
  const folder = testFolder();
  const first = await startSite(folder);
  const nowMs = Date.now();
  const all = [orderAt(nowMs), startedAt(nowMs), resultAt(nowMs, 'ok')];
  expect(await first.report(...all, ...all)).toBe(true);
  expect(await first.report(orderAt(nowMs + 500), startedAt(nowMs + 500))).toBe(true);
  expect(await first.count()).toBe(3);
  await first.stop();
  const second = await startSite(folder);
  expect(await second.report(...all, startedAt(nowMs + 900))).toBe(true);
  expect(await second.count()).toBe(3);
  expect([...first.events(), ...second.events()]).toEqual([]);
});

it('is one order with that of an MES, and tells where they differ', async () => {
  const { report, post, get, events } = await startSite(testFolder());
  const nowMs = Date.now();
  const head = { kind: 'jobOrder', source: 'mes', time: nowMs - 5, orderId: 'WO-1' };
  expect((await post({ ...head, id: '1', project: 'Boiler 7' })).status).toBe(200);
  await report(orderAt(nowMs), startedAt(nowMs));
  const orders = async () =>
    (
      await get<{ orders: { definition: object; definitions: number }[] }>(
        '/api/v1/production/orders',
      )
    ).orders;
  expect(await orders()).toMatchObject([
    { definition: { project: 'Boiler 7', wpsNo: 'WPS-7' }, definitions: 1, status: 'started' },
  ]);
  expect(events()).toEqual([]);
  await post({ ...head, id: '2', time: nowMs + 1, project: 'Boiler 7', wpsNo: 'WPS-8' });
  await report(orderAt(nowMs + 2, { quantity: 3 }));
  expect(await orders()).toMatchObject([{ definition: { wpsNo: 'WPS-7', quantity: 3 } }]);
  await expect.poll(() => events().map(({ code }) => code)).toEqual(['job-order-differs']);
});

it('tells what cannot be kept, once, and takes the rest', async () => {
  const { report, count, events } = await startSite(testFolder());
  const nowMs = Date.now();
  await report(resultAt(nowMs, 'ok'));
  const contradiction = resultAt(nowMs, 'notOk');
  const elsewhere: ProductionReport = { ...orderAt(nowMs), line: 'nowhere' };
  for (let round = 0; round < 3; round += 1) {
    expect(await report(contradiction, elsewhere, startedAt(nowMs))).toBe(true);
  }
  expect(await count()).toBe(2);
  await expect
    .poll(() => events().map(({ code, details }) => [code, details?.['code'], details?.['about']]))
    .toEqual([
      ['machine-report-refused', 'UNKNOWN_LINE', 'WO-1'],
      ['machine-report-refused', 'CONFLICT', 'P-1'],
    ]);
});
