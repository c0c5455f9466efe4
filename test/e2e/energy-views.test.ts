// Goal: what the energy views and Explore show is what the gateway knows, also while devices fail. Method: the demo site in
// real time, a real Chromium in both languages, and faults of its devices; what the page was answered is compared with what
// it shows, and what moves is compared while devices stand still.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.ts';
import { buildPage, openBrowser } from '../support/browser.ts';
import { type DemoRun, startDemo } from '../support/demo-run.ts';
import type { Kpi, Point } from '../support/gateway-process.ts';
import { requireProgram } from '../support/programs.ts';

const chromium = requireProgram('chromium');
const soon = { timeout: 60_000, interval: 250 };
const tabs = ['/energy', '/energy/photovoltaics', '/energy/storage', '/energy/meters'];

const rangeOf = (url: string): { readonly fromMs: number; readonly toMs: number } => {
  const query = new URLSearchParams(url.split('?')[1]);
  return { fromMs: Number(query.get('from')), toMs: Number(query.get('to')) };
};

type SeriesOfPoint = {
  readonly path: string;
  readonly timeMs: readonly number[];
  readonly values: readonly (number | string | null)[];
  readonly isReduced: boolean;
};

type Answer = { readonly url: string; readonly body: unknown };
type Account = { readonly energyKwh: number | null; readonly completeness: number };

chromium.describe('the energy views of the demo site', () => {
  let demo: DemoRun;
  let browser: Browser;
  let page: Page;
  const failures: string[] = [];
  const answers: Answer[] = [];

  beforeAll(async () => {
    buildPage();
    demo = await startDemo();
    browser = await openBrowser(chromium.path);
    page = await browser.newPage({
      viewport: { width: 1920, height: 1080 },
      locale: 'en-GB',
      // Not that of the site: times on the page are those of the site all the same.
      timezoneId: 'America/New_York',
    });
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) failures.push(message.text());
    });
    page.on('response', async (response) => {
      if (!response.url().includes('/intervals?') || !response.ok()) return;
      answers.push({ url: response.url(), body: await response.json().catch(() => undefined) });
    });
    await page.goto(demo.url);
    // The router hears of another address only when it has shown the first.
    await page.locator('#views section').first().waitFor(soon);
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await demo.stop();
  });

  afterEach(async () => {
    await demo.simulator.send('DELETE', '/faults');
  });

  const open = async (path: string, part: string): Promise<void> => {
    await page.goto(`${demo.url}#${path}`);
    await page.locator(`[data-part="${part}"]`).first().waitFor(soon);
  };
  const speak = async (language: 'en' | 'zh'): Promise<void> => {
    const tongue = { en: 'en', zh: 'zh-CN' }[language];
    if ((await page.locator('html').getAttribute('lang')) !== tongue) await page.click('#language');
  };
  const points = async (): Promise<ReadonlyMap<string, Point>> =>
    new Map(
      (await demo.gateway().get<Point[]>('api/v1/points')).map((point) => [
        point.path.split('/').slice(2).join('/'),
        point,
      ]),
    );
  const newestOf = async (path: string): Promise<number> =>
    Number((await points()).get(path)?.latest.value);

  /** What the picture shows, in kW: into the bus is positive. */
  const shownFlows = async (): Promise<Readonly<Record<string, number | string>>> =>
    Object.fromEntries(
      await page.locator('[data-flow]').evaluateAll((nodes) =>
        nodes.map((node) => {
          const {
            flow = '',
            direction = '',
            kw = '',
          } = (node as unknown as { readonly dataset: Record<string, string> }).dataset;
          const sign = direction === 'fromBus' ? -1 : 1;
          return [flow, direction === 'unknown' ? direction : sign * Number(kw)];
        }),
      ),
    );

  it('shows the powers of the feeders as the meters tell them, and balances', async () => {
    await open('/energy', 'flow');
    for (const device of ['park.meters', 'park.storage'])
      await demo.simulator.send('POST', '/faults', { device, kind: 'frozen' });
    await expect
      .poll(async () => {
        const shown = await shownFlows();
        const kilo = async (path: string) => (await newestOf(path)) / 1000;
        const wanted = {
          pv: -(await kilo('park/meters/pv/power')),
          grid: await kilo('park/meters/grid/power'),
          load: -(await kilo('park/meters/load/power')),
          ev: -(await kilo('park/meters/ev/power')),
          storage: -(await kilo('park/storage/bess01/power')),
        };
        const off = Object.entries(wanted).map(([name, kw]) => Math.abs(kw - Number(shown[name])));
        return Math.max(...off);
      }, soon)
      .toBeLessThan(0.001);
    const sum = Object.values(await shownFlows()).reduce<number>((all, kw) => all + Number(kw), 0);
    expect(Math.abs(sum)).toBeLessThan(0.001);
    // Meters of 0.5 % of some megawatts: the residual and what is allowed stand in words too.
    expect(await page.locator('[data-fact="residual-now"]').textContent()).toMatch(
      /^Not explained now -?[\d.,]+ kW; meters may be off by [\d.,]+ kW$/,
    );
  });

  it('says when the park is an island, by shape and word, and when it is not', async () => {
    await open('/energy', 'flow');
    const connection = page.locator('[data-connection]');
    await expect.poll(() => connection.getAttribute('data-connection'), soon).toBe('tied');
    await demo.simulator.send('POST', '/faults', {
      ...{ kind: 'islanding', cause: 'planned', device: 'park.plant' },
    });
    await expect.poll(() => connection.getAttribute('data-connection'), soon).toBe('islanded');
    expect(await connection.getAttribute('class')).toContain('open');
    expect(await page.locator('[data-flow="grid"]').textContent()).toContain('islanded');
    await demo.simulator.send('DELETE', '/faults');
    await expect.poll(() => connection.getAttribute('data-connection'), soon).toBe('tied');
  });

  it('shows no flow of a feeder that is not heard, and says what the rest then holds', async () => {
    await open('/energy', 'flow');
    await demo.simulator.send('POST', '/faults', { device: 'park.storage', kind: 'close' });
    await expect.poll(async () => (await shownFlows())['storage'], soon).toBe('unknown');
    expect(await page.locator('.flow-unknown').textContent()).toContain('Storage');
    await demo.simulator.send('DELETE', '/faults');
    await expect.poll(async () => (await shownFlows())['storage'], soon).not.toBe('unknown');
  });

  it('prints the factor beside the CO2 that it made', async () => {
    await open('/energy', 'today');
    const factor = await page.locator('[data-part="today"] [data-factor]').first().textContent();
    expect(factor).toBe('Factor 0.5992 kg/kWh, cn-east-china-2021-average');
  });

  it('marks an inverter that is not heard among its peers', async () => {
    await open('/energy/photovoltaics', 'inverters');
    const inverter = page.locator('[data-peer="inv07"]');
    expect(await page.locator('[data-peer]').count()).toBe(50);
    await demo.simulator.send('POST', '/faults', { device: 'park.pv/7', kind: 'silent' });
    await expect.poll(() => inverter.getAttribute('data-judgement'), soon).toBe('unavailable');
    expect(await inverter.textContent()).toContain('✕');
    await demo.simulator.send('DELETE', '/faults');
    await expect.poll(() => inverter.getAttribute('data-judgement'), soon).not.toBe('unavailable');
  });

  it('shows every charger with what it does', async () => {
    await open('/energy/storage', 'chargers');
    const state = page.locator('[data-charger="ch03"]');
    expect(await page.locator('[data-charger]').count()).toBe(10);
    await demo.simulator.send('POST', '/faults', { device: 'park.chargers/3', kind: 'silent' });
    await expect.poll(() => state.getAttribute('data-state'), soon).toBe('silent');
    expect(await page.locator('[data-fact="chargers"]').textContent()).toContain('1 not heard');
  });

  it('shows the accounts of the meters as they were answered, and the silence of one of them', async () => {
    await demo.simulator.send('POST', '/faults', { device: 'park.meters/21', kind: 'silent' });
    answers.length = 0;
    await open('/energy/meters', 'meters');
    const accountOf = (meter: string): Account | undefined => {
      const answer = answers.findLast(({ url }) => url.includes(`/meters/${meter}/`));
      return (answer?.body as { readonly intervals: readonly Account[] } | undefined)?.intervals.at(
        -1,
      );
    };
    const cell = (meter: string, name: string) =>
      page.locator(`[data-meter="${meter}"] [data-cell="${name}"]`).textContent();
    const read = (text: string | null): number => Number(text?.replaceAll(/[^\d.-]/g, ''));
    for (const meter of ['buildings', 'building-a', 't02', 'chargers']) {
      await expect
        .poll(async () => {
          const energy = accountOf(meter)?.energyKwh ?? Number.NaN;
          return Math.abs(read(await cell(meter, 'energy')) - energy);
        }, soon)
        .toBeLessThanOrEqual(0.0501);
      const share = (accountOf(meter)?.completeness ?? Number.NaN) * 100;
      expect(Math.abs(read(await cell(meter, 'completeness')) - share)).toBeLessThanOrEqual(0.0501);
    }
    // The silent one falls behind its neighbour, and the page shows it.
    await expect
      .poll(
        async () =>
          (accountOf('t02')?.completeness ?? 0) - (accountOf('t01')?.completeness ?? 1) > 0,
        { ...soon, timeout: 120_000 },
      )
      .toBe(true);
    expect(await page.locator('[data-complete]').count()).toBe(
      await page.locator('[data-meter]').count(),
    );
  });

  it('says why a number is so, by keyboard alone', async () => {
    await open('/energy', 'today');
    const kpi = 'seamwatt/demo/park/energy/site/selfConsumption';
    const button = page.locator(`[data-part="today"] [data-why="${kpi}"]`);
    await button.focus();
    await page.keyboard.press('Enter');
    const body = page.locator(`[data-why-of="${kpi}"]`);
    await body.waitFor(soon);
    const told = (await demo.gateway().get<Kpi[]>('api/v1/kpis')).find(({ path }) => path === kpi);
    expect(await body.locator('[data-why-fact="formula"]').first().textContent()).toBe(
      told?.formula.en,
    );
    const inputs = body.locator('[data-input]');
    const paths = await inputs.evaluateAll((rows) =>
      rows.map((row) => row.getAttribute('data-input')?.split('/').slice(2).join('/')),
    );
    const wanted = told?.inputs.filter((path) => !path.endsWith('.coverage')) ?? [];
    expect(paths.toSorted()).toEqual(wanted.toSorted());
    // An input that is a KPI opens into its own inputs: the registers of 50 inverters.
    const fold = body.locator('button.fold').first();
    await fold.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => body.locator('.nested [data-input]').count(), soon).toBe(50);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await body.waitFor({ state: 'detached', ...soon });
    expect(await button.evaluate((node) => node.matches(':focus'))).toBe(true);
  });

  it('leads from an input to its raw data', async () => {
    await page.goto(`${demo.url}#/equipment`);
    await page.locator('[data-why$="/pvEnergy"]').first().click();
    const link = page.locator('[data-input$="/inv01/energyTotal"] a');
    await link.waitFor(soon);
    await link.click();
    await expect
      .poll(() => page.locator('[data-legend]').getAttribute('data-legend'), soon)
      .toBe('park/pv/inv01/energyTotal');
    expect(await page.locator('.why-body').count()).toBe(0);
  });

  it('explores points: found by keyboard, from roll-ups down to each sample, and as a table', async () => {
    await open('/explore', 'chart');
    await page.locator('[data-search]').focus();
    await page.keyboard.type('bess01 stateOfCharge');
    await page.keyboard.press('Enter');
    await page.locator('[data-search]').fill('load active power');
    await page.keyboard.press('Enter');
    const legend = page.locator('[data-legend]');
    await expect.poll(() => legend.count(), soon).toBe(2);
    const source = page.locator('[data-fact="source"]');
    await expect.poll(() => source.getAttribute('data-source'), soon).toBe('rollups');
    const press = async (step: string): Promise<void> => {
      const before = page.url();
      await page.locator(`[data-step="${step}"]`).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.url(), soon).not.toBe(before);
    };
    // The middle half of the middle half of an hour ends 22.5 min ago: three times half of its length.
    for (const step of ['in', 'in', 'later', 'later', 'later']) await press(step);
    const { fromMs, toMs } = rangeOf(page.url());
    expect(Math.abs(toMs - fromMs - 15 * 60_000)).toBeLessThan(100);
    await expect.poll(() => source.getAttribute('data-source'), soon).toBe('samples');
    const href = (await page.locator('[data-csv]').getAttribute('href')) ?? '';
    const table = await (await page.request.get(href)).text();
    const { searchParams } = new URL(href);
    searchParams.delete('source');
    searchParams.set('maxPoints', '5000');
    const answer = await demo
      .gateway()
      .get<{ readonly series: readonly SeriesOfPoint[] }>(
        `api/v1/series?${searchParams.toString()}`,
      );
    const rows = answer.series.flatMap(({ path, timeMs, values, isReduced }) => {
      expect(isReduced).toBe(false);
      return timeMs.map((time, index) => `${path} ${time} ${values[index] ?? ''}`);
    });
    const lines = table
      .trim()
      .split('\r\n')
      .flatMap((line) => line.split('\n'))
      .slice(1);
    const told = lines.map((line) => {
      const [, time, path, value] = line.split(',');
      return `${path} ${time} ${value}`;
    });
    expect(rows.length).toBeGreaterThan(10);
    expect(told.toSorted()).toEqual(rows.toSorted());
    // The address is all there is to it: it shows the same to somebody else.
    const other = await browser.newPage({ locale: 'zh-CN' });
    await other.goto(page.url());
    await expect.poll(() => other.locator('[data-legend]').count(), soon).toBe(2);
    expect(await other.locator('[data-from]').inputValue()).toBe(
      await page.locator('[data-from]').inputValue(),
    );
    await other.close();
  });

  it('zooms by the wheel into what is under it, and asks again', async () => {
    await open(`/explore?points=park/meters/load/power&last=24h`, 'chart');
    const canvas = page.locator('.explore-chart canvas');
    await canvas.waitFor(soon);
    await canvas.hover({ position: { x: 600, y: 200 } });
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, -240);
          return page.url();
          // What is turned on and on is not asked for before it rests.
        },
        { ...soon, interval: 1500 },
      )
      .toMatch(/from=\d+/);
  });

  it('says which points the site does not have', async () => {
    await open('/explore?points=park/meters/load/power,no/such/point/here', 'chart');
    await expect
      .poll(() => page.locator('.explore-chart').textContent(), soon)
      .toContain('This site has no point no/such/point/here.');
    expect(await page.locator('[data-legend]').count()).toBe(1);
  });

  it('leaves nothing of the other language', async () => {
    for (const [path, part] of [
      ...[
        ['/energy', 'month'],
        ['/energy/photovoltaics', 'inverters'],
      ],
      ...[
        ['/energy/storage', 'chargers'],
        ['/energy/meters', 'meters'],
      ],
      ['/explore?points=park/meters/load/power,park/energy/site/pvEnergy', 'legend'],
    ] as const) {
      await open(path, part);
      await speak('en');
      expect(await page.locator('main').textContent()).not.toMatch(/\p{Script=Han}/u);
      await speak('zh');
      const words = await page.locator('h2, th, dt, main button, caption, label').allInnerTexts();
      expect(words.filter((text) => /[a-z]{3,} [a-z]{2,}/i.test(text))).toEqual([]);
      await speak('en');
    }
  });

  it.each(['light', 'dark'] as const)(
    'has no serious fault for a keyboard or a reader, %s',
    async (theme) => {
      await page.emulateMedia({ colorScheme: theme });
      for (const path of tabs) {
        await open(
          path,
          {
            '/energy': 'flow',
            '/energy/photovoltaics': 'inverters',
            '/energy/storage': 'chargers',
            '/energy/meters': 'meters',
          }[path] ?? '',
        );
        expect(await accessibilityFaults(page)).toEqual([]);
      }
      await open('/explore?points=park/meters/load/power', 'legend');
      await page.locator('[data-search]').fill('power');
      expect(await accessibilityFaults(page)).toEqual([]);
    },
  );

  it('fits on a small screen without being scrolled sideways', async () => {
    await page.setViewportSize({ width: 1024, height: 768 });
    for (const path of [...tabs, '/explore?points=park/meters/load/power']) {
      await page.goto(`${demo.url}#${path}`);
      await page.locator('#views section').first().waitFor(soon);
      const width = await page.locator('html').evaluate(({ scrollWidth }) => scrollWidth);
      expect(width).toBeLessThanOrEqual(1024);
    }
  });

  it('made no mistakes of its own', () => {
    expect(failures).toEqual([]);
  });
});
