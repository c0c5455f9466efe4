import type { Command } from 'commander';
import type { ReplayReport } from '../runtime/replay.ts';
import { exitCodes } from './composition.ts';
import { type Kit, loadOrComplain, type SiteOptions } from './kit.ts';
import type { Messages } from './messages.ts';
import { parseWholeNumber } from './option-values.ts';
import { stopOnSignals } from './stop-signal.ts';

type Options = SiteOptions & {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly json?: boolean | undefined;
};

const codeOfVerdict = {
  identical: exitCodes.ok,
  different: exitCodes.negative,
  'nothing-compared': exitCodes.inconclusive,
} as const;

const nothingCompared = {
  'no-entries': 'replayNoEntries',
  'no-kpi-results': 'replayNoKpiResults',
  'no-configuration': 'replayNoConfiguration',
} as const;

const reportLines = (report: ReplayReport, text: Messages): readonly string[] => {
  const lines = [text.replayRead(report.entries, report.ticks)];
  if (report.reason !== undefined) return [...lines, text[nothingCompared[report.reason]]];
  lines.push(text.replayCompared(report));
  if (report.uncomparedFrames > 0) lines.push(text.replayUncompared(report.uncomparedFrames));
  for (const { seq, recomputed } of report.differences) {
    const frame =
      recomputed === undefined
        ? undefined
        : `${recomputed.group}, ${new Date(recomputed.timeMs).toISOString()}`;
    lines.push(text.replayDifference(seq, frame));
  }
  return lines;
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
  const report = await kit.composition.replay({
    site,
    signal: stop.signal,
    ...(fromSeq === undefined ? {} : { fromSeq }),
    ...(toSeq === undefined ? {} : { toSeq }),
  });
  stop.release();
  if (options.json === true) kit.print(JSON.stringify(report, null, 2));
  else for (const line of reportLines(report, kit.text)) kit.print(line);
  kit.finish(codeOfVerdict[report.verdict]);
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
