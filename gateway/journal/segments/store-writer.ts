import { unlinkSync } from 'node:fs';
import { retentionClasses } from '../../core/entry.ts';
import { EntryEncoder } from '../codec/entry-encoder.ts';
import type { SampleCounts } from '../codec/sample-counts.ts';
import type { StoredEntries } from '../codec/stored-entries.ts';
import { syncPath } from '../store/durable-file.ts';
import { AgeClock } from './age-clock.ts';
import { addContent, buildFooter, newestWallMs, segmentContent } from './footer.ts';
import { buildBlock, commitBlock } from './format.ts';
import { diskBytes, fileBytes, listSegments, type SegmentName } from './segment-file.ts';
import { SegmentWriter } from './segment-writer.ts';
import type { ChainEnd, Tails } from './tail.ts';

export type StoreWriterOptions = {
  readonly folder: string;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  /** By class. */
  readonly maxAgeMs: readonly number[];
  readonly slowSyncMs: number;
};

/** Entries of one hand-over, with the time of it. */
export type Pack = { readonly entries: StoredEntries; readonly wallMs: number };

/** `uncounted`: segments that could not be read to be counted. */
export type Pruned = {
  entries: number;
  samples: number;
  uncounted: number;
  readonly counts: SampleCounts;
};

type SealedSegment = {
  readonly name: SegmentName;
  readonly fileBytes: number;
  readonly newestWallMs: number;
};
type Chain = {
  readonly sealed: SealedSegment[];
  active: SegmentWriter | undefined;
  ordinal: number;
  readonly pruned: Pruned;
};
type Step = { readonly segment: SegmentWriter; readonly run: () => void; readonly seals: boolean };

/** A class's segment is closed for age after this part of its time to live, so that retention by age is not late by more. */
const ageParts = 8;

/** Writes commits into the chains and keeps the chains within their bounds. Blocks; lives in a worker. */
export class StoreWriter {
  lastCommit: number;
  durableCommit: number;
  writtenBytes = 0;
  writtenSamples = 0;
  syncs = 0;
  readonly #options: StoreWriterOptions;
  readonly #chains: readonly Chain[];
  readonly #encoder = new EntryEncoder();
  #steps: Step[] = [];
  #folderChanged = false;
  readonly #ageClock: AgeClock;

  constructor(options: StoreWriterOptions, tails: Tails, ordinals: readonly number[]) {
    this.#options = options;
    this.lastCommit = tails.lastCommit;
    this.durableCommit = tails.lastCommit;
    const segments = listSegments(options.folder);
    this.#chains = retentionClasses.map((_, index) => {
      const end = tails.ends[index];
      const names = segments[index] ?? [];
      const last = names.find((name) => name.firstSeq === end?.firstSeq);
      return {
        sealed: names.filter((name) => name !== last).map(sealedSegment),
        active: last && end && resumed(last, end),
        ordinal: Math.max(tails.ordinals[index] ?? 0, ordinals[index] ?? 0),
        pruned: { entries: 0, samples: 0, uncounted: 0, counts: new Map() },
      };
    });
    this.#ageClock = new AgeClock(this.#newestWallMs());
    this.#fitCap();
  }

  #newestWallMs(): number | undefined {
    const newest = this.#chains.flatMap(({ sealed, active }) =>
      [...sealed, active].flatMap((segment) => segment?.newestWallMs ?? []),
    );
    return newest.length === 0 ? undefined : Math.max(...newest);
  }

  get ends(): readonly (ChainEnd | undefined)[] {
    return this.#chains.map(
      ({ active }) => active && { firstSeq: active.name.firstSeq, offset: active.end },
    );
  }

  get ordinals(): readonly number[] {
    return this.#chains.map((chain) => chain.ordinal);
  }

  get usage(): readonly {
    readonly segments: number;
    readonly diskBytes: number;
    readonly pruned: Pruned;
  }[] {
    return this.#chains.map((chain) => ({
      segments: chain.sealed.length + (chain.active === undefined ? 0 : 1),
      diskBytes: chainBytes(chain),
      pruned: chain.pruned,
    }));
  }

  /** Encodes a pack as the next commit and plans its writing; `settle` does it. */
  add(pack: Pack): void {
    const { entries, wallMs } = pack;
    this.lastCommit += 1;
    const selections = retentionClasses.map((_, index) => selectClass(entries, index));
    const classMask = selections.reduce(
      (mask, selected, index) => (selected.length > 0 ? mask | (1 << index) : mask),
      0,
    );
    selections.forEach((selected, index) => {
      if (selected.length === 0) return;
      const chain = this.#chains[index] as Chain;
      const counts: SampleCounts = new Map();
      const raw = this.#encoder.encode(entries, selected, counts);
      const block = buildBlock(
        {
          kind: commitBlock,
          retentionClass: index,
          classMask,
          entries: selected.length,
          samples: this.#encoder.samples,
          commit: this.lastCommit,
          durableCommit: this.durableCommit,
          commitFirstSeq: entries.seq[0] as number,
          commitLastSeq: entries.seq[entries.length - 1] as number,
          firstSeq: entries.seq[selected[0] as number] as number,
          lastSeq: entries.seq[selected[selected.length - 1] as number] as number,
          ordinal: chain.ordinal,
          wallMs,
        },
        raw,
      );
      chain.ordinal += selected.length;
      this.writtenBytes += block.length;
      this.writtenSamples += this.#encoder.samples;
      const content = { entries: selected.length, samples: this.#encoder.samples, counts };
      this.#place({ chain, index, block, content, wallMs, firstSeq: entries.seq[0] as number });
    });
  }

  #place(input: {
    readonly chain: Chain;
    readonly index: number;
    readonly block: Buffer;
    readonly content: {
      readonly entries: number;
      readonly samples: number;
      readonly counts: SampleCounts;
    };
    readonly wallMs: number;
    readonly firstSeq: number;
  }): void {
    const { chain, index, block, content, wallMs } = input;
    const { active } = chain;
    const maxAgeMs = this.#options.maxAgeMs[index] ?? Number.POSITIVE_INFINITY;
    const full = active !== undefined && active.end + block.length > this.#options.segmentBytes;
    const old = active !== undefined && wallMs - active.firstWallMs > maxAgeMs / ageParts;
    if (active !== undefined && (full || old)) this.#planSeal(active);
    let segment = active;
    if (segment === undefined || full || old) {
      const created = SegmentWriter.create({
        folder: this.#options.folder,
        retentionClass: index,
        firstSeq: input.firstSeq,
        wallMs,
      });
      this.#plan(created, () => {
        this.#folderChanged = true;
        created.preallocate(this.#options.segmentBytes, this.#reserve);
        created.writeHeader();
      });
      chain.active = created;
      segment = created;
    }
    const offset = segment.end;
    const target = segment;
    const fileBytes = Math.max(this.#options.segmentBytes, offset + block.length);
    this.#plan(target, () => {
      target.preallocate(fileBytes, this.#reserve);
      target.write(offset, block);
    });
    target.end += block.length;
    target.entries += content.entries;
    target.samples += content.samples;
    target.newestWallMs = wallMs;
    if (target.counts !== undefined)
      addContent({ entries: 0, samples: 0, counts: target.counts }, content);
  }

  #plan(segment: SegmentWriter, run: () => void): void {
    this.#steps.push({ segment, run, seals: false });
  }

  #planSeal(segment: SegmentWriter): void {
    const { counts, entries, samples } = segment;
    const footer = buildFooter({
      retentionClass: segment.name.retentionClass,
      offset: segment.end,
      wallMs: segment.newestWallMs,
      content: counts && { entries, samples, counts },
    });
    const run = (): void => {
      segment.seal(footer, this.#reserve);
    };
    this.#steps.push({ segment, run, seals: true });
  }

  /**
   * Writes what `add` planned and makes it durable. After a failure it may be called again, also with more added.
   * @throws Error of node:fs
   */
  settle(nowMs: number): void {
    this.#pruneOld(this.#ageClock.at(nowMs));
    for (const step of this.#steps) step.run();
    // What a failed fsync leaves in the page cache may look clean: a retry has therefore written everything again.
    for (const segment of new Set(this.#steps.map((step) => step.segment))) segment.sync();
    if (this.#folderChanged) syncPath(this.#options.folder);
    if (this.#options.slowSyncMs > 0) pause(this.#options.slowSyncMs);
    this.syncs += 1;
    this.#folderChanged = false;
    for (const { segment, seals } of this.#steps) {
      if (!seals) continue;
      segment.close();
      const { name, newestWallMs: newest } = segment;
      const sealed = { name, fileBytes: segment.fileBytes, newestWallMs: newest };
      this.#chains[name.retentionClass]?.sealed.push(sealed);
    }
    this.#steps = [];
    this.durableCommit = this.lastCommit;
  }

  close(): void {
    for (const { active } of this.#chains) {
      if (active === undefined) continue;
      // What is preallocated is given back; the next run goes on here.
      active.truncate(active.end);
      active.sync();
      active.close();
    }
  }

  get #totalBytes(): number {
    const planned = new Set(this.#steps.map((step) => step.segment));
    for (const { active } of this.#chains) if (active !== undefined) planned.add(active);
    let bytes = 0;
    for (const segment of planned) bytes += diskBytes(segment.fileBytes);
    for (const { sealed } of this.#chains) {
      for (const segment of sealed) bytes += diskBytes(segment.fileBytes);
    }
    return bytes;
  }

  /** Oldest raw first, events and records last. */
  readonly #reserve = (bytes: number): void => {
    while (this.#totalBytes + bytes > this.#options.maxBytes) {
      const chain = this.#chains.find(({ sealed }) => sealed.length > 0);
      if (chain === undefined) {
        throw new Error(
          `${bytes} more bytes do not fit in the ${this.#options.maxBytes} bytes that the journal may have`,
        );
      }
      this.#prune(chain);
    }
  };

  #pruneOld(nowMs: number): void {
    this.#chains.forEach((chain, index) => {
      const maxAgeMs = this.#options.maxAgeMs[index] ?? Number.POSITIVE_INFINITY;
      while ((chain.sealed[0]?.newestWallMs ?? nowMs) < nowMs - maxAgeMs) this.#prune(chain);
    });
  }

  #prune(chain: Chain): void {
    const [oldest] = chain.sealed;
    if (oldest === undefined) return;
    const content = segmentContent(oldest.name);
    if (content === undefined) chain.pruned.uncounted += 1;
    else addContent(chain.pruned, content);
    unlinkSync(oldest.name.path);
    chain.sealed.shift();
  }

  /** For a cap that was lowered: gives back what is preallocated, then closes segments so that they can be taken. */
  #fitCap(): void {
    if (this.#totalBytes <= this.#options.maxBytes) return;
    for (const { active } of this.#chains) active?.truncate(active.end);
    for (const chain of this.#chains) {
      const { active } = chain;
      if (active === undefined || this.#totalBytes <= this.#options.maxBytes) continue;
      active.close();
      chain.sealed.push({
        name: active.name,
        fileBytes: active.end,
        newestWallMs: active.newestWallMs,
      });
      chain.active = undefined;
    }
    this.#reserve(0);
  }
}

const chainBytes = (chain: Chain): number =>
  chain.sealed.reduce((sum, segment) => sum + segment.fileBytes, chain.active?.fileBytes ?? 0);

const sealedSegment = (name: SegmentName): SealedSegment => ({
  name,
  fileBytes: fileBytes(name.path),
  newestWallMs: newestWallMs(name.path),
});

const resumed = (name: SegmentName, end: ChainEnd): SegmentWriter =>
  SegmentWriter.resume(name, {
    end: end.offset,
    fileBytes: fileBytes(name.path),
    wallMs: newestWallMs(name.path),
  });

const selectClass = (entries: StoredEntries, retentionClass: number): Uint32Array => {
  const selected = new Uint32Array(entries.length);
  let count = 0;
  for (let entry = 0; entry < entries.length; entry++) {
    if (entries.retentionClass[entry] === retentionClass) selected[count++] = entry;
  }
  return selected.subarray(0, count);
};

const pause = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};
