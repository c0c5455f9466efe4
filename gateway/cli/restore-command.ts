import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { complainOfBackup, progressTo } from './backup-report.ts';
import { exitCodes } from './composition.ts';
import type { Kit } from './kit.ts';
import { UsageError } from './option-values.ts';

type Options = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly json?: boolean | undefined;
};

const restoreBackup = async (options: Options, kit: Kit): Promise<void> => {
  const { text } = kit;
  if (options.from === undefined || options.to === undefined) {
    throw new UsageError(text.restoreNeedsBoth);
  }
  const from = resolve(options.from);
  const to = resolve(options.to);
  if (!existsSync(from)) throw new UsageError(text.backupNotThere(from));
  const { restore, restoreRefusal } = await import('../journal/backup/restore.ts');
  const refusal = restoreRefusal(to);
  if (refusal !== undefined) {
    throw new UsageError(
      refusal.holder === undefined
        ? text.restoreNotEmpty(to)
        : text.restoreInUse(to, refusal.holder),
    );
  }
  const verification = restore({ from, to, onProgress: progressTo(kit, text.restoreWriting) });
  const { manifest, problems } = verification;
  const isDone = problems.length === 0;
  if (options.json === true) {
    kit.print(JSON.stringify({ ok: isDone, from, to, problems, ...manifest?.journal }, null, 2));
  } else {
    complainOfBackup(from, verification, kit);
    if (isDone) kit.print(text.restoreDone(to));
  }
  kit.finish(isDone ? exitCodes.ok : exitCodes.negative);
};

export const addRestoreCommand = (program: Command, kit: Kit): void => {
  program
    .command('restore')
    .description(kit.text.restoreDescription)
    .option('--from <path>', kit.text.restoreFromOption)
    .option('--to <folder>', kit.text.restoreToOption)
    .option('--json', kit.text.jsonOption)
    .action((options: Options) => restoreBackup(options, kit));
};
