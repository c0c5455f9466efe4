import { tmpdir } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startApi } from '../../../gateway/api/server.ts';
import { energyConfigOf } from '../../../gateway/energy/energy-config.ts';
import { EnergyDesk } from '../../../gateway/energy/energy-desk.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import type { GatewayView } from '../../../gateway/runtime/view.ts';
import { good, HistorySite } from '../../support/history-site.ts';
import { testFolder } from '../../support/journal.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { createTestLog } from '../../support/test-log.ts';
import { runCli } from '../../unit/gateway/cli/cli-fixture.ts';

const hourMs = 3_600_000;
/** Midnight in Shanghai. */
const startMs = Date.parse('2026-03-02T00:00+08:00');
const name = { en: 'Hall', zh: '厂房' };
const channels = ['import', 'other'].map((point) => ({
  ...{ point, kind: 'counter' as const, unit: 'W.h' },
  description: name,
}));

/** A meter behind transformers of 400, which counts 90 Wh an hour for two hours, and its tenants. */
const serve = async (): Promise<string> => {
  const site = await HistorySite.open(testFolder(), 20, { channels, periodMs: 10_000 });
  for (let ms = startMs - 60_000; ms <= startMs + 2 * hourMs + 60_000; ms += 10_000) {
    const wattHours = 5_000 + (90 * (ms - startMs)) / hourMs;
    site.append(ms, [good(wattHours), good(0)]);
  }
  const { area, line, equipment } = site.group.equipment;
  const energy = new EnergyDesk({
    register: (query) => site.history.register(query),
    believe: (subjects) => site.history.believe(subjects),
    groups: () => [site.group],
    config: () =>
      energyConfigOf({
        meters: [
          {
            ...{ id: 'hall', name, register: `${area}/${line}/${equipment}/import` },
            multipliers: [{ value: 400 }],
            tenants: [{ tenant: 'ada' }],
          },
        ],
        tenants: [{ id: 'ada', name: { en: 'Ada Ltd.', zh: '甲公司' } }],
      }),
    site: () => ({ timeZone: 'Asia/Shanghai' }),
  });
  const server = await startApi({
    view: {
      site: { timeZone: 'Asia/Shanghai', simulated: true },
      nowMs: () => startMs + 2.5 * hourMs,
    } as GatewayView,
    deliveries: {} as DeliveryDesk,
    ...{ reloads: noReloads, energy, log: createTestLog() },
    ...{ host: '127.0.0.1', port: 0, pageFolder: tmpdir(), version: '1.2.3' },
  });
  onTestFinished(() => server.close());
  await expect
    .poll(
      async () => {
        const answer = await fetch(`${server.url}${ofHall}`);
        const { intervals } = (await answer.json()) as {
          intervals: { energyKwh: number | null }[];
        };
        return intervals.map(({ energyKwh }) => energyKwh);
      },
      { timeout: 20_000 },
    )
    .toEqual([36, 36, expect.closeTo(0.6, 6)]);
  return server.url;
};

const ofHall = '/api/v1/energy/meters/hall/intervals?from=2026-03-02&step=hour';

describe('energy accounts over HTTP', { timeout: 60_000 }, () => {
  test('give what a meter counted, with how it is known, and what tenants used', async () => {
    const url = await serve();
    const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    expect(await get('/api/v1/energy/meters')).toMatchObject({
      meters: [{ id: 'hall', name, parent: null, building: null, accuracyClass: 1 }],
      tenants: [{ id: 'ada', share: 1 }],
    });
    expect(await get(ofHall)).toMatchObject({
      ...{ meter: 'hall', fromMs: startMs, step: 'hour', simulated: true },
      intervals: [
        {
          ...{ startMs, endMs: startMs + hourMs, isOver: true, energyKwh: 36, estimatedKwh: 0 },
          ...{ method: 'measured', completeness: 1, unknownMs: 0, breaks: 0, multiplier: 400 },
          opening: expect.closeTo(5_000, 6),
        },
        { energyKwh: 36, method: 'measured' },
        { isOver: false, method: 'partial' },
      ],
    });
    expect(await get('/api/v1/energy/tenants?from=2026-03-02&step=day')).toMatchObject({
      intervals: [
        {
          energyKwh: expect.closeTo(72.6, 6),
          isOver: false,
          tenants: [
            {
              ...{ tenant: 'ada', name: { zh: '甲公司' }, commonKwh: 0, estimatedKwh: 0 },
              ...{ method: 'partial', revision: 0 },
            },
          ],
        },
      ],
    });
  });

  test('say what is wrong with a question', async () => {
    const url = await serve();
    const refused = async (path: string) => {
      const answer = await fetch(`${url}${path}`);
      const { error } = (await answer.json()) as { error: { words: { en: string; zh: string } } };
      return [answer.status, error.words.en, error.words.zh];
    };
    expect(await refused('/api/v1/energy/meters/nope/intervals')).toEqual([
      ...[404, 'no meter nope: /api/v1/energy/meters lists them'],
      '没有电表 nope：/api/v1/energy/meters 可列出全部',
    ]);
    const long = '/api/v1/energy/meters/hall/intervals?from=2020-01-01&step=minute';
    expect((await refused(long))[1]).toContain('more than 10000 intervals');
    const backwards = '/api/v1/energy/tenants?from=2026-03-02&to=2026-03-01';
    expect((await refused(backwards))[2]).toBe('所查时间的起点须早于终点');
    expect((await refused('/api/v1/energy/tenants?step=hour'))[0]).toBe(400);
    expect((await refused('/api/v1/energy/meters?x=1'))[0]).toBe(400);
  });

  test('are shown on a terminal in both languages', async () => {
    const url = await serve();
    const run = (...args: string[]) => runCli(['energy', ...args, '--url', url], { env: {} });
    const asked = ['hall', '--from', '2026-03-01T22:00', '--step', 'hour'];
    const english = await run(...asked);
    expect(english.code).toBe(0);
    expect(english.out.join('\n')).toMatch(/2026-03-02 01:00 {2}36\.000 .*measured +100 %/);
    expect(english.out.join('\n')).toContain('not over yet');
    const chinese = await runCli(['energy', '--tenants', '--from', '2026-03-02', '--url', url], {
      env: { SEAMWATT_LANG: 'zh' },
    });
    expect(chinese.out.join('\n')).toMatch(/甲公司 +73\.200 +73\.200 +0\.000/);
    expect((await run()).out.join('\n')).toContain('hall');
    expect((await run('hall', '--tenants')).code).not.toBe(0);
  });
});
