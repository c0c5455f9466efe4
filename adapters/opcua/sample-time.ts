import type { GatewayEvent } from '../../gateway/core/event.ts';

export type SampleTimeOptions = {
  /** Names the server in events. */
  readonly subject: string;
  readonly timestamps: 'device' | 'gateway';
  readonly maxClockSkewMs: number;
  /** Whether a message brings several samples of one node, which waited in a queue; else all are of one instant. */
  readonly isQueued: boolean;
  event(event: GatewayEvent): void;
  /** Told at each look at the server's clock. */
  seen(skewMs: number): void;
};

/** Samples of one message further apart than that did not wait in one queue. */
const longestSpreadMs = 60_000;
/** A clock that was off is called right again after so long without a doubt. */
const quietMs = 60_000;
/** DateTime counts from 1601; a server without a time sends 0 (OPC UA Part 6 §5.2.2.5). */
const epochOfDateTimeMs = Date.UTC(1601, 0, 1);

/** Epoch ms of a DateTime; NaN when there is none. */
export const epochMs = (time: Date | null | undefined): number => {
  if (time === null || time === undefined) return Number.NaN;
  const timeMs = time.getTime();
  return timeMs > epochOfDateTimeMs ? timeMs : Number.NaN;
};

/**
 * Decides at which time a sample counts. The source timestamp, unless it is further off than `maxClockSkewMs`. A
 * timestamp of long ago may still be true: of a value that has not changed since (only the first one after subscribing
 * looks like that), then it counts from now on; or of one that waited on its way, which the server's time of sending
 * shows. Otherwise the clock of the device is wrong, and the gateway's is taken.
 */
export class SampleTime {
  readonly #options: SampleTimeOptions;
  /** The server's clock minus ours, when last compared; NaN when never. */
  #serverOffsetMs = Number.NaN;
  #nowMs = 0;
  #sentMs = Number.NaN;
  #newestMs = Number.NaN;
  #isSkewed = false;
  #isAnySkewed = false;
  #isAnyRight = false;
  #lastSkewedMs = Number.NEGATIVE_INFINITY;
  #lastRightMs = Number.NEGATIVE_INFINITY;
  #skewMs = 0;
  /** Whether the sample last asked about has a time that its device did not give. */
  isDoubtful = false;

  constructor(options: SampleTimeOptions) {
    this.#options = options;
  }

  serverClockSeen(serverMs: number, nowMs: number): void {
    this.#serverOffsetMs = serverMs - nowMs;
    if (Number.isFinite(serverMs)) this.#options.seen(serverMs - nowMs);
  }

  /**
   * The time of something that happened, however long ago: the device's, where the server's clock is right or samples have
   * lately come with the right time.
   * @param deviceMs NaN when there is none
   */
  eventTimeOf(deviceMs: number, nowMs: number): number {
    const { timestamps, maxClockSkewMs } = this.#options;
    if (Number.isNaN(deviceMs) || timestamps === 'gateway') return nowMs;
    const isServerRight = Math.abs(this.#serverOffsetMs) <= maxClockSkewMs;
    const isRight = isServerRight || this.#lastRightMs > this.#lastSkewedMs;
    return isRight && deviceMs - nowMs <= maxClockSkewMs ? deviceMs : nowMs;
  }

  /** @param sentMs when the server sent it, by its clock; NaN when unknown */
  beginMessage(nowMs: number, sentMs: number): void {
    this.#nowMs = nowMs;
    this.#sentMs = sentMs;
    this.#newestMs = Number.NaN;
    this.#isAnySkewed = false;
    this.#isAnyRight = false;
  }

  /**
   * @param isFirst whether the sample may be of an old value that only now is told
   * @param newest gives the newest source timestamp of the message; asked only when needed
   */
  timeOf(sourceMs: number, isFirst: boolean, newest: () => number): number {
    const nowMs = this.#nowMs;
    const { timestamps, maxClockSkewMs } = this.#options;
    this.isDoubtful = false;
    if (Number.isNaN(sourceMs)) return nowMs;
    if (timestamps === 'gateway') return this.#spaced(sourceMs, newest);
    const leadMs = sourceMs - nowMs;
    if (Math.abs(leadMs) <= maxClockSkewMs) {
      this.#isAnyRight = true;
      this.#lastRightMs = nowMs;
      return sourceMs;
    }
    if (leadMs < 0 && Math.abs(this.#serverOffsetMs) <= maxClockSkewMs) {
      if (isFirst) return nowMs;
      if (Math.abs(this.#sentMs - sourceMs) <= maxClockSkewMs) return sourceMs;
    }
    this.isDoubtful = true;
    this.#isAnySkewed = true;
    this.#skewMs = leadMs;
    return this.#spaced(sourceMs, newest);
  }

  /** One event when a clock begins to be wrong, one when all have been right for a while. */
  endMessage(): void {
    if (this.#isAnySkewed) {
      this.#lastSkewedMs = this.#nowMs;
      if (this.#isSkewed) return;
    } else {
      const isQuiet = this.#nowMs - this.#lastSkewedMs >= quietMs;
      if (!this.#isSkewed || !this.#isAnyRight || !isQuiet) return;
    }
    this.#isSkewed = this.#isAnySkewed;
    this.#options.event(clockEvent(this.#options.subject, this.#isSkewed, this.#skewMs));
  }

  /** Gateway time that keeps the distances of samples which waited in one queue. */
  #spaced(sourceMs: number, newest: () => number): number {
    if (!this.#options.isQueued) return this.#nowMs;
    if (Number.isNaN(this.#newestMs)) this.#newestMs = newest();
    const ageMs = this.#newestMs - sourceMs;
    return ageMs <= longestSpreadMs ? this.#nowMs - ageMs : this.#nowMs;
  }
}

const clockEvent = (subject: string, isSkewed: boolean, skewMs: number): GatewayEvent => {
  const seconds = (skewMs / 1000).toFixed(1);
  return {
    code: isSkewed ? 'device-clock-skewed' : 'device-clock-restored',
    severity: isSkewed ? 'warning' : 'info',
    subject,
    text: isSkewed
      ? {
          en: `A clock behind ${subject} is off by ${seconds} s: gateway time is used, quality is uncertain`,
          zh: `${subject} 的设备时钟偏差 ${seconds} 秒：改用网关时间，数据质量标记为不确定`,
        }
      : {
          en: `The clocks behind ${subject} are right again`,
          zh: `${subject} 的设备时钟已恢复正常`,
        },
    details: { skewMs },
  };
};
