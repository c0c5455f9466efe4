// Goal: who starts the demo for the first time meets a week of the park, says so while it is made, and never makes it twice. Method: the
// first start of a folder with the real gateway and simulators on ports of their own, then a second one, then a look at what there is.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Composition } from '../../../gateway/cli/composition.ts';
import { firstWeek } from '../../../gateway/cli/first-week.ts';
import type { Kit } from '../../../gateway/cli/kit.ts';
import { messages } from '../../../gateway/cli/messages.ts';
import type { DemoSite } from '../../support/demo-site.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually, startGatewayProcess } from '../../support/gateway-process.ts';
import { endedChildrenSeconds } from '../../support/processor-time.ts';

const takesMs = 300_000;
const dayMs = 86_400_000;
/** Of gateway and simulators together; 10 s were measured. The wall time is the machine's business. */
const mostProcessorSeconds = 40;

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** Noon of a day at the park. */
const nowMs = Date.parse('2024-05-15T04:07:00Z');

let folder: string;
let site: string;
const told: { readonly line: string; readonly atMs: number }[] = [];
const results: (string | undefined)[] = [];
let processorSeconds = Number.NaN;

const ports = { 'control-port': 0, 'park-pv-port': 15_030, 'park-meter-port': 15_031 };
const morePorts = { 'park-storage-port': 15_032, 'park-charger-port': 15_033 };

/** The demo site and its simulators on free ports. */
const writeDemo = async (): Promise<Composition> => {
  const demo = parse(await readFile(pathOf('config/demo.yaml'), 'utf8')) as DemoSite;
  const flags: string[] = [];
  for (const [option, usual] of Object.entries({ ...ports, ...morePorts })) {
    const port = await freePort();
    flags.push(`--${option}`, String(port));
    for (const { transport } of demo.sources) {
      if (transport?.['port'] === usual) transport['port'] = port;
    }
  }
  site = join(folder, 'site.yaml');
  await writeFile(site, stringify(demo));
  const simulators = join(folder, 'simulators.mjs');
  const main = JSON.stringify(pathOf('simulators/main.ts'));
  await writeFile(
    simulators,
    `process.argv.push(...${JSON.stringify(flags)});\nawait import(${main});\n`,
  );
  return {
    ...{ version: 'test', adapters: [], sections: [], scenarioFolder: '', demoSimulatorFlags: [] },
    ...{ demoFile: site, simulatorsProgram: simulators, gatewayProgram: pathOf('gateway/main.ts') },
    runGateway: () => Promise.reject(new Error('not of this test')),
    replay: () => Promise.reject(new Error('not of this test')),
  };
};

const data = (): string => join(folder, 'data');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamwatt-week-'));
  const kit: Kit = {
    ...{ composition: await writeDemo(), language: 'en', text: messages.en, env: {} },
    print: () => undefined,
    complain: (line) => told.push({ line, atMs: performance.now() }),
    finish: () => undefined,
  };
  const input = { folder: data(), isWanted: true, nowMs };
  const before = endedChildrenSeconds();
  results.push(await firstWeek(input, kit, AbortSignal.timeout(takesMs)));
  processorSeconds = endedChildrenSeconds() - before;
  told.push({ line: 'second', atMs: performance.now() });
  results.push(
    await firstWeek({ ...input, nowMs: nowMs + dayMs }, kit, AbortSignal.timeout(takesMs)),
  );
}, takesMs);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const isSecond = ({ line }: { readonly line: string }): boolean => line === 'second';

describe('the first start of the demo', () => {
  test('says that the park is simulated, and how many of the days are done', () => {
    const lines = told.slice(0, told.findIndex(isSecond)).map(({ line }) => line);
    expect(lines[0]).toBe('First start: the simulated park goes through the 7 days before…');
    const days = lines.slice(1).map((line) => Number(/^ {2}(\d) of 7 days$/.exec(line)?.[1]));
    expect(days.length).toBeGreaterThanOrEqual(2);
    expect(days).toEqual([...new Set(days)].toSorted((a, b) => a - b));
    for (const day of days) expect(day).toBeLessThanOrEqual(7);
  });

  test('takes little of the processor', () => {
    const wallSeconds = ((told.find(isSecond)?.atMs ?? 0) - (told[0]?.atMs ?? 0)) / 1000;
    console.info(
      `week: ${processorSeconds.toFixed(1)} s of processor, ${wallSeconds.toFixed(1)} s in all`,
    );
    expect(processorSeconds).toBeGreaterThan(1);
    expect(processorSeconds).toBeLessThan(mostProcessorSeconds);
  });

  test(
    'leaves seven days up to the last whole quarter of an hour, of a site that is simulated',
    async () => {
      expect(results[0]).toBe('2024-05-08T04:00:00.000Z');
      const gateway = await startGatewayProcess([
        'run',
        '--config',
        await withoutPorts(),
        '--data',
        data(),
      ]);
      try {
        const query = 'step=day&from=2024-05-08T00:00&to=2024-05-15T00:00';
        const { simulated, intervals } = await eventually(
          async () => {
            const found = await gateway.get<Days>(`/api/v1/energy/meters/pv/intervals?${query}`);
            return found.intervals.every(({ energyKwh }) => energyKwh !== null) ? found : undefined;
          },
          'the accounts of the week',
          60_000,
        );
        expect(simulated).toBe(true);
        expect(intervals).toHaveLength(7);
        // A day at noon and the six after it, none without sun.
        for (const { energyKwh } of intervals) {
          expect(energyKwh).toBeGreaterThan(1000);
          expect(energyKwh).toBeLessThan(40_000);
        }
      } finally {
        await gateway.stop();
      }
    },
    takesMs,
  );
});

type Days = {
  readonly simulated: boolean;
  readonly intervals: readonly { readonly energyKwh: number | null }[];
};

/** The site with an API on any port, and no devices there. */
const withoutPorts = async (): Promise<string> => {
  const demo = parse(await readFile(site, 'utf8')) as DemoSite;
  const file = join(folder, 'later.yaml');
  await writeFile(
    file,
    stringify({ ...demo, api: { port: 0 }, broker: { embedded: false }, sinks: [] }),
  );
  return file;
};

describe('the second start', () => {
  test('goes on with the registers of the first, and runs no week', async () => {
    expect(results[1]).toBe(results[0]);
    expect(told.slice(told.findIndex(isSecond) + 1)).toEqual([]);
    expect(await readdir(data())).toContain('first-week.json');
  });
});
