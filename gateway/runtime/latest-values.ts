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

/** Where a group stands among the groups, and its first point among the points. */
type GroupPlace = { readonly place: number; readonly first: number };

/**
 * The newest sample of each point, for people who look now. Filled by a reader of the journal like any other. `revision`
 * grows with every frame, and each group and point has that of its newest one: so whoever remembers a revision finds what
 * came since by asking groups first, and points only of those that have something.
 */
export class LatestValues {
  readonly points: readonly { readonly group: RegisteredGroup; readonly channel: number }[];
  readonly #placeByGroup = new Map<number, GroupPlace>();
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  readonly #status: Uint32Array;
  readonly #revisions: Float64Array;
  readonly #groupRevisions: Float64Array;
  readonly #groupNumbers: readonly number[];
  #revision = 0;
  readonly #indexByNumber = new Map<PointNumber, number>();

  constructor(groups: readonly RegisteredGroup[]) {
    const points: { group: RegisteredGroup; channel: number }[] = [];
    for (const [place, group] of groups.entries()) {
      this.#placeByGroup.set(group.number, { place, first: points.length });
      for (const [channel, number] of group.pointNumbers.entries()) {
        this.#indexByNumber.set(number, points.length);
        points.push({ group, channel });
      }
    }
    this.points = points;
    this.#values = new Float64Array(points.length).fill(Number.NaN);
    this.#times = new Float64Array(points.length).fill(Number.NaN);
    this.#status = new Uint32Array(points.length).fill(statusCodes.badWaitingForInitialData);
    this.#revisions = new Float64Array(points.length);
    this.#groupRevisions = new Float64Array(groups.length);
    this.#groupNumbers = groups.map(({ number }) => number);
  }

  /** Of the newest frame of all; 0 before the first. */
  get revision(): number {
    return this.#revision;
  }

  /** Where a point stands in `points`; undefined when this configuration has no such point. */
  indexOf(number: PointNumber): number | undefined {
    return this.#indexByNumber.get(number);
  }

  /** Of the frame that the newest sample of a point came in; 0 before the first. */
  revisionOf(index: number): number {
    return this.#revisions[index] as number;
  }

  /** Where a group stands among the groups that this was made of; -1 when it is none of them. */
  placeOf(groupNumber: number): number {
    return this.#placeByGroup.get(groupNumber)?.place ?? -1;
  }

  /** Of the newest frame of the group at `place`; at least that of its points. */
  groupRevision(place: number): number {
    return this.#groupRevisions[place] as number;
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

  /** Goes on with the values of points that were there before; revisions go on too. */
  takeOver(before: LatestValues): void {
    this.#revision = before.#revision;
    for (const [place, number] of this.#groupNumbers.entries()) {
      const from = before.#placeByGroup.get(number);
      if (from === undefined) continue;
      this.#groupRevisions[place] = before.#groupRevisions[from.place] as number;
    }
    for (const [number, index] of this.#indexByNumber) {
      const from = before.#indexByNumber.get(number);
      if (from === undefined) continue;
      this.#values[index] = before.#values[from] as number;
      this.#times[index] = before.#times[from] as number;
      this.#status[index] = before.#status[from] as number;
      this.#revisions[index] = before.#revisions[from] as number;
    }
  }

  read(batch: EntryBatch): void {
    for (let entry = 0; entry < batch.length; entry += 1) {
      if (batch.kind[entry] !== frameEntry) continue;
      const found = this.#placeByGroup.get(batch.group[entry] as number);
      if (found !== undefined) this.#readFrame(batch, entry, found);
    }
  }

  #readFrame(batch: EntryBatch, entry: number, { place, first }: GroupPlace): void {
    const revision = this.#revision + 1;
    this.#revision = revision;
    this.#groupRevisions[place] = revision;
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
      this.#revisions[index] = revision;
    }
  }
}
