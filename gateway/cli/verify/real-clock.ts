import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioClock } from './scenario-clock.ts';
import type { SimulatorControl } from './simulator-control.ts';

/** Time that passes by itself, `speed` times as fast at the devices as at the gateway. */
export class RealClock implements ScenarioClock {
  readonly url = undefined;
  readonly #control: SimulatorControl;
  readonly #speed: number;
  readonly #signal: AbortSignal;
  #startMs = 0;
  #beganMs = 0;
  #beganAt = 0;

  constructor(options: {
    readonly control: SimulatorControl;
    readonly speed: number;
    readonly signal: AbortSignal;
  }) {
    this.#control = options.control;
    this.#speed = options.speed;
    this.#signal = options.signal;
  }

  get startMs(): number {
    return this.#startMs;
  }

  async begin(): Promise<void> {
    this.#startMs = (await this.#control.state()).nowMs;
    this.#beganMs = Date.now();
    this.#beganAt = performance.now();
  }

  async reach(offsetMs: number): Promise<void> {
    const waitMs = this.#beganAt + offsetMs / this.#speed - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.#signal });
  }

  runOn(): void {
    // It does.
  }

  offsetOf(gatewayMs: number): number {
    return (gatewayMs - this.#beganMs) * this.#speed;
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
