import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { describeError } from '../core/error.ts';
import type { Kit } from './kit.ts';
import { type RunningSimulators, startSimulators } from './simulators.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** How often everything is read in the week before; over these minutes the park's powers are constant. */
const stepMs = 15 * minuteMs;
const weekDays = 7;
const maxInFlight = 64;
const noteFile = 'first-week.json';
const siteFile = 'first-week.yaml';
const progressEveryMs = 500;

const note = z.strictObject({ registersSince: z.iso.datetime() });

/** Since when the registers of the demo's park count, as an earlier start of this folder noted it. */
const noted = (folder: string): string | undefined => {
  const path = join(folder, noteFile);
  return existsSync(path)
    ? note.parse(JSON.parse(readFileSync(path, 'utf8'))).registersSince
    : undefined;
};

const demo = z.looseObject({
  sources: z.array(
    z.looseObject({
      id: z.string(),
      transport: z.looseObject({}),
      devices: z.array(z.looseObject({})),
    }),
  ),
  kpis: z.array(z.looseObject({ equipment: z.string() })),
});

/** The park of the demo alone, read every quarter of an hour. */
const weekSite = (demoFile: string): string => {
  const site = demo.parse(parse(readFileSync(demoFile, 'utf8')));
  const { production, figures, ...rest } = site;
  const sources = site.sources
    .filter(({ id }) => id.startsWith('park-'))
    .map((source) => ({
      ...source,
      // All inverters at once: in lock-step the round trips of an instant cost more than its reads.
      transport: { ...source.transport, maxInFlight },
      devices: source.devices.map((device) => ({ ...device, periodMs: stepMs })),
    }));
  return stringify({
    ...{ ...rest, sources, sinks: [], broker: { embedded: false }, api: { port: 0 } },
    ticks: { periodMs: stepMs },
    kpis: site.kpis.filter(({ equipment }) => equipment.startsWith('park/')),
  });
};

const stateSchema = z.looseObject({ nowMs: z.number() });

/** Tells now and then how far it is. */
const tellProgress = async (
  simulators: RunningSimulators,
  week: { readonly startMs: number; readonly lengthMs: number },
  kit: Kit,
  signal: AbortSignal,
): Promise<void> => {
  let told = 0;
  while (!signal.aborted) {
    try {
      await sleep(progressEveryMs, undefined, { signal });
      const response = await fetch(new URL('/state', simulators.control), { signal });
      const { nowMs } = stateSchema.parse(await response.json());
      const days = Math.floor((weekDays * (nowMs - week.startMs)) / week.lengthMs);
      if (days > told) kit.complain(kit.text.firstWeekDays(days, weekDays));
      told = Math.max(told, days);
    } catch {
      // Only the progress is lost; whoever runs the week hears of what went wrong.
      return;
    }
  }
};

const runWeek = async (
  input: { readonly folder: string; readonly startMs: number; readonly lengthMs: number },
  kit: Kit,
  signal: AbortSignal,
): Promise<void> => {
  const { folder, startMs, lengthMs } = input;
  const file = join(folder, siteFile);
  writeFileSync(file, weekSite(kit.composition.demoFile));
  const since = new Date(startMs).toISOString();
  const simulators = await startSimulators(kit, signal, [
    ...['--plants', 'park', '--lock-step', '--start', since, '--park-registers-since', since],
    ...['--park-step-seconds', String(stepMs / 1000)],
  ]);
  const telling = new AbortController();
  try {
    const child = spawn(
      process.execPath,
      [
        ...[kit.composition.gatewayProgram, 'run', '--config', file, '--data', folder],
        ...['--clock', simulators.control, '--for', String(lengthMs / 1000)],
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, SEAMWATT_LANG: kit.language, SEAMWATT_LOG_LEVEL: 'error' },
        signal,
      },
    );
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = `${words}${text}`.slice(-2000);
    });
    void tellProgress(simulators, { startMs, lengthMs }, kit, telling.signal);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(words.trim() || `exit ${String(code)}`);
    writeFileSync(join(folder, noteFile), `${JSON.stringify({ registersSince: since })}\n`);
  } finally {
    telling.abort();
    await simulators.stop();
    rmSync(file, { force: true });
  }
};

/**
 * On the first start of a data folder, runs the simulated park through the last seven days, so that nobody meets an empty page.
 *
 * @returns since when the registers of the park count, for its simulators to go on from; undefined where there is no such week
 */
export const firstWeek = async (
  input: { readonly folder: string; readonly isWanted: boolean; readonly nowMs: number },
  kit: Kit,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const { folder, isWanted, nowMs } = input;
  const since = noted(folder);
  if (since !== undefined || !isWanted || existsSync(join(folder, 'journal'))) return since;
  const endMs = Math.floor(nowMs / stepMs) * stepMs;
  const lengthMs = weekDays * dayMs;
  kit.complain(kit.text.firstWeekBegins(weekDays));
  mkdirSync(folder, { recursive: true });
  try {
    await runWeek({ folder, startMs: endMs - lengthMs, lengthMs }, kit, signal);
    return noted(folder);
  } catch (error) {
    if (signal.aborted) throw error;
    // The demo is worth having without its past.
    kit.complain(kit.text.firstWeekFailed(describeError(error)));
    return undefined;
  }
};
