import type { Command } from 'commander';
import { exitCodes } from './composition.ts';
import { runToEnd } from './gateway-run.ts';
import { type Kit, loadOrComplain, type SiteOptions } from './kit.ts';
import { mostSimulatedSeconds, parseSeconds, UsageError } from './option-values.ts';
import { stopOnSignals } from './stop-signal.ts';

type Options = SiteOptions & {
  readonly clock?: string | undefined;
  readonly for?: string | undefined;
};

const run = async (options: Options, kit: Kit): Promise<void> => {
  const seconds = parseSeconds('--for', options.for, kit.text, mostSimulatedSeconds);
  if (seconds !== undefined && options.clock === undefined) {
    throw new UsageError(kit.text.forNeedsClock);
  }
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
  await runToEnd(
    {
      site,
      options,
      signal: stop.signal,
      ...(options.clock === undefined ? {} : { clockUrl: options.clock }),
      ...(seconds === undefined ? {} : { durationMs: seconds * 1000 }),
    },
    kit,
  );
  stop.release();
};

export const addRunCommand = (program: Command, kit: Kit): void => {
  program
    .command('run')
    .description(kit.text.runDescription)
    .option('-c, --config <file>', kit.text.configOption)
    .option('--data <folder>', kit.text.dataOption)
    .option('--clock <url>', kit.text.clockOption)
    .option('--for <seconds>', kit.text.forOption)
    .action((options: Options) => run(options, kit));
};
