// Goal: what was answered as accepted is there after a kill -9 at any moment, once, and whatever was not answered can be sent
// again. Method: a gateway as a process is killed while a sender presses; another start is asked what it has.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrderState } from '../../../../gateway/production/order-state.ts';
import { type TestSite, writeDemoSite } from '../../../support/demo-site.ts';
import { freePort } from '../../../support/free-port.ts';
import {
  eventually,
  type GatewayProcess,
  type Point,
  runGatewayProcess,
  startGatewayProcess,
} from '../../../support/gateway-process.ts';

let site: TestSite;
let gateway: GatewayProcess;

const start = async (): Promise<void> => {
  gateway = await startGatewayProcess(['run', '--config', site.file]);
};

const orderOf = (index: number) => ({
  ...{ kind: 'jobOrder', source: 'mes', id: `m${index}`, orderId: `WO-${index}` },
  time: 1_000 * Math.floor(Date.now() / 1_000),
});

type Order = ReturnType<typeof orderOf>;

const post = async (messages: readonly Order[]): Promise<Response> =>
  fetch(new URL('/api/v1/production/messages', gateway.url), {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify(messages),
    signal: AbortSignal.timeout(20_000),
  });

beforeAll(async () => {
  // No device is there: production needs none.
  const port = await freePort();
  site = await writeDemoSite({ address: () => ({ host: '127.0.0.1', port }) }, (demo) => {
    demo.sources = demo.sources.filter(({ ['id']: id }) => id === 'line-plc');
    demo['kpis'] = ['timeElements', 'oee'].map((kpi) => ({ kpi, equipment: 'welding/mpm01/line' }));
    demo['calculated'] = [];
    // Its meters are the park's.
    delete demo['energy'];
    demo['production'] = {};
    demo['api'] = { port: 0, auth: 'none' };
  });
  await start();
}, 90_000);

afterAll(async () => {
  await gateway?.stop('SIGKILL');
  await site?.remove();
});

it('keeps through kills what it had accepted, and takes the rest again', {
  timeout: 200_000,
}, async () => {
  const sent: Order[] = [];
  const accepted = new Set<string>();
  for (const round of [0, 1]) {
    const pressing = (async () => {
      for (;;) {
        const batch = Array.from({ length: 7 }, (_, index) => orderOf(sent.length + index));
        sent.push(...batch);
        const response = await post(batch);
        expect(response.status).toBe(200);
        for (const { id } of batch) accepted.add(id);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const ended = expect(pressing).rejects.toThrow(/fetch failed|terminated|other side closed/);
    await eventually(
      () => (accepted.size > 30 * (round + 1) ? true : undefined),
      'messages',
      60_000,
    );
    await gateway.stop('SIGKILL');
    await ended;
    await start();
    const found = await gateway.get<{ orders: OrderState[] }>(
      '/api/v1/production/orders?limit=500',
    );
    const kept = new Set(found.orders.map(({ orderId }) => orderId.replace('WO-', 'm')));
    expect([...accepted].filter((id) => !kept.has(id))).toEqual([]);
  }
  const again = (await (await post(sent)).json()) as {
    accepted: number;
    duplicate: number;
    refused: number;
  };
  expect(again.accepted + again.duplicate).toBe(sent.length);
  expect(again.refused).toBe(0);
  const { orders } = await gateway.get<{ orders: OrderState[] }>(
    '/api/v1/production/orders?limit=500',
  );
  expect(orders).toHaveLength(sent.length);
  expect(orders.every(({ definitions }) => definitions === 1)).toBe(true);

  // Orders are told but not released: the line knows of them, and none is registered.
  const registered = await eventually(async () => {
    const points = await gateway.get<Point[]>('/api/v1/points');
    const point = points.find(({ path }) => path.endsWith('/mpm01/line/orderRegistered'));
    return point?.latest.value === 0 ? point : undefined;
  }, 'orderRegistered');
  expect(registered.producer).toBe('production');

  expect(await gateway.stop()).toBe(0);
  const replayed = await runGatewayProcess(['replay', '--config', site.file, '--json']);
  expect(JSON.parse(replayed.out)).toMatchObject({ verdict: 'identical' });
});
