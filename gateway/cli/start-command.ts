import type { Command } from 'commander';
import type { LoadedSite } from '../../config/site.ts';
import { exitCodes } from './composition.ts';
import { runToEnd } from './gateway-run.ts';
import { demoDataFolder, type Kit, loadOrComplain, type SiteOptions, wordsOf } from './kit.ts';
import { startSimulators } from './simulators.ts';
import { stopOnSignals } from './stop-signal.ts';

type Demo = { readonly site: LoadedSite; readonly options: SiteOptions };

/** The demo is of no use without its devices, so the gateway ends when they do. */
const runDemo = async ({ site, options }: Demo, kit: Kit): Promise<void> => {
  const stop = stopOnSignals(() => kit.complain(kit.text.stopping));
  try {
    kit.complain(kit.text.startingSimulators);
    const simulators = await startSimulators(kit, stop.signal);
    kit.complain(kit.text.simulatorsReady(simulators.control));
    let lost: string | undefined;
    const watch = simulators.ended.then((reason) => {
      if (stop.signal.aborted) return;
      lost = reason;
      kit.complain(kit.text.simulatorsEnded(reason));
      stop.controller.abort();
    });
    await runToEnd({ site, options, signal: stop.signal }, kit);
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

const start = async (options: SiteOptions, kit: Kit): Promise<void> => {
  const isDemo = options.config === undefined;
  const effective = isDemo
    ? { config: kit.composition.demoFile, data: options.data ?? demoDataFolder }
    : options;
  const site = await loadOrComplain(effective, kit);
  if (site === undefined) {
    kit.finish(exitCodes.invalid);
  } else if (isDemo) {
    kit.complain(kit.text.demoNote);
    await runDemo({ site, options: effective }, kit);
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
    .action((options: SiteOptions) => start(options, kit));
};
