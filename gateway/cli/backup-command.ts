import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Verification } from '../journal/backup/restore.ts';
import { complainOfBackup, progressTo } from './backup-report.ts';
import { exitCodes } from './composition.ts';
import { dataFolderOrComplain, type Kit, type SiteOptions } from './kit.ts';
import { UsageError } from './option-values.ts';

type Options = SiteOptions & {
  readonly to?: string | undefined;
  readonly verify?: string | undefined;
  readonly json?: boolean | undefined;
};

const create = async (to: string, options: Options, kit: Kit): Promise<void> => {
  const { text } = kit;
  const data = await dataFolderOrComplain(options, kit);
  if (data === undefined) {
    kit.finish(exitCodes.invalid);
    return;
  }
  const folder = join(data, 'journal');
  if (!existsSync(folder)) throw new UsageError(text.backupNoJournal(data));
  const [{ backUp }, { isTaken }] = await Promise.all([
    import('../journal/backup/backup.ts'),
    import('../journal/backup/archive.ts'),
  ]);
  if (isTaken(to)) throw new UsageError(text.backupTaken(to));
  const { files, ...facts } = backUp({
    folder,
    to,
    gateway: kit.composition.version,
    nowMs: Date.now(),
    onProgress: progressTo(kit, text.backupCopying),
  });
  // What was written is read again: a disk that cannot keep it is found now.
  const verification = await verified(to, kit);
  const isJson = options.json === true;
  const isGood = verification.problems.length === 0;
  if (!isJson || !isGood) complainOfBackup(to, verification, kit);
  if (!isGood) return;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const report = { to, ...facts, files: files.length, bytes };
  kit.print(isJson ? JSON.stringify(report, null, 2) : text.backupDone(to, files.length, bytes));
};

/** Whether a backup is what it was when it was made; the answer is the exit code. */
const verified = async (from: string, kit: Kit): Promise<Verification> => {
  const { verifyBackup } = await import('../journal/backup/restore.ts');
  const verification = verifyBackup(from, progressTo(kit, kit.text.backupVerifying));
  kit.finish(verification.problems.length === 0 ? exitCodes.ok : exitCodes.negative);
  return verification;
};

const verify = async (from: string, options: Options, kit: Kit): Promise<void> => {
  const verification = await verified(from, kit);
  if (options.json !== true) {
    complainOfBackup(from, verification, kit);
    return;
  }
  const { manifest, problems } = verification;
  const { files, ...facts } = manifest ?? { files: [] };
  const report = { ok: problems.length === 0, problems, ...facts, files: files.length };
  kit.print(JSON.stringify(report, null, 2));
};

const backup = async (options: Options, kit: Kit): Promise<void> => {
  const { text } = kit;
  if ((options.to === undefined) === (options.verify === undefined)) {
    throw new UsageError(text.backupToOrVerify);
  }
  if (options.to !== undefined) return create(resolve(options.to), options, kit);
  const from = resolve(options.verify ?? '');
  if (!existsSync(from)) throw new UsageError(text.backupNotThere(from));
  return verify(from, options, kit);
};

export const addBackupCommand = (program: Command, kit: Kit): void => {
  program
    .command('backup')
    .description(kit.text.backupDescription)
    .option('-c, --config <file>', kit.text.configOption)
    .option('--data <folder>', kit.text.dataOption)
    .option('--to <path>', kit.text.backupToOption)
    .option('--verify <path>', kit.text.backupVerifyOption)
    .option('--json', kit.text.jsonOption)
    .action((options: Options) => backup(options, kit));
};
