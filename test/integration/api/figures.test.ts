import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HeadlineFigures } from '../../../gateway/api/figure-routes.ts';
import { startApi } from '../../../gateway/api/server.ts';
import { GatewayError } from '../../../gateway/core/error.ts';
import { figureOf, leftOutOf, missingOf } from '../../../gateway/reports/figures/figure.ts';
import { presentReport } from '../../../gateway/reports/figures/present-figures.ts';
import type { DeliveryDesk } from '../../../gateway/runtime/delivery-desk.ts';
import type { GatewayView } from '../../../gateway/runtime/view.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { createTestLog } from '../../support/test-log.ts';
import { runCli } from '../../unit/gateway/cli/cli-fixture.ts';

const serve = async (figures: HeadlineFigures['figures']): Promise<string> => {
  const server = await startApi({
    view: { site: { timeZone: 'Asia/Shanghai' } } as GatewayView,
    deliveries: {} as DeliveryDesk,
    ...{ reloads: noReloads, figures: { figures }, log: createTestLog() },
    ...{ host: '127.0.0.1', port: 0, pageFolder: tmpdir(), version: '1.2.3' },
  });
  onTestFinished(() => server.close());
  return server.url;
};

const report = presentReport({
  ...{ fromMs: 0, toMs: 86_400_000, simulated: true },
  figures: [
    figureOf({
      ...{ id: 'automaticScheduling', value: 95, unit: '%' },
      numerator: { value: 57, unit: '1' },
      denominator: { value: 60, unit: '1' },
      notCounted: [{ id: 'JO-7', amount: null, reason: 'overridden' }],
      missing: leftOutOf('orders-left-out', 17),
    }),
    figureOf({
      ...{ id: 'transferDistance', unit: 'm' },
      numerator: { value: null, unit: 'm' },
      denominator: { value: null, unit: '1' },
      missing: [missingOf('transfers'), missingOf('dispositions', ['P1', 'P2', 'P3', 'P4'])],
      baseline: {
        ...{ value: 580, unit: 'm', frozen: '2023-12-31', simulated: true },
        provenance: { en: 'assumed', zh: '假设' },
      },
    }),
  ],
});

describe('GET /api/v1/figures', () => {
  it('gives each figure with numerator, denominator, who counts and what is missing', async () => {
    const url = await serve(async () => report);
    const response = await fetch(new URL('/api/v1/figures', url));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it("takes instants as epoch ms, or as ISO 8601 in the site's wall clock", async () => {
    const asked: unknown[] = [];
    const url = await serve(async (window) => {
      asked.push(window);
      return report;
    });
    await fetch(new URL('/api/v1/figures?from=1000&to=2026-03-02T08:00', url));
    await fetch(new URL('/api/v1/figures', url));
    await fetch(new URL('/api/v1/figures?from=2026-03-02', url));
    expect(asked).toEqual([
      ...[{ fromMs: 1000, toMs: Date.UTC(2026, 2, 2) }, {}],
      { fromMs: Date.UTC(2026, 2, 1, 16) },
    ]);
    const refused = await fetch(new URL('/api/v1/figures?from=yesterday', url));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      error: {
        ...{ code: 'BAD_REQUEST', fields: [{ place: 'query', field: 'from' }] },
        words: { zh: expect.stringContaining('from：发现 "yesterday"，应为时刻') },
      },
    });
  });

  it('answers in both languages why it does not', async () => {
    const words = { en: 'too long', zh: '过长' };
    const refuse = (code: 'CONFIG_INVALID' | 'UNAVAILABLE' | 'STORE_FAILED') =>
      serve(() => Promise.reject(new GatewayError(code, words, { retryable: false })));
    const statuses = { CONFIG_INVALID: 400, UNAVAILABLE: 503, STORE_FAILED: 500 } as const;
    for (const code of ['CONFIG_INVALID', 'UNAVAILABLE', 'STORE_FAILED'] as const) {
      const response = await fetch(new URL('/api/v1/figures', await refuse(code)));
      expect(response.status).toBe(statuses[code]);
      expect(await response.json()).toMatchObject({
        error: { words: { en: 'too long', zh: expect.stringContaining('过长') } },
      });
    }
  });
});

describe('seamwatt figures', () => {
  it('prints a table with numerator, denominator and what is missing, in the language of the user', async () => {
    const url = await serve(async () => report);
    const { code, out } = await runCli(['figures', '--url', url]);
    expect(code).toBe(0);
    const table = out.join('\n');
    expect(table).toContain('The data of this site is simulated.');
    expect(table).toMatch(/Automatic scheduling\s+95 %\s+57\s+60/);
    expect(table).toMatch(/less the baseline\s+—\s+—\s+—\s+transfers of panels; /);
    expect(table).toContain('(4: P1, P2, P3, …)');
    expect(table).toContain('than are read at once: a shorter time has them all (17)');
    expect(table).toContain('the baseline is assumed');
    expect(table).toMatch(/95 %\s+57\s+60\s+1 × overridden by hand/);
    const chinese = await runCli(['figures', '--url', url, '--lang', 'zh']);
    expect(chinese.out.join('\n')).toContain('管屏的结论（放行或报废）（4：P1, P2, P3, …）');
    expect(chinese.out.join('\n')).toMatch(/自动排产率\s+95 %\s+57\s+60/);
  });

  it('says why nothing counts where a figure is 0, and why it has no value', async () => {
    const devices = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        ...{ id: `d${at}`, amount: null, reason: 'too-little-data' as const },
      }));
    const poor = presentReport({
      ...{ fromMs: 0, toMs: 86_400_000, simulated: false },
      figures: [
        figureOf({
          ...{ id: 'deviceDigitalisation', value: 0, unit: '%' },
          numerator: { value: 0, unit: '1' },
          denominator: { value: 1067, unit: '1' },
          notCounted: [{ id: 'press', amount: null, reason: 'not-connected' }, ...devices(1066)],
        }),
        figureOf({
          ...{ id: 'craneTransfers', value: null, unit: '1' },
          numerator: { value: null, unit: '1' },
          denominator: { value: 0, unit: '1' },
        }),
      ],
    });
    const url = await serve(async () => poor);
    const english = (await runCli(['figures', '--url', url])).out.join('\n');
    expect(english).toMatch(
      /0 %\s+0\s+1067\s+999 × too little good, fresh data; 67 × more; 1 × not connected$/m,
    );
    expect(english).toMatch(/Crane transfers .*nothing to count in this time$/m);
    const chinese = (await runCli(['figures', '--url', url, '--lang', 'zh'])).out.join('\n');
    expect(chinese).toMatch(/999 × 良好且不过期的数据不足；67 × 其余；1 × 未联网$/m);
    expect(chinese).toMatch(/行车转运次数 .*此期间没有可计入的内容$/m);
  });

  it('prints all of it for machines, asks for a time, and ends with 4 where nothing is known', async () => {
    const asked: unknown[] = [];
    const url = await serve(async (window) => {
      asked.push(window);
      return { ...report, figures: report.figures.slice(1) };
    });
    const { code, out } = await runCli([
      ...['figures', '--url', url, '--json', '--from', 'yesterday', '--to', '1000'],
    ]);
    expect(code).toBe(1);
    expect(out).toEqual([]);
    const asks = ['figures', '--url', url, '--json', '--from', '0', '--to', '1000'];
    const taken = await runCli(asks);
    expect(taken.code).toBe(4);
    expect(JSON.parse(taken.out.join('\n'))).toMatchObject({
      figures: [{ id: 'transferDistance' }],
    });
    expect(asked).toEqual([{ fromMs: 0, toMs: 1000 }]);
  });
});
