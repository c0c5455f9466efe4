/**
 * Counter-based randomness: every value is a pure function of a seed, an index and a channel, so any
 * instant can be evaluated alone, in any order and at any step, and a replay is exact.
 */

const twoTo32 = 4_294_967_296;

/**
 * A uniform number in [0, 1) that depends on nothing but its arguments.
 *
 * @param seed - 32-bit integer that selects the whole world.
 * @param index - position in the sequence; any 32-bit integer.
 * @param channel - which quantity the number is for; two channels are independent.
 */
export const hashUnit = (seed: number, index: number, channel: number): number => {
  let h = (seed ^ Math.imul(index, 0x9e3779b1) ^ Math.imul(channel, 0x85ebca77)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return ((h ^ (h >>> 15)) >>> 0) / twoTo32;
};

/**
 * Smooth noise in [-1, 1]: hashed values on the integer lattice joined by a smoothstep, continuous
 * with its first derivative.
 *
 * @param position - place on the lattice; one unit is one correlation length.
 */
export const valueNoise = (seed: number, channel: number, position: number): number => {
  const cell = Math.floor(position);
  const fraction = position - cell;
  const weight = fraction * fraction * (3 - 2 * fraction);
  const left = hashUnit(seed, cell, channel);
  const right = hashUnit(seed, cell + 1, channel);
  return 2 * (left + (right - left) * weight) - 1;
};

/**
 * A standard normal number (Box-Muller) from two uniform ones.
 *
 * @param first - uniform in [0, 1); large values make large deviations, up to 4.3 sigma.
 * @param second - uniform in [0, 1).
 */
export const normalFromUniform = (first: number, second: number): number =>
  Math.sqrt(-2 * Math.log(1 - first * 0.9999)) * Math.cos(2 * Math.PI * second);

/**
 * Channel numbers of the park. Together with the hash they define the park of a seed: changing one
 * changes every yearly figure.
 */
export const channels = {
  cloudCover: 1,
  cloudCoverDaily: 2,
  clearnessDaily: 3,
  ambientTemperature: 7,
  cloudsSlow: 11,
  cloudsFast: 12,
  loadSlow: 21,
  loadFast: 22,
  /** First of the seven channels of a charging session. */
  chargingSession: 30,
  inverterFactor: 51,
  meterGain: 53,
  counterStart: 55,
  stringFactor: 57,
  gridFrequency: 61,
  gridVoltage: 62,
  wind: 63,
  phaseShare: 66,
  cellVoltage: 68,
  meterPower: 70,
  /** First of one channel a tenant and one a building's common areas. */
  tenantLoad: 80,
} as const;
