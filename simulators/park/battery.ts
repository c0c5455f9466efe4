import { parkSite } from './site.ts';
import { tariffPeriodAt } from './tariff.ts';

const capacityKwh = parkSite.storageCapacityKwh;
const ratedKw = parkSite.storagePowerKw;
const efficiency = parkSite.storageEfficiency;

/** Energy in the cells that the dispatch never goes below or above, kWh. */
const lowestKwh = parkSite.storageMinimumShare * capacityKwh;
const highestKwh = parkSite.storageMaximumShare * capacityKwh;
/** By night the battery stops here and leaves room for the PV surplus of the day. */
const valleyTargetKwh = 0.75 * capacityKwh;
const afternoonTargetKwh = 0.9 * capacityKwh;

export type DispatchSituation = {
  /** Load and chargers less PV at the AC bus, kW. */
  readonly netLoadKw: number;
  /** Energy in the cells, kWh. */
  readonly storedKwh: number;
  /** Local hour of day at the start of the step. */
  readonly hour: number;
  readonly stepHours: number;
  /** When set, grid import is held at or below it as far as the battery can, kW. */
  readonly demandTargetKw?: number | undefined;
};

const chargeLimitKw = (s: DispatchSituation, targetKwh: number): number =>
  Math.max(0, targetKwh - s.storedKwh) / (efficiency * s.stepHours);

const dischargeLimitKw = (s: DispatchSituation): number =>
  Math.min(ratedKw, (Math.max(0, s.storedKwh - lowestKwh) * efficiency) / s.stepHours);

const scheduledPowerKw = (s: DispatchSituation): number => {
  if (s.netLoadKw < 0) return Math.min(-s.netLoadKw, ratedKw, chargeLimitKw(s, highestKwh));
  const period = tariffPeriodAt(s.hour);
  if (period === 'peak') return -Math.min(s.netLoadKw, dischargeLimitKw(s));
  if (period === 'valley') return Math.min(0.5 * ratedKw, chargeLimitKw(s, valleyTargetKwh));
  if (s.hour >= 13 && s.hour < 17) {
    return Math.min(0.35 * ratedKw, chargeLimitKw(s, afternoonTargetKwh));
  }
  return 0;
};

/**
 * Power of the battery at its AC terminals over a step, kW; positive charges.
 *
 * In order: take the PV surplus; in the peak period feed the net load and never export; in the valley
 * charge at half power to 75 %; in the flat afternoon (13-17 h) at 35 % to 90 %; and, only with a demand
 * target, charge no more than the target leaves and discharge what the target lacks.
 */
export const dispatchPowerKw = (situation: DispatchSituation): number => {
  const scheduledKw = scheduledPowerKw(situation);
  const { demandTargetKw, netLoadKw } = situation;
  if (demandTargetKw === undefined || netLoadKw < 0) return scheduledKw;
  const headroomKw = demandTargetKw - netLoadKw;
  if (headroomKw >= 0) return Math.min(scheduledKw, headroomKw);
  return Math.min(scheduledKw, -Math.min(-headroomKw, netLoadKw, dischargeLimitKw(situation)));
};

/** Energy in the cells after a step, kWh: the one-way loss is paid when charging and again after. */
export const storedAfterKwh = (storedKwh: number, powerKw: number, stepHours: number): number =>
  storedKwh + storedRateKw(powerKw) * stepHours;

/** How fast the energy in the cells changes at a power of the AC terminals, kW. */
export const storedRateKw = (powerKw: number): number =>
  powerKw > 0 ? powerKw * efficiency : powerKw / efficiency;

/** What is left of rounding at the ends of the range is taken away, so that every evening ends at the same number. */
export const settledKwh = (storedKwh: number): number => {
  if (Math.abs(storedKwh - lowestKwh) < 1e-6) return lowestKwh;
  return Math.abs(storedKwh - highestKwh) < 1e-6 ? highestKwh : storedKwh;
};

/** What the battery can take (positive) and give over a step of an island, kW. */
export const islandLimitsKw = (
  storedKwh: number,
  stepHours: number,
): { readonly chargeKw: number; readonly dischargeKw: number } => {
  const room = (highestKwh - storedKwh) / (efficiency * stepHours);
  const left = ((storedKwh - lowestKwh) * efficiency) / stepHours;
  return {
    chargeKw: Math.min(ratedKw, Math.max(0, room)),
    dischargeKw: Math.min(ratedKw, Math.max(0, left)),
  };
};
