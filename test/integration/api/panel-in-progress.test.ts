import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  binState,
  type PanelInProgress,
  panelInProgress,
} from '../../../gateway/api/progress-contract.ts';
import { noText } from '../../../gateway/core/point.ts';
import { statusCodes } from '../../../gateway/core/quality.ts';
import { PanelAssembler } from '../../../gateway/records/assembler.ts';
import type { ProgressQuery } from '../../../gateway/records/panel-progress.ts';
import { LatestValues } from '../../../gateway/runtime/latest-values.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../support/entry-batch.ts';
import { startTestApi, type TestApi } from '../../support/gateway-view.ts';

const directory = testDirectory([
  testGroup({
    ...{ equipment: 'line', equipmentClass: 'weld_line' },
    channels: [
      ...[
        { point: 'panelId', kind: 'string' as const },
        { point: 'panelPosition', unit: 'mm' },
      ],
      ...[
        { point: 'panelLength', unit: 'mm' },
        { point: 'wps', kind: 'string' as const },
      ],
    ],
  }),
  testGroup({
    ...{ name: 'bins', producer: 'kpi' },
    channels: [
      ...[{ point: 'bin.position', unit: 'mm' }, 'bin.length', 'bin.arcOnLength'],
      ...['bin.lostLength', 'bin.wpsDeviations', 'bin.heatInput', 'bin.gap.mean'],
    ],
  }),
  testGroup({
    ...{ equipment: 'line', equipmentClass: 'weld_line', name: 'kpi', producer: 'kpi' },
    channels: ['deformationPrediction', 'deformationPrediction.lower'],
  }),
]);
const [line, bins, kpis] = directory.groups;
if (!line || !bins || !kpis) throw new Error('no groups');

const bad = { value: 0, status: statusCodes.badNoData };
const bin = (
  position: number,
  arcOn: number | typeof bad,
  lost: number,
  outside: number | typeof bad,
) => ({
  ...{ 'bin.position': position, 'bin.length': 10, 'bin.arcOnLength': arcOn },
  ...{ 'bin.lostLength': lost, 'bin.wpsDeviations': outside, 'bin.heatInput': 0.1 + 0.2 },
});

describe('the panel in progress', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
    const assembler = new PanelAssembler({
      checkpoint: { lines: {} },
      group: (number) => directory.groups[number - 1],
      text: (id) => directory.text(id),
    });
    const builder = new EntryBatchBuilder()
      .frame(line, {
        timeMs: 1000,
        values: {
          ...{ panelId: directory.intern('P-1'), panelPosition: 60 },
          ...{ panelLength: 18_000, wps: directory.intern('WPS-1') },
        },
      })
      .frame(kpis, {
        timeMs: 1500,
        values: { deformationPrediction: 2.5, 'deformationPrediction.lower': 1.5 },
      });
    const rows = [
      bin(0, 10, 0, 0),
      bin(10, 10, 0, 2),
      bin(20, 10, 7, 2),
      bin(30, 4, 0, 0),
      bin(40, bad, 0, 0),
      bin(50, 10, 0, bad),
    ];
    for (const [row, values] of rows.entries()) {
      builder.frame(bins, { timeMs: 2000 + row, origin: 'computed', values });
    }
    const batch = builder.build();
    assembler.take(batch);
    const latest = new LatestValues(directory.groups);
    latest.read(batch);
    Object.assign(api.view, {
      latest,
      text: (id: number) => directory.text(id),
      records: {
        inProgress: (of: string, query: ProgressQuery) => assembler.inProgress(of, query),
      },
      kpis: [
        {
          ...{ kpi: 'deformationPrediction', group: kpis, point: 'deformationPrediction' },
          ...{ formula: noText, standard: noText, description: noText, inputs: [] },
          inputRoles: {},
          window: { tier: 'a', over: 'panel', rule: noText },
          parameters: { probability: 0.95 },
        },
      ],
    });
  });

  afterAll(() => api.close());

  const ask = async (query = ''): Promise<PanelInProgress> => {
    const { status, body } = await api.get(
      `/api/v1/lines/welding%2Fmpm01/panel-in-progress${query}`,
    );
    expect(status, JSON.stringify(body)).toBe(200);
    return panelInProgress.parse(body);
  };

  it('is told with what the line says of it, its prediction, and what is not known', async () => {
    const { panel, prediction, notDerivable, binMm } = await ask();
    expect(panel).toMatchObject({
      ...{ panelId: 'P-1', startMs: 1000, positionMm: 60, lengthMm: 18_000, wps: 'WPS-1' },
      ...{ order: null, isAtRest: false },
    });
    expect(prediction).toMatchObject({
      ...{ value: 2.5, lower: 1.5, upper: null, probability: 0.95, status: 0, timeMs: 1500 },
    });
    expect([binMm, notDerivable.map(({ zh }) => zh.slice(0, 4))]).toEqual([
      null,
      ['位置区间', '电弧前方'],
    ]);
  });

  it('judges each bin by what most of its length is, then by its WPS', async () => {
    const [seam] = (await ask()).seams;
    expect(seam?.state).toEqual([
      binState.conforming,
      binState.outsideWps,
      binState.seamLost,
      binState.noArc,
      binState.notMeasured,
      binState.notJudged,
    ]);
    expect(seam?.positionMm).toEqual([0, 10, 20, 30, 40, 50]);
    const columns = seam?.columns.map(({ point, values }) => [point, values[0]]);
    expect(columns).toEqual([
      ['bin.wpsDeviations', 0],
      ['bin.heatInput', 0.3],
    ]);
  });

  it('is followed: only what came since, and only the columns asked for', async () => {
    const first = await ask('?limit=4&columns=bin.position');
    expect([first.isWhole, first.isMore, first.seams[0]?.state.length]).toEqual([true, true, 4]);
    const next = await ask(`?afterSeq=${first.throughSeq}&columns=*`);
    expect([next.isWhole, next.isMore]).toEqual([false, false]);
    expect(next.seams[0]).toMatchObject({ rows: 6, fromRow: 4, positionMm: [40, 50] });
    expect(next.seams[0]?.columns).toHaveLength(7);
    const nothing = await ask(`?afterSeq=${next.throughSeq}`);
    expect([nothing.seams[0]?.timeMs, nothing.throughSeq]).toEqual([[], next.throughSeq]);
  });

  it('is not there for another line', async () => {
    expect((await api.get('/api/v1/lines/welding%2Fnix/panel-in-progress')).status).toBe(404);
    expect((await api.get('/api/v1/lines/a/panel-in-progress?limit=2001')).status).toBe(400);
  });
});
