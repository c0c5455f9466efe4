import type { GroupSpec } from '../../gateway/core/point.ts';
import { isGood, type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { SourceContext, SourceFrame } from '../../gateway/core/source.ts';
import { GroupRows } from './group-rows.ts';
import type { NodeTarget, OpcuaLayout } from './layout.ts';
import { epochMs, type SampleTime } from './sample-time.ts';
import { type DatedSample, type ToldTimes, tellAllLost } from './told-times.ts';
import { type DataValueLike, hasOverflow, ValueWriter } from './value-writer.ts';

/** One sample of a node, as it stands in a notification. */
export type NodeSample = { readonly clientHandle: number; readonly value: DataValueLike };

export type SampleIntakeOptions = {
  readonly context: SourceContext;
  readonly layout: OpcuaLayout;
  readonly times: SampleTime;
  /** Of the source, over all its connections. */
  readonly told: ToldTimes;
  /** Called when the server says that a node is there no more. */
  onGone(target: NodeTarget, status: StatusCode): void;
  /** Called at the first sample of a node after it was subscribed to. */
  onFirst(target: NodeTarget): void;
  /** Called at every sample. */
  onSample(target: NodeTarget, data: DataValueLike): void;
};

/** The lower half of a code holds flags. */
const codeMask = 0xffff_0000;

/** Whether a node with this status has to be looked for again. */
export const isNodeGone = (status: StatusCode): boolean => {
  const code = (status & codeMask) >>> 0;
  return code === statusCodes.badNodeIdUnknown || code === statusCodes.badNodeIdInvalid;
};

/** Takes the samples of one message after the other and emits them as frames, one a group and time. */
export class SampleIntake {
  readonly #context: SourceContext;
  readonly #targets: readonly NodeTarget[];
  readonly #times: SampleTime;
  readonly #told: ToldTimes;
  readonly #options: SampleIntakeOptions;
  readonly #writer: ValueWriter;
  readonly #rows: readonly GroupRows[];
  /** Groups with samples of this message. */
  readonly #touched: GroupRows[] = [];
  /** 1 until the first sample of a node after it was subscribed to. */
  readonly #isFirst: Uint8Array;
  readonly #emit: (frame: SourceFrame) => void;
  #message: readonly NodeSample[] = [];
  /** Place in the message of the sample at hand. */
  #place = 0;
  /** Used again and again. */
  readonly #dated: DatedSample = {
    ...{ data: { statusCode: { value: 0 } }, sourceMs: 0, ownMs: 0, nowMs: 0 },
    isFollowed: () => this.#isFollowed(),
  };

  constructor(options: SampleIntakeOptions) {
    const { context, layout, times, told } = options;
    this.#options = options;
    this.#context = context;
    this.#targets = layout.targets;
    this.#times = times;
    this.#told = told;
    this.#writer = new ValueWriter((text) => context.intern(text));
    this.#rows = layout.groups.map(
      (group: GroupSpec, i) => new GroupRows(i, group.channels.length),
    );
    this.#isFirst = new Uint8Array(layout.targets.length).fill(1);
    this.#emit = (frame) => {
      context.emit(frame);
    };
  }

  /** The next sample of the node may be of an old value. */
  startAnew(target: NodeTarget): void {
    this.#isFirst[target.index] = 1;
  }

  /** @param sentMs when the server sent it, by its clock; NaN when unknown */
  takeMessage(message: readonly NodeSample[], sentMs: number): void {
    const nowMs = this.#context.clock.nowMs();
    this.#message = message;
    this.#dated.nowMs = nowMs;
    this.#times.beginMessage(nowMs, sentMs);
    for (let i = 0; i < message.length; i += 1) {
      const sample = message[i] as NodeSample;
      this.#place = i;
      const target = this.#targets[sample.clientHandle];
      if (target === undefined) this.#context.count('unknown_samples', 1);
      else this.#take(target, sample.value, nowMs);
    }
    this.#flush(nowMs);
    this.#times.endMessage();
    this.#message = [];
  }

  /** Marks a node bad from now on; `end` emits. */
  fail(target: NodeTarget, status: StatusCode): void {
    const rows = this.#touch(target);
    const timeMs = this.#told.lostMs(target.index, this.#context.clock.nowMs());
    this.#told.lost(target.index, timeMs);
    const row = rows.row(timeMs, target.channel);
    this.#writer.write(target, { statusCode: { value: status } }, status, row);
  }

  end(): void {
    this.#flush(this.#context.clock.nowMs());
  }

  /** Marks every node bad from now on: nobody answers, so that nobody knows what has become of the values. */
  lost(): void {
    this.end();
    tellAllLost(this.#context, this.#options.layout, this.#told);
    this.#isFirst.fill(1);
  }

  #timeOf(target: NodeTarget, data: DataValueLike, isFirst: boolean): number {
    const dated = this.#dated;
    dated.data = data;
    dated.sourceMs = epochMs(data.sourceTimestamp);
    dated.ownMs = this.#times.timeOf(dated.sourceMs, isFirst, this.#newest);
    return this.#told.timeOf(target.index, dated);
  }

  #isFollowed(): boolean {
    const handle = this.#message[this.#place]?.clientHandle;
    return this.#message.some((sample, i) => i > this.#place && sample.clientHandle === handle);
  }

  #take(target: NodeTarget, data: DataValueLike, nowMs: number): void {
    let status = data.statusCode.value >>> 0;
    if (status !== 0) {
      if (hasOverflow(status)) this.#context.count('queue_overflows', 1);
      if (isNodeGone(status)) {
        this.#options.onGone(target, status);
        return;
      }
    }
    const isFirst = this.#isFirst[target.index] === 1;
    if (isFirst) {
      this.#isFirst[target.index] = 0;
      this.#options.onFirst(target);
    }
    this.#options.onSample(target, data);
    const timeMs = this.#timeOf(target, data, isFirst);
    // What is told first is so still, whenever it came to be; of what is moved later nobody knows when it came.
    const isDoubtful = this.#times.isDoubtful || (this.#told.isMoved && !isFirst);
    if (isDoubtful && isGood(status)) status = statusCodes.uncertain;
    const rows = this.#touch(target);
    this.#writer.write(target, data, status, rows.row(timeMs, target.channel));
    if (rows.isFull) rows.flush(this.#emit, nowMs);
  }

  #touch(target: NodeTarget): GroupRows {
    const rows = this.#rows[target.groupIndex] as GroupRows;
    if (rows.isEmpty) this.#touched.push(rows);
    return rows;
  }

  #flush(receivedMs: number): void {
    for (const rows of this.#touched) rows.flush(this.#emit, receivedMs);
    this.#touched.length = 0;
  }

  readonly #newest = (): number => {
    let newestMs = Number.NEGATIVE_INFINITY;
    for (const { value } of this.#message) {
      const timeMs = epochMs(value.sourceTimestamp);
      if (timeMs > newestMs) newestMs = timeMs;
    }
    return newestMs;
  };
}
