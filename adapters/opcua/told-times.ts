import { statusCodes } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import type { OpcuaLayout } from './layout.ts';
import { isSameValue } from './same-value.ts';
import type { DataValueLike } from './value-writer.ts';

/** A sample about to be told. */
export type DatedSample = {
  data: DataValueLike;
  /** Epoch ms, as its device says; NaN when it says nothing. */
  sourceMs: number;
  /** Epoch ms at which it counts by its own. */
  ownMs: number;
  nowMs: number;
  /** Whether the same message has a later sample of the node. */
  isFollowed(): boolean;
};

/**
 * Sees to it that what changes is never told with a time that is not later than what it changes: a sample that is not
 * later is ignored, and what it should have ended would hold for ever. Lives as long as its source, over all its
 * connections, because a connection is lost at gateway time and a device clock may be behind it, or ahead of it.
 */
export class ToldTimes {
  readonly #maxClockSkewMs: number;
  /** By node: the newest time told. */
  readonly #toldMs: Float64Array;
  /** By node: the newest time told that its device did not give; its next samples have to be later. */
  readonly #givenMs: Float64Array;
  /** By node: the source timestamp of the last sample. */
  readonly #sourceMs: Float64Array;
  readonly #last: (DataValueLike | undefined)[];
  /** Whether the sample last asked about has a time of the gateway in place of its own. */
  isMoved = false;

  /** @param maxClockSkewMs no device is believed that is further ahead, so that such a time tells of a clock set back */
  constructor(nodeCount: number, maxClockSkewMs: number) {
    this.#maxClockSkewMs = maxClockSkewMs;
    this.#toldMs = new Float64Array(nodeCount).fill(Number.NEGATIVE_INFINITY);
    this.#givenMs = new Float64Array(nodeCount).fill(Number.NEGATIVE_INFINITY);
    this.#sourceMs = new Float64Array(nodeCount).fill(Number.NaN);
    this.#last = new Array<DataValueLike | undefined>(nodeCount).fill(undefined);
  }

  /** The time at which a sample is told: its own, unless what it changes has that time or a later one. */
  timeOf(index: number, sample: DatedSample): number {
    const { data, sourceMs, ownMs, nowMs } = sample;
    this.#forgetFuture(index, nowMs);
    const nextMs = (this.#toldMs[index] as number) + 1;
    let timeMs = ownMs;
    if (ownMs !== sourceMs) timeMs = Math.max(ownMs, nextMs);
    else if (this.#isRepeated(index, sourceMs, data)) {
      timeMs = sample.isFollowed() ? nextMs : Math.max(nowMs, nextMs);
    } else if (ownMs <= (this.#givenMs[index] as number)) timeMs = nextMs;
    this.isMoved = ownMs === sourceMs && timeMs !== ownMs;
    this.#sourceMs[index] = sourceMs;
    this.#last[index] = data;
    this.#note(index, timeMs, timeMs !== sourceMs);
    return timeMs;
  }

  /** The time from which a node is bad that nobody knows any more. */
  lostMs(index: number, nowMs: number): number {
    this.#forgetFuture(index, nowMs);
    return Math.max(nowMs, (this.#toldMs[index] as number) + 1);
  }

  /** The node was told bad: what comes next is no change of its last sample, and later. */
  lost(index: number, timeMs: number): void {
    this.#sourceMs[index] = Number.NaN;
    this.#last[index] = undefined;
    this.#note(index, timeMs, true);
  }

  /** Whether the device gives another value or status with the time of the one before. */
  #isRepeated(index: number, sourceMs: number, data: DataValueLike): boolean {
    const last = this.#last[index];
    if (last === undefined || sourceMs !== this.#sourceMs[index]) return false;
    return (
      last.statusCode.value !== data.statusCode.value ||
      !isSameValue(last.value?.value, data.value?.value)
    );
  }

  #note(index: number, timeMs: number, isGiven: boolean): void {
    if (timeMs > (this.#toldMs[index] as number)) this.#toldMs[index] = timeMs;
    if (isGiven && timeMs > (this.#givenMs[index] as number)) this.#givenMs[index] = timeMs;
  }

  #forgetFuture(index: number, nowMs: number): void {
    if ((this.#toldMs[index] as number) - nowMs <= this.#maxClockSkewMs) return;
    this.#toldMs[index] = Number.NEGATIVE_INFINITY;
    this.#givenMs[index] = Number.NEGATIVE_INFINITY;
  }
}

/** Tells every point bad from now on, until it is read again. */
export const tellAllLost = (context: SourceContext, layout: OpcuaLayout, told: ToldTimes): void => {
  const nowMs = context.clock.nowMs();
  for (const [groupIndex, group] of layout.groups.entries()) {
    const indices = layout.targets.flatMap((target) =>
      target.groupIndex === groupIndex ? [target.index] : [],
    );
    const timeMs = Math.max(nowMs, ...indices.map((index) => told.lostMs(index, nowMs)));
    const count = group.channels.length;
    context.emit({
      ...{ groupIndex, timeMs, receivedMs: nowMs },
      values: new Float64Array(count),
      status: new Uint32Array(count).fill(statusCodes.badNoCommunication),
    });
    for (const index of indices) told.lost(index, timeMs);
  }
};
