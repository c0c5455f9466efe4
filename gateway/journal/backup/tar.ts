import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { GatewayError } from '../../core/error.ts';

/** POSIX ustar with plain files only, which every `tar` reads and lists. */

const blockBytes = 512;
const chunkBytes = 1024 * 1024;
const largestFileBytes = 8 ** 11 - 1;

/** A file of an archive or a folder. `chunks` may be read once. */
export type ArchivedFile = {
  readonly name: string;
  readonly bytes: number;
  chunks(): Iterable<Buffer>;
};

const checksumOf = (header: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < blockBytes; at++) {
    sum += at >= 148 && at < 156 ? 0x20 : (header[at] as number);
  }
  return sum;
};

const headerOf = (name: string, bytes: number, timeMs: number): Buffer => {
  if (Buffer.byteLength(name) > 100 || bytes > largestFileBytes) {
    const text = `${name} with ${bytes} bytes does not fit in an archive; back up into a folder`;
    throw new GatewayError('STORE_FAILED', text, { retryable: false });
  }
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0);
  const octal = (value: number, at: number, digits: number): void => {
    header.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  };
  octal(0o640, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(bytes, 124, 11);
  octal(Math.floor(timeMs / 1000), 136, 11);
  header.write('0', 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  octal(checksumOf(header), 148, 6);
  header.writeUInt8(0x20, 155);
  return header;
};

export class TarWriter {
  readonly #fd: number;
  readonly #timeMs: number;

  /** @throws Error of node:fs, also when `path` is there already */
  constructor(path: string, timeMs: number) {
    this.#fd = openSync(path, 'wx', 0o640);
    this.#timeMs = timeMs;
  }

  add(name: string, bytes: number, chunks: Iterable<Buffer>): void {
    this.#write(headerOf(name, bytes, this.#timeMs));
    for (const chunk of chunks) this.#write(chunk);
    this.#write(Buffer.alloc(padding(bytes)));
  }

  end(): void {
    this.#write(Buffer.alloc(2 * blockBytes));
    fsyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(bytes: Buffer): void {
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
  }
}

const padding = (bytes: number): number => (blockBytes - (bytes % blockBytes)) % blockBytes;

/** What an open file holds from `start`, `bytes` long, piece by piece; shorter when the file is. */
export function* chunksOf(fd: number, start: number, bytes: number): Generator<Buffer> {
  let at = 0;
  while (at < bytes) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, bytes - at));
    const count = readSync(fd, chunk, 0, chunk.length, start + at);
    if (count === 0) return;
    at += count;
    yield chunk.subarray(0, count);
  }
}

/** The files of an archive, in their order; ends early where it is cut or is no archive. */
export function* readTar(path: string): Generator<ArchivedFile> {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const header = Buffer.alloc(blockBytes);
    let at = 0;
    while (at + blockBytes <= size) {
      readSync(fd, header, 0, blockBytes, at);
      const text = (from: number, to: number): string =>
        header.toString('utf8', from, to).replace(/\0.*$/s, '').trim();
      if (Number.parseInt(text(148, 156), 8) !== checksumOf(header)) return;
      const bytes = Number.parseInt(text(124, 136), 8);
      const start = at + blockBytes;
      if (!Number.isSafeInteger(bytes) || start + bytes > size) return;
      yield { name: text(0, 100), bytes, chunks: () => chunksOf(fd, start, bytes) };
      at = start + bytes + padding(bytes);
    }
  } finally {
    closeSync(fd);
  }
}
