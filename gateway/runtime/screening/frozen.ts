import type { ChannelSpec } from '../../core/point.ts';
import { isGood } from '../../core/quality.ts';
import { frozenRule } from './rules.ts';

/** Two equal samples are chance at a slow poll. */
const fewestSamples = 3;

/**
 * How long values of the channels of a group have stood, as columns. Compared bit by bit: a sensor that works shows its
 * noise in the last digits.
 */
export class FrozenWatch {
  /** Channels with a rule. */
  readonly channels: Uint16Array;
  readonly #afterMs: Float64Array;
  readonly #beyond: Float64Array;
  readonly #whileChannel: Int32Array;
  readonly #above: Float64Array;
  readonly #below: Float64Array;
  readonly #gapMs: number;
  readonly #value: Float64Array;
  readonly #seenMs: Float64Array;
  readonly #sinceMs: Float64Array;
  readonly #samples: Uint32Array;

  constructor(channels: readonly ChannelSpec[], gapMs: number) {
    const rules = channels.map(frozenRule);
    this.channels = Uint16Array.from(
      rules.flatMap((rule, index) => (rule === undefined ? [] : [index])),
    );
    this.#afterMs = Float64Array.from(rules, (rule) => rule?.afterMs ?? Number.POSITIVE_INFINITY);
    this.#beyond = Float64Array.from(rules, (rule) => rule?.beyond ?? 0);
    this.#whileChannel = Int32Array.from(rules, (rule) =>
      rule?.while === undefined
        ? -1
        : channels.findIndex(({ point }) => point === rule.while?.point),
    );
    this.#above = Float64Array.from(
      rules,
      (rule) => rule?.while?.above ?? Number.NEGATIVE_INFINITY,
    );
    this.#below = Float64Array.from(
      rules,
      (rule) => rule?.while?.below ?? Number.POSITIVE_INFINITY,
    );
    this.#gapMs = gapMs;
    this.#value = new Float64Array(channels.length).fill(Number.NaN);
    this.#seenMs = new Float64Array(channels.length);
    this.#sinceMs = new Float64Array(channels.length);
    this.#samples = new Uint32Array(channels.length);
  }

  /** Whether the rule of the channel applies, as the newest values of its group are. */
  applies(channel: number, values: Float64Array, status: Uint32Array): boolean {
    if (!(Math.abs(values[channel] as number) > (this.#beyond[channel] as number))) return false;
    const other = this.#whileChannel[channel] as number;
    if (other < 0) return true;
    const value = values[other] as number;
    return (
      isGood(status[other] as number) &&
      value > (this.#above[channel] as number) &&
      value < (this.#below[channel] as number)
    );
  }

  /** Takes a good sample of the time in `at`; whether its value has stood for too long. */
  stands(channel: number, values: Float64Array, at: Float64Array): boolean {
    const value = values[channel] as number;
    const timeMs = at[0] as number;
    const isSame =
      value === this.#value[channel] && timeMs - (this.#seenMs[channel] as number) <= this.#gapMs;
    this.#value[channel] = value;
    this.#seenMs[channel] = timeMs;
    if (!isSame) {
      this.#sinceMs[channel] = timeMs;
      this.#samples[channel] = 1;
      return false;
    }
    this.#samples[channel] = (this.#samples[channel] as number) + 1;
    return (
      this.#samples[channel] >= fewestSamples &&
      timeMs - (this.#sinceMs[channel] as number) >= (this.#afterMs[channel] as number)
    );
  }

  hasRule(channel: number): boolean {
    return (this.#afterMs[channel] as number) < Number.POSITIVE_INFINITY;
  }

  afterMs(channel: number): number {
    return this.#afterMs[channel] as number;
  }

  /** What was seen counts no more: nothing came, or something that is no value. */
  forget(channel: number): void {
    this.#value[channel] = Number.NaN;
  }
}
