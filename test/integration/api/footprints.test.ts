import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { startApi } from '../../../gateway/api/server.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import type { GatewayView } from '../../../gateway/runtime/view.ts';
import { chained } from '../../support/dossier-record.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { createTestLog } from '../../support/test-log.ts';

const serve = async (hasRecords = true) => {
  const find = async (id: string, revision = 2) =>
    id === 'PANEL-0815' && revision === 2 ? chained() : undefined;
  const server = await startApi({
    view: (hasRecords ? { records: { find } } : {}) as GatewayView,
    deliveries: {} as DeliveryDesk,
    reloads: noReloads,
    log: createTestLog(),
    ...{ host: '127.0.0.1', port: 0, pageFolder: tmpdir(), version: '1.2.3' },
  });
  onTestFinished(() => server.close());
  return (path: string) => fetch(new URL(`/api/v1/panels/${path}`, server.url));
};

it('gives the carbon footprint of the revision of a panel, element by element', async () => {
  const get = await serve();
  const footprint = await (await get('PANEL-0815/footprint?revision=2')).json();
  expect(footprint).toMatchObject({ id: 'PANEL-0815', revision: 2, totalKg: null });
  expect(footprint).toHaveProperty('gateToGateKg', 20.574 + 2.668);
  expect(footprint).toHaveProperty(['parts', 2], {
    ...{ element: 'tube', amount: 439.468, unit: 'kg', factor: 2.5, source: 'EPD S-P-01234' },
    ...{ carbonKg: 439.468 * 2.5, isPrimary: true, isUncertain: false },
  });
});

it('says that there is no such revision, no such question, and no line', async () => {
  const get = await serve();
  expect((await get('PANEL-0815/footprint?revision=3')).status).toBe(404);
  expect((await get('P-9/footprint')).status).toBe(404);
  expect((await get('PANEL-0815/footprint?language=zh')).status).toBe(400);
  expect((await (await serve(false))('PANEL-0815/footprint')).status).toBe(404);
});
