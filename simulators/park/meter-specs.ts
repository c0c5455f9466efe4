import { buildings, tenants } from './buildings.ts';
import {
  amountOf,
  buildingQuantity,
  type Quantities,
  quantity,
  tenantQuantity,
} from './quantities.ts';

/**
 * A metering point of the park. Import is energy that the park's bus draws from the grid, or that a
 * feeder draws from the bus; export is the way back. Power is positive while importing.
 */
export type MeterSpec = {
  /** Key in the truth, and name in faults. */
  readonly name: string;
  /** Line-to-neutral, V. */
  readonly nominalPhaseVoltage: number;
  /** Reactive over active power of what is behind the meter. */
  readonly reactiveShare: number;
  /** Scale factors of current, voltage and power, chosen so that the largest value fits 16 bits. */
  readonly ampereScale: number;
  readonly voltScale: number;
  readonly wattScale: number;
  readonly powerKw: (rates: Quantities) => number;
  readonly importWh: (totalWh: Quantities) => number;
  readonly exportWh: (totalWh: Quantities) => number;
};

const lowVoltage = { nominalPhaseVoltage: 230, voltScale: -1 } as const;

const consumer = (index: number): Pick<MeterSpec, 'powerKw' | 'importWh' | 'exportWh'> => ({
  powerKw: (rates) => amountOf(rates, index),
  importWh: (totalWh) => amountOf(totalWh, index),
  exportWh: () => 0,
});

const both = (
  imported: number,
  exported: number,
): Pick<MeterSpec, 'powerKw' | 'importWh' | 'exportWh'> => ({
  powerKw: (rates) => amountOf(rates, imported) - amountOf(rates, exported),
  importWh: (totalWh) => amountOf(totalWh, imported),
  exportWh: (totalWh) => amountOf(totalWh, exported),
});

/** Unit ids 1 to 4 of the meter server, in order: the gateway to the grid and the feeders. */
export const mainMeters: readonly MeterSpec[] = [
  {
    name: 'grid',
    nominalPhaseVoltage: 10_000 / Math.sqrt(3),
    reactiveShare: 0.25,
    ampereScale: -1,
    voltScale: 0,
    wattScale: 3,
    ...both(quantity.import, quantity.export),
  },
  {
    name: 'building',
    ...lowVoltage,
    reactiveShare: 0.3,
    ampereScale: 0,
    wattScale: 3,
    ...consumer(quantity.load),
  },
  {
    name: 'ev',
    ...lowVoltage,
    reactiveShare: 0.05,
    ampereScale: -1,
    wattScale: 1,
    ...consumer(quantity.ev),
  },
  {
    name: 'pv',
    ...lowVoltage,
    reactiveShare: 0.02,
    ampereScale: 0,
    wattScale: 3,
    powerKw: (rates) => -amountOf(rates, quantity.pv),
    importWh: () => 0,
    exportWh: (totalWh) => amountOf(totalWh, quantity.pv),
  },
];

/** The storage system's meter at its AC terminals. */
export const storageMeter: MeterSpec = {
  name: 'storage',
  ...lowVoltage,
  reactiveShare: 0.02,
  ampereScale: 0,
  wattScale: 2,
  ...both(quantity.charge, quantity.discharge),
};

/** Unit ids 11 to 15: where each building is fed. */
export const buildingMeters: readonly MeterSpec[] = buildings.map(({ id }, i) => ({
  name: `building-${id}`,
  ...lowVoltage,
  reactiveShare: 0.3,
  ampereScale: 0,
  wattScale: 2,
  ...consumer(buildingQuantity + i),
}));

/** Unit ids 21 to 32: the tenants. What a building has beyond them are its common areas. */
export const tenantMeters: readonly MeterSpec[] = tenants.map(({ id }, i) => ({
  name: id,
  ...lowVoltage,
  reactiveShare: 0.3,
  ampereScale: 0,
  wattScale: 2,
  ...consumer(tenantQuantity + i),
}));
