import { isGood, type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { SourceFrame } from '../../gateway/core/source.ts';

/** The one frame of a group that is filled again and again; lives as long as the source, over all its connections. */
export class GroupFrame implements SourceFrame {
  readonly groupIndex: number;
  readonly values: Float64Array;
  readonly status: Uint32Array;
  timeMs = 0;
  receivedMs = 0;
  /** Reads of this cycle that have not ended. */
  pending = 0;
  /** Whether any of this cycle's reads was answered. */
  isAnswered = false;
  /** Of this cycle: NaN without a device clock that can be believed. */
  deviceMs = Number.NaN;
  isClockSkewed = false;
  #lastTimeMs = Number.NEGATIVE_INFINITY;

  constructor(group: { readonly groupIndex: number; readonly points: readonly unknown[] }) {
    this.groupIndex = group.groupIndex;
    this.values = new Float64Array(group.points.length);
    this.status = new Uint32Array(group.points.length).fill(statusCodes.badWaitingForInitialData);
  }

  begin(): void {
    this.pending = 0;
    this.isAnswered = false;
    this.deviceMs = Number.NaN;
    this.isClockSkewed = false;
  }

  /** Marks channels bad. A bad sample has no value: an old one is never shown as new. */
  fail(channels: readonly number[], status: StatusCode): void {
    for (const channel of channels) {
      this.values[channel] = 0;
      this.status[channel] = status;
    }
  }

  failAll(status: StatusCode): void {
    this.values.fill(0);
    this.status.fill(status);
  }

  /**
   * Stamps the frame. False when it says nothing new, because the device's clock still stands where it stood.
   *
   * @param dueMs wall time at which the read was due: when nothing was answered, from then on nothing is known.
   */
  stamp(nowMs: number, dueMs: number): boolean {
    this.receivedMs = nowMs;
    if (!Number.isNaN(this.deviceMs)) {
      if (this.deviceMs === this.#lastTimeMs) return false;
      this.timeMs = this.deviceMs;
    } else if (this.isAnswered) {
      this.timeMs = nowMs;
    } else {
      this.timeMs = Math.max(dueMs, this.#lastTimeMs + 1);
    }
    if (this.isClockSkewed) this.#markUncertain();
    this.#lastTimeMs = this.timeMs;
    return true;
  }

  #markUncertain(): void {
    for (let i = 0; i < this.status.length; i += 1) {
      if (isGood(this.status[i] as number)) this.status[i] = statusCodes.uncertain;
    }
  }
}
