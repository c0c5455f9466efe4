import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { RecordsReading } from '../runtime/records/read-records.ts';
import { exitCodes } from './composition.ts';
import { dataFolderOrComplain, type Kit, type SiteOptions } from './kit.ts';
import { parseWholeNumber, UsageError } from './option-values.ts';
import { formatTable } from './text-table.ts';

type Options = SiteOptions & {
  readonly json?: boolean | undefined;
  readonly revision?: string | undefined;
  readonly bins?: boolean | undefined;
  readonly text?: string | undefined;
  readonly heat?: string | undefined;
  readonly spool?: string | undefined;
  readonly wps?: string | undefined;
  readonly order?: string | undefined;
  readonly limit?: string | undefined;
};

const listedUnlessAsked = 50;

const wordsOfProblem = {
  gap: 'recordsGap',
  'content-changed': 'recordsContentChanged',
  'link-changed': 'recordsLinkChanged',
  'chain-broken': 'recordsChainBroken',
  'bins-missing': 'recordsBinsMissing',
  'bins-changed': 'recordsBinsChanged',
} as const;

/** Looks into the records of the data folder; undefined after it was told that there are none. */
const look = async <Result>(
  options: Options,
  kit: Kit,
  how: (reading: RecordsReading) => Result,
): Promise<Result | undefined> => {
  const data = await dataFolderOrComplain(options, kit);
  if (data === undefined) {
    kit.finish(exitCodes.invalid);
    return undefined;
  }
  const folder = join(data, 'journal');
  if (!existsSync(folder)) throw new UsageError(kit.text.backupNoJournal(data));
  const { readRecords } = await import('../runtime/records/read-records.ts');
  const result = readRecords(folder, how);
  if (result !== undefined) return result;
  kit.complain(kit.text.recordsNone(data));
  kit.finish(exitCodes.inconclusive);
  return undefined;
};

const verify = async (options: Options, kit: Kit): Promise<void> => {
  const { text } = kit;
  const report = await look(options, kit, (reading) => reading.verify());
  if (report === undefined) return;
  kit.finish(report.ok ? exitCodes.ok : exitCodes.negative);
  if (options.json === true) {
    kit.print(JSON.stringify(report, null, 2));
    return;
  }
  for (const { kind, id, number, seam } of report.problems) {
    kit.complain(text.recordsProblem(text[wordsOfProblem[kind]], id, number, seam));
  }
  if (!report.ok) {
    kit.complain(text.recordsBad);
    return;
  }
  kit.print(text.recordsGood(report.panels, report.revisions, report.files));
  kit.print(text.recordsHead(report.head));
};

const list = async (options: Options, kit: Kit): Promise<void> => {
  const { text, heat, spool, wps, order } = options;
  const limit = parseWholeNumber('--limit', options.limit, kit.text) ?? listedUnlessAsked;
  const found = await look(options, kit, (reading) =>
    reading.list({ text, heat, spool, wps, order, limit }),
  );
  if (found === undefined) return;
  kit.finish(exitCodes.ok);
  if (options.json === true) {
    kit.print(JSON.stringify(found, null, 2));
    return;
  }
  if (found.length === 0) {
    kit.print(kit.text.recordsNoneFound);
    return;
  }
  const rows = found.map(({ id, startMs, endMs, revision, marks }) => [
    ...[id, new Date(startMs).toISOString(), new Date(endMs).toISOString(), revision, marks],
  ]);
  for (const line of formatTable({ columns: kit.text.recordsColumns, rows })) kit.print(line);
};

const exportRecord = async (id: string, options: Options, kit: Kit): Promise<void> => {
  const revision = parseWholeNumber('--revision', options.revision, kit.text);
  const withBins = options.bins === true;
  const found = await look(options, kit, (reading) => ({
    panel: reading.find({ id, revision }, withBins),
  }));
  if (found === undefined) return;
  if (found.panel === undefined) throw new UsageError(kit.text.recordsUnknown(id));
  kit.print(JSON.stringify(found.panel, null, 2));
  kit.finish(exitCodes.ok);
};

export const addRecordsCommand = (program: Command, kit: Kit): void => {
  const { text } = kit;
  const group = program.command('records').description(text.recordsDescription);
  const add = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .option('-c, --config <file>', text.configOption)
      .option('--data <folder>', text.dataOption);
  add('verify', text.recordsVerifyDescription)
    .option('--json', text.jsonOption)
    .action((options: Options) => verify(options, kit));
  add('list', text.recordsListDescription)
    .option('--text <text>', text.recordsTextOption)
    .option('--heat <heat>', text.recordsHeatOption)
    .option('--spool <spool>', text.recordsSpoolOption)
    .option('--wps <wps>', text.recordsWpsOption)
    .option('--order <order>', text.recordsOrderOption)
    .option('--limit <count>', text.recordsLimitOption)
    .option('--json', text.jsonOption)
    .action((options: Options) => list(options, kit));
  add('export', text.recordsExportDescription)
    .argument('<panel>', text.panelArgument)
    .option('--revision <number>', text.revisionOption)
    .option('--bins', text.binsOption)
    .action((id: string, options: Options) => exportRecord(id, options, kit));
};
