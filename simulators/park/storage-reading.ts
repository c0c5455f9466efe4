import { storedRateKw } from './battery.ts';
import type { BatteryCells } from './battery-cells.ts';
import type { ParkView } from './park-view.ts';
import { amountOf, quantity } from './quantities.ts';
import { parkSite } from './site.ts';
import { chargeState } from './sunspec/battery-models.ts';

export const cellsInSeries = parkSite.storageModulesPerRack * parkSite.storageCellsPerModule;
const internalResistanceOhm = 0.012;

/** Open-circuit voltage of an LFP cell: flat between two steep ends. */
const openCircuitV = (share: number): number =>
  3.2 + 0.12 * share - 0.45 * Math.exp(-22 * share) + 0.1 * Math.exp(-30 * (1 - share));

/** What the battery management shows, in the units of the SI. */
export type StorageReading = {
  /** At the AC terminals; positive charges. */
  readonly acW: number;
  /** At the battery; positive charges. */
  readonly dcW: number;
  readonly bankV: number;
  readonly bankA: number;
  readonly cellV: number;
  readonly socShare: number;
  readonly cycles: number;
  /** Point ChaSt of model 802. */
  readonly chargeState: number;
  /** Mean of the modules. */
  readonly moduleC: number;
  /** Further than 150 mV between the highest and the lowest cell. */
  readonly isImbalanced: boolean;
  /** Energy given and taken since the registers began, Wh. */
  readonly dischargeWh: number;
  readonly chargeWh: number;
  readonly isGridForming: boolean;
};

const chargeStateOf = (acKw: number, share: number): number => {
  if (acKw > 0) return chargeState.charging;
  if (acKw < 0) return chargeState.discharging;
  if (share <= parkSite.storageMinimumShare) return chargeState.empty;
  return share >= parkSite.storageMaximumShare ? chargeState.full : chargeState.holding;
};

/** Between the highest and the lowest cell, from which the battery warns. */
export const imbalanceV = 0.15;

export const storageReading = (view: ParkView, cells: BatteryCells): StorageReading => {
  const { moment } = view;
  const acKw = moment.batteryKw;
  const socShare = moment.storedKwh / parkSite.storageCapacityKwh;
  const dcW = 1000 * storedRateKw(acKw);
  const restV = openCircuitV(socShare) * cellsInSeries;
  const bankV = restV + internalResistanceOhm * (dcW / restV);
  const range = cells.bankRange();
  const dischargeWh = amountOf(view.totalWh, quantity.discharge);
  return {
    acW: acKw * 1000,
    dcW,
    bankV,
    bankA: dcW / bankV,
    cellV: bankV / cellsInSeries,
    socShare,
    cycles: Math.floor(dischargeWh / 1000 / parkSite.storageCapacityKwh),
    chargeState: chargeStateOf(acKw, socShare),
    moduleC: 24 + (8 * Math.abs(acKw)) / parkSite.storagePowerKw,
    isImbalanced: range.highestV - range.lowestV > imbalanceV,
    dischargeWh,
    chargeWh: amountOf(view.totalWh, quantity.charge),
    isGridForming: moment.connection.source === 'battery',
  };
};
