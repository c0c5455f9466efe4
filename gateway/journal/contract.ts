import type { EntryBatch, JournalRecord, RetentionClass } from '../core/entry.ts';
import type { GatewayError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { GroupSpec, RegisteredGroup } from '../core/point.ts';

export type JournalOptions = {
  /** Made when missing; one process a folder. */
  readonly folder: string;
  /** The longest time between admission and fsync on a disk that keeps up, 20 to 10 000. */
  readonly syncMs: number;
  /** All segment files together, preallocated space counted in, never pass this; at least 1 MiB. */
  readonly maxBytes: number;
  readonly maxAgeMs: Readonly<Record<RetentionClass, number>>;
  /** Bytes admitted but not durable; beyond, frames are refused. */
  readonly stagingBytes: number;
  /** Newest entries kept in memory for readers; what is not durable is kept in any case. */
  readonly memoryBytes: number;
  /** Memory for the texts of string points, which are kept for good; beyond, new texts are refused. */
  readonly textBytes: number;
  /** Size of a segment file; made smaller where `maxBytes` would hold fewer than 16. */
  readonly segmentBytes: number;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Of the gateway, for the boot record. */
  readonly version: string;
  /** Makes every fdatasync this much slower, to see what a slow card does; not for a plant. */
  readonly slowSyncMs?: number;
};

/**
 * A frame to append. Its channels are `values` and `status` from `offset`, `length` of them; they are copied, so the same
 * arrays may be filled again.
 */
export type FrameInput = {
  readonly group: number;
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly originCode: number;
  readonly revision: number;
  readonly values: Float64Array;
  readonly status: Uint32Array;
  readonly offset: number;
  readonly length: number;
};

/** Something in the store that does not verify. `entries` is exact where what follows could be read, else undefined. */
export type Damage = {
  readonly file: string;
  readonly retentionClass: RetentionClass;
  readonly fromByte: number;
  readonly toByte: number;
  /** The lost entries lie above `afterSeq` and below `beforeSeq`. */
  readonly afterSeq: number | undefined;
  readonly beforeSeq: number | undefined;
  readonly entries: number | undefined;
  readonly reason: string;
};

/** What was found at start, and since then by readers and the scrub. */
export type RecoveryReport = {
  /** Whether the last run closed the store. */
  readonly clean: boolean;
  /** The highest number found on disk; 0 in a new store. */
  readonly lastSeq: number;
  /** Bytes cut from the ends of the chains because their commit was not complete. */
  readonly cutBytes: number;
  /** Commits of which a part was there and was cut; none of their entries had been acknowledged. */
  readonly cutCommits: number;
  readonly damage: readonly Damage[];
  /** Stores set aside because they did not open (numbers, cursors), with the reason. */
  readonly setAside: readonly string[];
  /** Stores of an older version that were brought forward, with the name of the copy that was made before. */
  readonly migrated: readonly string[];
};

export type CursorOptions = {
  /** `stored`: where the last run committed, else as `start`. A number: the first entry at or above it. */
  readonly from: 'stored' | 'start' | 'end' | number;
  readonly persist: boolean;
  /** Other entries are skipped; all classes when absent. */
  readonly classes?: readonly RetentionClass[];
  /**
   * The cursor that left this one behind. After a crash it may stand before the stored end: what lies between is then its
   * own again, and this one ends where it stands.
   */
  readonly leftBy?: Cursor;
};

export type NextOptions = {
  readonly maxEntries: number;
  readonly signal: AbortSignal;
  readonly waitMs: number;
  /**
   * Lets what came wait so long for company while there are fewer than `maxEntries`: a reader that need not be quick is
   * then woken a few times a second instead of at every frame. 0 when absent.
   */
  readonly gatherMs?: number;
};

export type CursorLag = {
  /** Entries of the cursor's classes appended but not committed by it; what retention took is not among them. */
  readonly entries: number;
  /** When the oldest of them was received, where that is known without reading the disk. */
  readonly oldestMs: number | undefined;
};

export type LeaveOptions = {
  readonly name: string;
  /** What is stored with the place of the new cursor. */
  readonly note: unknown;
  /** A cursor that takes it over instead where it ends just where this one stands. */
  readonly extending?: Cursor | undefined;
};

/** A reader of the journal with a place of its own; falls behind and catches up without gap or repeat. */
export interface Cursor {
  readonly name: string;
  /** Everything up to here was handed out by `next` or is of no class of this cursor. */
  readonly position: number;
  /** The highest number committed; 0 before. */
  readonly committed: number;
  /** The last number that it reads; undefined when it goes on for ever. */
  readonly end: number | undefined;
  /** Entries of its classes that lie behind what it committed, of all ever appended. */
  readonly ordinal: number;
  /** What was stored with its place, as JSON keeps it; undefined at first. */
  readonly note: unknown;
  /** Entries that were pruned or damaged before this cursor had read them, since the cursor was first stored. */
  readonly lost: number;
  /** The part of `lost` that retention took. */
  readonly lostToRetention: number;
  /**
   * The next entries, at most `maxEntries`, at least one; undefined when none came within `waitMs`, on abort and after
   * close. Entries may not be durable yet. The batch must not be used after the following call of `next` or `close`. Not to
   * be called concurrently.
   * @throws GatewayError STORE_FAILED when the disk cannot be read; the call may be repeated.
   */
  next(options: NextOptions): Promise<EntryBatch | undefined>;
  /**
   * Processed up to and including `seq`, which `next` has handed out. What is stored never passes `durableSeq`. A cursor
   * that is not persistent commits by itself what `next` handed out when it is asked for more. `note` replaces the one
   * before and is stored with the place, so that after a crash they belong together.
   */
  commit(seq: number, note?: unknown): void;
  /**
   * Leaves all that was appended and is not committed to another cursor, which ends where this one goes on. After a crash
   * either both places are there, or this cursor stands at or before where it stood, whatever the other has.
   */
  leave(options: LeaveOptions): Cursor;
  lag(): CursorLag;
  /** Stores the place (of a persistent cursor) and frees what is held. */
  close(): Promise<void>;
}

export type QuarantineInput = {
  readonly seq: number;
  readonly reason: string;
  /** Where the entry lies; it is copied, so that it outlives the journal's retention. */
  readonly batch: EntryBatch;
  readonly index: number;
};

export type QuarantinedEntry = {
  readonly id: number;
  readonly sinkId: string;
  readonly seq: number;
  readonly reason: string;
  /** When it was put there. */
  readonly timeMs: number;
  /** The entry alone. */
  readonly entry: EntryBatch;
};

export type QuarantineQuery = {
  readonly sinkId?: string;
  /** Only ids above, for paging. */
  readonly afterId?: number;
  /** 1 to 10 000. */
  readonly limit: number;
};

export type ClassStatistics = {
  readonly segments: number;
  /** Sizes of the files, preallocated space counted in. */
  readonly diskBytes: number;
  /** Taken by retention, since this start. */
  readonly prunedEntries: number;
  readonly prunedSamples: number;
  /** Segments that were taken and could not be read to be counted. */
  readonly prunedUncounted: number;
};

export type JournalStatistics = {
  readonly appendedEntries: number;
  readonly appendedSamples: number;
  /** Admitted and not durable. */
  readonly stagedBytes: number;
  readonly memoryBytes: number;
  readonly memoryEntries: number;
  readonly diskBytes: number;
  readonly classes: Readonly<Record<RetentionClass, ClassStatistics>>;
  /** By group number; since this start. */
  readonly refusedFrames: ReadonlyMap<number, number>;
  readonly refusedRecords: number;
  /** Values of string points that got no number, and so are bad. */
  readonly refusedTexts: number;
  /** Memory that the texts of string points take, by estimate. */
  readonly textBytes: number;
  /** Samples taken by retention, by point number; since this start. */
  readonly prunedSamples: ReadonlyMap<number, number>;
  /** Written by this run: compressed commits with their headers. */
  readonly writtenBytes: number;
  readonly writtenSamples: number;
  /** `writtenBytes / writtenSamples`; undefined before the first. */
  readonly bytesPerSample: number | undefined;
  readonly commits: number;
  /** Rounds of fdatasync; a round makes all commits that had arrived durable. */
  readonly syncs: number;
  readonly syncMsLast: number;
  readonly syncMsMax: number;
  /** Why nothing becomes durable at present, in words; undefined when all is well. */
  readonly failing: string | undefined;
  /** Quarantined entries that were dropped because their sink had too many. */
  readonly quarantineDropped: number;
};

/** How a sink got what it could not get in time. Numbers are of entries. */
export type DeliveryReceipt = {
  readonly sinkId: string;
  /** When delivery broke off. */
  readonly fromMs: number;
  /** When the sink took data again. */
  readonly toMs: number;
  /** When the last entry that had waited was settled. */
  readonly completedMs: number;
  readonly buffered: number;
  readonly delivered: number;
  /** Refused by the sink, in quarantine. */
  readonly quarantined: number;
  readonly lost: number;
  /** Sent more than once, so that they may be there twice. */
  readonly resent: number;
};

export type FinishedCursor = {
  readonly cursor: Cursor;
  readonly settled: Pick<DeliveryTally, 'delivered' | 'refused' | 'lost' | 'lostToRetention'>;
};

/** What is settled for a sink beside the notes of its cursors, since the sink was first there. Numbers are of entries. */
export type DeliveryTally = {
  /** Of cursors that have reached their end. */
  readonly delivered: number;
  readonly refused: number;
  readonly lost: number;
  /** The part of `lost` that retention took. */
  readonly lostToRetention: number;
  /** In quarantine now. */
  readonly quarantined: number;
  /** Delivered from quarantine. */
  readonly retried: number;
  /** Dropped from quarantine, by people or because there were too many. */
  readonly dropped: number;
};

export type Snapshot = { readonly seq: number; readonly bytes: Uint8Array };

/**
 * The one sequence of everything that happened, admitted by `appendFrame` and `appendRecord`, made durable by a worker, read
 * by cursors.
 */
export interface Journal {
  readonly bootId: string;
  /** The number that the next entry will get. */
  readonly nextSeq: number;
  /** Everything up to here survives a power cut. */
  readonly durableSeq: number;
  readonly recovery: RecoveryReport;
  /**
   * Permanent numbers of groups and points, parallel to `groups`. A point keeps its number as long as its path, kind, unit,
   * rollover and enum numbers stay; a group as long as its points and their order stay.
   * @throws GatewayError STORE_FAILED
   */
  registerGroups(groups: readonly GroupSpec[]): Promise<readonly RegisteredGroup[]>;
  /** Every group ever registered, for history and for replay. */
  knownGroups(): readonly RegisteredGroup[];
  /**
   * The permanent id of a text, from 1; a new text is journalled. Refused, and counted: 0 when `textBytes` are taken, -1
   * when staging is beyond its reserve for records.
   */
  intern(text: string): number;
  text(id: number): string | undefined;
  /**
   * The frame's number, or -1 when staging is full (for a computed frame, beyond half of the reserve for records). An
   * absent channel's value becomes 0.
   */
  appendFrame(frame: FrameInput): number;
  /** The record's number, or -1 when staging is beyond its reserve for records. The record is kept: do not change it. */
  appendRecord(record: JournalRecord): number;
  /** Where entries are appended: directly after an append the entry is the last of it. Replaced now and then. */
  readonly openBatch: EntryBatch;
  /**
   * Resolves when everything appended before the call is durable.
   * @throws GatewayError STORE_FAILED (retryable) when that takes longer than 30 s.
   */
  flush(): Promise<void>;
  openCursor(name: string, options: CursorOptions): Promise<Cursor>;
  /**
   * Waits until `seq` is durable, then keeps the bytes; the newest two of a name stay.
   * @throws GatewayError STORE_FAILED
   */
  saveSnapshot(name: string, seq: number, bytes: Uint8Array): Promise<void>;
  /** The newest that verifies, with `seq` at most `maxSeq`. */
  loadSnapshot(name: string, maxSeq?: number): Promise<Snapshot | undefined>;
  /** Keeps entries; returns how many older ones of the sink were dropped because there were too many. */
  quarantine(sinkId: string, entries: readonly QuarantineInput[]): Promise<number>;
  listQuarantine(query: QuarantineQuery): Promise<readonly QuarantinedEntry[]>;
  /** Takes entries of a sink out of quarantine, because the sink has them now or for good; returns how many were there. */
  settleQuarantined(
    sinkId: string,
    ids: readonly number[],
    as: 'delivered' | 'dropped',
  ): Promise<number>;
  /**
   * What is settled for a sink. Quarantined entries in `pending` ranges of numbers, which the sink will be sent again, are
   * forgotten: a crash came between their quarantine and the commit behind them.
   */
  deliveryTally(
    sinkId: string,
    pending: readonly { readonly afterSeq: number; readonly throughSeq: number }[],
  ): Promise<DeliveryTally>;
  /**
   * Keeps a receipt. Where the delivery had a cursor of its own, which has reached its end, that is forgotten and what it
   * settled added to the tally at the same time, once its entries are durable.
   */
  finishDelivery(receipt: DeliveryReceipt, own?: FinishedCursor): Promise<void>;
  /** Newest first. */
  deliveryReceipts(query: {
    readonly sinkId?: string;
    readonly limit: number;
  }): Promise<readonly DeliveryReceipt[]>;
  /** Cursors with a stored place, by name. */
  storedCursors(): readonly string[];
  /** Forgets the stored place of a cursor that is not open. */
  forgetCursor(name: string): Promise<void>;
  statistics(): JournalStatistics;
  /** Resolves when all that was on disk at start has been read once and verified; `recovery` then names all damage. */
  scrubbed(): Promise<RecoveryReport>;
  /**
   * Resolves when a thread of the journal has ended and nobody asked it to: nothing is stored from then on, and only a
   * new process mends it.
   */
  readonly died: Promise<GatewayError>;
  /**
   * Flushes, stores cursors, ends the writer, closes the store. Appends are refused from the call on. Flushing and ending
   * may take `withinMs` each, 3 s unless given.
   */
  close(withinMs?: number): Promise<void>;
}

export type ReadOptions = {
  /** First number wanted. */
  readonly from?: number;
  /** Last number wanted. */
  readonly to?: number;
  readonly classes?: readonly RetentionClass[];
};
