import type { BackupProgress } from '../journal/backup/backup.ts';
import type { BackupProblem } from '../journal/backup/manifest.ts';
import type { Verification } from '../journal/backup/restore.ts';
import type { Kit } from './kit.ts';

const everyMs = 1_000;

/** Says how far long work has come, once a second. */
export const progressTo = (
  kit: Kit,
  line: (files: number, megabytes: string) => string,
): BackupProgress => {
  let saidMs = performance.now();
  return ({ files, bytes }) => {
    if (performance.now() - saidMs < everyMs) return;
    saidMs = performance.now();
    kit.complain(line(files, (bytes / 1e6).toFixed(1)));
  };
};

const inWords = (problem: BackupProblem, { text }: Kit): string => {
  switch (problem.kind) {
    case 'incomplete':
      return text.backupIncomplete;
    case 'newer':
      return text.backupNewer;
    case 'missing':
      return text.backupMissing(problem.name);
    case 'changed':
      return text.backupChanged(problem.name);
    case 'unexpected':
      return text.backupUnexpected(problem.name);
    case 'damaged':
      return text.backupDamaged(problem.name);
  }
};

export const complainOfBackup = (from: string, verification: Verification, kit: Kit): void => {
  const { manifest, problems } = verification;
  for (const problem of problems) kit.complain(inWords(problem, kit));
  if (manifest === undefined || problems.length > 0) {
    kit.complain(kit.text.backupBad(from));
    return;
  }
  const { entries, lastSeq, damagedPlaces } = manifest.journal;
  const total = Object.values(entries).reduce((sum, count) => sum + count, 0);
  kit.print(kit.text.backupGood(from, total, lastSeq));
  if (damagedPlaces > 0) kit.complain(kit.text.backupSourceDamaged(damagedPlaces));
};
