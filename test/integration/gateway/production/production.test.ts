// Goal: what an MES or a clerk sends is kept once, told back, felt by the KPIs and found in the records of panels, whatever
// happens meanwhile. Method: a gateway with a line whose panels the test moves, spoken to over HTTP; its journal is replayed.
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { OrderState } from '../../../../gateway/production/order-state.ts';
import type { PanelProduction } from '../../../../gateway/production/panel-production.ts';
import { readRecords } from '../../../../gateway/runtime/records/read-records.ts';
import { replayJournal } from '../../../../gateway/runtime/replay.ts';
import { eventually } from '../../../support/gateway-process.ts';
import { testFolder } from '../../../support/journal.ts';
import {
  createLine,
  linePath,
  type ProductionSite,
  startProductionSite,
} from '../../../support/production-line.ts';

let nextId = 1;
/** A message of now, with an id of its own. */
const message = (kind: string, more: object = {}): Record<string, unknown> => ({
  ...{ kind, source: 'mes', id: `m${nextId++}`, time: Date.now() },
  ...more,
});

const hourMs = 3_600_000;

const point = async (site: ProductionSite, name: string) => {
  const points =
    await site.get<{ path: string; latest: { value: unknown; statusName: string } }[]>(
      '/api/v1/points',
    );
  const found = points.find(({ path }) => path === `${linePath}/line/${name}`);
  return found?.latest ?? expect.fail(`no point ${name}`);
};

const reaches = (site: ProductionSite, name: string, wanted: unknown): Promise<unknown> =>
  eventually(
    async () => ((await point(site, name)).value === wanted ? true : undefined),
    `${name} ${String(wanted)}`,
  );

type Found = {
  id: string;
  revision: number;
  reason: string;
  record: { version: number; production: PanelProduction };
};

const panelWith = (
  site: ProductionSite,
  id: string,
  isIt: (found: Found) => boolean,
): Promise<Found> =>
  eventually(async () => {
    try {
      const found = await site.get<Found>(`/api/v1/panels/${id}`);
      return isIt(found) ? found : undefined;
    } catch {
      return undefined;
    }
  }, `the record of ${id}`);

const listed = async (site: ProductionSite, query: string): Promise<readonly string[]> => {
  const { panels } = await site.get<{ panels: { id: string }[] }>(`/api/v1/panels?${query}`);
  return panels.map(({ id }) => id);
};

describe('messages of production', () => {
  it('are kept once, and told back with what follows from them', async () => {
    const site = await startProductionSite(createLine().source, testFolder());
    const order = message('jobOrder', {
      ...{ orderId: 'WO-1', drawing: { number: 'D-100', revision: 'B' }, quantity: 14 },
      plannedRunTimePerItemMin: 25,
    });
    const first = await site.post(order);
    expect(first).toMatchObject({ status: 200, answer: { accepted: 1, duplicate: 0, refused: 0 } });
    const again = await site.post(order);
    expect(again).toMatchObject({ status: 200, answer: { accepted: 0, duplicate: 1, refused: 0 } });
    const other = await site.post({ ...order, quantity: 15 });
    expect(other.status).toBe(409);
    expect(other.answer.messages[0]).toMatchObject({ outcome: 'refused', code: 'CONFLICT' });
    expect(other.answer.messages[0]?.words?.zh).toMatch(/mes 此前已用编号 .* 发送过内容不同的消息/);

    await site.post(
      message('jobOrderStatus', { orderId: 'WO-1', status: 'started', by: 'hand', who: 'Li' }),
    );
    const { orders } = await site.get<{ orders: OrderState[] }>('/api/v1/production/orders');
    expect(orders).toHaveLength(1);
    expect(orders[0]).toMatchObject({
      ...{ line: linePath, orderId: 'WO-1', status: 'started', definitions: 1 },
      definition: { drawing: { number: 'D-100', revision: 'B' }, quantity: 14 },
      started: { by: 'hand', who: 'Li' },
    });
    const told = await site.get<{ messages: { message: Record<string, unknown> }[] }>(
      '/api/v1/production/messages?kind=jobOrder',
    );
    expect(told.messages.map((kept) => kept.message)).toEqual([{ ...order, line: linePath }]);
    expect(await site.get('/api/v1/production/orders?status=completed')).toEqual({ orders: [] });
  });

  it('are each answered by themselves in a batch: what is wrong refuses nothing else', async () => {
    const site = await startProductionSite(createLine().source, testFolder());
    const good = message('jobOrder', { orderId: 'WO-2' });
    const { status, answer } = await site.post([
      good,
      good,
      { ...good, project: 'X' },
      message('jobOrder', { orderId: 'WO-2', wpsNo: 'WPS-9' }),
      message('jobOrder'),
      message('jobOrder', { orderId: 'WO-3', colour: 'red' }),
      message('rumour'),
      'nothing',
      message('jobOrder', { orderId: 'WO-4', line: 'welding/mpm09' }),
      message('jobOrder', { orderId: 'WO-4', time: Math.floor(Date.now() / 1000) }),
      message('jobOrder', { orderId: 'WO-4', time: Date.now() + hourMs }),
      message('jobOrder', { orderId: 'WO-4', time: 'tomorrow' }),
      message('calendar', { from: Date.now(), to: Date.now() - hourMs, busy: [] }),
      message('transfer', { panelId: 'P-9', mode: 'crane', distanceM: 12 }),
      message('panelAssignment', {
        panelId: 'P-9',
        personnel: Array.from({ length: 100 }, (_, index) => ({
          id: `${index}`.padEnd(200, 'x'),
          role: 'y'.repeat(200),
          qualification: 'z'.repeat(200),
        })),
        equipment: Array.from({ length: 100 }, (_, index) => ({ id: `${index}`.padEnd(200, 'x') })),
      }),
    ]);
    expect(status).toBe(207);
    expect(
      answer.messages.map(
        ({ outcome, code, notes }) => code ?? [outcome, ...notes.map((note) => note.code)],
      ),
    ).toEqual([
      ['accepted'],
      ['duplicate'],
      'CONFLICT',
      ['accepted', 'order-redefined'],
      ...['MALFORMED', 'MALFORMED', 'MALFORMED', 'MALFORMED', 'UNKNOWN_LINE'],
      ...['TIME_OUT_OF_RANGE', 'TIME_OUT_OF_RANGE', 'MALFORMED', 'TIME_OUT_OF_RANGE'],
      ['accepted', 'panel-unknown'],
      'TOO_LARGE',
    ]);
    for (const { words } of answer.messages.filter(({ code }) => code !== null)) {
      expect(words?.en).toMatch(/[a-z]/);
      expect(words?.zh).toMatch(/[\u4e00-\u9fff]/);
    }
    expect(answer.messages[5]?.words?.en).toMatch(/colour/);
    const { orders } = await site.get<{ orders: OrderState[] }>('/api/v1/production/orders');
    expect(orders.map(({ orderId, definitions }) => [orderId, definitions])).toEqual([['WO-2', 2]]);
  });

  it('are refused as a whole when there are too many, when they are no JSON, or from another origin', async () => {
    const site = await startProductionSite(createLine().source, testFolder());
    expect((await site.post([])).status).toBe(400);
    expect((await site.post(Array.from({ length: 501 }, () => ({})))).status).toBe(413);
    expect((await site.post('{"kind":')).status).toBe(400);
    expect((await site.post(`[${' '.repeat(5 * 1024 * 1024)}]`)).status).toBe(413);
    const url = new URL('/api/v1/production/messages', site.api.url);
    const foreign = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', origin: 'http://example.org' };
      request(url, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end('{}');
    });
    expect(foreign).toBe(403);
    const { messages } = await site.get<{ messages: [] }>('/api/v1/production/messages');
    expect(messages).toEqual([]);
  });
});

describe('points of production', () => {
  it('feed OEE once everything is told, and say what is missing until then', async () => {
    const folder = testFolder();
    const site = await startProductionSite(createLine().source, folder);
    await reaches(site, 'oee.missing', 15);
    expect(await point(site, 'producedQuantity')).toMatchObject({
      value: null,
      statusName: 'BadNoData',
    });
    expect(await point(site, 'orderRegistered')).toMatchObject({
      value: null,
      statusName: 'BadNoData',
    });
    const today = Math.floor((Date.now() + 8 * hourMs) / (24 * hourMs)) * 24 * hourMs - 8 * hourMs;
    const day = (offset: number): string =>
      new Date(today + (8 + 24 * offset) * hourMs).toISOString().slice(0, 10);
    const { status, answer } = await site.post([
      message('jobOrder', { orderId: 'WO-1', plannedRunTimePerItemMin: 25 }),
      message('jobOrderStatus', { orderId: 'WO-1', status: 'started', by: 'scheduler' }),
      // The wall clock of the site.
      message('calendar', {
        ...{ from: `${day(0)}T00:00`, to: `${day(2)}T00:00` },
        busy: [{ start: `${day(0)}T00:00`, end: `${day(2)}T00:00`, shift: 'A' }],
      }),
      message('productionCount', { produced: 10, good: 9 }),
      message('productionCount', { produced: 4, good: 4 }),
    ]);
    expect([status, answer.refused]).toEqual([200, 0]);
    await reaches(site, 'oee.missing', 0);
    await reaches(site, 'producedQuantity', 14);
    await reaches(site, 'orderRegistered', 1);
    await reaches(site, 'plannedBusy', 1);
    expect((await point(site, 'oee.quality')).value).toBeCloseTo(13 / 14, 12);
    const planned = (await point(site, 'plannedBusyTime')).value as number;
    expect(Math.abs(planned - (Date.now() - today) / 60_000)).toBeLessThan(0.1);
    await site.post(
      message('jobOrderStatus', { orderId: 'WO-1', status: 'completed', by: 'hand', who: 'Li' }),
    );
    await reaches(site, 'orderRegistered', 0);
    await site.stop();
    expect(await replayJournal({ folder })).toMatchObject({ verdict: 'identical' });
  });

  it('make the standing of a line with an order a delay, and without one no delay', async () => {
    const line = createLine();
    line.stands();
    const site = await startProductionSite(line.source, testFolder());
    const grows = (name: string): Promise<unknown> =>
      eventually(
        async () => (((await point(site, name)).value as number) > 0.01 ? true : undefined),
        name,
      );
    await grows('timeElements.other');
    expect((await point(site, 'timeElements.adet')).value).toBe(0);
    await site.post([
      message('jobOrder', { orderId: 'WO-1' }),
      message('jobOrderStatus', { orderId: 'WO-1', status: 'released', by: 'scheduler' }),
    ]);
    await grows('timeElements.adet');
  });

  it('are told again after a restart, from what was kept', async () => {
    const folder = testFolder();
    const first = await startProductionSite(createLine().source, folder);
    await first.post([
      message('jobOrder', { orderId: 'WO-1', plannedRunTimePerItemMin: 25 }),
      message('jobOrderStatus', { orderId: 'WO-1', status: 'released', by: 'scheduler' }),
      message('productionCount', { produced: 3 }),
    ]);
    await first.stop();
    const second = await startProductionSite(createLine().source, folder);
    await reaches(second, 'orderRegistered', 1);
    await reaches(second, 'producedQuantity', 3);
    expect((await point(second, 'plannedRunTimePerItem')).statusName).toBe('BadNoData');
    expect((await point(second, 'goodQuantity')).statusName).toBe('BadNoData');
  });
});

describe('the record of a panel', () => {
  it('has what was told before and after it was welded, each in a revision of its own', async () => {
    const folder = testFolder();
    const line = createLine();
    const site = await startProductionSite(line.source, folder);
    await site.post([
      message('jobOrder', { orderId: 'WO-1', drawing: { number: 'D-100' }, wpsNo: 'WPS-7' }),
      message('panelAssignment', {
        ...{ panelId: 'P-1', orderId: 'WO-1', tubeCount: 2 },
        tubes: [{ position: 1, heatNo: 'H-11', certificate: 'C-11' }],
        wires: [{ spoolId: 'S-5', changePositionMm: 0 }],
        procedure: { wpsNo: 'WPS-7' },
      }),
    ]);
    await line.weld('P-1');
    await line.weld('P-2');
    const first = await panelWith(site, 'P-1', () => true);
    expect(first).toMatchObject({ revision: 1, reason: 'assembled', record: { version: 2 } });
    const { production } = first.record;
    expect(production.order).toMatchObject({ orderId: 'WO-1', definition: { wpsNo: 'WPS-7' } });
    expect(production.materials.tubes).toEqual([
      { position: 1, heatNo: 'H-11', grade: null, size: null, certificate: 'C-11' },
    ]);
    for (const field of [
      'drawing-revision',
      'tube-heats',
      'wps-revision',
      'wps-bands',
      'disposition',
    ] as const) {
      expect(production.missing).toContain(field);
    }
    for (const field of ['job-order', 'drawing', 'wire-spool', 'wps'] as const) {
      expect(production.missing).not.toContain(field);
    }

    await site.post([
      message('panelAssignment', { panelId: 'P-1', tubes: [{ position: 2, heatNo: 'H-12' }] }),
      message('disposition', { panelId: 'P-1', status: 'released', who: 'QA Wang' }),
    ]);
    const second = await panelWith(site, 'P-1', ({ revision }) => revision === 2);
    expect(second.reason).toBe('production-told');
    expect(second.record.production.disposition).toMatchObject({
      status: 'released',
      who: 'QA Wang',
    });
    expect(second.record.production.missing).not.toContain('tube-heats');
    expect(await listed(site, 'heat=H-12')).toEqual(['P-1']);
    expect(await listed(site, 'spool=S-5&wps=WPS-7&order=WO-1')).toEqual(['P-1']);
    expect(await listed(site, 'spool=S-5&heat=H-99')).toEqual([]);

    // What an order did after its panels is no matter of their records; another order for the panel is marked.
    await site.post(
      message('jobOrderStatus', { orderId: 'WO-1', status: 'completed', by: 'scheduler' }),
    );
    await site.post(message('panelAssignment', { panelId: 'P-1', orderId: 'WO-2' }));
    const third = await panelWith(site, 'P-1', ({ revision }) => revision >= 3);
    expect(third.revision).toBe(3);
    expect(third.record.production.marks).toEqual([
      { code: 'panel-claimed-twice', subject: 'WO-1' },
      { code: 'order-undefined', subject: 'WO-2' },
    ]);
    expect(await listed(site, 'order=WO-1')).toEqual([]);
    expect(await listed(site, 'order=WO-2')).toEqual(['P-1']);
    await site.stop();
    expect(readRecords(folder, (records) => records.verify())).toMatchObject({
      ok: true,
      revisions: 3,
    });

    // A restart reads all of it again and makes nothing of it twice.
    const again = await startProductionSite(createLine().source, folder);
    await again.post(message('disposition', { panelId: 'P-1', status: 'hold', who: 'QA Wang' }));
    const fourth = await panelWith(again, 'P-1', ({ revision }) => revision > 3);
    expect(fourth.revision).toBe(4);
    expect(fourth.record.production.disposition?.status).toBe('hold');
  });
});
