import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';

/**
 * What a program did to the files of a folder, step by step, and what a crash at any step leaves of it. The calls of node:fs are
 * noted on their way; a model of the disk then gives every folder that a kill or a power cut may leave.
 */

export type DiskStep =
  | { readonly type: 'create'; readonly path: string }
  | {
      readonly type: 'write';
      readonly path: string;
      readonly offset: number;
      readonly bytes: Buffer;
    }
  | { readonly type: 'truncate'; readonly path: string; readonly size: number }
  | { readonly type: 'sync'; readonly path: string }
  | { readonly type: 'syncFolder'; readonly path: string }
  | { readonly type: 'unlink'; readonly path: string }
  | { readonly type: 'rename'; readonly path: string; readonly to: string };

export type DiskTrace = {
  readonly steps: readonly DiskStep[];
  /** When set, is asked before each step; an error that it gives is thrown instead of the step. */
  fail: ((step: DiskStep, index: number) => Error | undefined) | undefined;
  stop(): void;
};

type Opened = { readonly path: string; readonly isFolder: boolean; position: number };

/** Notes what the calling thread does below `folder` by the synchronous calls of node:fs that the journal uses. */
export const traceDisk = (folder: string): DiskTrace => {
  const steps: DiskStep[] = [];
  const open = new Map<number, Opened>();
  const {
    openSync,
    closeSync,
    writeSync,
    ftruncateSync,
    fdatasyncSync,
    fsyncSync,
    unlinkSync,
    renameSync,
    existsSync,
    fstatSync,
  } = fs;
  const real = {
    openSync,
    closeSync,
    writeSync,
    ftruncateSync,
    fdatasyncSync,
    fsyncSync,
    unlinkSync,
    renameSync,
  };
  const inside = (path: unknown): string | undefined => {
    const found = relative(folder, String(path));
    return found.startsWith('..') ? undefined : found;
  };
  const trace: DiskTrace = {
    steps,
    fail: undefined,
    stop: () => {
      Object.assign(fs, real);
      syncBuiltinESMExports();
    },
  };
  const note = (step: DiskStep): void => {
    const error = trace.fail?.(step, steps.length);
    if (error !== undefined) throw error;
    steps.push(step);
  };
  const ofOpened = (fd: number, step: (opened: Opened) => DiskStep): void => {
    const opened = open.get(fd);
    if (opened !== undefined) note(step(opened));
  };
  const sync = (fd: number): void =>
    ofOpened(fd, ({ path, isFolder }) => ({ type: isFolder ? 'syncFolder' : 'sync', path }));

  fs.openSync = (path, flags, mode) => {
    const name = inside(path);
    const isNew = !existsSync(path);
    const writes = flags === 'w' || flags === 'wx' || flags === 'r+' || typeof flags === 'number';
    if (name !== undefined && writes && isNew) note({ type: 'create', path: name });
    if (name !== undefined && flags === 'w' && !isNew)
      note({ type: 'truncate', path: name, size: 0 });
    const fd = real.openSync(path, flags, mode);
    const isFolder = fstatSync(fd).isDirectory();
    if (name !== undefined) open.set(fd, { path: name, isFolder, position: 0 });
    return fd;
  };
  fs.closeSync = (fd) => {
    real.closeSync(fd);
    open.delete(fd);
  };
  const write = (
    fd: number,
    bytes: Buffer,
    from = 0,
    length = bytes.length - from,
    position?: number | null,
  ): number => {
    const opened = open.get(fd);
    if (opened !== undefined) {
      const offset = position ?? opened.position;
      const copy = Buffer.from(bytes.subarray(from, from + length));
      note({ type: 'write', path: opened.path, offset, bytes: copy });
      if (typeof position !== 'number') opened.position += length;
    }
    return real.writeSync(fd, bytes, from, length, position);
  };
  fs.writeSync = write as typeof fs.writeSync;
  fs.ftruncateSync = (fd, size) => {
    ofOpened(fd, ({ path }) => ({ type: 'truncate', path, size: size ?? 0 }));
    real.ftruncateSync(fd, size);
  };
  // What lies on a real disk does not matter here, so nothing waits for one.
  fs.fdatasyncSync = sync;
  fs.fsyncSync = sync;
  fs.unlinkSync = (path) => {
    const name = inside(path);
    if (name !== undefined) note({ type: 'unlink', path: name });
    real.unlinkSync(path);
  };
  fs.renameSync = (from, to) => {
    const path = inside(from);
    if (path !== undefined) note({ type: 'rename', path, to: inside(to) ?? '' });
    real.renameSync(from, to);
  };
  syncBuiltinESMExports();
  return trace;
};

const sectorBytes = 512;

type Change =
  | { readonly type: 'write'; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly size: number };
type Inode = { content: Buffer; durable: Buffer; pending: Change[] };
type Naming = {
  readonly folder: string;
  readonly apply: (names: Map<string, Inode>) => void;
};

const resized = (content: Buffer, size: number): Buffer => {
  const next = Buffer.alloc(size);
  content.copy(next, 0, 0, Math.min(size, content.length));
  return next;
};

export const written = (content: Buffer, offset: number, bytes: Buffer): Buffer => {
  const next = resized(content, Math.max(content.length, offset + bytes.length));
  bytes.copy(next, offset);
  return next;
};

/** A disk with a cache in front, of which a power cut keeps what it likes of everything that was not synced. */
export class DiskModel {
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #naming: Naming[] = [];

  take(step: DiskStep): void {
    if (step.type === 'create') {
      const inode: Inode = { content: Buffer.alloc(0), durable: Buffer.alloc(0), pending: [] };
      this.#name(step.path, (names) => names.set(step.path, inode));
    } else if (step.type === 'unlink') this.#name(step.path, (names) => names.delete(step.path));
    else if (step.type === 'rename') {
      const inode = this.#inode(step.path);
      this.#name(step.path, (names) => {
        names.delete(step.path);
        names.set(step.to, inode);
      });
    } else if (step.type === 'syncFolder') this.#syncFolder(step.path);
    else this.#change(this.#inode(step.path), step);
  }

  #change(inode: Inode, step: Extract<DiskStep, { type: 'write' | 'truncate' | 'sync' }>): void {
    if (step.type === 'sync') {
      inode.durable = inode.content;
      inode.pending = [];
      return;
    }
    inode.pending.push(step);
    inode.content =
      step.type === 'truncate'
        ? resized(inode.content, step.size)
        : written(inode.content, step.offset, step.bytes);
  }

  #name(path: string, apply: Naming['apply']): void {
    apply(this.#names);
    this.#naming.push({ folder: dirname(path), apply });
  }

  #syncFolder(folder: string): void {
    const isOf = (naming: Naming): boolean => join(naming.folder, '.') === join(folder, '.');
    for (const naming of this.#naming) if (isOf(naming)) naming.apply(this.#durableNames);
    this.#naming = this.#naming.filter((naming) => !isOf(naming));
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new Error(`no file ${path}`);
    return inode;
  }

  content(path: string): Buffer {
    return this.#inode(path).content;
  }

  /** What a kill leaves: the cache is the system's and stays. */
  afterKill(): ReadonlyMap<string, Buffer> {
    return new Map([...this.#names].map(([path, { content }]) => [path, content]));
  }

  /** What a power cut leaves when of all that is not synced only what `keeps` likes has reached the disk. */
  afterPowerCut(keeps: () => boolean): ReadonlyMap<string, Buffer> {
    const names = new Map(this.#durableNames);
    for (const { apply } of this.#naming) if (keeps()) apply(names);
    return new Map([...names].map(([path, inode]) => [path, survivors(inode, keeps)]));
  }
}

/** Sectors of a write reach the disk each for itself. */
const survivors = ({ durable, pending }: Inode, keeps: () => boolean): Buffer => {
  let content = durable;
  for (const change of pending) {
    if (change.type === 'truncate') {
      if (keeps()) content = resized(content, change.size);
      continue;
    }
    const { offset, bytes } = change;
    let at = 0;
    while (at < bytes.length) {
      const end = Math.min(bytes.length, at + sectorBytes - ((offset + at) % sectorBytes));
      if (keeps()) content = written(content, offset + at, bytes.subarray(at, end));
      at = end;
    }
  }
  return content;
};

/** A folder that is made to hold one set of files after the other; what is there as it should be is not written again. */
export class FolderImage {
  readonly #folder: string;
  #there = new Map<string, Buffer>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  show(files: ReadonlyMap<string, Buffer>): void {
    for (const path of this.#there.keys()) {
      if (!files.has(path)) fs.rmSync(join(this.#folder, path));
    }
    for (const [path, bytes] of files) {
      if (this.#there.get(path) === bytes) continue;
      fs.mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      fs.writeFileSync(join(this.#folder, path), bytes);
    }
    this.#there = new Map(files);
  }

  /** To be called when something else may have written there. */
  forget(): void {
    for (const name of fs.readdirSync(this.#folder)) {
      fs.rmSync(join(this.#folder, name), { recursive: true });
    }
    this.#there = new Map();
  }
}
