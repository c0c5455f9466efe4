import type { Connection } from './grid-connection.ts';
import { channels, valueNoise } from './noise.ts';

/** What stands on one side of the breaker. */
export type SideSupply = {
  /** Undefined where there is no voltage to measure it by. */
  readonly frequencyHz: number | undefined;
  /** Voltage relative to nominal. */
  readonly voltageShare: number;
};

/** What the park's bus has, and what the grid holds before the breaker. */
export type GridSupply = SideSupply & { readonly grid: SideSupply };

const dead: SideSupply = { frequencyHz: undefined, voltageShare: 0 };

const gridSide = (seed: number, seconds: number): SideSupply => ({
  frequencyHz: 50 + 0.03 * valueNoise(seed, channels.gridFrequency, seconds / 20),
  voltageShare: 1 + 0.015 * valueNoise(seed, channels.gridVoltage, seconds / 240),
});

/** A battery holds its own grid less stiffly. */
const islandSide = (seed: number, seconds: number): SideSupply => ({
  frequencyHz: 50 + 0.15 * valueNoise(seed, channels.gridFrequency, seconds / 7),
  voltageShare: 1 + 0.025 * valueNoise(seed, channels.gridVoltage, seconds / 30),
});

/** Frequency and voltage on both sides of the breaker: a pure function of seed, time and connection. */
export const gridSupplyAt = (seed: number, timeMs: number, connection: Connection): GridSupply => {
  const seconds = timeMs / 1000;
  const grid = connection.hasGridVoltage ? gridSide(seed, seconds) : dead;
  switch (connection.source) {
    case 'grid':
      return { ...grid, grid };
    case 'battery':
      return { ...islandSide(seed, seconds), grid };
    case 'none':
      return { ...dead, grid };
  }
};
