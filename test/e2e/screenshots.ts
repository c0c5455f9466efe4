/**
 * `npm run screenshots [-- FOLDER]`: a picture of every view of the dashboard in both languages and both themes, into `screenshots/`
 * or FOLDER; those that the documentation shows go to `docs/images/` as well. A simulated morning as the demo begins it, long enough after the
 * start for the KPIs to have something to tell.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { buildPage, openBrowser } from '../support/browser.ts';
import { writeDemoSite } from '../support/demo-site.ts';
import { freePort } from '../support/free-port.ts';
import {
  eventually,
  type GatewayProcess,
  startGatewayProcess,
} from '../support/gateway-process.ts';
import { startPacedControl } from '../support/paced-control.ts';
import { findProgram } from '../support/programs.ts';
import { startSimulator } from '../support/simulator.ts';

/** 10:00 of the park: the note on the page says so. */
const start = '2023-06-22T02:00:00Z';
/** A panel of 18 m takes 22.5 minutes: one has its record, and the next is under the torches. */
const fastForwardMs = 34 * 60_000;
/** Of real time: four minutes on an idle machine. */
const fastForwardWithinMs = 1_200_000;
/** Of real time on each view, so that its feed, tables and charts are there. */
const settleMs = 6000;
const viewport = { width: 1920, height: 1080 };
const languages = ['zh', 'en'] as const;
const themes = ['light', 'dark'] as const;
/** What the documentation shows, in both languages. */
const inDocs = new Set(['overview', 'line', 'panel', 'energy', 'explore']);

const docsFolder = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const folder = process.argv[2] ?? fileURLToPath(new URL('../../screenshots/', import.meta.url));

/** By name: what the navigation leads to, and a torch and a panel of their own. */
const addresses = async (
  page: Page,
  gateway: GatewayProcess,
): Promise<ReadonlyMap<string, string>> => {
  await page.goto(gateway.url);
  await page.locator('nav a').first().waitFor();
  const links = await page
    .locator('nav a')
    .evaluateAll((nodes) =>
      nodes.map((node) => [node.getAttribute('data-view'), node.getAttribute('href')] as const),
    );
  const { panels } = await gateway.get<{ panels: { id: string }[] }>('api/v1/panels');
  return new Map([
    ...links.map(([name, address]) => [name ?? '', address ?? ''] as const),
    ['torch', '#/line/torches/f03'],
    ['panel', `#/panels/${encodeURIComponent(panels[0]?.id ?? '')}`],
  ]);
};

const photograph = async (
  browser: Browser,
  gateway: GatewayProcess,
  { language, theme }: { language: 'zh' | 'en'; theme: 'light' | 'dark' },
): Promise<void> => {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const page = await browser.newPage({
    ...{ viewport, locale, timezoneId: 'Asia/Shanghai', colorScheme: theme },
  });
  for (const [name, address] of await addresses(page, gateway)) {
    await page.goto(new URL(address, gateway.url).href);
    await page.waitForTimeout(settleMs);
    const file = join(folder, `${name}-${language}-${theme}.png`);
    await page.screenshot({ path: file });
    process.stdout.write(`${file}\n`);
    if (theme === 'light' && inDocs.has(name)) {
      copyFileSync(file, join(docsFolder, `${name}-${language}.png`));
    }
  }
  await page.close();
};

const executable = findProgram('chromium');
if (executable === undefined) throw new Error('chromium is not on this machine');
for (const made of [folder, docsFolder]) mkdirSync(made, { recursive: true });
buildPage();

const simulator = await startSimulator(['--lock-step', '--start', start]);
const control = await startPacedControl(simulator, Date.parse(start) + fastForwardMs);
const brokerPort = await freePort();
const site = await writeDemoSite(simulator, (demo) => {
  demo['broker'] = { embedded: true, port: brokerPort };
});
const gateway = await startGatewayProcess([
  ...['run', '--config', site.file, '--clock', control.url],
]);
const browser = await openBrowser(executable);
try {
  process.stdout.write('half an hour of the plant in lock-step ...\n');
  await eventually(
    async () => {
      const { nowMs } = await gateway.get<{ nowMs: number }>('api/v1/site');
      return nowMs >= Date.parse(start) + fastForwardMs ? nowMs : undefined;
    },
    'the simulated half hour',
    fastForwardWithinMs,
  );
  for (const language of languages) {
    for (const theme of themes) await photograph(browser, gateway, { language, theme });
  }
} finally {
  await browser.close();
  await gateway.stop();
  await control.close();
  await simulator.stop();
  await site.remove();
}
