import type { GatewayEvent } from '../../core/event.ts';
import { isGood } from '../../core/quality.ts';
import { runningEvent, stoppedEvent } from './events.ts';

/** Whether a device lives, by a value in it that must change: its communication may answer for ever without it. */
export class DeviceWatch {
  readonly #subject: string;
  readonly #heartbeatMs: number;
  readonly #event: (event: GatewayEvent) => void;
  #value = Number.NaN;
  #changedMs = Number.POSITIVE_INFINITY;
  #heardMs = Number.NEGATIVE_INFINITY;
  #isTold = false;

  constructor(options: {
    readonly subject: string;
    readonly heartbeatMs: number;
    event(event: GatewayEvent): void;
  }) {
    this.#subject = options.subject;
    this.#heartbeatMs = options.heartbeatMs;
    this.#event = (event) => options.event(event);
  }

  /** Takes any frame of the device: after a silence its heartbeat has as long again to show itself. */
  hear(monotonicMs: number): void {
    const isSilenceOver = monotonicMs - this.#heardMs > this.#heartbeatMs;
    this.#heardMs = monotonicMs;
    if (isSilenceOver && !this.#isTold && this.#changedMs < monotonicMs)
      this.#changedMs = monotonicMs;
  }

  /** Takes the heartbeat; one that cannot be read says nothing about the device. */
  beat(value: number, status: number, monotonicMs: number): void {
    if (!isGood(status)) {
      this.#value = Number.NaN;
      this.#changedMs = Number.POSITIVE_INFINITY;
      return;
    }
    if (value === this.#value) return;
    this.#value = value;
    this.#changedMs = monotonicMs;
  }

  isStopped(monotonicMs: number): boolean {
    const isStopped = monotonicMs - this.#changedMs > this.#heartbeatMs;
    if (isStopped !== this.#isTold) {
      this.#isTold = isStopped;
      this.#event(isStopped ? stoppedEvent(this.#subject) : runningEvent(this.#subject));
    }
    return isStopped;
  }
}
