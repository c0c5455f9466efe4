import { existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Snapshot } from '../contract.ts';
import { partialSuffix, writeDurably } from './durable-file.ts';

const magic = 'SWSNAP1\n';
const headerBytes = 24;
const kept = 2;

/** Files of state at a number, each with a checksum; of every name the newest two. */
export class SnapshotFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'snapshots');
    mkdirSync(this.#folder, { recursive: true });
  }

  save(name: string, seq: number, bytes: Uint8Array): void {
    const file = Buffer.alloc(headerBytes + bytes.length);
    file.write(magic, 0, 'latin1');
    file.writeDoubleLE(seq, 8);
    file.set(bytes, headerBytes);
    file.writeUInt32LE(bytes.length, 16);
    file.writeUInt32LE(crc32(bytes, crc32(file.subarray(0, 20))), 20);
    writeDurably(join(this.#folder, fileName(name, seq)), file);
    for (const { path } of this.#list(name).slice(kept)) unlinkSync(path);
    // A kill in the middle of saving leaves what nobody would ever read or replace.
    for (const left of readdirSync(this.#folder)) {
      if (left.endsWith(partialSuffix)) unlinkSync(join(this.#folder, left));
    }
  }

  /** The newest at or below `maxSeq` that verifies. */
  load(name: string, maxSeq: number): Snapshot | undefined {
    for (const { path, seq } of this.#list(name)) {
      if (seq > maxSeq || !existsSync(path)) continue;
      const bytes = verified(readFileSync(path), seq);
      if (bytes !== undefined) return { seq, bytes };
    }
    return undefined;
  }

  /** Newest first. */
  #list(name: string): readonly { readonly path: string; readonly seq: number }[] {
    const prefix = `${encodeURIComponent(name)}@`;
    return readdirSync(this.#folder)
      .filter((file) => file.startsWith(prefix) && file.endsWith('.snap'))
      .map((file) => ({
        path: join(this.#folder, file),
        seq: Number.parseInt(file.slice(prefix.length, -5), 16),
      }))
      .sort((a, b) => b.seq - a.seq);
  }
}

const fileName = (name: string, seq: number): string =>
  `${encodeURIComponent(name)}@${seq.toString(16).padStart(14, '0')}.snap`;

const verified = (file: Buffer, seq: number): Uint8Array | undefined => {
  if (file.length < headerBytes || file.toString('latin1', 0, 8) !== magic) return undefined;
  const bytes = file.subarray(headerBytes);
  const whole = file.readDoubleLE(8) === seq && file.readUInt32LE(16) === bytes.length;
  return whole && crc32(bytes, crc32(file.subarray(0, 20))) === file.readUInt32LE(20)
    ? new Uint8Array(bytes)
    : undefined;
};
