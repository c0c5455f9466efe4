import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type RetentionClass, retentionClasses } from '../../core/entry.ts';

/**
 * A segment file is a header and blocks. A commit is what was made durable together: one block in the chain of each
 * retention class that it has entries of. Numbers are little-endian; integers that may pass 2^32 are float64.
 */
export const storeVersion = 1;
export const segmentHeaderBytes = 32;
export const blockHeaderBytes = 104;
const segmentMagic = 'SWATTSEG';
const blockMagic = Buffer.from('SWB\u0001', 'latin1');

export const commitBlock = 0;
/** Ends a sealed segment: what it holds, so that retention can count what it takes without reading all of it. */
export const footerBlock = 1;

export type BlockHeader = {
  readonly kind: number;
  /** Index into `retentionClasses`. */
  readonly retentionClass: number;
  /** Bit k: the commit has a block of class k. */
  readonly classMask: number;
  readonly payloadBytes: number;
  /** Before compression; equal to `payloadBytes` when stored as it is. */
  readonly rawBytes: number;
  readonly entries: number;
  /** Samples that are present. */
  readonly samples: number;
  /** Counts up by one a commit. */
  readonly commit: number;
  /** The newest commit known to be durable when this was written. */
  readonly durableCommit: number;
  /** First and last number of the whole commit. */
  readonly commitFirstSeq: number;
  readonly commitLastSeq: number;
  /** First and last number of this block. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Entries of this class ever stored before this block: a gap shows how many are missing. */
  readonly ordinal: number;
  /** UTC when it was committed. */
  readonly wallMs: number;
};

const payloadCrcAt = 92;
const headerCrcAt = 96;
const classAt = 5;

/** A block as it goes to the disk. `payload` is compressed where that makes it smaller. */
export const buildBlock = (
  header: Omit<BlockHeader, 'payloadBytes' | 'rawBytes'>,
  raw: Uint8Array,
): Buffer => {
  const compressed = zstdCompressSync(raw, compression);
  const payload = compressed.length < raw.length ? compressed : raw;
  const block = Buffer.allocUnsafe(blockHeaderBytes + payload.length);
  block.fill(0, 0, blockHeaderBytes);
  blockMagic.copy(block, 0);
  block.writeUInt8(header.kind, 4);
  block.writeUInt8(header.retentionClass, classAt);
  block.writeUInt8(header.classMask, 6);
  block.writeUInt8(storeVersion, 7);
  block.writeUInt32LE(payload.length, 8);
  block.writeUInt32LE(raw.length, 12);
  block.writeUInt32LE(header.entries, 16);
  block.writeUInt32LE(header.samples, 20);
  block.writeDoubleLE(header.commit, 24);
  block.writeDoubleLE(header.durableCommit, 32);
  block.writeDoubleLE(header.commitFirstSeq, 40);
  block.writeDoubleLE(header.commitLastSeq, 48);
  block.writeDoubleLE(header.firstSeq, 56);
  block.writeDoubleLE(header.lastSeq, 64);
  block.writeDoubleLE(header.ordinal, 72);
  block.writeDoubleLE(header.wallMs, 80);
  block.set(payload, blockHeaderBytes);
  block.writeUInt32LE(crc32(payload), payloadCrcAt);
  block.writeUInt32LE(crc32(block.subarray(0, headerCrcAt)), headerCrcAt);
  return block;
};

/** Level 3 is within 2 % of the best for blocks of this size and costs 50 to 100 ns a sample. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** The header in the first `blockHeaderBytes` of `bytes`; undefined when it does not verify. */
export const readBlockHeader = (bytes: Buffer): BlockHeader | undefined => {
  if (bytes.length < blockHeaderBytes || bytes.compare(blockMagic, 0, 4, 0, 4) !== 0) {
    return undefined;
  }
  if (bytes.readUInt32LE(headerCrcAt) !== crc32(bytes.subarray(0, headerCrcAt))) return undefined;
  const retentionClass = bytes.readUInt8(classAt);
  if (bytes.readUInt8(7) !== storeVersion || retentionClass >= retentionClasses.length) {
    return undefined;
  }
  return {
    kind: bytes.readUInt8(4),
    retentionClass,
    classMask: bytes.readUInt8(6),
    payloadBytes: bytes.readUInt32LE(8),
    rawBytes: bytes.readUInt32LE(12),
    entries: bytes.readUInt32LE(16),
    samples: bytes.readUInt32LE(20),
    commit: bytes.readDoubleLE(24),
    durableCommit: bytes.readDoubleLE(32),
    commitFirstSeq: bytes.readDoubleLE(40),
    commitLastSeq: bytes.readDoubleLE(48),
    firstSeq: bytes.readDoubleLE(56),
    lastSeq: bytes.readDoubleLE(64),
    ordinal: bytes.readDoubleLE(72),
    wallMs: bytes.readDoubleLE(80),
  };
};

/** Whether the payload that follows `header` in `block` is what was written. */
export const payloadVerifies = (block: Buffer, header: BlockHeader): boolean => {
  const payload = block.subarray(blockHeaderBytes, blockHeaderBytes + header.payloadBytes);
  return (
    payload.length === header.payloadBytes && block.readUInt32LE(payloadCrcAt) === crc32(payload)
  );
};

export const unpackPayload = (block: Buffer, header: BlockHeader): Uint8Array => {
  const payload = block.subarray(blockHeaderBytes, blockHeaderBytes + header.payloadBytes);
  return header.payloadBytes === header.rawBytes ? payload : zstdDecompressSync(payload);
};

/** Where the next block could begin at or after `from`; -1 when none could. */
export const findBlockMagic = (bytes: Buffer, from: number): number =>
  bytes.indexOf(blockMagic, from);

export const buildSegmentHeader = (retentionClass: number, firstSeq: number): Buffer => {
  const header = Buffer.alloc(segmentHeaderBytes);
  header.write(segmentMagic, 0, 'latin1');
  header.writeUInt16LE(storeVersion, 8);
  header.writeUInt8(retentionClass, 10);
  header.writeDoubleLE(firstSeq, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 28)), 28);
  return header;
};

/** A segment is named by its class and the first number of the first commit in it. */
export const segmentFileName = (retentionClass: RetentionClass, firstSeq: number): string =>
  `${retentionClass}-${firstSeq.toString(16).padStart(14, '0')}.seg`;

const fileNamePattern = /^(raw|kpi|event|record)-([0-9a-f]{14})\.seg$/;

export const parseSegmentFileName = (
  name: string,
): { readonly retentionClass: number; readonly firstSeq: number } | undefined => {
  const match = fileNamePattern.exec(name);
  if (match === null) return undefined;
  const retentionClass = retentionClasses.indexOf(match[1] as RetentionClass);
  return { retentionClass, firstSeq: Number.parseInt(match[2] as string, 16) };
};
