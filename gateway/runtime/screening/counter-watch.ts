import type { GatewayEvent } from '../../core/event.ts';
import type { ChannelSpec } from '../../core/point.ts';
import {
  type CounterLimits,
  type CounterStep,
  classifyCounterStep,
  counterLimits,
  counterSteps,
  countingMs,
  firstStandMs,
} from '../../hot-path/operators/counter-step.ts';
import { replacedEvent, resetEvent, rolloverEvent } from './events.ts';

/** A register that jumps at every read is told of so often at most; it is counted each time. */
const quietMs = 60_000;

/** Follows the registers of a group, as columns by channel. */
export class CounterWatch {
  /** What naive subtraction would have made of resets and replacements, in kWh where the register is of energy. */
  readonly preventedKwh: Float64Array;
  readonly #limits: readonly (CounterLimits | undefined)[];
  readonly #units: readonly string[];
  readonly #restarts: readonly boolean[];
  readonly #factors: Float64Array;
  readonly #subjects: readonly string[];
  readonly #event: (event: GatewayEvent) => void;
  readonly #value: Float64Array;
  readonly #changedMs: Float64Array;
  readonly #seenMs: Float64Array;
  readonly #toldMs: Float64Array;

  constructor(options: {
    readonly channels: readonly ChannelSpec[];
    readonly factors: Float64Array;
    readonly subjects: readonly string[];
    event(event: GatewayEvent): void;
  }) {
    const { channels } = options;
    this.#limits = channels.map((channel) =>
      channel.kind === 'counter' ? counterLimits(channel) : undefined,
    );
    this.#units = channels.map(({ unit }) => unit);
    this.#restarts = channels.map(({ restarts }) => restarts === true);
    this.#factors = options.factors;
    this.#subjects = options.subjects;
    this.#event = (event) => options.event(event);
    this.preventedKwh = new Float64Array(channels.length);
    this.#value = new Float64Array(channels.length).fill(Number.NaN);
    this.#changedMs = new Float64Array(channels.length);
    this.#seenMs = new Float64Array(channels.length);
    this.#toldMs = new Float64Array(channels.length).fill(Number.NEGATIVE_INFINITY);
  }

  isCounter(channel: number): boolean {
    return this.#limits[channel] !== undefined;
  }

  /** Takes a believed reading of the time in `at`, later than the one before, and says what became of the register. */
  take(channel: number, values: Float64Array, at: Float64Array): CounterStep {
    const value = values[channel] as number;
    const timeMs = at[0] as number;
    const last = this.#value[channel] as number;
    const limits = this.#limits[channel];
    if (limits === undefined) return counterSteps.forward;
    const seenMs = this.#seenMs[channel] as number;
    this.#seenMs[channel] = timeMs;
    if (value === last) return counterSteps.forward;
    const passedMs = countingMs(this.#changedMs[channel] as number, seenMs, timeMs);
    this.#value[channel] = value;
    const isFirst = Number.isNaN(last);
    this.#changedMs[channel] = isFirst ? timeMs - firstStandMs : timeMs;
    if (isFirst) return counterSteps.forward;
    const step = classifyCounterStep(limits, last, value, passedMs);
    if (step === counterSteps.forward) return step;
    const isByDesign = step === counterSteps.reset && this.#restarts[channel] === true;
    if (isByDesign) return counterSteps.forward;
    if (step !== counterSteps.rollover) this.#prevent(channel, last, value);
    this.#tell(channel, step, { from: last, to: value, timeMs, passedMs });
    return step;
  }

  /** Who takes each step down for a rollover adds the rest of the range; who begins anew at 0 adds the reading. */
  #prevent(channel: number, last: number, value: number): void {
    const rolloverAt = this.#limits[channel]?.rolloverAt ?? Number.POSITIVE_INFINITY;
    let invented = value;
    if (value > last) invented = value - last;
    else if (Number.isFinite(rolloverAt)) invented = rolloverAt - last + value;
    const kwh = Math.abs(invented) * (this.#factors[channel] as number);
    this.preventedKwh[channel] = (this.preventedKwh[channel] as number) + kwh;
  }

  #tell(
    channel: number,
    step: CounterStep,
    at: {
      readonly from: number;
      readonly to: number;
      readonly timeMs: number;
      readonly passedMs: number;
    },
  ): void {
    if (Math.abs(at.timeMs - (this.#toldMs[channel] as number)) < quietMs) return;
    this.#toldMs[channel] = at.timeMs;
    const subject = this.#subjects[channel] ?? '';
    if (step === counterSteps.rollover) this.#event(rolloverEvent(subject, at));
    else if (step === counterSteps.reset) this.#event(resetEvent(subject, at));
    else {
      const unit = this.#units[channel] ?? '';
      const perHour = this.#limits[channel]?.maximumPerHour ?? Number.POSITIVE_INFINITY;
      const most = (perHour * at.passedMs) / 3_600_000;
      this.#event(replacedEvent(subject, { ...at, unit, most }));
    }
  }
}
