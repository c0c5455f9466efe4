// Goal: the views of a line show what happens at its torches, where it happens. Method: panels of 1.5 m with failures of the weld
// at known places; the first one goes by as fast as both sides can, the second one is watched in a real Chromium, at half of real time.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { z } from 'zod';
import type * as contract from '../../gateway/api/contract.ts';
import type { FigureReport } from '../../gateway/api/figure-contract.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { buildPage, openBrowser } from '../support/browser.ts';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import {
  eventually,
  type GatewayProcess,
  type Point,
  startGatewayProcess,
} from '../support/gateway-process.ts';
import { type PacedControl, startPacedControl } from '../support/paced-control.ts';
import { requireProgram } from '../support/programs.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const chromium = requireProgram('chromium');
const startMs = Date.parse('2023-06-22T02:00:00Z');
/** The second panel of 1.5 m is then some 20 mm under the torches. */
const fastForwardMs = 392_000;
/** Half of real time: the second panel lasts for some four minutes, however busy the machine is. */
const speed = 0.5;
const fastForwardWithinMs = 400_000;
const soon = { timeout: 60_000 };
const languages = ['en', 'zh'] as const;

type PanelList = z.infer<typeof contract.panelList>;
type PanelRecord = z.infer<typeof contract.panelRecord>;

chromium.describe('the views of the welding line', () => {
  let simulator: Simulator;
  let control: PacedControl;
  let site: TestSite;
  let gateway: GatewayProcess;
  let browser: Browser;
  let page: Page;
  const failures: string[] = [];

  const fault = async (body: Record<string, unknown>): Promise<void> => {
    const { status } = await simulator.send('POST', '/faults', { device: 'line.weld', ...body });
    expect(status).toBe(201);
  };

  beforeAll(async () => {
    buildPage();
    simulator = await startSimulator([
      ...['--lock-step', '--start', new Date(startMs).toISOString()],
      ...['--panel-length-mm', '1500'],
    ]);
    await fault({ kind: 'arc-out', torches: ['F07'], fromMm: 60, forMm: 60 });
    await fault({ kind: 'lost-tracking', torches: ['B03'], fromMm: 50, forMm: 60 });
    await fault({ kind: 'wire-slip', share: 0.3, torches: ['F02'], fromMm: 60, forMm: 100 });
    control = await startPacedControl(simulator, startMs + fastForwardMs, speed);
    site = await writeDemoSite(simulator);
    gateway = await startGatewayProcess(['run', '--config', site.file, '--clock', control.url]);
    browser = await openBrowser(chromium.path);
    page = await browser.newPage({
      viewport: { width: 1920, height: 1080 },
      locale: 'en-GB',
      timezoneId: 'America/New_York',
    });
    page.on('pageerror', (error) => failures.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) failures.push(message.text());
    });
    await eventually(
      async () => {
        const { nowMs } = await gateway.get<{ nowMs: number }>('api/v1/site');
        return nowMs >= startMs + fastForwardMs ? nowMs : undefined;
      },
      'the first panel and the beginning of the second',
      fastForwardWithinMs,
    );
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await gateway?.stop('SIGKILL');
    await control?.close();
    await simulator?.stop();
    await site?.remove();
  });

  const open = async (path: string, view: string): Promise<void> => {
    await page.goto(`${gateway.url}#${path}`);
    await page.locator(`#views[data-view="${view}"] section`).first().waitFor(soon);
  };
  const speak = async (language: (typeof languages)[number]): Promise<void> => {
    const shown = await page.locator('html').getAttribute('lang');
    if (shown !== { en: 'en', zh: 'zh-CN' }[language]) await page.click('#language');
  };
  const textOf = async (locator: Locator): Promise<string> =>
    ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
  const point = async (path: string): Promise<Point | undefined> => {
    const points = await gateway.get<Point[]>('api/v1/points');
    return points.find((each) => each.path === `seamwatt/demo/${path}`);
  };

  const strip = (): Locator => page.locator('.strip-field').first();
  /** To a place and a seam by the keyboard alone, and what the strip then says. */
  const readStrip = async (placeMm: number, lane: number): Promise<string> => {
    await strip().focus();
    await page.keyboard.press('Home');
    for (let step = 0; step < 20; step += 1) await page.keyboard.press('ArrowUp');
    for (let step = 0; step < lane; step += 1) await page.keyboard.press('ArrowDown');
    for (let step = 0; step < placeMm / 10; step += 1) await page.keyboard.press('ArrowRight');
    return (await strip().getAttribute('aria-valuetext')) ?? '';
  };
  /** Lanes in the order on the strip. */
  const lanes = { f02: 1, f07: 6, b03: 12 };

  it('has a torch stand out while its seam is lost, and be grey again, with the keyboard to it', async () => {
    await open('/line', 'line');
    await speak('en');
    await page.locator('.strip-field').waitFor(soon);
    await strip().focus();
    await page.keyboard.press('End');
    expect(await strip().getAttribute('aria-valuetext')).toBe('1,490 mm, F01: not welded yet');
    const cell = page.locator('.seam-cell[data-seam="b05"]');
    const attention = page.locator('[data-fact="attention"]');
    await fault({ kind: 'lost-tracking', torches: ['B05'], id: 'lost-b05' });
    await expect.poll(() => cell.getAttribute('data-level'), soon).toBe('3');
    await expect.poll(() => textOf(attention), soon).toMatch(/B05: seam lost/);
    await simulator.send('DELETE', '/faults/lost-b05');
    await expect.poll(() => cell.getAttribute('data-level'), soon).toMatch(/^[01]$/);
    await page.locator('.seam-cell[data-seam="f04"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('#views[data-view="torch"]').waitFor(soon);
    expect(await textOf(page.locator('.torch-head h2'))).toBe('Torch B05');
    expect(await page.locator('[data-signal-row]').count()).toBeGreaterThan(30);
    expect(await textOf(page.locator('[data-signal-row="current"]'))).toMatch(
      /Mean welding current\s*[\d.]+ A\s*205\.0 to 251\.0/,
    );
  });

  it('shows on the strip where an arc was out, a seam lost and the procedure left', async () => {
    await open('/line', 'line');
    await page.locator('.strip-field').waitFor(soon);
    const position = async () =>
      Number((await point('welding/mpm01/line/panelPosition'))?.latest.value);
    await expect.poll(position, soon).toBeGreaterThan(200);
    for (const [language, arcOut, lost, out] of [
      ['en', '90 mm, F07: no arc', '120 mm, B03: seam lost', '120 mm, F02: out of WPS'],
      ['zh', '90 毫米，F07：断弧', '120 毫米，B03：焊缝丢失', '120 毫米，F02：超出 WPS'],
    ] as const) {
      await speak(language);
      await expect.poll(() => readStrip(90, lanes.f07), soon).toBe(arcOut);
      await expect.poll(() => readStrip(120, lanes.b03), soon).toBe(lost);
      await expect.poll(() => readStrip(120, lanes.f02), soon).toBe(out);
    }
    await speak('en');
    const { body } = await simulator.send('GET', '/state');
    const { events } = (body as { line: { panel: { events: { list: readonly TruthEvent[] } } } })
      .line.panel;
    const truth = events.list.find(({ kind, torch }) => kind === 'arc-out' && torch === 'F07');
    expect([truth?.fromMm, truth?.toMm].map((mm) => Math.round((mm ?? 0) / 10))).toEqual([6, 12]);
  });

  it('says which panel it is, of which order, as the API does', async () => {
    await open('/line', 'line');
    for (const [fact, name] of [
      ['panel', 'panelId'],
      ['order', 'jobOrder'],
      ['wps', 'wps'],
    ] as const) {
      const told = (await point(`welding/mpm01/line/${name}`))?.latest.value;
      expect(await textOf(page.locator(`[data-fact="${fact}"] .number`))).toBe(String(told));
    }
  });

  it('lists the panels that were welded, and shows the record of one with its hash and its places', async () => {
    const { panels } = await gateway.get<PanelList>('api/v1/panels');
    const first = panels.at(-1);
    if (first === undefined) throw new Error('there is no panel');
    const record = await gateway.get<PanelRecord>(`api/v1/panels/${first.id}`);
    await open('/panels', 'panels');
    await page.locator('input[name="text"]').fill('001');
    await expect
      .poll(() => page.locator('[data-panel]').count(), soon)
      .toBe(panels.filter(({ id }) => id.includes('001')).length);
    await page.click(`[data-panel="${first.id}"] a`);
    await page.locator('#views[data-view="panel"] .record-chain').waitFor(soon);
    expect(await textOf(page.locator('[data-link="hash"] dd'))).toBe(record.hash);
    const breaks = page.locator('[data-seam-row="f07"] td').last();
    expect(Number(await textOf(breaks))).toBeGreaterThanOrEqual(1);
    await expect.poll(() => page.locator('.record-strip [role="status"]').count(), soon).toBe(0);
    expect(await readStrip(90, lanes.f07)).toBe('90 mm, F07: no arc');
    expect(await readStrip(120, lanes.b03)).toBe('120 mm, B03: seam lost');
    for (const language of languages) {
      const address = await page.locator(`[data-dossier="${language}"]`).getAttribute('href');
      const answer = await page.request.get(address ?? '', { timeout: 60_000 });
      expect(answer.headers()['content-type']).toBe('application/pdf');
    }
  });

  it('finds nothing by what went into no panel', async () => {
    await open('/panels', 'panels');
    await page.locator('input[name="heat"]').fill('no such heat');
    await expect.poll(() => textOf(page.locator('.panel-list')), soon).toMatch(/No panel answers/);
  });

  it('shows control charts with their limits as the API has them', async () => {
    await open('/spc', 'spc');
    await page.click('[data-chart="F01"]');
    for (const figure of ['ucl', 'centre', 'lcl']) {
      const told = await point(`welding/mpm01/f01/spcCurrent.${figure}`);
      const text = page.locator(`[data-figure="${figure}"] .number`);
      await expect
        .poll(async () => Number(await textOf(text)), soon)
        .toBeCloseTo(Number(told?.latest.value), 1);
    }
  });

  it('shows OEE with what is missing for it, and headline figures with what they are made of', async () => {
    await open('/oee', 'oee');
    expect(await textOf(page.locator('[data-part="missing"]'))).toBe(
      'Nobody tells: planned busy time PBT, produced quantity PQ, good quantity GQ, planned run time per item PRI',
    );
    const { figures } = await gateway.get<FigureReport>('api/v1/figures');
    await page.locator('[data-figure]').first().waitFor(soon);
    expect(await page.locator('article[data-figure]').count()).toBe(figures.length);
    const inspection = figures.find(({ id }) => id === 'deviceDigitalisation');
    const denominator = page.locator(
      '[data-figure="deviceDigitalisation"] [data-side="denominator"]',
    );
    expect(await textOf(denominator)).toMatch(
      new RegExp(`^Denominator\\s*${inspection?.denominator.value} · registered devices$`),
    );
  });

  const everyView = async (): Promise<readonly (readonly [string, string])[]> => {
    const { panels } = await gateway.get<PanelList>('api/v1/panels');
    return [
      ['/line', 'line'],
      ['/line/torches/f01', 'torch'],
      ['/panels', 'panels'],
      [`/panels/${panels.at(-1)?.id}`, 'panel'],
      ['/spc', 'spc'],
      ['/oee', 'oee'],
    ];
  };

  it('leaves nothing of the other language', async () => {
    for (const [path, view] of await everyView()) {
      await open(path, view);
      await speak('en');
      expect(await textOf(page.locator('main'))).not.toMatch(/\p{Script=Han}/u);
      await speak('zh');
      for (const heading of await page.locator('main h2, main th').allInnerTexts()) {
        expect(heading).toMatch(/\p{Script=Han}|WPS|^Cp|P95|MPM01|kg CO2e|^E，|^Q，/u);
      }
    }
  });

  it.each(['light', 'dark'] as const)(
    'has no serious fault for a keyboard or a screen reader, %s',
    async (theme) => {
      await page.emulateMedia({ colorScheme: theme });
      for (const [path, view] of await everyView()) {
        await open(path, view);
        expect({ view, faults: await accessibilityFaults(page) }).toEqual({ view, faults: [] });
      }
    },
  );

  it('worked under the page’s own security policy without an error', () => {
    expect(failures).toEqual([]);
  });
});

type TruthEvent = {
  readonly kind: string;
  readonly torch?: string;
  readonly fromMm: number;
  readonly toMm: number | null;
};
