// Goal: the page is useful at a site that knows no welding line and no park, in both languages, and carries a thousand
// points. Method: a gateway reads a made-up meter, a heat pump and racks of points over real Modbus, and a real Chromium
// looks at it; what of the page changes is seen by a MutationObserver.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPage, openBrowser } from '../support/browser.ts';
import { requireProgram } from '../support/programs.ts';
import { type SmallSite, startSmallSite } from '../support/small-site.ts';

const chromium = requireProgram('chromium');
const soon = { timeout: 20_000 };

const open = async (browser: Browser, site: SmallSite): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, locale: 'zh-CN' });
  await page.goto(`${site.gateway.url}#/equipment`);
  await page.locator('.equipment').waitFor();
  return page;
};

/** Runs in the page: notes every point, and every head of a card, whose nodes change. */
const watchChanges = `
  globalThis.seenChanges = new Set();
  new MutationObserver((records) => {
    for (const { target } of records) {
      const node = target instanceof Element ? target : target.parentElement;
      const point = node?.closest('[data-point]')?.getAttribute('data-point');
      const card = node?.closest('[data-equipment]')?.getAttribute('data-equipment');
      if (point ?? card) globalThis.seenChanges.add(point ?? 'card ' + card);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
`;

/** The points whose shown value changes while `cause` runs and for a while after it. */
const changedPoints = async (page: Page, cause: () => void): Promise<string[]> => {
  await page.evaluate(watchChanges);
  cause();
  await page.waitForTimeout(2500);
  return page.evaluate<string[]>('[...globalThis.seenChanges]');
};

chromium.describe('the page of a small site', () => {
  let site: SmallSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    buildPage();
    site = await startSmallSite();
    browser = await openBrowser(chromium.path);
    page = await open(browser, site);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await site.stop();
  });

  const cells = (equipment: string): Promise<string[]> =>
    page.locator(`[data-equipment="${equipment}"] tbody tr`).evaluateAll((rows) =>
      rows.map((row) =>
        [...row.children]
          .map((cell) => cell.textContent)
          .join(' | ')
          .trim(),
      ),
    );

  it('shows every piece of equipment by area and line, with points, units and what is computed', async () => {
    expect(await page.locator('.equipment h3').allInnerTexts()).toEqual([
      'house / supply',
      'house / heating',
    ]);
    await expect
      .poll(() => cells('house/supply/main'), soon)
      .toEqual(['有功功率 | 1,234 W |', '电压 | 231.5 V |', '正向电能 | 500.0 kWh |']);
    await expect
      .poll(() => cells('house/heating/hp1'), soon)
      .toEqual([
        '供水温度 | 45.1 °C |',
        '回水温度 | 38.9 °C |',
        '压力 | 2.000 bar |',
        '供回水温差 | 6.200 °C |',
      ]);
    expect((await cells('house/supply/total'))[0]).toMatch(/^当日电网购电量 \| .+ \| .*覆盖率 /);
    expect(await page.locator('h2').allInnerTexts()).toEqual(['关键指标', '全部设备与测点']);
    expect(await page.locator('nav a').allInnerTexts()).toEqual([
      ...['总览', '能源', '数据探索', '设备与数据输出', '全部测点', '访问权限'],
    ]);
  });

  it('says so in English too, and of a bad value that there is none', async () => {
    await page.click('#language');
    expect(await page.locator('.equipment').textContent()).not.toMatch(/\p{Script=Han}/u);
    site.device.set(2, [99], 2);
    await expect
      .poll(async () => (await cells('house/heating/hp1'))[2], soon)
      .toBe('Pressure | ? bar | no value');
    const summary = page.locator('[data-equipment="house/heating/hp1"] summary');
    expect(await summary.textContent()).toBe('hp1 heat_pump · 4 points, 1 no value');
    site.device.set(2, [2], 2);
    await expect
      .poll(async () => (await cells('house/heating/hp1'))[2], soon)
      .toBe('Pressure | 2.000 bar |');
  });

  it('touches only what changes', async () => {
    const before = await cells('house/supply/total');
    const changed = await changedPoints(page, () => site.device.set(1, [2290], 1));
    // The coverage of a day's energy grows by itself, soon after midnight by a digit that is shown with each second: its card
    // may be touched when, and only when, it shows something else.
    const byItself = 'card house/supply/total';
    if ((await cells('house/supply/total')).join() === before.join()) {
      expect(changed).not.toContain(byItself);
    }
    expect(changed.filter((one) => one !== byItself)).toEqual([
      'acme/dairy/house/supply/main/voltage',
    ]);
  });

  it('keeps closed what people closed, also in the other language', async () => {
    await page.click('[data-equipment="house/supply/main"] summary');
    await page.click('#language');
    expect(await cells('house/supply/main')).toEqual([]);
    expect(await cells('house/heating/hp1')).toHaveLength(4);
    await page.click('[data-equipment="house/supply/main"] summary');
    await expect.poll(() => cells('house/supply/main'), soon).toHaveLength(3);
  });
});

chromium.describe('the page of a site of a thousand points', () => {
  let site: SmallSite;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    buildPage();
    site = await startSmallSite(10);
    browser = await openBrowser(chromium.path);
    page = await open(browser, site);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await site.stop();
  });

  it('makes rows only of what is open, and changes of them only what changes', async () => {
    expect(await page.locator('[data-equipment]').count()).toBe(13);
    expect(await page.locator('[data-point]').count()).toBe(0);
    for (const index of [0, 1]) await page.click(`[data-equipment="hall/racks/r${index}"] summary`);
    const last = page.locator('[data-point="acme/dairy/hall/racks/r1/p99"]');
    await expect.poll(() => last.textContent(), soon).toBe('99.0');
    expect(await page.locator('[data-point]').count()).toBe(200);
    const changed = await changedPoints(page, () => site.device.set(50, [7], 11));
    expect(changed).toEqual(['acme/dairy/hall/racks/r1/p50']);
  });
});
