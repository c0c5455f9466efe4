import { type ClockRecord, originCodes, type TickRecord } from '../core/entry.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { PointNumber, RegisteredGroup } from '../core/point.ts';
import { absentStatus } from '../core/quality.ts';
import type { SourceFrame } from '../core/source.ts';
import type { HotPathProgram } from '../hot-path/program.ts';
import type { FrameInput, Journal } from '../journal/contract.ts';
import type { PointQuality } from './screening/marks.ts';
import type { Screening } from './screening/screening.ts';

export type AdmissionCounters = {
  readonly admittedFrames: number;
  /** Channels of those frames that were present. */
  readonly admittedSamples: number;
  readonly refusedFrames: number;
  readonly lateFrames: number;
};

/** The ways into a journal. */
export type AdmissionJournal = Pick<Journal, 'appendFrame' | 'appendRecord' | 'openBatch'>;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * The only gate into Seamwatt. A frame first takes its place in the journal; refused, nobody sees it; admitted, the hot
 * path computes on it at once, and all readers meet it in the order of `seq`.
 */
export class Admission {
  readonly #journal: AdmissionJournal;
  #program: HotPathProgram | undefined;
  #screening: Screening | undefined;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  readonly #counters: Mutable<AdmissionCounters> = {
    admittedFrames: 0,
    admittedSamples: 0,
    refusedFrames: 0,
    lateFrames: 0,
  };

  constructor(journal: AdmissionJournal) {
    this.#journal = journal;
  }

  get counters(): AdmissionCounters {
    return this.#counters;
  }

  /** Samples that changed nothing that is computed, because they were not later than the newest of their point. */
  get ignoredSamples(): number {
    return this.#program?.ignoredSamples ?? 0;
  }

  /** What computes from here on. */
  use(program: HotPathProgram): void {
    this.#program = program;
  }

  /** What judges frames from here on, before they are journalled. */
  screenBy(screening: Screening): void {
    this.#screening = screening;
  }

  get screening(): Screening | undefined {
    return this.#screening;
  }

  /** What was found at points since the start. */
  quality(): readonly PointQuality[] {
    return this.#screening?.quality() ?? [];
  }

  qualityOf(point: PointNumber): PointQuality | undefined {
    return this.#screening?.qualityOf(point);
  }

  /** A tick before the restart closed everything below its watermark. */
  resumeAt(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
  }

  /** Places a source's frame. False: the journal's staging is full, and the frame is counted as refused. */
  frame(group: RegisteredGroup, frame: SourceFrame): boolean {
    const late = frame.timeMs < this.#watermarkMs;
    const status = this.#screening?.frame(group, frame, late) ?? frame.status;
    const admitted = this.#place({
      group: group.number,
      timeMs: frame.timeMs,
      receivedMs: frame.receivedMs,
      originCode: late ? originCodes.late : originCodes.source,
      revision: 0,
      values: frame.values,
      status,
      offset: 0,
      length: group.channels.length,
    });
    if (!admitted) return false;
    if (late) this.#counters.lateFrames += 1;
    return true;
  }

  /**
   * Lets time pass for the hot path: the tick is journalled, and what the program emits on it is journalled behind it.
   * False: the journal refused the tick, and time has not passed.
   */
  tick(record: TickRecord): boolean {
    this.#screening?.tick(
      { timeMs: record.timeMs, watermarkMs: this.#watermarkMs },
      (group, frame) => this.#unheard(group, frame),
    );
    // Without its record in the journal a replay would not see this tick, so nobody may.
    if (this.#journal.appendRecord(record) < 0) return false;
    this.#watermarkMs = record.watermarkMs;
    this.#program?.onTick(record, (group, timeMs, values, status) => {
      this.computed(group, timeMs, values, status);
    });
    return true;
  }

  /** Places a computed frame; computed points are inputs like all others. */
  computed(
    group: RegisteredGroup,
    timeMs: number,
    values: Float64Array,
    status: Uint32Array,
  ): boolean {
    return this.#place({
      group: group.number,
      timeMs,
      receivedMs: timeMs,
      originCode: originCodes.computed,
      revision: 0,
      values,
      status,
      offset: 0,
      length: group.channels.length,
    });
  }

  /** Places what screening says of a group that says nothing itself. */
  #unheard(group: RegisteredGroup, frame: SourceFrame): boolean {
    return this.#place({
      group: group.number,
      timeMs: frame.timeMs,
      receivedMs: frame.receivedMs,
      originCode: originCodes.source,
      revision: 0,
      values: frame.values,
      status: frame.status,
      offset: 0,
      length: group.channels.length,
    });
  }

  event(event: GatewayEvent, timeMs: number): void {
    this.#journal.appendRecord({ type: 'event', timeMs, event });
  }

  /** False: the journal refused it. */
  clock(record: ClockRecord): boolean {
    return this.#journal.appendRecord(record) >= 0;
  }

  #place(input: FrameInput): boolean {
    if (this.#journal.appendFrame(input) < 0) {
      this.#counters.refusedFrames += 1;
      return false;
    }
    this.#counters.admittedFrames += 1;
    this.#counters.admittedSamples += presentChannels(input);
    const batch = this.#journal.openBatch;
    if (input.originCode !== originCodes.computed) this.#program?.onEntry(batch, batch.length - 1);
    return true;
  }
}

const presentChannels = ({ status, offset, length }: FrameInput): number => {
  let present = 0;
  for (let index = offset; index < offset + length; index += 1) {
    if (status[index] !== absentStatus) present += 1;
  }
  return present;
};
