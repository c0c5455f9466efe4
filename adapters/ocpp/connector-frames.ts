import { absentStatus } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import {
  type MeterPoint,
  meterChannels,
  type StatePoint,
  stateChannels,
} from './charger-points.ts';
import type { Reading } from './meter-values.ts';

/** The points of one group that a frame tells of; all others are absent in it. */
type Told<Point extends string> = ReadonlyMap<Point, Reading>;

class GroupFrames<Point extends string> {
  /** Of the newest frame; UTC epoch ms. */
  newestMs = Number.NEGATIVE_INFINITY;
  readonly #groupIndex: number;
  readonly #places: ReadonlyMap<Point, number>;
  readonly #values: Float64Array;
  readonly #status: Uint32Array;

  constructor(groupIndex: number, points: readonly Point[]) {
    this.#groupIndex = groupIndex;
    this.#places = new Map(points.map((point, place) => [point, place]));
    this.#values = new Float64Array(points.length);
    this.#status = new Uint32Array(points.length);
  }

  /** False: the frame was refused. */
  emit(context: SourceContext, timeMs: number, told: Told<Point>): boolean {
    this.#values.fill(0);
    this.#status.fill(absentStatus);
    for (const [point, { value, status }] of told) {
      const place = this.#places.get(point);
      if (place === undefined) continue;
      this.#values[place] = value;
      this.#status[place] = status;
    }
    this.newestMs = Math.max(this.newestMs, timeMs);
    return context.emit({
      groupIndex: this.#groupIndex,
      timeMs,
      receivedMs: context.clock.nowMs(),
      values: this.#values,
      status: this.#status,
    });
  }

  /**
   * A time for what follows the newest frame though its own time is the same or a little before: clocks count in whole
   * seconds, and what is not later than the newest sample changes nothing. Of long before, it is kept.
   */
  after(timeMs: number, toleranceMs: number): number {
    const isBehind = timeMs <= this.newestMs && this.newestMs - timeMs <= toleranceMs;
    return isBehind ? this.newestMs + 1 : timeMs;
  }
}

export type StateFrames = GroupFrames<StatePoint>;
export type MeterFrames = GroupFrames<MeterPoint>;

export const stateFrames = (groupIndex: number): StateFrames =>
  new GroupFrames(
    groupIndex,
    stateChannels.map(({ point }) => point),
  );

export const meterFrames = (groupIndex: number): MeterFrames =>
  new GroupFrames(
    groupIndex,
    meterChannels.map(({ point }) => point),
  );
