import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { buildPage, openBrowser } from '../support/browser.ts';
import { startDemo } from '../support/demo-run.ts';
import { findProgram } from '../support/programs.ts';
import { benchRow, median, type Rows } from './row.ts';

const viewport = { width: 1920, height: 1080 };

/** Notes tasks of more than 50 ms from the beginning of each document on. */
const noteLongTasks = `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
  }).observe({ type: 'longtask' });
`;

const newPage = async (browser: Browser): Promise<Page> => {
  const page = await browser.newPage({ viewport, locale: 'zh-CN' });
  await page.addInitScript(noteLongTasks);
  return page;
};

type FirstView = { readonly elapsedMs: number; readonly scriptBytes: number };

/** From the address to the first values on the screen; a browser context of its own has nothing cached. */
const firstView = async (browser: Browser, url: string): Promise<FirstView> => {
  const page = await newPage(browser);
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(response.body());
  });
  const beganMs = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('#views [data-path]').first().waitFor();
  const elapsedMs = performance.now() - beganMs;
  const loaded = await Promise.all(scripts);
  await page.context().close();
  const scriptBytes = loaded.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
  return { elapsedMs, scriptBytes };
};

/** The least that the same browser needs for any answer of the same gateway. */
const emptyView = async (browser: Browser, url: string): Promise<number> => {
  const page = await newPage(browser);
  const beganMs = performance.now();
  await page.goto(new URL('healthz', url).href);
  const elapsedMs = performance.now() - beganMs;
  await page.context().close();
  return elapsedMs;
};

const heapMebibytes = async (session: CDPSession): Promise<number> => {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
};

type Watched = { readonly longestMs: number; readonly grownMebibytes: number };

const watch = async (page: Page, settleMs: number, windowMs: number): Promise<Watched> => {
  const session = await page.context().newCDPSession(page);
  await sleep(settleMs);
  const before = await heapMebibytes(session);
  await page.evaluate('globalThis.longTasks.length = 0');
  await sleep(windowMs);
  const longestMs = await page.evaluate<number>('Math.max(0, ...globalThis.longTasks)');
  return { longestMs, grownMebibytes: (await heapMebibytes(session)) - before };
};

/** The dashboard of the demo site at full data rate in a real Chromium. */
export const rows: Rows = async ({ quick }) => {
  const executable = findProgram('chromium');
  if (executable === undefined) throw new Error('chromium is not on this machine');
  buildPage();
  const windowMs = quick ? 15_000 : 60_000;
  const demo = await startDemo();
  const browser = await openBrowser(executable);
  try {
    // The first of all warms browser and gateway.
    await firstView(browser, demo.url);
    const views: FirstView[] = [];
    const empty: number[] = [];
    for (let turn = 0; turn < (quick ? 3 : 9); turn += 1) {
      empty.push(await emptyView(browser, demo.url));
      views.push(await firstView(browser, demo.url));
    }
    const operator = await newPage(browser);
    await operator.goto(`${demo.url}#/line`);
    await operator.locator('#views section').first().waitFor();
    const idle = await newPage(browser);
    await idle.goto(new URL('healthz', demo.url).href);
    const [ours, control] = await Promise.all([
      watch(operator, 10_000, windowMs),
      watch(idle, 10_000, windowMs),
    ]);
    const seconds = windowMs / 1000;
    return [
      benchRow({
        name: 'Dashboard: from the address to the first values, warm gateway',
        ours: median(views.map(({ elapsedMs }) => elapsedMs)),
        reference: median(empty),
        ...{ unit: 'ms', better: 'less', goal: { atMost: 1000 } },
        note: 'beside an answer without any page',
      }),
      benchRow({
        name: 'Dashboard: scripts of the first view, gzip',
        ours: median(views.map(({ scriptBytes }) => scriptBytes)) / 1000,
        ...{ unit: 'kB', better: 'less', goal: { atMost: 400 } },
      }),
      benchRow({
        name: 'Dashboard: longest task of the operator view in a minute',
        ours: ours.longestMs,
        reference: control.longestMs,
        ...{ unit: 'ms', better: 'less', goal: { atMost: 100 } },
        note: `over ${seconds} s at full data rate, beside a page that does nothing; 0: none above 50 ms`,
      }),
      benchRow({
        name: 'Dashboard: growth of the heap of the operator view in a minute',
        ours: ours.grownMebibytes,
        reference: control.grownMebibytes,
        ...{ unit: 'MiB', better: 'less' },
        note: `over ${seconds} s, after a collection`,
      }),
    ];
  } finally {
    await browser.close();
    await demo.stop();
  }
};
