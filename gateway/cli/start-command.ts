import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type { LoadedSite } from '../../config/site.ts';
import { LocalClock } from '../core/local-clock.ts';
import { exitCodes } from './composition.ts';
import { firstWeek } from './first-week.ts';
import { runToEnd } from './gateway-run.ts';
import { demoDataFolder, type Kit, loadOrComplain, type SiteOptions, wordsOf } from './kit.ts';
import { UsageError } from './option-values.ts';
import { type RunningSimulators, startSimulators } from './simulators.ts';
import { stopOnSignals } from './stop-signal.ts';

type StartOptions = SiteOptions & {
  readonly at?: string | undefined;
  /** False with --no-week. */
  readonly week?: boolean | undefined;
};

type Demo = {
  readonly site: LoadedSite;
  readonly options: StartOptions & { readonly data: string };
};

/** The demo is of no use without its devices, so the gateway ends when they do. */
const runDemo = async ({ site, options }: Demo, kit: Kit): Promise<void> => {
  const stop = stopOnSignals(() => kit.complain(kit.text.stopping));
  try {
    const atMs = momentOf(options.at, site, kit);
    const since = await firstWeek(
      {
        ...{ folder: resolve(options.data), isWanted: options.week !== false },
        nowMs: atMs ?? Date.now(),
      },
      kit,
      stop.signal,
    );
    kit.complain(kit.text.startingSimulators);
    const simulators = await startSimulators(kit, stop.signal, [
      ...kit.composition.demoSimulatorFlags,
      ...(atMs === undefined ? [] : ['--start', new Date(atMs).toISOString()]),
      ...(since === undefined ? [] : ['--park-registers-since', since]),
    ]);
    kit.complain(kit.text.simulatorsReady(simulators.control));
    const shiftMs = atMs === undefined ? undefined : await shiftOf(simulators);
    let lost: string | undefined;
    const watch = simulators.ended.then((reason) => {
      if (stop.signal.aborted) return;
      lost = reason;
      kit.complain(kit.text.simulatorsEnded(reason));
      stop.controller.abort();
    });
    await runToEnd(
      {
        ...{ site, options, signal: stop.signal },
        ...(shiftMs === undefined ? {} : { shiftMs }),
      },
      kit,
    );
    stop.controller.abort();
    await simulators.stop();
    await watch;
    if (lost !== undefined) kit.finish(exitCodes.failure);
  } catch (error) {
    // Stopped by the user before the simulators were up: nothing failed.
    if (stop.signal.aborted) return;
    kit.complain(kit.text.failed(wordsOf(error, kit)));
    kit.finish(exitCodes.failure);
  } finally {
    stop.release();
  }
};

const stateSchema = z.looseObject({ nowMs: z.number() });
const answerWithinMs = 10_000;

/** How far the simulators' time is from that of this machine. */
const shiftOf = async ({ control }: RunningSimulators): Promise<number> => {
  const url = new URL('/state', control);
  const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
  return stateSchema.parse(await response.json()).nowMs - Date.now();
};

/** The wall clock of the site at which the demo is to begin. @throws UsageError */
const momentOf = (text: string | undefined, site: LoadedSite, kit: Kit): number | undefined => {
  if (text === undefined) return undefined;
  const localMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)
    ? Date.parse(`${text}Z`)
    : Number.NaN;
  if (Number.isNaN(localMs))
    throw new UsageError(kit.text.invalidOption('--at', text, kit.text.moment));
  return new LocalClock(site.identity.timeZone).utcMs(localMs);
};

/** Another time has a folder of its own: what is journalled there must not come before what is there already. */
const folderOf = ({ at, data }: StartOptions): string =>
  data ??
  (at === undefined ? demoDataFolder : `${demoDataFolder}-${at.replaceAll(/[^0-9T-]/g, '')}`);

const start = async (options: StartOptions, kit: Kit): Promise<void> => {
  const isDemo = options.config === undefined;
  if (!isDemo && options.at !== undefined) throw new UsageError(kit.text.atNeedsDemo);
  const data = folderOf(options);
  const effective = isDemo ? { ...options, config: kit.composition.demoFile, data } : options;
  const site = await loadOrComplain(effective, kit);
  if (site === undefined) {
    kit.finish(exitCodes.invalid);
  } else if (isDemo) {
    kit.complain(kit.text.demoNote);
    await runDemo({ site, options: { ...effective, data } }, kit);
  } else {
    const stop = stopOnSignals(() => kit.complain(kit.text.stopping));
    await runToEnd({ site, options, signal: stop.signal }, kit);
    stop.release();
  }
};

export const addStartCommand = (program: Command, kit: Kit): void => {
  program
    .command('start')
    .description(kit.text.startDescription)
    .option('-c, --config <file>', kit.text.startConfigOption)
    .option('--data <folder>', kit.text.dataOption)
    .option('--at <time>', kit.text.atOption)
    .option('--no-week', kit.text.noWeekOption)
    .action((options: StartOptions) => start(options, kit));
};
