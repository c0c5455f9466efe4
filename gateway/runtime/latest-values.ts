import { type EntryBatch, frameEntry, originCodes } from '../core/entry.ts';
import type { PointNumber, RegisteredGroup } from '../core/point.ts';
import { absentStatus, statusCodes } from '../core/quality.ts';
import type { NewestSample } from '../core/sink.ts';

export type LatestValue = {
  readonly pointNumber: PointNumber;
  /** NaN while nothing has come. */
  readonly value: number;
  readonly status: number;
  /** UTC epoch ms of the sample; NaN while nothing has come. */
  readonly timeMs: number;
};

/**
 * The newest sample of each point, for people who look now. Filled by a reader of the journal like any other; `version`
 * of a point grows with every sample, so that a feed can tell what is new to its client.
 */
export class LatestValues {
  readonly points: readonly { readonly group: RegisteredGroup; readonly channel: number }[];
  readonly #firstIndexByGroup = new Map<number, number>();
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  readonly #status: Uint32Array;
  readonly #versions: Float64Array;
  readonly #indexByNumber = new Map<PointNumber, number>();

  constructor(groups: readonly RegisteredGroup[]) {
    const points: { group: RegisteredGroup; channel: number }[] = [];
    for (const group of groups) {
      this.#firstIndexByGroup.set(group.number, points.length);
      for (const [channel, number] of group.pointNumbers.entries()) {
        this.#indexByNumber.set(number, points.length);
        points.push({ group, channel });
      }
    }
    this.points = points;
    this.#values = new Float64Array(points.length).fill(Number.NaN);
    this.#times = new Float64Array(points.length).fill(Number.NaN);
    this.#status = new Uint32Array(points.length).fill(statusCodes.badWaitingForInitialData);
    this.#versions = new Float64Array(points.length);
  }

  /** Where a point stands in `points`; undefined when this configuration has no such point. */
  indexOf(number: PointNumber): number | undefined {
    return this.#indexByNumber.get(number);
  }

  version(index: number): number {
    return this.#versions[index] as number;
  }

  at(index: number): LatestValue {
    const point = this.points[index];
    if (point === undefined) throw new RangeError(`no point at ${index}`);
    return {
      pointNumber: point.group.pointNumbers[point.channel] as PointNumber,
      value: this.#values[index] as number,
      status: this.#status[index] as number,
      timeMs: this.#times[index] as number,
    };
  }

  /** Of every point for which anything has come. */
  *newest(): Generator<NewestSample> {
    for (const [index, { group, channel }] of this.points.entries()) {
      const timeMs = this.#times[index] as number;
      if (Number.isNaN(timeMs)) continue;
      const value = this.#values[index] as number;
      yield { group, channel, timeMs, value, status: this.#status[index] as number };
    }
  }

  /** Goes on with the values of points that were there before; their versions go on too. */
  takeOver(before: LatestValues): void {
    for (const [number, index] of this.#indexByNumber) {
      const from = before.#indexByNumber.get(number);
      if (from === undefined) continue;
      this.#values[index] = before.#values[from] as number;
      this.#times[index] = before.#times[from] as number;
      this.#status[index] = before.#status[from] as number;
      this.#versions[index] = before.#versions[from] as number;
    }
  }

  read(batch: EntryBatch): void {
    for (let entry = 0; entry < batch.length; entry += 1) {
      if (batch.kind[entry] !== frameEntry) continue;
      const first = this.#firstIndexByGroup.get(batch.group[entry] as number);
      if (first !== undefined) this.#readFrame(batch, entry, first);
    }
  }

  #readFrame(batch: EntryBatch, entry: number, first: number): void {
    const from = batch.offset[entry] as number;
    const to = batch.offset[entry + 1] as number;
    const timeMs = batch.timeMs[entry] as number;
    const isLate = batch.origin[entry] === originCodes.late;
    for (let at = from; at < to; at += 1) {
      const status = batch.status[at] as number;
      if (status === absentStatus) continue;
      const index = first + at - from;
      // A late frame is old news, except where nothing newer is known: a device found silent only after its deadline.
      if (isLate && timeMs <= (this.#times[index] as number)) continue;
      this.#values[index] = batch.values[at] as number;
      this.#status[index] = status;
      this.#times[index] = timeMs;
      this.#versions[index] = (this.#versions[index] as number) + 1;
    }
  }
}
