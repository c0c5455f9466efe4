import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { GatewayError } from '../../core/error.ts';
import { folderHolder } from '../store/database.ts';
import { syncPath, writeDurably } from '../store/durable-file.ts';
import { markUnfinished } from '../store/version.ts';
import { isTaken, readArchive, syncFolders, writeNewFile } from './archive.ts';
import { type BackupProgress, checkDatabase } from './backup.ts';
import {
  type BackupProblem,
  ContentTally,
  type FileFacts,
  type Manifest,
  manifestName,
  parseManifest,
} from './manifest.ts';

export type Verification = {
  readonly manifest: Manifest | undefined;
  readonly problems: readonly BackupProblem[];
};

const versionFile = 'journal/version.json';

/**
 * Reads all of a backup: every file must be there with the bytes that it had, and the chains must hold what they held.
 * @throws Error of node:fs
 */
export const verifyBackup = (from: string, onProgress: BackupProgress): Verification => {
  const tally = new ContentTally();
  let text: string | undefined;
  let bytes = 0;
  for (const file of readArchive(from)) {
    if (file.name === manifestName) {
      text = Buffer.concat([...file.chunks()]).toString('utf8');
      continue;
    }
    bytes += tally.count(file);
    onProgress({ files: tally.files.length, bytes });
  }
  const manifest = parseManifest(text ?? '');
  if ('kind' in manifest) return { manifest: undefined, problems: [manifest] };
  return { manifest, problems: compare(manifest, tally) };
};

const compare = (manifest: Manifest, tally: ContentTally): readonly BackupProblem[] => {
  const found = new Map(tally.files.map((file) => [file.name, file]));
  const problems: BackupProblem[] = [];
  for (const file of manifest.files) {
    const other = found.get(file.name);
    if (other === undefined) problems.push({ kind: 'missing', name: file.name });
    else if (!isSame(file, other)) problems.push({ kind: 'changed', name: file.name });
    found.delete(file.name);
  }
  for (const name of found.keys()) problems.push({ kind: 'unexpected', name });
  const { entries, damagedPlaces } = manifest.journal;
  const isWhole =
    isDeepStrictEqual(entries, tally.entries) && damagedPlaces === tally.damagedPlaces;
  if (problems.length === 0 && !isWhole) problems.push({ kind: 'damaged', name: 'segments' });
  return problems;
};

const isSame = (a: FileFacts, b: FileFacts): boolean =>
  a.bytes === b.bytes && a.sha256 === b.sha256;

export type RestoreOptions = {
  readonly from: string;
  /** The data folder; it may be there when it is empty. */
  readonly to: string;
  readonly onProgress: BackupProgress;
};

/**
 * Verifies a backup, writes it as a data folder and verifies that. Until all of it is there and verifies, no gateway opens
 * the folder. A backup with problems is not written.
 * @throws GatewayError STORE_FAILED when a gateway uses the folder or something is in it; Error of node:fs, node:sqlite
 */
export const restore = ({ from, to, onProgress }: RestoreOptions): Verification => {
  const refusal = restoreRefusal(to);
  if (refusal !== undefined) {
    const { holder } = refusal;
    const text =
      holder === undefined
        ? { en: `${to} is not empty`, zh: `${to} 不是空目录` }
        : { en: `${to} is in use by process ${holder}`, zh: `${to} 正被进程 ${holder} 使用` };
    throw new GatewayError('STORE_FAILED', text, { retryable: false });
  }
  const source = verifyBackup(from, onProgress);
  if (source.manifest === undefined || source.problems.length > 0) return source;
  const journal = join(to, 'journal');
  mkdirSync(join(journal, 'segments'), { recursive: true });
  markUnfinished(journal);
  let version: Buffer | undefined;
  let files = 0;
  let bytes = 0;
  const wanted = new Set(source.manifest.files.map(({ name }) => name));
  for (const file of readArchive(from)) {
    if (!wanted.has(file.name)) continue;
    if (file.name === versionFile) version = Buffer.concat([...file.chunks()]);
    else writeNewFile(join(to, file.name), file.chunks());
    files += 1;
    bytes += file.bytes;
    onProgress({ files, bytes });
  }
  syncFolders(to);
  const problems = verifyWritten(to, source.manifest);
  if (problems.length > 0 || version === undefined) {
    return { manifest: source.manifest, problems };
  }
  markRestored(join(journal, 'journal.db'));
  endSessions(join(journal, 'access.db'));
  writeDurably(join(journal, 'version.json'), version);
  syncPath(to);
  return { manifest: source.manifest, problems: [] };
};

/** Why a folder cannot take a backup: a gateway uses it, or something is in it. */
export const restoreRefusal = (to: string): { readonly holder: string | undefined } | undefined => {
  const holder = [to, join(to, 'journal')]
    .map((folder) => (existsSync(folder) ? folderHolder(folder) : undefined))
    .find((found) => found !== undefined);
  return holder !== undefined || isTaken(to) ? { holder } : undefined;
};

const verifyWritten = (to: string, manifest: Manifest): readonly BackupProblem[] => {
  const tally = new ContentTally();
  for (const file of readArchive(to)) {
    if (file.name === versionFile) continue;
    tally.count(file);
    if (file.name.endsWith('.db')) checkDatabase(join(to, file.name));
  }
  const files = manifest.files.filter(({ name }) => name !== versionFile);
  return compare({ ...manifest, files }, tally);
};

/** The next start leaves numbers out as after a crash: sinks may know those that were given after the backup. */
const markRestored = (path: string): void => {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      "PRAGMA synchronous = FULL; UPDATE state SET value = json_set(value, '$.clean', json('false')) WHERE key = 'journal'",
    );
  } finally {
    database.close();
  }
};

/** Who signed in before the backup signs in again: who was signed out since then does not come back. */
const endSessions = (path: string): void => {
  if (!existsSync(path)) return;
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA synchronous = FULL; DELETE FROM session');
  } finally {
    database.close();
  }
};
