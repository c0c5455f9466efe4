// Goal: what people see is what is. Method: the demo site runs in real time and a real Chromium looks at it, in both
// languages, while devices stand still, fail, and the gateway is killed and started again.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.ts';
import { buildPage, openBrowser } from '../support/browser.ts';
import { type DemoRun, startDemo } from '../support/demo-run.ts';
import { eventually, type Kpi, type Point } from '../support/gateway-process.ts';
import { requireProgram } from '../support/programs.ts';

const chromium = requireProgram('chromium');
const devices = ['line.plc', 'park.pv', 'park.meters', 'park.storage', 'park.chargers'];
/** The page asks for news each half second, the slowest devices are read once a second; the rest is for busy machines. */
const newsWithinMs = 30_000;
/** A killed gateway closes its connections; a hung one is noticed after two seconds without a message. */
const noticedWithinMs = 3000;

chromium.describe('the page of the demo site', () => {
  let demo: DemoRun;
  let browser: Browser;
  let page: Page;
  const failures: string[] = [];

  beforeAll(async () => {
    buildPage();
    demo = await startDemo();
    browser = await openBrowser(chromium.path);
    page = await browser.newPage({
      viewport: { width: 1600, height: 1000 },
      locale: 'zh-CN',
      timezoneId: 'America/New_York',
    });
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) failures.push(message.text());
    });
    await page.goto(demo.url);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await demo.stop();
  });

  const textOf = async (selector: string): Promise<string> =>
    (await page.locator(selector).textContent()) ?? '';

  /** Every shown point by its path. */
  const shownPoints = (): Promise<Record<string, string>> =>
    page
      .locator('[data-path]')
      .evaluateAll((nodes) =>
        Object.fromEntries(
          nodes.map((node) => [node.getAttribute('data-path') ?? '', node.textContent ?? '']),
        ),
      );

  /** Another view of the page, by its link. */
  const openView = async (name: string): Promise<void> => {
    await page.click(`nav a[data-view="${name}"]`);
    await page.locator(`#views[data-view="${name}"] section`).first().waitFor();
  };

  const headings = (): Promise<readonly string[]> => page.locator('h2').allInnerTexts();

  const gridPower = 'seamwatt/demo/park/meters/grid/power';
  const stateOfCharge = 'seamwatt/demo/park/storage/bess01/stateOfCharge';

  /**
   * In a quiet night the power from the grid stands to the kilowatt for minutes. Allowed no import, an empty battery leaves
   * all of it to the grid and a full one takes over what it can; of a surplus an empty one takes all and a full one nothing.
   */
  const setStorage = (charge: 'empty' | 'full'): Promise<unknown> =>
    demo.simulator.send('POST', '/state', {
      'park.storage.soc': charge === 'empty' ? 0.05 : 1,
      'park.storage.demandTargetKw': 0,
    });

  const changeWithin = async (
    paths: readonly string[],
    what: string,
    cause: () => Promise<unknown> = async () => undefined,
  ): Promise<void> => {
    const before = await shownPoints();
    const still = new Set(paths);
    await cause();
    await eventually(
      async () => {
        const now = await shownPoints();
        for (const path of still) if (now[path] !== before[path]) still.delete(path);
        return still.size === 0 ? true : undefined;
      },
      what,
      newsWithinMs,
    );
  };

  it('says in Chinese and in English what it is, and that all of it is simulated', async () => {
    await page.locator('#views section').first().waitFor();
    expect(await textOf('#site-name')).toBe('演示站点（组合、仿真）');
    expect(await textOf('#simulated')).toBe('仿真数据');
    const inChinese: string[] = [];
    for (const view of ['overview', 'devices', 'equipment']) {
      await openView(view);
      inChinese.push(...(await headings()));
    }
    expect(inChinese).toEqual([
      ...['焊接生产线', '焊缝', '数据健康', '事件（最新在前）'],
      ...['园区', '关口需量', '今日碳排放', '近一日光伏功率与预期'],
      ...['设备', '数据输出（条）', '数据日志', '事件（最新在前）'],
      ...['关键指标', '全部设备与测点'],
    ]);
    await page.click('#language');
    expect(await textOf('#simulated')).toBe('Simulated data');
    const inEnglish: string[] = [];
    for (const view of ['equipment', 'devices', 'overview']) {
      await openView(view);
      inEnglish.push(...(await headings()));
      expect(await textOf('main')).not.toMatch(/\p{Script=Han}/u);
    }
    expect(inEnglish).toEqual([
      ...['KPIs', 'All equipment'],
      ...['Devices', 'Data outputs, in entries', 'Journal', 'Events, newest first'],
      ...['Welding line', 'Seams', 'Health of the data', 'Events, newest first'],
      ...['Park', 'Demand of the grid connection', 'Carbon today'],
      'Photovoltaics of the last day, beside what was expected',
    ]);
    // Nothing of the other language is left but the button that leads back to it.
    expect(await textOf('#language')).toBe('中文');
    await page.reload();
    await page.locator('#views section').first().waitFor();
    expect(await textOf('#simulated')).toBe('Simulated data');
  });

  it.each(['light', 'dark'])(
    'has no serious fault for a keyboard or a screen reader, %s',
    async (theme) => {
      await page.emulateMedia({ colorScheme: theme === 'dark' ? 'dark' : 'light' });
      for (const view of ['devices', 'equipment', 'overview']) {
        await openView(view);
        expect(await accessibilityFaults(page)).toEqual([]);
      }
    },
  );

  it('shows every device and output at work', async () => {
    await openView('devices');
    const states = page.locator('.connections td:nth-child(2)');
    await expect
      .poll(() => states.allTextContents(), { timeout: newsWithinMs })
      .toEqual(Array.from({ length: 6 }, () => 'up'));
  });

  it('moves: all seams once their arcs burn, and the park', async () => {
    await openView('overview');
    const seams = await page
      .locator('[data-seam] [data-path$="/current"]')
      .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-path') ?? ''));
    expect(seams).toHaveLength(20);
    await changeWithin(seams, 'all 20 currents changed');
    await setStorage('empty');
    await expect
      .poll(async () => (await shownPoints())[stateOfCharge], { timeout: newsWithinMs })
      .toMatch(/^5\./);
    await changeWithin([gridPower, stateOfCharge], 'the power from the grid changed', () =>
      setStorage('full'),
    );
  });

  it.each(['en', 'zh'] as const)('shows in %s the same values as the API', async (language) => {
    if ((await page.locator('html').getAttribute('lang')) !== { en: 'en', zh: 'zh-CN' }[language]) {
      await page.click('#language');
    }
    // Frozen devices make a moment long enough to compare.
    for (const device of devices) {
      await demo.simulator.send('POST', '/faults', { device, kind: 'frozen' });
    }
    try {
      const differences = async (): Promise<readonly string[]> => {
        const shown = await shownPoints();
        expect(Object.keys(shown).length).toBeGreaterThan(30);
        return differencesTo(shown, language, {
          points: await demo.gateway().get<Point[]>('api/v1/points'),
          kpis: await demo.gateway().get<Kpi[]>('api/v1/kpis'),
        });
      };
      for (const view of ['overview', 'equipment']) {
        await openView(view);
        await expect.poll(differences, { timeout: newsWithinMs, interval: 200 }).toEqual([]);
      }
    } finally {
      await demo.simulator.send('DELETE', '/faults');
    }
  });

  it('shows a device that is gone, and none of its old values', async () => {
    await openView('overview');
    await demo.simulator.send('POST', '/faults', { device: 'park.storage', kind: 'close' });
    const tile = page.locator('[data-path="seamwatt/demo/park/storage/bess01/power"]');
    const device = page.locator('.connections tr', { hasText: 'park-storage' });
    const soon = { timeout: newsWithinMs };
    await expect.poll(() => tile.textContent(), soon).toBe('?');
    expect(await tile.getAttribute('class')).toContain('bad');
    await openView('devices');
    await expect.poll(() => device.textContent(), soon).toMatch(/中断：[\u4E00-\u9FFF]+（.+）/);
    const told = page.locator('.events tr[data-event="source-lost"]').first();
    await expect
      .poll(() => told.textContent(), soon)
      .toMatch(/警告数据源 park-storage 已断开：[\u4E00-\u9FFF]+/);
    expect(await page.locator('.events tbody tr').count()).toBeLessThanOrEqual(20);
    await demo.simulator.send('DELETE', '/faults');
    await openView('overview');
    await expect.poll(() => tile.textContent(), soon).not.toBe('?');
  });

  it('does not look live while the gateway cannot record, and says why', async () => {
    const banner = page.locator('#banner');
    const soon = { timeout: newsWithinMs };
    const reasons = [
      { en: 'the journal cannot write: ENOSPC', zh: '日志无法写入（ENOSPC）' },
      { en: 'no tick for 9000 ms', zh: '已有 9000 毫秒没有节拍' },
    ];
    let isReady = false;
    await page.routeWebSocket('**/api/v1/live', (client) => {
      const gateway = client.connectToServer();
      gateway.onMessage((text) => {
        const message = JSON.parse(String(text)) as { readonly type: string };
        const isChanged = message.type === 'state' && !isReady;
        client.send(isChanged ? JSON.stringify({ ...message, ready: false, reasons }) : text);
      });
    });
    await page.reload();
    await banner.waitFor({ state: 'visible', ...soon });
    expect(await banner.textContent()).toBe(
      `网关未能正常记录数据，以下数值可能不是当前值：日志无法写入（ENOSPC）；已有 9000 毫秒没有节拍`,
    );
    expect(await textOf('#feed')).toBe('');
    expect(await page.locator('#views').getAttribute('class')).toContain('not-current');
    await page.click('#language');
    expect(await banner.textContent()).toBe(
      `The gateway does not record, the values below may not be current: the journal cannot write: ENOSPC; no tick for 9000 ms`,
    );
    await page.click('#language');
    isReady = true;
    await banner.waitFor({ state: 'hidden', ...soon });
    expect(await textOf('#feed')).toBe('实时');
  });

  it('says at once that a killed gateway is gone, and goes on by itself when it is back', async () => {
    const banner = page.locator('#banner');
    expect(await banner.isVisible()).toBe(false);
    await demo.gateway().stop('SIGKILL');
    await banner.waitFor({ state: 'visible', timeout: noticedWithinMs });
    expect(await banner.textContent()).toBe('与网关的连接已中断：以下数值不是当前值。');
    expect(await page.locator('#views').getAttribute('class')).toContain('not-current');
    await demo.restart();
    await banner.waitFor({ state: 'hidden', timeout: newsWithinMs });
    await changeWithin([gridPower], 'news from the new gateway', () => setStorage('empty'));
  });

  it('waits for a gateway that does not answer yet', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const early = await context.newPage();
    await early.route('**/api/v1/site', (route) => route.abort());
    await early.goto(demo.url);
    const banner = early.locator('#banner');
    await banner.waitFor({ state: 'visible' });
    expect(await banner.textContent()).toContain('does not answer');
    await early.unroute('**/api/v1/site');
    await early.locator('#views section').first().waitFor();
    expect(await banner.isVisible()).toBe(false);
    await context.close();
  });

  it('made no mistakes of its own', () => {
    expect(failures).toEqual([]);
  });
});

type Api = { readonly points: readonly Point[]; readonly kpis: readonly Kpi[] };

/** Shown texts that do not say what the API says, beside the page's own code: texts are read back as numbers. */
const differencesTo = (
  shown: Readonly<Record<string, string>>,
  language: 'en' | 'zh',
  { points, kpis }: Api,
): readonly string[] => {
  const byPath = new Map(points.map((point) => [point.path, point]));
  const ratios = new Set(kpis.filter(({ unit }) => unit === '1').map(({ path }) => path));
  return Object.entries(shown)
    .filter(([path, text]) => {
      const point = byPath.get(path);
      if (point === undefined) return true;
      const { value } = point.latest;
      if (typeof value !== 'number') return text !== (value ?? '?');
      if (point.kind === 'enum') return text !== point.labels?.[String(value)]?.[language];
      const [, minutes, seconds] = /^(\d+):(\d\d)$/.exec(text) ?? [];
      // Time that is left is shown as minutes and seconds.
      if (seconds !== undefined)
        return Math.abs(60 * Number(minutes) + Number(seconds) - value) > 1;
      const decimals = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
      const read = Number(text.replace(/[,%\s]/g, ''));
      const isKilo = point.unit === 'W' || point.unit === 'Wh';
      // People read generation as positive, its meter as energy drawn.
      const sign = path.endsWith('park/meters/pv/power') ? -1 : 1;
      const expected = ((sign * value) / (isKilo ? 1000 : 1)) * (ratios.has(path) ? 100 : 1);
      return !(Math.abs(read - expected) <= 0.5 * 10 ** -decimals + 1e-9);
    })
    .map(([path, text]) => `${path} shows ${text}`);
};
