import type { GatewayEvent } from '../../core/event.ts';
import { isBad } from '../../core/quality.ts';
import { runningEvent, stoppedEvent } from './events.ts';

type BeatFrame = { readonly values: Float64Array; readonly status: Uint32Array };

const valueCell = 0;
const changedCell = 1;
const heardCell = 2;

/** Whether a device lives, by a value in it that must change: its communication may answer for ever without it. */
export class DeviceWatch {
  readonly #subject: string;
  readonly #heartbeatMs: number;
  readonly #event: (event: GatewayEvent) => void;
  /** The heartbeat, when it changed, and when anything of the device came. */
  readonly #state = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
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

  // Numbers go through arrays: a float64 handed from function to function may be allocated. `now` holds monotonic time.

  /** Takes any frame of the device: after a silence its heartbeat has as long again to show itself. */
  hear(now: Float64Array): void {
    const state = this.#state;
    const monotonicMs = now[0] as number;
    const isSilenceOver = monotonicMs - (state[heardCell] as number) > this.#heartbeatMs;
    state[heardCell] = monotonicMs;
    if (isSilenceOver && !this.#isTold && (state[changedCell] as number) < monotonicMs) {
      state[changedCell] = monotonicMs;
    }
  }

  /**
   * Takes the heartbeat in `values[channel]`; one that cannot be read says nothing about the device. An uncertain one was
   * read: in a PLC that has stopped the clock stands too, and is soon no longer believed.
   */
  beat(channel: number, frame: BeatFrame, now: Float64Array): void {
    const state = this.#state;
    if (isBad(frame.status[channel] as number)) {
      state[valueCell] = Number.NaN;
      state[changedCell] = Number.POSITIVE_INFINITY;
      return;
    }
    const value = frame.values[channel] as number;
    if (value === state[valueCell]) return;
    state[valueCell] = value;
    state[changedCell] = now[0] as number;
  }

  isStopped(now: Float64Array): boolean {
    const stoodMs = (now[0] as number) - (this.#state[changedCell] as number);
    const isStopped = stoodMs > this.#heartbeatMs;
    if (isStopped !== this.#isTold) {
      this.#isTold = isStopped;
      this.#event(isStopped ? stoppedEvent(this.#subject) : runningEvent(this.#subject));
    }
    return isStopped;
  }
}
