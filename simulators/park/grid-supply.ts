import { channels, valueNoise } from './noise.ts';

/** What the grid holds at the park's terminals. */
export type GridSupply = {
  readonly frequencyHz: number;
  /** Voltage relative to nominal. */
  readonly voltageShare: number;
};

/** Grid frequency and voltage: a pure function of seed and time. */
export const gridSupplyAt = (seed: number, timeMs: number): GridSupply => {
  const seconds = timeMs / 1000;
  return {
    frequencyHz: 50 + 0.03 * valueNoise(seed, channels.gridFrequency, seconds / 20),
    voltageShare: 1 + 0.015 * valueNoise(seed, channels.gridVoltage, seconds / 240),
  };
};
