import { closeSync, existsSync, fstatSync, openSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../../core/error.ts';
import { listSegments } from '../segments/segment-file.ts';
import { analyseLiveTails, type Tails } from '../segments/tail.ts';
import { copyDatabase } from '../store/database.ts';
import { checkReadable } from '../store/version.ts';
import { type ArchiveWriter, createArchive } from './archive.ts';
import { ContentTally, type Manifest, manifestName, manifestVersion } from './manifest.ts';
import { type ArchivedFile, chunksOf } from './tar.ts';

export type BackupProgress = (done: { readonly files: number; readonly bytes: number }) => void;

export type BackupOptions = {
  /** Of the journal: the data folder's `journal`. */
  readonly folder: string;
  /** A file whose name ends in `.tar`, else a folder; nothing may be there. */
  readonly to: string;
  /** Of this gateway. */
  readonly gateway: string;
  readonly nowMs: number;
  readonly onProgress: BackupProgress;
};

/**
 * Copies a journal, also while a gateway writes it: first what points into the segments (numbers, places of readers, roll-ups,
 * snapshots), then the segments up to the newest commit that is complete, so that nothing points past their end.
 * @throws GatewayError STORE_VERSION, STORE_CORRUPT; Error of node:fs, node:sqlite
 */
export const backUp = (options: BackupOptions): Manifest => {
  const { folder, to, nowMs } = options;
  checkReadable(folder);
  const archive = createArchive(to, nowMs);
  try {
    const manifest = new Backup(options, archive).run();
    archive.end();
    return manifest;
  } catch (error) {
    archive.abandon();
    throw error;
  }
};

class Backup {
  readonly #options: BackupOptions;
  readonly #archive: ArchiveWriter;
  readonly #tally = new ContentTally();
  #bytes = 0;

  constructor(options: BackupOptions, archive: ArchiveWriter) {
    this.#options = options;
    this.#archive = archive;
  }

  run(): Manifest {
    const { folder, gateway, nowMs } = this.#options;
    for (const name of databasesIn(folder)) this.#addDatabase(name);
    this.#addSnapshots();
    const { tails, segments } = openSegments(join(folder, 'segments'));
    this.#addSegments(segments);
    this.#addFile('journal/version.json', join(folder, 'version.json'));
    const { entries, damagedPlaces, files } = this.#tally;
    const manifest: Manifest = {
      format: 'seamwatt-backup',
      version: manifestVersion,
      createdAt: new Date(nowMs).toISOString(),
      gateway,
      journal: { lastSeq: tails.lastSeq, entries, damagedPlaces },
      files,
    };
    const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
    this.#archive.add(manifestName, text.length, [text]);
    return manifest;
  }

  /** A copy that is consistent in itself, taken through SQLite. */
  #addDatabase(name: string): void {
    const copy = `${this.#options.to}.${name}.part`;
    const database = new DatabaseSync(join(this.#options.folder, name), {
      readOnly: true,
      timeout: 30_000,
    });
    try {
      copyDatabase(database, copy);
      checkDatabase(copy);
      this.#addFile(`journal/${name}`, copy);
    } finally {
      database.close();
      rmSync(copy, { force: true });
    }
  }

  #addSnapshots(): void {
    const folder = join(this.#options.folder, 'snapshots');
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      // One that went meanwhile has made room for a newer one, which states of KPIs do not need to be whole.
      if (name.endsWith('.snap')) this.#addFile(`journal/snapshots/${name}`, join(folder, name));
    }
  }

  #addSegments(segments: readonly OpenSegment[]): void {
    for (const { path, fd, limit } of segments) {
      this.#addOpen(`journal/segments/${basename(path)}`, { path, fd, limit });
    }
  }

  /** Whether it was there. */
  #addFile(name: string, path: string): boolean {
    const fd = openIfThere(path);
    if (fd === undefined) return false;
    this.#addOpen(name, { path, fd, limit: undefined });
    return true;
  }

  #addOpen(name: string, { path, fd, limit }: OpenSegment): void {
    try {
      const bytes = limit ?? fstatSync(fd).size;
      const file: ArchivedFile = { name, bytes, chunks: () => chunksOf(fd, 0, bytes) };
      this.#archive.add(name, bytes, this.#tally.counted(file));
      this.#bytes += bytes;
    } finally {
      closeSync(fd);
    }
    const copied = this.#tally.files.at(-1)?.bytes ?? 0;
    if (limit !== undefined && copied < limit) {
      const text = `${path} became shorter while it was copied`;
      throw new GatewayError('STORE_FAILED', text, { retryable: true });
    }
    this.#options.onProgress({ files: this.#tally.files.length, bytes: this.#bytes });
  }
}

/** What is open stays readable, also once retention has taken the file. */
type OpenSegment = {
  readonly path: string;
  readonly fd: number;
  readonly limit: number | undefined;
};

const mostLooks = 20;

/** Opens all segments up to the newest commit, before anything is copied: copying takes longer than retention may wait. */
const openSegments = (
  folder: string,
): { readonly tails: Tails; readonly segments: readonly OpenSegment[] } => {
  for (let look = 1; ; look += 1) {
    const tails = analyseLiveTails(folder);
    const segments = openChains(folder, tails);
    if (segments !== undefined) return { tails, segments };
    if (look === mostLooks) {
      const text = `retention takes segments of ${folder} faster than they can be opened`;
      throw new GatewayError('STORE_FAILED', text, { retryable: true });
    }
  }
};

/** The newest of a class first: once one has gone all before it have. Undefined when one with an end has gone. */
const openChains = (folder: string, tails: Tails): readonly OpenSegment[] | undefined => {
  const opened: OpenSegment[] = [];
  for (const [index, chain] of listSegments(folder).entries()) {
    const end = tails.ends[index];
    if (end === undefined) continue;
    let hasEnd = false;
    for (const { path, firstSeq } of chain.toReversed()) {
      if (firstSeq > end.firstSeq) continue;
      const fd = openIfThere(path);
      if (fd === undefined) break;
      const limit = firstSeq === end.firstSeq ? end.offset : undefined;
      hasEnd ||= limit !== undefined;
      opened.push({ path, fd, limit });
    }
    if (hasEnd) continue;
    for (const { fd } of opened) closeSync(fd);
    return undefined;
  }
  return opened;
};

/** Every store of the folder but the lock. */
const databasesIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.db') && name !== 'lock.db')
    // Roll-ups point into the journal.
    .sort();

const openIfThere = (path: string): number | undefined => {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** @throws GatewayError STORE_CORRUPT */
export const checkDatabase = (path: string): void => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (found === 'ok') return;
    const text = `${join(dirname(path), basename(path))} does not verify: ${String(found)}`;
    throw new GatewayError('STORE_CORRUPT', text, { retryable: false });
  } finally {
    database.close();
  }
};
