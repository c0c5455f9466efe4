import type { ChannelSpec } from '../../core/point.ts';

/** A value that stays is believed from its third sample on: then the step was real, and the one before it was not. */
const steadySamples = 3;

/** Physical limits of the channels of a group, as columns. */
export class Limits {
  readonly #minimum: Float64Array;
  readonly #maximum: Float64Array;
  readonly #ratePerMs: Float64Array;
  readonly #believed: Float64Array;
  readonly #believedMs: Float64Array;
  readonly #refused: Float64Array;
  readonly #refusedMs: Float64Array;
  readonly #refusals: Uint32Array;
  readonly #periodMs: number;

  constructor(channels: readonly ChannelSpec[], periodMs: number | undefined) {
    const column = (none: number, pick: (channel: ChannelSpec) => number | undefined) =>
      Float64Array.from(channels, (channel) =>
        isNumeric(channel) ? (pick(channel) ?? none) : none,
      );
    this.#minimum = column(Number.NEGATIVE_INFINITY, ({ minimum }) => minimum);
    this.#maximum = column(Number.POSITIVE_INFINITY, ({ maximum }) => maximum);
    // A counter that steps too far is another register, which `CounterWatch` tells.
    this.#ratePerMs = column(Number.POSITIVE_INFINITY, ({ kind, maximumRatePerSecond }) =>
      kind === 'counter' || maximumRatePerSecond === undefined
        ? undefined
        : maximumRatePerSecond / 1000,
    );
    this.#believed = new Float64Array(channels.length);
    this.#believedMs = new Float64Array(channels.length).fill(Number.NaN);
    this.#refused = new Float64Array(channels.length);
    this.#refusedMs = new Float64Array(channels.length);
    this.#refusals = new Uint32Array(channels.length);
    this.#periodMs = periodMs ?? 0;
  }

  isInRange(channel: number, values: Float64Array): boolean {
    const value = values[channel] as number;
    return (
      value >= (this.#minimum[channel] as number) && value <= (this.#maximum[channel] as number)
    );
  }

  // Numbers go through arrays: a float64 handed from function to function may be allocated. `at` holds the time.

  /** Whether the value can have come about since the last that was believed; one that can is believed from here on. */
  isReachable(channel: number, values: Float64Array, at: Float64Array): boolean {
    const rate = this.#ratePerMs[channel] as number;
    if (rate === Number.POSITIVE_INFINITY) return true;
    const value = values[channel] as number;
    const timeMs = at[0] as number;
    const passedMs = timeMs - (this.#believedMs[channel] as number);
    // Two stamps may lie closer together than the reads were.
    const most = rate * Math.max(passedMs, this.#periodMs);
    if (Math.abs(value - (this.#believed[channel] as number)) > most) {
      if (!this.#isSteady(channel, values, at)) return false;
    }
    this.#believed[channel] = value;
    this.#believedMs[channel] = timeMs;
    this.#refusals[channel] = 0;
    return true;
  }

  #isSteady(channel: number, values: Float64Array, at: Float64Array): boolean {
    const value = values[channel] as number;
    const timeMs = at[0] as number;
    const rate = this.#ratePerMs[channel] as number;
    const most = rate * Math.max(timeMs - (this.#refusedMs[channel] as number), this.#periodMs);
    const before = this.#refusals[channel] as number;
    const isNear = before > 0 && Math.abs(value - (this.#refused[channel] as number)) <= most;
    this.#refused[channel] = value;
    this.#refusedMs[channel] = timeMs;
    this.#refusals[channel] = isNear ? before + 1 : 1;
    return this.#refusals[channel] >= steadySamples;
  }
}

const isNumeric = ({ kind }: ChannelSpec): boolean => kind === 'number' || kind === 'counter';
