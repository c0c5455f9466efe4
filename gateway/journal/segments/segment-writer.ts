import { closeSync, constants, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { retentionClasses } from '../../core/entry.ts';
import type { SampleCounts } from '../codec/sample-counts.ts';
import { buildSegmentHeader, segmentFileName, segmentHeaderBytes } from './format.ts';
import { diskBytes, type SegmentName } from './segment-file.ts';

/** Makes room for that many more bytes of segment files before they are taken. */
export type Reserve = (bytes: number) => void;

/**
 * A segment that is written. Steps may be repeated after a failure: each does what is still to do, and blocks are written
 * again where they belong.
 */
export class SegmentWriter {
  readonly name: SegmentName;
  /** Where the next block goes. */
  end: number;
  /** Of the file; 0 until it is made. */
  fileBytes: number;
  entries = 0;
  samples = 0;
  /** Undefined when a part was written by an earlier run. */
  counts: SampleCounts | undefined;
  firstWallMs: number;
  newestWallMs: number;
  #fd: number | undefined;

  private constructor(
    name: SegmentName,
    state: {
      readonly end: number;
      readonly fileBytes: number;
      readonly wallMs: number;
      readonly counts: SampleCounts | undefined;
    },
  ) {
    this.name = name;
    this.end = state.end;
    this.fileBytes = state.fileBytes;
    this.counts = state.counts;
    this.firstWallMs = state.wallMs;
    this.newestWallMs = state.wallMs;
  }

  static create(input: {
    readonly folder: string;
    readonly retentionClass: number;
    readonly firstSeq: number;
    readonly wallMs: number;
  }): SegmentWriter {
    const { retentionClass, firstSeq, wallMs } = input;
    const className = retentionClasses[retentionClass] ?? 'raw';
    const path = join(input.folder, segmentFileName(className, firstSeq));
    return new SegmentWriter(
      { path, retentionClass, firstSeq },
      { end: segmentHeaderBytes, fileBytes: 0, wallMs, counts: new Map() },
    );
  }

  /** Goes on in a segment of an earlier run, whose blocks end at `end`. */
  static resume(
    name: SegmentName,
    state: { readonly end: number; readonly fileBytes: number; readonly wallMs: number },
  ): SegmentWriter {
    return new SegmentWriter(name, { ...state, counts: undefined });
  }

  /** Makes the file `fileBytes` long, so that a sync has only the data to write. */
  preallocate(fileBytes: number, reserve: Reserve): void {
    if (this.fileBytes >= fileBytes) return;
    reserve(diskBytes(fileBytes) - diskBytes(this.fileBytes));
    // Counted before it is taken, so that the cap holds also when a step fails between.
    this.fileBytes = fileBytes;
    ftruncateSync(this.#file(), fileBytes);
  }

  writeHeader(): void {
    this.write(0, buildSegmentHeader(this.name.retentionClass, this.name.firstSeq));
  }

  write(offset: number, bytes: Buffer): void {
    const fd = this.#file();
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(fd, bytes, written, bytes.length - written, offset + written);
    }
  }

  /** Ends the file after its footer. */
  seal(footer: Buffer, reserve: Reserve): void {
    const fileBytes = this.end + footer.length;
    this.preallocate(fileBytes, reserve);
    this.write(this.end, footer);
    this.truncate(fileBytes);
  }

  truncate(fileBytes: number): void {
    ftruncateSync(this.#file(), fileBytes);
    this.fileBytes = fileBytes;
  }

  #file(): number {
    this.#fd ??= openSync(this.name.path, constants.O_RDWR | constants.O_CREAT, 0o640);
    return this.#fd;
  }

  sync(): void {
    if (this.#fd !== undefined) fdatasyncSync(this.#fd);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
