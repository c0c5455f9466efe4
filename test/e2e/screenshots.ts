// Takes the pictures of the page for the documentation: npm run screenshots. A simulated morning as the demo begins it, a quarter
// of an hour after the start, so that the KPIs have something to tell.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '../support/browser.ts';
import { writeDemoSite } from '../support/demo-site.ts';
import { freePort } from '../support/free-port.ts';
import { eventually, startGatewayProcess } from '../support/gateway-process.ts';
import { startPacedControl } from '../support/paced-control.ts';
import { findProgram } from '../support/programs.ts';
import { startSimulator } from '../support/simulator.ts';

/** 10:00 of the park: the note on the page says so. */
const start = '2023-06-22T02:00:00Z';
const fastForwardMs = 16 * 60_000;
/** Of real time: two minutes on an idle machine. */
const fastForwardWithinMs = 600_000;
/** Of real time on the page, so that its feed and both tables have been refreshed. */
const settleMs = 30_000;
const viewport = { width: 1600, height: 1000 };

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const executable = findProgram('chromium');
if (executable === undefined) throw new Error('chromium is not on this machine');
mkdirSync(folder, { recursive: true });

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
await eventually(
  async () => {
    const { nowMs } = await gateway.get<{ nowMs: number }>('api/v1/site');
    return nowMs >= Date.parse(start) + fastForwardMs ? nowMs : undefined;
  },
  'the simulated quarter of an hour',
  fastForwardWithinMs,
);
try {
  const page = await browser.newPage({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  await page.goto(gateway.url);
  await page.waitForTimeout(settleMs);
  await page.screenshot({ path: `${folder}page-zh.png` });
  await page.click('#language');
  await page.waitForTimeout(3000);
  await page.screenshot({ path: `${folder}page-en.png` });
} finally {
  await browser.close();
  await gateway.stop();
  await control.close();
  await simulator.stop();
  await site.remove();
}
