import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Why } from '../../../gateway/api/why-contract.ts';
import { noText } from '../../../gateway/core/point.ts';
import { LatestValues } from '../../../gateway/runtime/latest-values.ts';
import type { KpiExplanation } from '../../../gateway/runtime/view.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../support/entry-batch.ts';
import { startTestApi, type TestApi } from '../../support/gateway-view.ts';

const { groups } = testDirectory([
  testGroup({ periodMs: 20, channels: [{ point: 'current', unit: 'A' }] }),
  testGroup({
    ...{ name: 'kpi', producer: 'kpi', periodMs: 1000 },
    channels: ['mean', 'mean.coverage', 'ratio', 'ratio.coverage', 'ratio.limit', 'cost'],
  }),
  testGroup({ name: 'billing', producer: 'billing', channels: ['tariff.price'] }),
]);
const [signals, kpis, billing] = groups;
if (!signals || !kpis || !billing) throw new Error('no groups');

const seam = 'welding/mpm01/f01';

const explained = (point: string, inputs: readonly string[], more = {}): KpiExplanation => ({
  ...{ kpi: point, group: kpis, point, description: noText },
  formula: { en: `formula of ${point}`, zh: `${point} 公式` },
  standard: { en: 'own', zh: '本项目定义' },
  window: { tier: 'a', lengthMs: 1000, rule: noText },
  ...{ inputs: inputs.map((name) => `${seam}/${name}`), parameters: {} },
  inputRoles: { value: inputs.slice(0, 1).map((name) => `${seam}/${name}`) },
  ...more,
});

const tariff = {
  ...{ tariff: 'jiangsu', version: 2, confidence: 'confirmed', validFrom: '2025-06-01' },
  ...{ title: { en: 'Jiangsu', zh: '江苏' }, source: { en: 'document 1', zh: '文件 1' } },
};

describe('why a number is so', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
    const latest = new LatestValues(groups);
    latest.read(
      new EntryBatchBuilder()
        .frame(signals, { timeMs: 4980, values: { current: 228 } })
        .frame(kpis, {
          timeMs: 5000,
          values: { mean: 227, 'mean.coverage': 0.9, ratio: 0.5, 'ratio.limit': 0.7 },
        })
        .build(),
    );
    Object.assign(api.view, {
      latest,
      kpis: [
        explained('mean', ['current']),
        explained('ratio', ['mean', 'mean.coverage'], {
          window: { tier: 'c', folds: 'registers', over: 'day', rule: noText },
          parameters: { factor: { id: 'f1', value: 0.6, source: 'a book' } },
        }),
        // Reads what reads it: a ring must end.
        explained('cost', ['ratio', 'mean', 'cost', 'tariff.price']),
      ],
      tariffAt: (timeMs: number) => (timeMs === 5000 ? tariff : undefined),
    });
  });

  afterAll(() => api.close());

  const why = async (point: string, depth?: number): Promise<Why> => {
    const id = encodeURIComponent(`${seam}/${point}`);
    const query = depth === undefined ? '' : `?depth=${depth}`;
    const { status, body } = await api.get(`/api/v1/kpis/${id}/why${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body as Why;
  };

  it('is told by formula, window, inputs with their age, and the way to what they were', async () => {
    const told = await why('mean');
    expect([told]).toMatchObject([
      {
        ...{ kpi: 'mean', formula: { zh: 'mean 公式' }, coverage: 0.9, tariff: null, parts: [] },
        latest: { value: 227, quality: 'good' },
        window: { tier: 'a', lengthMs: 1000, fromMs: 4000, toMs: 5000 },
        inputs: [
          {
            ...{ number: 1, device: 'plc', periodMs: 20, ageMs: 20, isKpi: false, why: null },
            roles: ['value'],
            ...{ unit: 'A', latest: { value: 228, timeMs: 4980 } },
            raw: '/api/v1/points/1/samples?fromMs=4000&toMs=5000',
          },
        ],
      },
    ]);
    const raw = told.inputs[0]?.raw ?? '';
    expect((await api.get(raw)).status).toBe(200);
  });

  /** Names of the KPIs that it is made of, those that are explained with theirs. */
  const tree = (told: Why): unknown =>
    told.inputs.map(({ path, isKpi, why: of }) =>
      of === null ? [path.split('/').at(-1), isKpi] : { [of.kpi]: tree(of) },
    );

  it('is told of the KPIs that it is made of, as deep as asked for, and a ring ends', async () => {
    const price = ['tariff.price', false];
    const flat = [['ratio', true], ['mean', true], ['cost', true], price];
    expect(tree(await why('cost', 0))).toEqual(flat);
    const one = [
      { ratio: [['mean', true]] },
      { mean: [['current', false]] },
      { cost: flat },
      price,
    ];
    expect(tree(await why('cost', 1))).toEqual(one);
    const mean = { mean: [['current', false]] };
    expect(tree(await why('cost'))).toEqual([{ ratio: [mean] }, mean, { cost: one }, price]);
  });

  it('names factors with their source, the tariff that holds, and what the KPI gives beside', async () => {
    const cost = await why('cost');
    const ratio = cost.inputs[0]?.why;
    expect(cost?.tariff).toEqual({ ...tariff, validTo: null });
    expect(ratio).toMatchObject({
      tariff: null,
      sources: [{ parameter: 'factor', id: 'f1', value: 0.6, unit: null, source: 'a book' }],
      parts: [{ path: `seamwatt/demo/${seam}/ratio.limit`, latest: { value: 0.7 } }],
      inputs: [{ path: `seamwatt/demo/${seam}/mean` }],
    });
    expect(ratio?.inputs[0]?.raw).toMatch(/^\/api\/v1\/series\?points=2&fromMs=-?\d+&toMs=5000$/);
  });

  it('is refused for a point that is no KPI, and for too deep a tree', async () => {
    expect((await api.get('/api/v1/kpis/1/why')).status).toBe(404);
    expect((await api.get('/api/v1/kpis/nix/why')).status).toBe(404);
    expect((await api.get('/api/v1/kpis/2/why?depth=6')).status).toBe(400);
  });
});
