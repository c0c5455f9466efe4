import {
  type ConfigurationRecord,
  type EntryBatch,
  frameEntry,
  originCodes,
  type TickRecord,
} from '../core/entry.ts';
import type { RegisteredGroup } from '../core/point.ts';
import type { HotPathProgram } from '../hot-path/program.ts';

/** A computed frame that a replay gave. */
export type RecomputedFrame = {
  readonly group: RegisteredGroup;
  readonly timeMs: number;
  readonly values: Float64Array;
  readonly status: Uint32Array;
};

export type RecomputeCounters = {
  entries: number;
  ticks: number;
  computedFrames: number;
  /** Journalled computed frames that the program gave again, bit for bit. */
  identicalFrames: number;
  differingFrames: number;
  /**
   * Frames that the program gave and the journal has not, although it goes on with a later tick. Those of the last tick,
   * which a kill may have cut, are not among them.
   */
  missingFrames: number;
  /** Journalled computed frames that were not compared, for nothing read before them says what computed them. */
  uncomparedFrames: number;
};

export type RecomputeOptions = {
  /** What computes from the first entry on, its state restored; undefined when only a configuration record can tell. */
  readonly program: HotPathProgram | undefined;
  /**
   * A program with an empty state for a configuration, into which the state of what did not change is then taken over;
   * undefined when its entries are not to be computed.
   */
  programFor(record: ConfigurationRecord, seq: number): HotPathProgram | undefined;
  /** Called for each computed frame, in order. The arrays are the receiver's to keep. */
  readonly onFrame?: (frame: RecomputedFrame) => void;
  /** Called for a journalled computed frame that the program did not give with the same bits. */
  readonly onDifference?: (recomputed: RecomputedFrame | undefined, seq: number) => void;
};

/**
 * Feeds journalled entries through a program again and compares what it computes with what was journalled then. Serves the
 * restart, which goes on where the journal ends, and `seamwatt replay`, which recomputes and explains.
 */
export class Recomputation {
  readonly counters: RecomputeCounters = {
    entries: 0,
    ticks: 0,
    computedFrames: 0,
    identicalFrames: 0,
    differingFrames: 0,
    missingFrames: 0,
    uncomparedFrames: 0,
  };
  lastTick: TickRecord | undefined;
  /** What computes at present. */
  program: HotPathProgram | undefined;
  readonly #options: RecomputeOptions;
  #programId: string | undefined;
  /** What the last tick gave and the journal has not shown yet. */
  #expected: RecomputedFrame[] = [];

  constructor(options: RecomputeOptions) {
    this.#options = options;
    this.program = options.program;
    this.#programId = options.program?.programId;
  }

  /** What the journal lacks at its end: the outputs of a tick that a kill cut off. */
  get missing(): readonly RecomputedFrame[] {
    return this.#expected;
  }

  read(batch: EntryBatch, index: number): void {
    this.counters.entries += 1;
    if (batch.kind[index] === frameEntry) this.#readFrame(batch, index);
    else this.#readRecord(batch, index);
  }

  #readFrame(batch: EntryBatch, index: number): void {
    if (batch.origin[index] === originCodes.computed) this.#compare(batch, index);
    else this.program?.onEntry(batch, index);
  }

  #readRecord(batch: EntryBatch, index: number): void {
    const record = batch.records[batch.group[index] as number];
    if (record?.type === 'configuration') this.#configure(record, batch.seq[index] as number);
    if (record?.type === 'tick') this.#tick(record);
  }

  /** The same program goes on with its state, also over a restart; another with the state of what is the same in it. */
  #configure(record: ConfigurationRecord, seq: number): void {
    if (record.programId === this.#programId) return;
    this.#programId = record.programId;
    const before = this.program;
    this.program = this.#options.programFor(record, seq);
    if (before !== undefined) this.program?.takeOver(before);
    // What a kill had cut from the last tick of the program before, nobody could journal any more.
    this.#expected = [];
  }

  #tick(record: TickRecord): void {
    this.counters.ticks += 1;
    this.lastTick = record;
    this.counters.missingFrames += this.#expected.length;
    this.#expected = [];
    this.program?.onTick(record, (group, timeMs, values, status) => {
      const frame = { group, timeMs, values: values.slice(), status: status.slice() };
      this.counters.computedFrames += 1;
      this.#expected.push(frame);
      this.#options.onFrame?.(frame);
    });
  }

  #compare(batch: EntryBatch, index: number): void {
    if (this.program === undefined) {
      this.counters.uncomparedFrames += 1;
      return;
    }
    const recomputed = this.#expected.shift();
    if (recomputed !== undefined && sameFrame(recomputed, batch, index)) {
      this.counters.identicalFrames += 1;
      return;
    }
    this.counters.differingFrames += 1;
    this.#options.onDifference?.(recomputed, batch.seq[index] as number);
  }
}

/** Same group, time, statuses, and values equal in every bit. */
const sameFrame = (frame: RecomputedFrame, batch: EntryBatch, index: number): boolean => {
  const from = batch.offset[index] as number;
  const to = batch.offset[index + 1] as number;
  if (
    batch.group[index] !== frame.group.number ||
    batch.timeMs[index] !== frame.timeMs ||
    to - from !== frame.values.length
  ) {
    return false;
  }
  for (let at = from; at < to; at += 1) {
    if (batch.status[at] !== frame.status[at - from]) return false;
    if (!Object.is(batch.values[at], frame.values[at - from])) return false;
  }
  return true;
};
