import type { Command } from 'commander';
import { exitCodes } from './composition.ts';
import { runToEnd } from './gateway-run.ts';
import { type Kit, loadOrComplain, type SiteOptions } from './kit.ts';
import { stopOnSignals } from './stop-signal.ts';

type Options = SiteOptions & { readonly clock?: string | undefined };

const run = async (options: Options, kit: Kit): Promise<void> => {
  const site = await loadOrComplain(options, kit);
  if (site === undefined) {
    kit.finish(exitCodes.invalid);
    return;
  }
  if (options.clock !== undefined && !site.identity.simulated) {
    kit.complain(kit.text.clockNeedsSimulated);
    kit.finish(exitCodes.invalid);
    return;
  }
  const stop = stopOnSignals(() => kit.complain(kit.text.stopping));
  const clock = options.clock === undefined ? {} : { clockUrl: options.clock };
  await runToEnd({ site, options, signal: stop.signal, ...clock }, kit);
  stop.release();
};

export const addRunCommand = (program: Command, kit: Kit): void => {
  program
    .command('run')
    .description(kit.text.runDescription)
    .option('-c, --config <file>', kit.text.configOption)
    .option('--data <folder>', kit.text.dataOption)
    .option('--clock <url>', kit.text.clockOption)
    .action((options: Options) => run(options, kit));
};
