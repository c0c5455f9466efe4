import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { SinkState } from '../../support/gateway-process.ts';
import { clientCore, onAnyCore, onCore } from './cores.ts';

const launcher = fileURLToPath(new URL('../../../bin/seamwatt.mjs', import.meta.url));
const startTimeoutMs = 30_000;
/** As `npm start` and the image start it. */
const memorySettings = 'glibc.malloc.arena_max=1';

/** What differs from one site of the benches to the next, as it stands in a site file. */
export type BenchSite = {
  readonly sources: readonly object[];
  readonly sinks: readonly object[];
  readonly kpis?: readonly object[];
  readonly journal?: object;
  readonly profiles: readonly { readonly profile: string }[];
  readonly broker?: object;
};

/** Writes the site file, with its profiles beside it, and returns its name. */
export const writeBenchSite = async (folder: string, site: BenchSite): Promise<string> => {
  const { profiles, journal = {}, broker = { embedded: false }, kpis = [], ...rest } = site;
  await mkdir(join(folder, 'profiles'), { recursive: true });
  for (const profile of profiles) {
    await writeFile(join(folder, 'profiles', `${profile.profile}.yaml`), stringify(profile));
  }
  const file = join(folder, 'site.yaml');
  const content = {
    version: 1,
    site: { enterprise: 'seamwatt', site: 'bench', timeZone: 'Asia/Shanghai', simulated: true },
    data: { folder: join(folder, 'data'), journal },
    api: { port: 0 },
    broker,
    kpis,
    ...rest,
  };
  await writeFile(file, stringify(content));
  return file;
};

/** The whole product as one runs it, as a process of its own on the client core. */
export type BenchGateway = {
  readonly pid: number;
  readonly url: string;
  readonly spawnedMs: number;
  readonly log: () => string;
  /** The sum over its labels of a metric at /metrics; 0 when it is not there. */
  metric(name: string, label?: string): Promise<number>;
  /** All of /metrics at one moment. */
  metrics(): Promise<string>;
  sinks(): Promise<readonly SinkState[]>;
  stop(): Promise<void>;
};

export type GatewayProgram = {
  /** `bin/seamwatt.mjs` of this checkout unless told. */
  readonly program?: string;
  /** On whatever core is free, as one runs it, instead of on the client core. */
  readonly isFree?: boolean;
};

export const startBenchGateway = async (
  siteFile: string,
  { program = launcher, isFree = false }: GatewayProgram = {},
): Promise<BenchGateway> => {
  const args = ['--max-semi-space-size=2', program, 'run', '--config', siteFile];
  const command = isFree
    ? onAnyCore(process.execPath, args)
    : onCore(clientCore, process.execPath, args);
  const spawnedMs = performance.timeOrigin + performance.now();
  const child = spawn(command.program, [...command.args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SEAMWATT_LANG: 'en', GLIBC_TUNABLES: memorySettings },
  });
  const endWithUs = (): boolean => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = once(child, 'exit').then(() => process.off('exit', endWithUs));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const url = await readyUrl(child, () => log);
  const fetchText = async (path: string): Promise<string> => {
    const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.text();
  };
  return {
    pid: child.pid ?? -1,
    url,
    spawnedMs,
    log: () => log,
    metric: async (name, label = '') =>
      metricValues(await fetchText('/metrics'), name)
        .filter(({ labels }) => labels.includes(label))
        .reduce((sum, { value }) => sum + value, 0),
    metrics: () => fetchText('/metrics'),
    sinks: async () => JSON.parse(await fetchText('/api/v1/sinks')) as readonly SinkState[],
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const timer = setTimeout(endWithUs, 15_000);
      await ended;
      clearTimeout(timer);
    },
  };
};

type MetricValue = { readonly labels: string; readonly value: number };

/** The values of a metric in a text of /metrics, one for each set of labels; empty when it is not there. */
export const metricValues = (text: string, name: string): readonly MetricValue[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map((line) => {
      const end = line.lastIndexOf(' ');
      return { labels: line.slice(name.length, end), value: Number(line.slice(end)) };
    });

const readyUrl = async (child: ChildProcess, log: () => string): Promise<string> => {
  const endMs = performance.now() + startTimeoutMs;
  for (;;) {
    const url = /Seamwatt is running: (http:\S+)/.exec(log())?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null || performance.now() > endMs) {
      child.kill('SIGKILL');
      throw new Error(`the gateway did not start:\n${log()}`);
    }
    await sleep(20);
  }
};

/** Until `isDone`, asked every 50 ms; throws after `withinMs`. */
export const waitUntil = async (
  isDone: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 20_000,
): Promise<void> => {
  const endMs = performance.now() + withinMs;
  while (!(await isDone())) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(50);
  }
};
