import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { syncPath } from '../store/durable-file.ts';
import { type ArchivedFile, chunksOf, readTar, TarWriter } from './tar.ts';

/** A backup is one archive when its name ends so, else a folder. */
export const isArchiveName = (path: string): boolean => path.endsWith('.tar');

/** Where the files of a backup go; the last one added is its manifest. */
export type ArchiveWriter = {
  add(name: string, bytes: number, chunks: Iterable<Buffer>): void;
  /** Makes all of it durable and gives it its name. */
  end(): void;
  /** Takes away what was written. */
  abandon(): void;
};

const createTar = (path: string, timeMs: number): ArchiveWriter => {
  const partial = `${path}.part`;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(partial, { force: true });
  const tar = new TarWriter(partial, timeMs);
  return {
    add: (name, bytes, chunks) => tar.add(name, bytes, chunks),
    end: () => {
      tar.end();
      tar.close();
      renameSync(partial, path);
      syncPath(dirname(path));
    },
    abandon: () => {
      tar.close();
      rmSync(partial, { force: true });
    },
  };
};

/** Writes a file that was not there, and makes it durable. */
export const writeNewFile = (path: string, chunks: Iterable<Buffer>): void => {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'wx', 0o640);
  try {
    for (const chunk of chunks) {
      let written = 0;
      while (written < chunk.length) written += writeSync(fd, chunk, written);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

export const syncFolders = (folder: string): void => {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(folder, name)).isDirectory()) syncPath(join(folder, name));
  }
  syncPath(folder);
};

const createFolder = (path: string): ArchiveWriter => {
  mkdirSync(path, { recursive: true });
  return {
    add: (name, _bytes, chunks) => writeNewFile(join(path, name), chunks),
    end: () => syncFolders(path),
    abandon: () => {
      for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
    },
  };
};

export const createArchive = (path: string, timeMs: number): ArchiveWriter =>
  isArchiveName(path) ? createTar(path, timeMs) : createFolder(path);

/** Reads the files of a folder or an archive, in any order. */
export function* readArchive(path: string): Generator<ArchivedFile> {
  if (statSync(path).isFile()) {
    yield* readTar(path);
    return;
  }
  for (const found of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(path, found);
    if (statSync(file).isFile()) yield* withOpened(found.split(sep).join('/'), file);
  }
}

function* withOpened(name: string, path: string): Generator<ArchivedFile> {
  const fd = openSync(path, 'r');
  try {
    const bytes = fstatSync(fd).size;
    yield { name, bytes, chunks: () => chunksOf(fd, 0, bytes) };
  } finally {
    closeSync(fd);
  }
}

/** Whether something could be lost by writing there. */
export const isTaken = (path: string): boolean =>
  existsSync(path) && (!statSync(path).isDirectory() || readdirSync(path).length > 0);
