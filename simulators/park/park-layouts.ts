import type { UnitLayout } from '../wire/unit-layout.ts';

/** What faults can change of the park's register maps by its meaning; the maps are in docs/simulators.md. */

/** SunSpec model 1. */
const serialNumber = [40_052, 16] as const;

export const inverterLayout: UnitLayout = {
  table: 'holding',
  counters: [{ address: 40_094, registers: 2 }],
  alive: [],
  serialNumber,
};

/** Energy exported and imported. */
const meterCounters = [
  { address: 40_108, registers: 2 },
  { address: 40_116, registers: 2 },
] as const;

export const meterLayout: UnitLayout = {
  table: 'holding',
  counters: meterCounters,
  alive: [],
  serialNumber,
};

export const storageLayout: UnitLayout = {
  table: 'holding',
  counters: [...meterCounters, { address: 40_191, registers: 2 }],
  /** The heartbeat. */
  alive: [[40_195, 1]],
  serialNumber,
};

/** Energy in all and of the session, the low word first. */
export const chargerLayout: UnitLayout = {
  table: 'input',
  counters: [
    { address: 4, registers: 2, order: 'CDAB' },
    { address: 6, registers: 2, order: 'CDAB' },
  ],
  alive: [],
};
