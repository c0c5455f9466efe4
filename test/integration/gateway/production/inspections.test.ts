// Goal: what an MES tells of inspections moves the yields of the line while it runs, survives a restart and is the same in a
// replay. Method: a gateway with a line of two seams, spoken to over HTTP.
import { expect, it } from 'vitest';
import { replayJournal } from '../../../../gateway/runtime/replay.ts';
import { eventually } from '../../../support/gateway-process.ts';
import { testFolder } from '../../../support/journal.ts';
import {
  createLine,
  linePath,
  type ProductionSite,
  startProductionSite,
} from '../../../support/production-line.ts';

const line = 'welding/mpm01/line';
const kpis = [
  { kpi: 'firstPassYield', equipment: 'welding/mpm01/*' },
  { kpi: 'rolledYield', equipment: line },
  { kpi: 'defectsPerKm', equipment: line },
];
const start = (folder: string) =>
  startProductionSite(createLine(['f01', 'f02']).source, folder, { kpis });

const reach = (site: ProductionSite, wanted: Readonly<Record<string, number | string>>) =>
  eventually(
    async () => {
      const points =
        await site.get<{ path: string; latest: { value: number | null; statusName: string } }[]>(
          '/api/v1/points',
        );
      const latest = Object.keys(wanted).map((name) => {
        const found = points.find(({ path }) => path === `${linePath}/${name}`)?.latest;
        return [name, found?.value ?? found?.statusName];
      });
      const isIt = latest.every(([name, value]) => value === wanted[String(name)]);
      return isIt ? true : undefined;
    },
    `${JSON.stringify(wanted)}`,
  );

const nowMs = Date.now();
let nextId = 1;
const inspection = (panelId: string, result: string, more: object = {}) => ({
  ...{ kind: 'inspection', source: 'mes', id: `i${nextId++}`, time: nowMs, panelId },
  ...{ method: 'VT', result, who: 'QA Wang', ...more },
});
const lengthOf = (panelId: string) => ({
  ...{ kind: 'panelAssignment', source: 'mes', id: `a-${panelId}`, time: nowMs, panelId },
  lengthMm: 10_000,
});

it('inspections move the yields of seams and line, each once, and a correction takes one back', async () => {
  const folder = testFolder();
  const first = await start(folder);
  await reach(first, {
    'f01/firstPassYield': 'BadNoData',
    'line/rolledYield': 'BadNoData',
    'line/defectsPerKm': 'BadNoData',
  });
  const rejected = inspection('P-1', 'rejected', { seam: 'F02', positionMm: 700 });
  const { status } = await first.post([
    ...[lengthOf('P-1'), lengthOf('P-2')],
    ...[inspection('P-1', 'accepted'), inspection('P-2', 'accepted'), rejected],
  ]);
  expect(status).toBe(200);
  const told = {
    ...{ 'f01/inspected': 2, 'f01/firstPassYield': 1, 'f02/firstPassYield': 0.5 },
    ...{ 'line/rolledYield': 0.5, 'line/inspectedLength': 40, 'line/defectsPerKm': 25 },
  };
  await reach(first, told);
  // Told again it counts once; with other contents its id is refused.
  expect((await first.post(rejected)).answer).toMatchObject({ duplicate: 1 });
  expect((await first.post({ ...rejected, result: 'accepted' })).status).toBe(409);
  // Accepted after all, on a second look: the seam was not good at first.
  await first.post(inspection('P-1', 'accepted', { seam: 'F02', positionMm: 700 }));
  await first.stop();

  const second = await start(folder);
  await reach(second, told);
  const { answer } = await second.post(
    inspection('P-1', 'accepted', { seam: 'F02', positionMm: 700, corrects: rejected.id }),
  );
  expect(answer.messages[0]?.notes).toEqual([]);
  await reach(second, {
    ...{ 'f02/firstPassYield': 1, 'f02/goodFirstTime': 2, 'line/rolledYield': 1 },
    ...{ 'line/defectsPerKm': 0, 'line/inspectedLength': 40 },
  });
  const early = inspection('P-1', 'rejected', { corrects: rejected.id, time: nowMs - 60_000 });
  const refused = await second.post(early);
  expect(refused.status).toBe(422);
  expect(refused.answer.messages[0]).toMatchObject({ code: 'TIME_OUT_OF_RANGE' });
  await second.stop();
  expect(await replayJournal({ folder })).toMatchObject({ verdict: 'identical' });
});
