import type { GatewayEvent } from '../../gateway/core/event.ts';
import { type StatusCode, statusCodes } from '../../gateway/core/quality.ts';

export type ChargerClockOptions = {
  readonly subject: string;
  readonly timestamps: 'device' | 'gateway';
  readonly maxClockSkewMs: number;
  event(event: GatewayEvent): void;
  seen(skewMs: number): void;
};

export type JudgedTime = {
  readonly timeMs: number;
  /** Good, or uncertain where the time is not the device's own or cannot be checked. */
  readonly status: StatusCode;
  /** Told later than it happened: it says nothing about now. */
  readonly isPast: boolean;
};

/** Values of one message further apart than that did not wait together. */
const longestSpreadMs = 15 * 60_000;

export type TimeClaim = {
  /** The charge point's own time; NaN when it told none. */
  readonly deviceMs: number;
  /** The newest time of the same message. */
  readonly newestMs: number;
  /** Of a transaction: a charge point keeps such a message until it is taken, so that it may come late at any time. */
  readonly isKept: boolean;
};

/**
 * Decides at which time something counts that a charge point tells. Its own time, if that is close to the gateway's. One of
 * long ago is true as well where the charge point could not tell it then: it keeps what happens while it is offline, and what
 * was not taken, and tells it later (OCPP 1.6 §3.7). Otherwise its clock is wrong; and so it is where what it tells stays as
 * far behind while time passes, for what has waited catches up.
 */
export class ChargerClock {
  readonly #options: ChargerClockOptions;
  /** When it was heard of last before this connection, and when this began; UTC epoch ms. */
  #awayFromMs = Number.NEGATIVE_INFINITY;
  #connectedMs = Number.NEGATIVE_INFINITY;
  #heardMs = Number.NEGATIVE_INFINITY;
  #trust: 'unknown' | 'right' | 'wrong' = 'unknown';
  /** The first of a row that are behind: by how much, and when it came. */
  #behind: { readonly leadMs: number; readonly nowMs: number } | undefined;

  constructor(options: ChargerClockOptions) {
    this.#options = options;
  }

  connected(nowMs: number): void {
    this.#awayFromMs = this.#heardMs;
    this.#connectedMs = nowMs;
    this.#behind = undefined;
  }

  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  judge({ deviceMs, newestMs, isKept }: TimeClaim, nowMs: number): JudgedTime {
    const { timestamps, maxClockSkewMs, seen } = this.#options;
    const now = { timeMs: nowMs, status: statusCodes.good, isPast: false };
    if (Number.isNaN(deviceMs) || timestamps === 'gateway') return now;
    const leadMs = deviceMs - nowMs;
    if (Math.abs(leadMs) <= maxClockSkewMs) {
      seen(leadMs);
      this.#behind = undefined;
      this.#found('right', leadMs);
      return { ...now, timeMs: deviceMs };
    }
    // What one message brings together with the present is of the past without any doubt about the clock.
    if (leadMs < 0 && Math.abs(newestMs - nowMs) <= maxClockSkewMs) {
      return { timeMs: deviceMs, status: statusCodes.good, isPast: true };
    }
    const canBeTrue = this.#wasAway(deviceMs) || (isKept && this.#trust === 'right');
    if (leadMs < 0 && canBeTrue && this.#trust !== 'wrong' && !this.#staysBehind(leadMs, nowMs)) {
      const status = this.#trust === 'right' ? statusCodes.good : statusCodes.uncertain;
      return { timeMs: deviceMs, status, isPast: true };
    }
    seen(leadMs);
    this.#found('wrong', leadMs);
    const ageMs = newestMs - deviceMs;
    const backMs = ageMs > 0 && ageMs <= longestSpreadMs ? ageMs : 0;
    return { timeMs: nowMs - backMs, status: statusCodes.uncertain, isPast: backMs > 0 };
  }

  #staysBehind(leadMs: number, nowMs: number): boolean {
    const { maxClockSkewMs } = this.#options;
    const first = this.#behind ?? { leadMs, nowMs };
    this.#behind = first;
    if (nowMs - first.nowMs <= maxClockSkewMs) return false;
    if (Math.abs(leadMs - first.leadMs) <= maxClockSkewMs) return true;
    this.#behind = { leadMs, nowMs };
    return false;
  }

  #wasAway(deviceMs: number): boolean {
    const { maxClockSkewMs } = this.#options;
    return (
      deviceMs >= this.#awayFromMs - maxClockSkewMs &&
      deviceMs <= this.#connectedMs + maxClockSkewMs
    );
  }

  #found(trust: 'right' | 'wrong', skewMs: number): void {
    const before = this.#trust;
    this.#trust = trust;
    if (before === trust || (before === 'unknown' && trust === 'right')) return;
    this.#options.event(clockEvent(this.#options.subject, trust === 'wrong', skewMs));
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
          en: `The clock of ${subject} is off by ${seconds} s: gateway time is used, quality is uncertain`,
          zh: `${subject} 的时钟偏差 ${seconds} 秒：改用网关时间，数据质量标记为不确定`,
        }
      : {
          en: `The clock of ${subject} is right again`,
          zh: `${subject} 的时钟已恢复正常`,
        },
    details: { skewMs },
  };
};
