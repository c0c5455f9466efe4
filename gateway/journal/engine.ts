import { randomUUID } from 'node:crypto';
import { type EntryBatch, type JournalRecord, originCodes } from '../core/entry.ts';
import { describeError, GatewayError } from '../core/error.ts';
import type { GroupSpec, RegisteredGroup } from '../core/point.ts';
import { AppendSignal } from './append-signal.ts';
import { layOutEntries, toEntryBatch } from './codec/stored-entries.ts';
import type {
  Cursor,
  CursorOptions,
  DeliveryReceipt,
  DeliveryTally,
  FinishedCursor,
  FrameInput,
  Journal,
  JournalOptions,
  JournalStatistics,
  QuarantinedEntry,
  QuarantineInput,
  QuarantineQuery,
  RecoveryReport,
  Snapshot,
} from './contract.ts';
import type { JournalCursor } from './cursor.ts';
import { DurableWaiters } from './durable-waiters.ts';
import { Handover } from './handover.ts';
import { frameBytes, recordText } from './memory-chunk.ts';
import { MemoryTail } from './memory-tail.ts';
import { Persister } from './persister.ts';
import type { Store, StoredCursor } from './protocol.ts';
import { JournalReaders } from './readers.ts';
import type { RecoveryLog } from './recovery-log.ts';
import { copyEntry } from './single-entry.ts';
import { gatherStatistics } from './statistics.ts';
import type { TextTable } from './text-table.ts';
import type { Durable, WriterClient } from './writer-client.ts';

const flushWithinMs = 30_000;
const closeWithinMs = 3_000;
const scrubWithinMs = 24 * 3_600_000;

export type EngineParts = {
  readonly options: JournalOptions;
  readonly segmentBytes: number;
  readonly store: Store;
  readonly writer: WriterClient;
  readonly recovery: RecoveryLog;
  readonly texts: TextTable;
  readonly groups: readonly RegisteredGroup[];
  readonly cursors: readonly StoredCursor[];
  readonly nextSeq: number;
  /** The highest number found, and the entries of each class up to there. */
  readonly durableSeq: number;
  readonly ordinals: readonly number[];
  /** Resolves when a worker has ended and nobody asked it to. */
  readonly died: Promise<GatewayError>;
};

/** The journal on the main thread: appends, hands over, and wakes readers. All disk work is in the workers. */
export class JournalEngine implements Journal {
  readonly bootId = randomUUID();
  readonly died: Promise<GatewayError>;
  durableSeq: number;
  readonly #options: JournalOptions;
  readonly #store: Store;
  readonly #writer: WriterClient;
  readonly #recovery: RecoveryLog;
  readonly #texts: TextTable;
  readonly #groups = new Map<number, RegisteredGroup>();
  readonly #tail: MemoryTail;
  readonly #handover: Handover;
  readonly #persister: Persister;
  readonly #signal = new AppendSignal();
  readonly #waiters: DurableWaiters;
  readonly #readers: JournalReaders;
  readonly #refusedFrames = new Map<number, number>();
  /** What a tick gives is admitted like the tick itself, from a reserve; the last of it is for records. */
  readonly #computedLimitBytes: number;
  readonly #recordLimitBytes: number;
  readonly #firstSeq: number;
  readonly #scrubbed: Promise<unknown>;
  #appendedSamples = 0;
  #refusedRecords = 0;
  #refusedTexts = 0;
  #quarantineDropped = 0;
  #syncMsMax = 0;
  #durable: Durable | undefined;
  #firstCommit = 0;
  #closing: Promise<void> | undefined;

  constructor(parts: EngineParts) {
    const { options, store, writer } = parts;
    this.#options = options;
    this.#store = store;
    this.#writer = writer;
    this.#waiters = new DurableWaiters(() => writer.failing);
    this.died = parts.died;
    void parts.died.then((error) => this.#waiters.end(error));
    this.#recovery = parts.recovery;
    this.#texts = parts.texts;
    for (const group of parts.groups) this.#groups.set(group.number, group);
    this.durableSeq = parts.nextSeq - 1;
    this.#firstSeq = parts.nextSeq;
    const reserveBytes = Math.max(65_536, options.stagingBytes / 4);
    this.#computedLimitBytes = options.stagingBytes + reserveBytes / 2;
    this.#recordLimitBytes = options.stagingBytes + reserveBytes;
    const { memoryBytes } = options;
    this.#tail = new MemoryTail({ memoryBytes, nextSeq: parts.nextSeq, ordinals: parts.ordinals });
    this.#handover = new Handover({
      tail: this.#tail,
      writer,
      segmentBytes: parts.segmentBytes,
      // The other half of the promised time is for compressing, writing and syncing.
      intervalMs: options.syncMs / 2,
      nowMs: options.nowMs,
    });
    const openCursors = new Set<JournalCursor>();
    this.#persister = new Persister({
      store,
      texts: parts.texts,
      log: options.log,
      durable: () => ({
        seq: this.durableSeq,
        ordinals: this.#tail.ordinalsThrough(this.durableSeq),
      }),
      cursors: () => openCursors,
    });
    this.#readers = new JournalReaders({
      ...{ tail: this.#tail, store, writer, signal: this.#signal, persister: this.#persister },
      open: openCursors,
      stored: parts.cursors,
      recovered: parts,
      durableSeq: () => this.durableSeq,
      closing: () => this.#closing !== undefined,
    });
    const { ends } = writer;
    this.#scrubbed = store
      .call('scrub', { ends, throughSeq: this.durableSeq }, { withinMs: scrubWithinMs })
      .catch((error: unknown) => {
        if (this.#closing !== undefined) return;
        options.log.warn({ error: describeError(error) }, 'journal: the scrub did not finish');
      });
  }

  get nextSeq(): number {
    return this.#tail.nextSeq;
  }

  get recovery(): RecoveryReport {
    return this.#recovery.report;
  }

  get openBatch(): EntryBatch {
    return this.#tail.open;
  }

  async registerGroups(groups: readonly GroupSpec[]): Promise<readonly RegisteredGroup[]> {
    const registered = await this.#store.call('register', groups);
    for (const group of registered) this.#groups.set(group.number, group);
    return registered;
  }

  knownGroups(): readonly RegisteredGroup[] {
    return [...this.#groups.values()];
  }

  intern(text: string): number {
    const known = this.#texts.id(text);
    if (known !== undefined) return known;
    if (!this.#texts.hasRoomFor(text)) {
      this.#refusedTexts += 1;
      return 0;
    }
    const id = this.#texts.nextId;
    const record = { type: 'dictionary', timeMs: this.#options.nowMs(), id, text } as const;
    // A text that could not be journalled is not given a number.
    const seq = this.appendRecord(record);
    if (seq < 0) {
      this.#refusedTexts += 1;
      return -1;
    }
    this.#texts.add({ id, text, seq });
    return id;
  }

  text(id: number): string | undefined {
    return this.#texts.text(id);
  }

  appendFrame(frame: FrameInput): number {
    const bytes = frameBytes(frame.length);
    const isComputed = frame.originCode === originCodes.computed;
    const limitBytes = isComputed ? this.#computedLimitBytes : this.#options.stagingBytes;
    if (this.#handover.stagedBytes + bytes > limitBytes || this.#closing !== undefined) {
      this.#refusedFrames.set(frame.group, (this.#refusedFrames.get(frame.group) ?? 0) + 1);
      return -1;
    }
    const seq = this.#tail.appendFrame(frame);
    this.#appendedSamples += frame.length;
    this.#handover.added(bytes);
    this.#signal.notify();
    return seq;
  }

  appendRecord(record: JournalRecord): number {
    const text = recordText(record);
    const bytes = frameBytes(0) + text.length;
    if (
      this.#handover.stagedBytes + bytes > this.#recordLimitBytes ||
      this.#closing !== undefined
    ) {
      this.#refusedRecords += 1;
      return -1;
    }
    const seq = this.#tail.appendRecord(record, text);
    this.#handover.added(bytes);
    this.#signal.notify();
    return seq;
  }

  flush(): Promise<void> {
    return this.#untilDurable(this.nextSeq - 1, flushWithinMs);
  }

  #untilDurable(seq: number, withinMs: number): Promise<void> {
    if (seq <= this.durableSeq) return Promise.resolve();
    this.#handover.now();
    return this.#waiters.wait(seq, withinMs);
  }

  onDurable(durable: Durable): void {
    this.#firstCommit ||= durable.commits - 1;
    this.#durable = durable;
    this.#syncMsMax = Math.max(this.#syncMsMax, durable.syncMs);
    this.durableSeq = durable.seq;
    this.#tail.setDurable(durable.seq);
    this.#handover.durable(durable.seq);
    this.#waiters.durable(durable.seq);
  }

  openCursor(name: string, options: CursorOptions): Promise<Cursor> {
    return this.#readers.open(name, options);
  }

  storedCursors(): readonly string[] {
    return this.#readers.names();
  }

  async forgetCursor(name: string): Promise<void> {
    await this.#store.call('removeCursor', name);
    this.#readers.removed(name);
  }

  async saveSnapshot(name: string, seq: number, bytes: Uint8Array): Promise<void> {
    await this.#untilDurable(seq, flushWithinMs);
    await this.#store.call('saveSnapshot', { name, seq, bytes });
  }

  loadSnapshot(name: string, maxSeq = Number.MAX_SAFE_INTEGER): Promise<Snapshot | undefined> {
    return this.#store.call('loadSnapshot', { name, maxSeq });
  }

  async quarantine(sinkId: string, entries: readonly QuarantineInput[]): Promise<number> {
    const copies = entries.map(({ seq, reason, batch, index }) => {
      const { counts, buffer } = copyEntry(batch, index);
      return { seq, reason, entry: { counts, buffer } };
    });
    const timeMs = this.#options.nowMs();
    const { dropped } = await this.#store.call('quarantine', { sinkId, timeMs, entries: copies });
    this.#quarantineDropped += dropped;
    return dropped;
  }

  async listQuarantine(query: QuarantineQuery): Promise<readonly QuarantinedEntry[]> {
    const rows = await this.#store.call('listQuarantine', {
      sinkId: query.sinkId,
      afterId: query.afterId ?? 0,
      limit: Math.min(10_000, Math.max(1, query.limit)),
    });
    return rows.map((row) => ({
      ...row,
      entry: toEntryBatch(layOutEntries(row.entry.counts, row.entry.buffer)),
    }));
  }

  settleQuarantined(
    sinkId: string,
    ids: readonly number[],
    as: 'delivered' | 'dropped',
  ): Promise<number> {
    return this.#store.call('settleQuarantined', { sinkId, ids, as });
  }

  deliveryTally(
    sinkId: string,
    pending: readonly { readonly afterSeq: number; readonly throughSeq: number }[],
  ): Promise<DeliveryTally> {
    return this.#store.call('deliveryTally', { sinkId, pending });
  }

  async finishDelivery(receipt: DeliveryReceipt, own?: FinishedCursor): Promise<void> {
    if (own === undefined) {
      await this.#store.call('finishDelivery', { receipt, own });
      return;
    }
    const { cursor, settled } = own;
    await this.#untilDurable(cursor.position, flushWithinMs);
    await cursor.close();
    await this.#store.call('finishDelivery', { receipt, own: { cursor: cursor.name, settled } });
    this.#readers.removed(cursor.name);
  }

  deliveryReceipts(query: {
    readonly sinkId?: string;
    readonly limit: number;
  }): Promise<readonly DeliveryReceipt[]> {
    return this.#store.call('deliveryReceipts', { sinkId: query.sinkId, limit: query.limit });
  }

  statistics(): JournalStatistics {
    return gatherStatistics({
      appendedEntries: this.nextSeq - this.#firstSeq,
      appendedSamples: this.#appendedSamples,
      stagedBytes: this.#handover.stagedBytes,
      memoryBytes: this.#tail.bytes,
      memoryEntries: this.#tail.entries,
      refusedFrames: this.#refusedFrames,
      refusedRecords: this.#refusedRecords,
      refusedTexts: this.#refusedTexts,
      textBytes: this.#texts.bytes,
      quarantineDropped: this.#quarantineDropped,
      syncMsMax: this.#syncMsMax,
      failing: this.#writer.failing,
      usage: this.#writer.usage,
      durable: this.#durable,
      commits: (this.#durable?.commits ?? 0) - this.#firstCommit,
      groups: this.#groups,
    });
  }

  async scrubbed(): Promise<RecoveryReport> {
    await this.#scrubbed;
    return this.recovery;
  }

  close(withinMs = closeWithinMs): Promise<void> {
    this.#closing ??= this.#close(withinMs);
    return this.#closing;
  }

  /** Ends the threads where they are, as a crash would. For tests of what then is left. */
  async abandon(): Promise<void> {
    this.#closing = Promise.resolve();
    this.#handover.stop();
    this.#persister.stop();
    this.#signal.wakeAll();
    await Promise.all([this.#writer.end(), this.#store.end()]);
  }

  async #close(withinMs: number): Promise<void> {
    const { log } = this.#options;
    let clean = true;
    try {
      await this.#untilDurable(this.nextSeq - 1, withinMs);
    } catch (error) {
      clean = false;
      const lost = this.nextSeq - 1 - this.durableSeq;
      log.error({ error: describeError(error), lost }, 'journal: closed before all was durable');
    }
    this.#handover.stop();
    this.#waiters.end(
      new GatewayError('STORE_FAILED', 'the journal is closed', { retryable: false }),
    );
    this.#signal.wakeAll();
    const steps = [
      () => this.#persister.close({ clean }),
      () => this.#writer.close(withinMs),
      () => this.#store.call('close', undefined, { withinMs: closeWithinMs }),
      () => this.#store.end(),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        log.error({ error: describeError(error) }, 'journal: could not close in order');
      }
    }
  }
}
