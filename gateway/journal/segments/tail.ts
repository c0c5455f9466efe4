import { basename } from 'node:path';
import { retentionClasses } from '../../core/entry.ts';
import type { Damage } from '../contract.ts';
import {
  type BadRange,
  type Block,
  listSegments,
  SegmentFile,
  type SegmentName,
} from './segment-file.ts';

/** Where a chain ends: in the segment with this name, after the last block of a complete commit. */
export type ChainEnd = { readonly firstSeq: number; readonly offset: number };

export type Tails = {
  /** By class; undefined where a chain holds no complete commit. */
  readonly ends: readonly (ChainEnd | undefined)[];
  /** The newest complete commit; 0 in an empty store. */
  readonly lastCommit: number;
  readonly lastSeq: number;
  /** Entries of each class ever stored, as far as its chain tells. */
  readonly ordinals: readonly number[];
  readonly cutCommits: number;
  readonly damage: readonly Damage[];
};

type TailBlock = Pick<Block, 'header' | 'length' | 'offset'> & { readonly segment: SegmentName };
type Chain = {
  readonly segments: readonly SegmentName[];
  /** How many segments were scanned, from the newest. */
  scanned: number;
  blocks: TailBlock[];
  bad: (BadRange & { readonly segment: SegmentName; readonly before: TailBlock | undefined })[];
};

const scanSegment = (segment: SegmentName): Pick<Chain, 'blocks' | 'bad'> => {
  const file = SegmentFile.openIfThere(segment);
  const found: Pick<Chain, 'blocks' | 'bad'> = { blocks: [], bad: [] };
  if (file === undefined) return found;
  try {
    const limit = file.bytes;
    let offset = 0;
    for (;;) {
      const { block, skipped } = file.next(offset, limit);
      const kept = block && {
        header: block.header,
        length: block.length,
        offset: block.offset,
        segment,
      };
      if (skipped !== undefined) found.bad.push({ ...skipped, segment, before: kept });
      if (kept === undefined) return found;
      found.blocks.push(kept);
      offset = kept.offset + kept.length;
    }
  } finally {
    file.close();
  }
};

const scanOneMore = (chain: Chain): void => {
  const segment = chain.segments[chain.segments.length - 1 - chain.scanned];
  if (segment === undefined) return;
  const found = scanSegment(segment);
  chain.scanned += 1;
  chain.blocks = [...found.blocks, ...chain.blocks];
  chain.bad = [...found.bad, ...chain.bad];
};

/**
 * Finds the newest commit up to which all are complete. Every block tells which commits were durable when it was written:
 * what is missing among those is damage, what is missing after them was never acknowledged, and the first such commit
 * ends all chains. Only the newest segments are read. Nothing behind `throughCommit` is looked at.
 */
export const analyseTails = (folder: string, throughCommit = Number.POSITIVE_INFINITY): Tails => {
  const chains = listSegments(folder).map(
    (segments): Chain => ({ segments, scanned: 0, blocks: [], bad: [] }),
  );
  for (const chain of chains) scanOneMore(chain);
  const durable = Math.max(
    0,
    ...chains.flatMap((chain) => chain.blocks.map((block) => block.header.durableCommit)),
  );
  // A store that is written may have begun segments in which all is newer than what is looked for.
  const oldest = Math.min(durable, throughCommit);
  for (const chain of chains) {
    const reachesBack = (): boolean =>
      chain.scanned >= chain.segments.length ||
      (chain.blocks[0]?.header.commit ?? Number.POSITIVE_INFINITY) <= oldest;
    while (!reachesBack()) scanOneMore(chain);
  }
  const commits = commitsOf(chains);
  const lastCommit = Math.min(throughCommit, lastComplete(commits, durable));
  const kept = chains.map((chain) =>
    chain.blocks.filter((block) => block.header.commit <= lastCommit),
  );
  return {
    ends: kept.map((blocks) => {
      const last = blocks.at(-1);
      return last && { firstSeq: last.segment.firstSeq, offset: last.offset + last.length };
    }),
    lastCommit,
    lastSeq: Math.max(0, ...kept.map((blocks) => blocks.at(-1)?.header.commitLastSeq ?? 0)),
    ordinals: kept.map((blocks) => {
      const last = blocks.at(-1)?.header;
      return last === undefined ? 0 : last.ordinal + last.entries;
    }),
    cutCommits: [...commits.keys()].filter((commit) => commit > lastCommit).length,
    damage: chains.flatMap((chain, index) => damageOf({ chain, index, commits, lastCommit })),
  };
};

/**
 * The same of a store that may be written at the moment. Chains are read one after the other, so one that is read later can
 * tell of commits that came when those before had been read: a second look finds what the first has heard of in all.
 */
export const analyseLiveTails = (folder: string): Tails =>
  analyseTails(folder, analyseTails(folder).lastCommit);

type Commits = ReadonlyMap<number, { readonly wanted: number; readonly found: number }>;

const commitsOf = (chains: readonly Chain[]): Commits => {
  const commits = new Map<number, { wanted: number; found: number }>();
  for (const { header } of chains.flatMap((chain) => chain.blocks)) {
    const found = (commits.get(header.commit)?.found ?? 0) | (1 << header.retentionClass);
    commits.set(header.commit, { wanted: header.classMask, found });
  }
  return commits;
};

const lastComplete = (commits: Commits, durable: number): number => {
  let last = durable;
  for (;;) {
    const next = commits.get(last + 1);
    if (next === undefined || next.found !== next.wanted) return last;
    last += 1;
  }
};

const damageOf = (input: {
  readonly chain: Chain;
  readonly index: number;
  readonly commits: Commits;
  readonly lastCommit: number;
}): readonly Damage[] => {
  const { chain, index, commits, lastCommit } = input;
  const end = chain.blocks.findLast((block) => block.header.commit <= lastCommit);
  // Behind the end only what was durable is a loss; the rest was never acknowledged.
  const lostAtEnd = [...commits].some(
    ([commit, { wanted }]) =>
      commit <= lastCommit && commit > (end?.header.commit ?? 0) && (wanted & (1 << index)) !== 0,
  );
  return chain.bad.flatMap((bad): readonly Damage[] => {
    const inside = bad.before !== undefined && bad.before.header.commit <= lastCommit;
    if (!inside && !lostAtEnd) return [];
    const previous = chain.blocks.findLast(
      (block) =>
        block.segment.firstSeq < bad.segment.firstSeq ||
        (block.segment === bad.segment && block.offset < bad.fromByte),
    )?.header;
    const next = inside ? bad.before.header : undefined;
    return [
      {
        file: basename(bad.segment.path),
        retentionClass: retentionClasses[index] ?? 'raw',
        fromByte: bad.fromByte,
        toByte: bad.toByte,
        afterSeq: previous?.lastSeq,
        beforeSeq: next?.firstSeq,
        entries:
          previous === undefined || next === undefined
            ? undefined
            : next.ordinal - previous.ordinal - previous.entries,
        reason: bad.reason,
      },
    ];
  });
};
