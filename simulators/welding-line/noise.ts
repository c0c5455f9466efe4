/**
 * Counter-based randomness: a number is a pure function of a key and a counter, so that a seed
 * gives the same bytes on every machine and in every run.
 */

const twoTo32 = 4_294_967_296;

const mix = (value: number): number => {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) | 0;
};

/** The key of one stream of numbers; streams of different parts are independent. */
export const streamKey = (seed: number, ...parts: readonly number[]): number => {
  let key = mix(seed + 0x6d2b79f5);
  for (const part of parts) key = mix(Math.imul(key, 0x2c1b3c6d) + part + 0x3779fb9);
  return key;
};

/** Uniform in [0, 1). */
export const uniform = (key: number, counter: number): number =>
  (mix(mix(Math.imul(counter, 0x9e3779b1) + key) ^ key) >>> 0) / twoTo32;

/** Standard normal (Box-Muller). */
export const normal = (key: number, counter: number): number =>
  Math.sqrt(-2 * Math.log(1 - uniform(key, counter))) *
  Math.cos(2 * Math.PI * uniform(key ^ 0x5bf03635, counter));

/** Joined by a smoothstep between values at whole positions, in [-1, 1]. */
export const smooth = (key: number, position: number): number => {
  const cell = Math.floor(position);
  const fraction = position - cell;
  const weight = fraction * fraction * (3 - 2 * fraction);
  const left = uniform(key, cell);
  return 2 * (left + (uniform(key, cell + 1) - left) * weight) - 1;
};

const phi = 0.8;
const innovation = Math.sqrt(1 - phi * phi);

/** First-order autoregressive noise, n(t) = 0.8 n(t-1) + 0.6 sigma e(t), whose standard deviation is sigma. */
export class ArNoise {
  readonly #key: number;
  readonly #sigma: number;
  #value: number;
  /** One draw of Box-Muller gives two normals: for an even counter and for the next. */
  #drawnFor = -2;
  #second = 0;

  constructor(key: number, sigma: number) {
    this.#key = key;
    this.#sigma = sigma;
    this.#value = sigma * normal(key, -1);
  }

  /** The value at the next counter; counters are given in rising order. */
  next(counter: number): number {
    this.#value = phi * this.#value + innovation * this.#sigma * this.#normal(counter);
    return this.#value;
  }

  #normal(counter: number): number {
    const even = counter - (counter % 2);
    const isSecond = even !== counter;
    if (isSecond && this.#drawnFor === even) return this.#second;
    const radius = Math.sqrt(-2 * Math.log(1 - uniform(this.#key, even)));
    const angle = 2 * Math.PI * uniform(this.#key ^ 0x5bf03635, even);
    this.#drawnFor = even;
    this.#second = radius * Math.sin(angle);
    return isSecond ? this.#second : radius * Math.cos(angle);
  }
}
