import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describeError } from '../core/error.ts';
import type { RecordsReading } from '../runtime/records/read-records.ts';
import { exitCodes } from './composition.ts';
import {
  dataFolderOrComplain,
  findSite,
  type Kit,
  loadOrComplain,
  type SiteOptions,
} from './kit.ts';
import { oneOf, parseWholeNumber, UsageError, WordedError } from './option-values.ts';
import { reportMessages } from './report-messages.ts';
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
  readonly format?: string | undefined;
  readonly language?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly out?: string | undefined;
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
  if (report.revisions === 0 && report.ok && options.json !== true) {
    kit.complain(text.recordsNoneYet);
    kit.finish(exitCodes.inconclusive);
    return;
  }
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

const writeOut = (file: string, content: string | Uint8Array, kit: Kit): void => {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new WordedError(reportMessages[kit.language].cannotWrite(file, describeError(error)));
  }
  kit.print(reportMessages[kit.language].written(file));
  kit.finish(exitCodes.ok);
};

/** Of the site where its file is at hand: a dossier made from the data folder alone is in UTC unless told. */
const dossierZone = async (options: Options, kit: Kit): Promise<string | undefined> => {
  const { timeZone, config, data } = options;
  if (timeZone !== undefined) {
    if (isTimeZone(timeZone)) return timeZone;
    const expected = reportMessages[kit.language].timeZoneName;
    throw new UsageError(kit.text.invalidOption('--time-zone', timeZone, expected));
  }
  if (config === undefined && data !== undefined) return 'UTC';
  return (await loadOrComplain(options, kit))?.identity.timeZone;
};

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

const exportDossier = async (id: string, asked: Options, kit: Kit): Promise<void> => {
  const { text } = kit;
  const site = findSite(asked, kit);
  if (site === undefined) {
    kit.finish(exitCodes.invalid);
    return;
  }
  const options: Options = { ...asked, ...site };
  const reports = reportMessages[kit.language];
  const revision = parseWholeNumber('--revision', options.revision, text);
  const language = oneOf('--language', options.language ?? kit.language, ['zh', 'en'], text);
  if (options.out === undefined) throw new UsageError(reports.pdfNeedsOut);
  if (options.bins === true) throw new UsageError(reports.pdfHasNoBins);
  const timeZone = await dossierZone(options, kit);
  if (timeZone === undefined) {
    kit.finish(exitCodes.invalid);
    return;
  }
  const { pathOf, seamsWithBins } = await import('../reports/panel-dossier/seam-path.ts');
  const found = await look(options, kit, (reading) => {
    const chained = reading.find({ id, revision }, false);
    const paths =
      chained === undefined
        ? []
        : seamsWithBins(chained).flatMap((seam) => {
            const table = reading.bins({ id, revision: chained.revision, seam });
            return table === undefined ? [] : [pathOf(chained, seam, table)];
          });
    return { chained, paths };
  });
  if (found === undefined) return;
  const { chained, paths } = found;
  if (chained === undefined) throw new UsageError(text.recordsUnknown(id));
  const { DossierPress } = await import('../reports/panel-dossier/dossier-press.ts');
  const pdf = await new DossierPress().print(() => ({ chained, language, timeZone, paths }));
  if (pdf !== undefined) writeOut(options.out, pdf, kit);
};

const exportRecord = async (id: string, options: Options, kit: Kit): Promise<void> => {
  const format = oneOf('--format', options.format ?? 'json', ['json', 'pdf'], kit.text);
  if (format === 'pdf') return exportDossier(id, options, kit);
  const revision = parseWholeNumber('--revision', options.revision, kit.text);
  const withBins = options.bins === true;
  const found = await look(options, kit, (reading) => ({
    panel: reading.find({ id, revision }, withBins),
  }));
  if (found === undefined) return;
  if (found.panel === undefined) throw new UsageError(kit.text.recordsUnknown(id));
  const json = JSON.stringify(found.panel, null, 2);
  if (options.out !== undefined) {
    writeOut(options.out, `${json}\n`, kit);
    return;
  }
  kit.print(json);
  kit.finish(exitCodes.ok);
};

export const addRecordsCommand = (program: Command, kit: Kit): void => {
  const { text } = kit;
  const reports = reportMessages[kit.language];
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
    .option('--format <format>', reports.formatOption)
    .option('--language <language>', reports.languageOption)
    .option('--time-zone <zone>', reports.timeZoneOption)
    .option('--out <file>', reports.outOption)
    .action((id: string, options: Options) => exportRecord(id, options, kit));
};
