import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type RetentionClass, retentionClasses } from '../../core/entry.ts';
import { parseSegmentFileName, segmentHeaderBytes } from '../segments/format.ts';
import { heldSource, SegmentFile } from '../segments/segment-file.ts';
import type { ArchivedFile } from './tar.ts';

/** What a backup holds, written when all of it is there: a backup without it was interrupted. */
export type Manifest = {
  readonly format: 'seamwatt-backup';
  readonly version: number;
  readonly createdAt: string;
  /** Version of the gateway that made it. */
  readonly gateway: string;
  readonly journal: {
    readonly lastSeq: number;
    readonly entries: Readonly<Record<RetentionClass, number>>;
    /** Places that did not verify in the data folder; they were copied as they were. */
    readonly damagedPlaces: number;
  };
  readonly files: readonly FileFacts[];
};

export type FileFacts = { readonly name: string; readonly bytes: number; readonly sha256: string };

export const manifestName = 'backup.json';
export const manifestVersion = 1;

/** What is wrong with a backup. `incomplete`: it ends early or is none; `newer`: a newer gateway made it. */
export type BackupProblem =
  | { readonly kind: 'incomplete' | 'newer' }
  | { readonly kind: 'missing' | 'changed' | 'unexpected' | 'damaged'; readonly name: string };

/** Only these are ever written to a folder, whatever a backup names. */
const namePattern = /^journal\/((segments|snapshots)\/)?[^/\\\0]+$/;
const dots = new Set(['.', '..']);

export const isContentName = (name: string): boolean =>
  namePattern.test(name) && !dots.has(basename(name));

export const parseManifest = (text: string): Manifest | BackupProblem => {
  try {
    const parsed = JSON.parse(text) as Manifest;
    if (parsed.format !== 'seamwatt-backup') return { kind: 'incomplete' };
    if (parsed.version > manifestVersion) return { kind: 'newer' };
    const strange = parsed.files.find(({ name }) => !isContentName(name));
    return strange === undefined ? parsed : { kind: 'unexpected', name: strange.name };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return { kind: 'incomplete' };
    throw error;
  }
};

/** Adds up what the files of a backup hold while they pass by. */
export class ContentTally {
  readonly files: FileFacts[] = [];
  readonly #entries = retentionClasses.map(() => 0);
  #damagedPlaces = 0;

  /** Lets the chunks of a file through and counts it once they have all passed. */
  *counted({ name, chunks }: ArchivedFile): Generator<Buffer> {
    const hash = createHash('sha256');
    const segment = parseSegmentFileName(basename(name));
    const held: Buffer[] = [];
    let bytes = 0;
    for (const chunk of chunks()) {
      hash.update(chunk);
      bytes += chunk.length;
      if (segment !== undefined) held.push(chunk);
      yield chunk;
    }
    this.files.push({ name, bytes, sha256: hash.digest('hex') });
    if (segment === undefined) return;
    const file = new SegmentFile({ path: name, ...segment }, heldSource(Buffer.concat(held)));
    this.#walk(file, segment.retentionClass);
  }

  /** Reads a file for nothing but what it holds; gives its length. */
  count(file: ArchivedFile): number {
    let bytes = 0;
    for (const chunk of this.counted(file)) bytes += chunk.length;
    return bytes;
  }

  #walk(file: SegmentFile, retentionClass: number): void {
    let offset = segmentHeaderBytes;
    for (;;) {
      const { block, skipped } = file.next(offset, file.bytes);
      if (skipped !== undefined) this.#damagedPlaces += 1;
      if (block === undefined) return;
      this.#entries[retentionClass] =
        (this.#entries[retentionClass] as number) + block.header.entries;
      offset = block.offset + block.length;
    }
  }

  get entries(): Readonly<Record<RetentionClass, number>> {
    return Object.fromEntries(
      retentionClasses.map((name, index) => [name, this.#entries[index]]),
    ) as Record<RetentionClass, number>;
  }

  get damagedPlaces(): number {
    return this.#damagedPlaces;
  }
}
