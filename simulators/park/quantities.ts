import { buildings, tenants } from './buildings.ts';
import { parkSite } from './site.ts';

/**
 * Every quantity of the park that has a rate now and a sum over time, by its place in the arrays of rates (kW) and energies
 * (Wh). What is no power fits the same arithmetic: irradiance in kW/m² sums to Wh/m², a state that holds (1) to thousandths
 * of an hour.
 */
export const quantity = {
  pv: 0,
  load: 1,
  ev: 2,
  charge: 3,
  discharge: 4,
  import: 5,
  export: 6,
  importPeak: 7,
  importFlat: 8,
  importValley: 9,
  /** What inverters could have given and an island or a limit did not let them. */
  pvCurtailed: 10,
  /** Demand of buildings and chargers that was shed. */
  unserved: 11,
  /** Served to buildings and chargers while islanded. */
  islandServed: 12,
  /** 1 while the breaker is open. */
  islandTime: 13,
  ghi: 14,
  /** First of one a roof. */
  poa: 15,
} as const;

export const buildingQuantity = quantity.poa + parkSite.roofCount;
export const tenantQuantity = buildingQuantity + buildings.length;
export const inverterQuantity = tenantQuantity + tenants.length;
export const chargerQuantity = inverterQuantity + parkSite.inverterCount;
export const quantityCount = chargerQuantity + parkSite.dcChargerCount + parkSite.acChargerCount;

/** Rates or energies by {@link quantity}. */
export type Quantities = Float64Array;

export const noQuantities = (): Quantities => new Float64Array(quantityCount);

export const amountOf = (values: Quantities, index: number): number => values[index] as number;
