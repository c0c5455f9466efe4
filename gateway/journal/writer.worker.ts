import { performance } from 'node:perf_hooks';
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { describeError } from '../core/error.ts';
import { layOutEntries } from './codec/stored-entries.ts';
import type { FromWriter, ToWriter, WriterOpened } from './protocol.ts';
import { cutTails } from './segments/recovery.ts';
import { StoreWriter, type StoreWriterOptions } from './segments/store-writer.ts';
import { analyseTails } from './segments/tail.ts';

/**
 * Makes handed-over entries durable. Whatever arrived while the disk was busy is written and synced together. After a
 * failure the same is tried again until it succeeds; nothing is dropped here, and the main thread stops handing over.
 */

const retryLeastMs = 100;
const retryMostMs = 2_000;

type Commit = Extract<ToWriter, { type: 'commit' }>;

const open = (
  options: StoreWriterOptions,
  ordinals: readonly number[],
): { writer: StoreWriter; opened: WriterOpened } => {
  const tails = analyseTails(options.folder);
  const cutBytes = cutTails(options.folder, tails);
  const writer = new StoreWriter(options, tails, ordinals);
  const opened = {
    lastSeq: tails.lastSeq,
    ends: writer.ends,
    ordinals: writer.ordinals,
    cutBytes,
    cutCommits: tails.cutCommits,
    damage: tails.damage,
    usage: writer.usage,
  };
  return { writer, opened };
};

class WriterLoop {
  readonly #port: MessagePort;
  readonly #queue: Commit[] = [];
  #writer: StoreWriter | undefined;
  #groupBytes = 0;
  /** Handed to the writer and not yet durable. */
  #group: Commit[] = [];
  #retryMs = retryLeastMs;
  #failing = false;
  #closing = false;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (message: ToWriter) => {
      this.#take(message);
      if (!this.#failing) this.#work();
    });
  }

  #post(message: FromWriter, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, [...transfer]);
  }

  #take(message: ToWriter): void {
    if (message.type === 'commit') this.#queue.push(message);
    else if (message.type === 'close') this.#closing = true;
    else this.#open(message);
  }

  #open(message: Extract<ToWriter, { type: 'open' }>): void {
    try {
      const { writer, opened } = open(message.options, message.ordinals);
      this.#writer = writer;
      this.#groupBytes = message.options.segmentBytes;
      this.#post({ type: 'opened', opened });
    } catch (error) {
      const text = `cannot recover ${message.options.folder}: ${describeError(error)}`;
      this.#post({ type: 'open-failed', reason: text });
    }
  }

  #work(): void {
    for (;;) {
      this.#drain();
      if (this.#group.length === 0 && !this.#formGroup()) break;
      if (!this.#settle()) return;
    }
    if (this.#closing) this.#close();
  }

  #drain(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      this.#take(received.message);
    }
  }

  /** Takes what is queued, up to about a segment, so that the cap can be kept between two groups. */
  #formGroup(): boolean {
    let bytes = 0;
    while (bytes < this.#groupBytes) {
      const commit = this.#queue.shift();
      if (commit === undefined) break;
      const { counts, buffer } = commit.entries;
      bytes += buffer.byteLength;
      this.#writer?.add({ entries: layOutEntries(counts, buffer), wallMs: commit.wallMs });
      this.#group.push(commit);
    }
    return this.#group.length > 0;
  }

  /** Whether the group is durable now. */
  #settle(): boolean {
    const writer = this.#writer;
    const last = this.#group.at(-1);
    if (writer === undefined || last === undefined) return true;
    const started = performance.now();
    try {
      writer.settle(last.wallMs);
    } catch (error) {
      this.#failing = true;
      this.#post({ type: 'failing', reason: describeError(error) });
      setTimeout(() => {
        this.#failing = false;
        this.#work();
      }, this.#retryMs);
      this.#retryMs = Math.min(retryMostMs, this.#retryMs * 2);
      return false;
    }
    this.#retryMs = retryLeastMs;
    const buffers = this.#group.map((commit) => commit.entries.buffer);
    const { ends, usage, writtenBytes, writtenSamples, syncs, lastCommit } = writer;
    this.#post(
      {
        type: 'durable',
        seq: last.lastSeq,
        commits: lastCommit,
        ends,
        usage,
        writtenBytes,
        writtenSamples,
        syncs,
        syncMs: performance.now() - started,
        buffers,
      },
      buffers,
    );
    this.#group = [];
    return true;
  }

  #close(): void {
    try {
      this.#writer?.close();
    } catch (error) {
      this.#post({ type: 'failing', reason: describeError(error) });
    }
    this.#post({ type: 'closed' });
    this.#port.close();
  }
}

if (parentPort !== null) new WriterLoop(parentPort);
