import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { decodeEntries } from '../codec/entry-decoder.ts';
import { addAllSamples, countSamples, type SampleCounts } from '../codec/sample-counts.ts';
import {
  type BlockHeader,
  blockHeaderBytes,
  buildBlock,
  footerBlock,
  payloadVerifies,
  readBlockHeader,
  unpackPayload,
} from './format.ts';
import { SegmentFile, type SegmentName } from './segment-file.ts';

/** What a sealed segment holds. */
export type SegmentContent = {
  readonly entries: number;
  readonly samples: number;
  readonly counts: SampleCounts;
};

/** The last bytes of a sealed segment tell where its footer begins. */
const trailerBytes = 16;
const trailerMagic = 'SWFT';

/** `content` is undefined when a part of the segment is from an earlier run; it is then counted when it is needed. */
export const buildFooter = (input: {
  readonly retentionClass: number;
  readonly offset: number;
  readonly wallMs: number;
  readonly content: SegmentContent | undefined;
}): Buffer => {
  const { retentionClass, offset, wallMs, content } = input;
  const text = content && {
    entries: content.entries,
    samples: content.samples,
    counts: [...content.counts],
  };
  const block = buildBlock(
    {
      kind: footerBlock,
      retentionClass,
      classMask: 0,
      entries: 0,
      samples: 0,
      commit: 0,
      durableCommit: 0,
      commitFirstSeq: 0,
      commitLastSeq: 0,
      firstSeq: 0,
      lastSeq: 0,
      ordinal: 0,
      wallMs,
    },
    Buffer.from(JSON.stringify(text ?? null)),
  );
  const trailer = Buffer.alloc(trailerBytes);
  trailer.write(trailerMagic, 0, 'latin1');
  trailer.writeDoubleLE(offset, 4);
  trailer.writeUInt32LE(crc32(trailer.subarray(0, 12)), 12);
  return Buffer.concat([block, trailer]);
};

type Footer = { readonly header: BlockHeader; readonly content: SegmentContent | undefined };

const readFooter = (path: string): Footer | undefined => {
  const fd = openSync(path, 'r');
  try {
    const { size } = statSync(path);
    const trailer = Buffer.alloc(trailerBytes);
    if (size < trailerBytes) return undefined;
    readSync(fd, trailer, 0, trailerBytes, size - trailerBytes);
    const verifies =
      trailer.toString('latin1', 0, 4) === trailerMagic &&
      trailer.readUInt32LE(12) === crc32(trailer.subarray(0, 12));
    const offset = verifies ? trailer.readDoubleLE(4) : size;
    const block = Buffer.alloc(Math.max(0, size - trailerBytes - offset));
    if (block.length < blockHeaderBytes) return undefined;
    readSync(fd, block, 0, block.length, offset);
    const header = readBlockHeader(block);
    if (header === undefined || !payloadVerifies(block, header)) return undefined;
    const parsed = JSON.parse(Buffer.from(unpackPayload(block, header)).toString());
    return {
      header,
      content: parsed === null ? undefined : { ...parsed, counts: new Map(parsed.counts) },
    };
  } finally {
    closeSync(fd);
  }
};

/** When the newest block of a segment was committed; the file's own time where it has no footer. */
export const newestWallMs = (path: string): number =>
  readFooter(path)?.header.wallMs ?? statSync(path).mtimeMs;

/** From the footer, else by reading every block; undefined when the disk does not let us. */
export const segmentContent = (name: SegmentName): SegmentContent | undefined => {
  try {
    return readFooter(name.path)?.content ?? countedContent(name);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined;
    throw error;
  }
};

const countedContent = (name: SegmentName): SegmentContent => {
  const file = new SegmentFile(name);
  const counts: SampleCounts = new Map();
  let entries = 0;
  let samples = 0;
  try {
    const limit = file.bytes;
    let offset = 0;
    for (;;) {
      const { block } = file.next(offset, limit);
      if (block === undefined) return { entries, samples, counts };
      entries += block.header.entries;
      samples += block.header.samples;
      countSamples(counts, decodeEntries(unpackPayload(block.bytes, block.header)));
      offset = block.offset + block.length;
    }
  } finally {
    file.close();
  }
};

export const addContent = (
  total: { entries: number; samples: number; readonly counts: SampleCounts },
  content: SegmentContent,
): void => {
  total.entries += content.entries;
  total.samples += content.samples;
  addAllSamples(total.counts, content.counts);
};
