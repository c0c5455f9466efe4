// Goal: the headline figures are of what the gateway really has: records of panels, messages, history. Method: a gateway with one
// line, two panels and what an MES tells of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FigureId } from '../../../../gateway/reports/figures/figure.ts';
import { figuresConfigOf } from '../../../../gateway/reports/figures/figures-config.ts';
import { FiguresDesk } from '../../../../gateway/reports/figures/figures-desk.ts';
import { createLine, startProductionSite } from '../../../support/production-line.ts';

test('figures are of the records, the messages and the history of a gateway', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-figures-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const line = createLine();
  const { gateway, post } = await startProductionSite(line.source, folder);
  const { view } = gateway;
  for (const panel of ['P-1', 'P-2', 'P-3']) await line.weld(panel);
  await expect.poll(async () => (await view.records?.list({ limit: 9 }))?.length).toBe(2);
  const time = view.nowMs();
  const told = (id: string, kind: string, more: object) => ({
    id,
    kind,
    source: 'mes',
    time,
    ...more,
  });
  const by = { by: 'scheduler' };
  const { answer } = await post([
    told('1', 'jobOrder', { orderId: 'JO-1' }),
    told('2', 'jobOrderStatus', { orderId: 'JO-1', status: 'released', ...by }),
    told('3', 'jobOrderStatus', { orderId: 'JO-1', status: 'started', ...by }),
    told('4', 'transfer', { panelId: 'P-1', mode: 'other', distanceM: 112 }),
    told('5', 'materialMovement', { movement: 'issue', material: 'tube', massKg: 566.7 }),
    told('6', 'disposition', {
      panelId: 'P-1',
      status: 'released',
      who: 'Chen',
      netMassKg: 559.86,
    }),
    told('7', 'disposition', { panelId: 'P-2', status: 'scrap', who: 'Chen' }),
  ]);
  expect(answer).toMatchObject({ accepted: 7, refused: 0 });

  const desk = new FiguresDesk({
    ...{ records: () => view.records, production: () => view.production },
    ...{ groups: () => view.groups, history: (query) => view.history(query) },
    ...{ config: () => figuresConfigOf({ devicesWithoutLink: ['lathe'] }), site: () => view.site },
    nowMs: () => view.nowMs() + 600_000,
  });
  const window = { fromMs: time - 86_400_000, toMs: time + 600_000 };
  const figureOf = async (id: FigureId) => {
    const { figures } = await desk.report(window);
    return figures.find((figure) => figure.id === id) ?? expect.fail(id);
  };
  await expect
    .poll(async () => (await figureOf('materialUtilisation')).value)
    .toBeCloseTo(98.79, 2);
  expect(await figureOf('materialUtilisation')).toMatchObject({
    ...{ counted: [{ id: 'P-1' }], notCounted: [{ id: 'P-2', reason: 'scrap' }] },
  });
  expect(await figureOf('automaticScheduling')).toMatchObject({
    value: 100,
    counted: [{ id: 'JO-1' }],
  });
  expect(await figureOf('craneTransfers')).toMatchObject({ value: 0, denominator: { value: 1 } });
  expect((await figureOf('transferDistance')).parts).toMatchObject({ perPanel: { value: 112 } });
  // The line has no KPI of weld, vision or deformation.
  expect(await figureOf('inLineInspection')).toMatchObject({
    ...{ value: null, missing: [{ code: 'vision', members: ['P-1', 'P-2'] }] },
  });
  expect(await figureOf('straightPanels')).toMatchObject({ value: null });
  // A second of data in a day.
  const digital = await figureOf('deviceDigitalisation');
  expect(digital.denominator.value).toBe(2);
  expect(digital.notCounted.map(({ reason }) => reason)).toEqual([
    ...['too-little-data', 'not-connected'],
  ]);
});
