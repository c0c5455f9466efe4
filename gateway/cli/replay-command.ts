import type { Command } from 'commander';
import { exitCodes } from './composition.ts';
import { type Kit, loadOrComplain, type SiteOptions } from './kit.ts';
import { parseWholeNumber } from './option-values.ts';
import { stopOnSignals } from './stop-signal.ts';

type Options = SiteOptions & {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly json?: boolean | undefined;
};

const replay = async (options: Options, kit: Kit): Promise<void> => {
  const fromSeq = parseWholeNumber('--from', options.from, kit.text);
  const toSeq = parseWholeNumber('--to', options.to, kit.text);
  const site = await loadOrComplain(options, kit);
  if (site === undefined) {
    kit.finish(exitCodes.invalid);
    return;
  }
  const stop = stopOnSignals(() => kit.complain(kit.text.stopping));
  const outcome = await kit.composition.replay({
    site,
    signal: stop.signal,
    ...(fromSeq === undefined ? {} : { fromSeq }),
    ...(toSeq === undefined ? {} : { toSeq }),
  });
  stop.release();
  if (options.json === true) kit.print(JSON.stringify(outcome.data, null, 2));
  else for (const line of outcome.lines) kit.print(line);
  kit.finish(outcome.isEqual ? exitCodes.ok : exitCodes.negative);
};

export const addReplayCommand = (program: Command, kit: Kit): void => {
  program
    .command('replay')
    .description(kit.text.replayDescription)
    .option('-c, --config <file>', kit.text.configOption)
    .option('--data <folder>', kit.text.dataOption)
    .option('--from <seq>', kit.text.fromOption)
    .option('--to <seq>', kit.text.toOption)
    .option('--json', kit.text.jsonOption)
    .action((options: Options) => replay(options, kit));
};
