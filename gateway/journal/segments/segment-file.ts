import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { retentionClasses } from '../../core/entry.ts';
import {
  type BlockHeader,
  blockHeaderBytes,
  findBlockMagic,
  footerBlock,
  parseSegmentFileName,
  payloadVerifies,
  readBlockHeader,
  segmentHeaderBytes,
} from './format.ts';

export type SegmentName = {
  readonly path: string;
  readonly retentionClass: number;
  readonly firstSeq: number;
};

/** The segments of each class (indexed as `retentionClasses`), oldest first. */
export const listSegments = (folder: string): readonly (readonly SegmentName[])[] => {
  const chains: SegmentName[][] = retentionClasses.map(() => []);
  for (const name of readdirSync(folder)) {
    const parsed = parseSegmentFileName(name);
    if (parsed === undefined) continue;
    chains[parsed.retentionClass]?.push({ path: join(folder, name), ...parsed });
  }
  for (const chain of chains) chain.sort((a, b) => a.firstSeq - b.firstSeq);
  return chains;
};

/** A verified block and where it lies. `bytes` begins with the header. */
export type Block = {
  readonly offset: number;
  readonly length: number;
  readonly header: BlockHeader;
  readonly bytes: Buffer;
};

export type BadRange = {
  readonly fromByte: number;
  readonly toByte: number;
  readonly reason: string;
};

/** The block at `offset` of `bytes`, a piece of a file that begins at `start`; or why it does not verify. */
const blockAt = (bytes: Buffer, offset: number, start: number): Block | string => {
  const header = readBlockHeader(bytes.subarray(offset - start, offset - start + blockHeaderBytes));
  if (header === undefined) return 'block header does not verify';
  const length = blockHeaderBytes + header.payloadBytes;
  const block = bytes.subarray(offset - start, offset - start + length);
  if (block.length < length) return 'block is longer than its file';
  if (!payloadVerifies(block, header)) return 'block checksum does not match';
  return { offset, length, header, bytes: block };
};

/** The next block at or after `from` that verifies and is of `retentionClass`. */
const findBlock = (
  bytes: Buffer,
  from: number,
  place: { readonly start: number; readonly retentionClass: number },
): Block | undefined => {
  let at = findBlockMagic(bytes, from - place.start);
  while (at >= 0) {
    const found = blockAt(bytes, at + place.start, place.start);
    if (typeof found !== 'string' && found.header.retentionClass === place.retentionClass) {
      return found;
    }
    at = findBlockMagic(bytes, at + 1);
  }
  return undefined;
};

/** Where the bytes of a segment come from. */
type SegmentSource = {
  bytes(): number;
  read(start: number, end: number): Buffer;
  close(): void;
};

const openSource = (path: string): SegmentSource => {
  const fd = openSync(path, 'r');
  return {
    bytes: () => fstatSync(fd).size,
    read: (start, end) => {
      const bytes = Buffer.allocUnsafe(end - start);
      let filled = 0;
      while (filled < bytes.length) {
        const count = readSync(fd, bytes, filled, bytes.length - filled, start + filled);
        if (count === 0) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    },
    close: () => closeSync(fd),
  };
};

/** A segment that is in memory as a whole. */
export const heldSource = (held: Buffer): SegmentSource => ({
  bytes: () => held.length,
  read: (start, end) => held.subarray(start, end),
  close: () => undefined,
});

/** Reads one segment block by block, over what does not verify. */
export class SegmentFile {
  readonly path: string;
  readonly retentionClass: number;
  readonly firstSeq: number;
  readonly #source: SegmentSource;
  #closed = false;

  /** Undefined when retention took the file. */
  static openIfThere(name: SegmentName): SegmentFile | undefined {
    try {
      return new SegmentFile(name);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** @throws Error of node:fs */
  constructor(name: SegmentName, source: SegmentSource = openSource(name.path)) {
    this.path = name.path;
    this.retentionClass = name.retentionClass;
    this.firstSeq = name.firstSeq;
    this.#source = source;
  }

  get bytes(): number {
    return this.#source.bytes();
  }

  /** What lies from `start` up to `end`; shorter at the end of the file. */
  read(start: number, end: number): Buffer {
    return this.#source.read(start, Math.max(start, end));
  }

  /**
   * The next commit block at or after `offset` and before `limit`, with what had to be skipped to get there; undefined
   * when there is none.
   */
  next(offset: number, limit: number): { block: Block | undefined; skipped: BadRange | undefined } {
    const from = Math.max(offset, segmentHeaderBytes);
    if (from >= limit) return { block: undefined, skipped: undefined };
    const headerBytes = this.read(from, Math.min(limit, from + blockHeaderBytes));
    const header = readBlockHeader(headerBytes);
    const end = from + blockHeaderBytes + (header?.payloadBytes ?? 0);
    const found =
      header === undefined || end > limit
        ? 'block header does not verify'
        : blockAt(this.read(from, end), from, from);
    if (typeof found !== 'string') return this.#unlessFooter(found, undefined);
    const rest = this.read(from, limit);
    const later = findBlock(rest, from + 1, { start: from, retentionClass: this.retentionClass });
    const toByte = later?.offset ?? from + usedBytes(rest);
    const skipped = toByte === from ? undefined : { fromByte: from, toByte, reason: found };
    return later === undefined ? { block: undefined, skipped } : this.#unlessFooter(later, skipped);
  }

  #unlessFooter(
    block: Block,
    skipped: BadRange | undefined,
  ): { block: Block | undefined; skipped: BadRange | undefined } {
    return { block: block.header.kind === footerBlock ? undefined : block, skipped };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.close();
  }
}

/** Length without the zeros at the end: preallocated space that nothing was written to. */
export const usedBytes = (bytes: Buffer): number => {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
};

export const fileBytes = (path: string): number => statSync(path).size;

const blockBytes = 4_096;

/** What a file takes of the disk: whole blocks, as `du` counts them. */
export const diskBytes = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;
