import type { GatewayEvent } from '../../gateway/core/event.ts';
import type { BlockGroup } from './device-layout.ts';
import { bytePlaces } from './words.ts';

export type DeviceClockOptions = {
  readonly deviceTime: NonNullable<BlockGroup['block']['deviceTime']>;
  /** Registers from the start of the read to the start of the block. */
  readonly place: number;
  readonly maxClockSkewMs: number;
  /** Whether frames bear its time; else it is only watched. */
  readonly isStamping: boolean;
  readonly subject: string;
  event(event: GatewayEvent): void;
  seen(skewMs: number): void;
};

/** Reads the device's own time beside a block and says whether it can be believed. */
export class DeviceClock {
  readonly #options: DeviceClockOptions;
  readonly #secondBytes: readonly number[];
  readonly #millisecondAt: number;
  #isSkewed = false;

  constructor(options: DeviceClockOptions) {
    const { deviceTime, place } = options;
    this.#options = options;
    const at = (place + deviceTime.epochSeconds) * 2;
    this.#secondBytes = bytePlaces(deviceTime.order, 2).map((byte) => at + byte);
    this.#millisecondAt =
      deviceTime.milliseconds === undefined ? -1 : (place + deviceTime.milliseconds) * 2;
  }

  /** The device's time (UTC epoch ms), or NaN when it is too far from the gateway's `nowMs`; one event on each change where it stamps. */
  read(input: { readonly buffer: Buffer; readonly start: number; readonly nowMs: number }): number {
    const { buffer, start, nowMs } = input;
    let seconds = 0;
    for (const place of this.#secondBytes)
      seconds = seconds * 256 + (buffer[start + place] as number);
    const at = start + this.#millisecondAt;
    const milliseconds = this.#millisecondAt < 0 ? 0 : buffer.readUInt16BE(at);
    const timeMs = seconds * 1000 + milliseconds;
    this.#options.seen(timeMs - nowMs);
    const isSkewed = Math.abs(timeMs - nowMs) > this.#options.maxClockSkewMs;
    if (this.#options.isStamping && isSkewed !== this.#isSkewed) {
      this.#isSkewed = isSkewed;
      this.#options.event(clockEvent(this.#options.subject, isSkewed, timeMs - nowMs));
    }
    return isSkewed ? Number.NaN : timeMs;
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
