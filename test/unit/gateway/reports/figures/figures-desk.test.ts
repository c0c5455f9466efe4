import { describe, expect, it } from 'vitest';
import type { GroupNumber, PointNumber } from '../../../../../gateway/core/point.ts';
import type { ProductionMessage } from '../../../../../gateway/production/messages.ts';
import type { StartedOrder } from '../../../../../gateway/production/order-state.ts';
import type { PanelFacts } from '../../../../../gateway/records/panel-facts.ts';
import { mostDevices } from '../../../../../gateway/reports/figures/device-shares.ts';
import {
  type FigureId,
  figureIds,
  missingCodes,
  reasonCodes,
} from '../../../../../gateway/reports/figures/figure.ts';
import {
  figureWords,
  missingWords,
  partWords,
  reasonWords,
} from '../../../../../gateway/reports/figures/figure-words.ts';
import { figuresConfigOf } from '../../../../../gateway/reports/figures/figures-config.ts';
import {
  type FigureSources,
  FiguresDesk,
} from '../../../../../gateway/reports/figures/figures-desk.ts';

import { testGroup } from '../../../../support/entry-batch.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 2, 31);
const window = { fromMs: now - 2 * dayMs, toMs: now };
const line = 'acme/dam/welding/mpm01';

const facts = (id: string, more: Partial<PanelFacts> = {}): PanelFacts => ({
  ...{ id, panelId: id, line, simulated: true, startMs: now - dayMs, endMs: now - dayMs + 1 },
  ...{ weldM: 360, wholeWeldM: 360, inspectedM: 359.64, deformationMm: 3, deformationMarginMm: 3 },
  ...{ unmannedPercent: 100, arcHours: 0.4, status: 'released', netMassKg: 559.86 },
  footprint: { parts: [] },
  ...more,
});

const order = (orderId: string, startedBy: 'scheduler' | 'hand'): StartedOrder => ({
  ...{ orderId, releasedBy: 'scheduler', startedBy, isOverridden: false },
});

const transfer = (id: string, panelId: string, mode: 'crane' | 'other'): ProductionMessage => ({
  ...{ kind: 'transfer', id, source: 'mes', time: now - dayMs, line, panelId, mode },
  distanceM: 112,
});
const issue = (id: string, material: 'tube' | 'flux', massKg: number): ProductionMessage => ({
  ...{ kind: 'materialMovement', id, source: 'mes', time: now - dayMs, line },
  ...{ movement: 'issue', material, massKg },
});
const config = figuresConfigOf({
  people: 4,
  devicesWithoutLink: ['lathe'],
  baselines: {
    transferDistance: {
      ...{ metresPerPanel: 580, frozen: '2023-12-31', simulated: true },
      provenance: { en: 'assumed', zh: '假设' },
    },
  },
});

const sources = (more: Partial<FigureSources> = {}): FigureSources => ({
  records: () => ({ facts: async () => [facts('P1'), facts('P2', { status: 'scrap' })] }),
  production: () => ({
    startedOrders: async () => ({
      ...{ orders: [order('o1', 'scheduler'), order('o2', 'hand')], leftOut: 0 },
    }),
    shifts: async () => 2,
    messages: async ({ kinds = [], fromMs = 0 }) =>
      [
        ...[transfer('t1', 'P1', 'other'), transfer('t2', 'P2', 'crane')],
        ...[issue('i1', 'tube', 566.7), issue('i2', 'flux', 99)],
      ]
        .filter(({ kind, time }) => kinds.includes(kind) && time >= fromMs)
        .map((message, seq) => ({ seq: 100 - seq, receivedMs: now, message })),
  }),
  groups: () => [],
  history: async () => [],
  config: () => config,
  site: () => ({ timeZone: 'Asia/Shanghai', simulated: true }),
  nowMs: () => now,
  ...more,
});

const figuresOf = async (given: FigureSources) => {
  const { figures } = await new FiguresDesk(given).report(window);
  return (id: FigureId) => figures.find((figure) => figure.id === id) ?? expect.fail(id);
};

describe('the headline figures of a time', () => {
  it('are all there, each once, with words for everything', async () => {
    const { figures, simulated, ...rest } = await new FiguresDesk(sources()).figures(window);
    expect(figures.map(({ id }) => id).toSorted()).toEqual([...figureIds].toSorted());
    expect({ simulated, ...rest }).toEqual({ simulated: true, ...window });
    for (const { parts } of figures) {
      for (const { id } of parts) expect(partWords, id).toHaveProperty(id);
    }
    for (const id of figureIds) expect(figureWords[id].name.zh).not.toBe('');
    for (const code of missingCodes) expect(missingWords[code].zh).not.toBe('');
    for (const code of reasonCodes) expect(reasonWords[code].zh).not.toBe('');
  });

  it('are of records, orders, messages and the calendar', async () => {
    const of = await figuresOf(sources());
    expect(of('inLineInspection').value).toBeCloseTo(99.9, 10);
    expect(of('straightPanels')).toMatchObject({ value: 100, numerator: { value: 2 } });
    expect(of('unmannedRatio').value).toBe(100);
    // One of two orders that were started in the time.
    expect(of('automaticScheduling')).toMatchObject({
      ...{ value: 50, counted: [{ id: 'o1' }] },
      notCounted: [{ id: 'o2', reason: 'started-by-hand' }],
    });
    // Flux does not go into the panel.
    expect(of('materialUtilisation').value).toBeCloseTo(98.79, 2);
    expect(of('transferDistance')).toMatchObject({ value: -468, baseline: { value: 580 } });
    // One crane, two planned shifts.
    expect(of('craneTransfers').parts).toMatchObject({ perShift: { value: 0.5 } });
    expect(of('deviceDigitalisation')).toMatchObject({ value: 0, notCounted: [{ id: 'lathe' }] });
  });

  it('say what is missing, and never 0 instead', async () => {
    const uncounted = { facts: async () => [facts('P1', { footprint: null })] };
    const of = await figuresOf(sources({ records: () => uncounted }));
    expect(of('carbonCoverage')).toMatchObject({
      ...{ value: null, numerator: { value: null } },
      missing: [{ code: 'product-footprint' }],
    });
    expect(of('efficiencyGain')).toMatchObject({
      value: null,
      missing: [{ code: 'production-time' }, { code: 'baseline' }],
    });
    const bare = sources({
      ...{ records: () => undefined, production: () => undefined },
      config: () => figuresConfigOf(undefined),
    });
    const { figures } = await new FiguresDesk(bare).report(window);
    for (const { id, value, numerator, missing } of figures) {
      expect({ id, value, numerator: numerator.value }).toEqual({
        id,
        value: null,
        numerator: null,
      });
      expect(missing.length, id).toBeGreaterThan(0);
    }
    const codes = new Set(figures.flatMap(({ missing }) => missing.map(({ code }) => code)));
    expect(codes).toEqual(
      new Set([
        ...['records', 'panels', 'production', 'material-movements', 'orders', 'transfers'],
        ...['baseline', 'people', 'production-time', 'devices'],
      ]),
    );
  });

  it('are the last thirty days unless told, and of no time that ends before it begins or is too long', async () => {
    const desk = new FiguresDesk(sources());
    expect(await desk.report({})).toMatchObject({ fromMs: now - 30 * dayMs, toMs: now });
    for (const [fromMs, toMs] of [
      [now, now],
      [now - 401 * dayMs, now],
    ] as const) {
      await expect(desk.report({ fromMs, toMs })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });

  it('are computed for so many at once, and say so to others', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly PanelFacts[]>();
    const desk = new FiguresDesk(sources({ records: () => ({ facts: () => promise }) }));
    const two = [desk.report({}), desk.report({})];
    await expect(desk.report({})).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    resolve([]);
    await Promise.all(two);
    expect(await desk.report({})).toMatchObject({ toMs: now });
  });

  it('read bounded numbers of panels, orders and messages, and say when there are more', async () => {
    const asked: number[] = [];
    const page = Array.from({ length: 1000 }, (_, index) => ({
      ...{ seq: 5000 - index, receivedMs: now },
      message: transfer(`t${index}`, 'P1', 'other'),
    }));
    const of = await figuresOf(
      sources({
        records: () => ({
          facts: async ({ limit }) => Array.from({ length: limit }, (_, at) => facts(`P${at}`)),
        }),
        production: () => ({
          startedOrders: async ({ limit }) => ({
            ...{ orders: [order('o1', 'hand')].slice(0, limit), leftOut: 17 },
          }),
          shifts: async () => 0,
          messages: async ({ kinds = [], beforeSeq = 0 }) => {
            if (!kinds.includes('transfer')) return [];
            asked.push(beforeSeq);
            return page;
          },
        }),
      }),
    );
    expect(asked).toHaveLength(20);
    expect(asked[1]).toBe(4001);
    expect(of('craneTransfers').missing).toMatchObject([{ code: 'messages-left-out' }]);
    expect(of('automaticScheduling').missing).toEqual([
      { code: 'orders-left-out', members: [], leftOut: 17 },
    ]);
    expect(of('straightPanels')).toMatchObject({
      ...{ denominator: { value: 5000 }, missing: [{ code: 'panels-left-out' }] },
    });
  });

  it('say how many devices are beyond the limit', async () => {
    const groups = Array.from({ length: mostDevices + 2 }, (_, at) => ({
      ...testGroup({ equipment: `m${at}`, channels: [{ point: 'v' }] }),
      ...{ number: at as GroupNumber, pointNumbers: [at as PointNumber] },
    }));
    const of = await figuresOf(sources({ groups: () => groups }));
    expect(of('deviceDigitalisation').missing).toEqual([
      { code: 'devices-left-out', members: [], leftOut: 2 },
    ]);
  });
});
