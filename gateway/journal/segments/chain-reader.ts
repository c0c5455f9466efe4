import { basename } from 'node:path';
import { type RetentionClass, retentionClasses } from '../../core/entry.ts';
import type { Damage } from '../contract.ts';
import {
  type BlockHeader,
  blockHeaderBytes,
  readBlockHeader,
  segmentHeaderBytes,
} from './format.ts';
import {
  type BadRange,
  type Block,
  listSegments,
  SegmentFile,
  type SegmentName,
} from './segment-file.ts';
import type { ChainEnd } from './tail.ts';

/**
 * Reads the chain of one class, block by block, up to an end that moves on between calls. Files that retention takes while
 * they are read stay readable until they are left.
 */
export class ChainReader {
  readonly #folder: string;
  readonly #class: number;
  readonly #onDamage: (damage: Damage) => void;
  #file: SegmentFile | undefined;
  #offset = 0;
  /** Name of the last segment that was opened. */
  #segment = -1;
  #previous: { readonly lastSeq: number; readonly nextOrdinal: number } | undefined;
  #skipped: (BadRange & { readonly file: string })[] = [];

  constructor(input: {
    readonly folder: string;
    readonly retentionClass: number;
    readonly onDamage: (damage: Damage) => void;
  }) {
    this.#folder = input.folder;
    this.#class = input.retentionClass;
    this.#onDamage = input.onDamage;
  }

  /** The next block that has entries above `afterSeq`; undefined at `end`. */
  next(end: ChainEnd | undefined, afterSeq: number): Block | undefined {
    if (end === undefined) return undefined;
    if (this.#file === undefined && !this.#open(end, afterSeq)) return undefined;
    for (;;) {
      const file = this.#file as SegmentFile;
      const limit = file.firstSeq === end.firstSeq ? end.offset : file.bytes;
      if (file.firstSeq > end.firstSeq) return undefined;
      this.#skipRead(limit, afterSeq);
      const { block, skipped } = file.next(this.#offset, limit);
      if (skipped !== undefined) this.#skipped.push({ ...skipped, file: basename(file.path) });
      if (block !== undefined) {
        this.#report(block.header);
        this.#step(block.header, block.offset);
        if (block.header.lastSeq > afterSeq) return block;
        continue;
      }
      this.#offset = Math.max(this.#offset, skipped?.toByte ?? 0);
      if (file.firstSeq === end.firstSeq || !this.#open(end, afterSeq)) {
        this.#report(undefined);
        return undefined;
      }
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Opens the segment that follows, or the one where `afterSeq` lies when that is further on. */
  #open(end: ChainEnd, afterSeq: number): boolean {
    for (;;) {
      const later = (listSegments(this.#folder)[this.#class] ?? []).filter(
        (segment) => segment.firstSeq > this.#segment && segment.firstSeq <= end.firstSeq,
      );
      const next = later.findLast((segment) => segment.firstSeq <= afterSeq + 1) ?? later[0];
      if (next === undefined) return false;
      // Nothing can be said of what lies between when segments are left out.
      if (next !== later[0]) this.#previous = undefined;
      if (this.#tryOpen(next)) return true;
    }
  }

  #tryOpen(segment: SegmentName): boolean {
    const file = SegmentFile.openIfThere(segment);
    if (file === undefined) return false;
    this.#file?.close();
    this.#file = file;
    this.#segment = segment.firstSeq;
    this.#offset = segmentHeaderBytes;
    return true;
  }

  /** Steps over blocks that lie wholly at or below `afterSeq` by their headers. */
  #skipRead(limit: number, afterSeq: number): void {
    const file = this.#file as SegmentFile;
    while (this.#offset + blockHeaderBytes <= limit) {
      const header = readBlockHeader(file.read(this.#offset, this.#offset + blockHeaderBytes));
      if (header === undefined || header.entries === 0 || header.lastSeq > afterSeq) return;
      this.#step(header, this.#offset);
    }
  }

  #step(header: BlockHeader, offset: number): void {
    this.#offset = offset + blockHeaderBytes + header.payloadBytes;
    this.#previous = { lastSeq: header.lastSeq, nextOrdinal: header.ordinal + header.entries };
  }

  /** Reports what was skipped once the block behind it tells how many entries are missing, or the chain has ended. */
  #report(next: BlockHeader | undefined): void {
    const previous = this.#previous;
    const known = next !== undefined && previous !== undefined && this.#skipped.length === 1;
    for (const { file, fromByte, toByte, reason } of this.#skipped) {
      this.#onDamage({
        file,
        retentionClass: retentionClasses[this.#class] as RetentionClass,
        fromByte,
        toByte,
        afterSeq: previous?.lastSeq,
        beforeSeq: next?.firstSeq,
        entries: known ? next.ordinal - previous.nextOrdinal : undefined,
        reason,
      });
    }
    this.#skipped = [];
  }
}
