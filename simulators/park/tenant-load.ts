import { activityOf } from './building-load.ts';
import { buildings, type TenantKind, tenants } from './buildings.ts';
import { minutesPerDay, type ParkDay } from './calendar.ts';
import { channels, valueNoise } from './noise.ts';
import { parkSite } from './site.ts';

const isWorking = (hour: number, from: number, to: number): boolean => hour >= from && hour < to;

/** How much a kind of tenant draws at an hour, relative to its mean. */
const rhythm: Readonly<Record<TenantKind, (hour: number, activity: number) => number>> = {
  production: (hour, activity) => (isWorking(hour, 7, 21) ? 0.8 + 0.3 * activity : 0.85),
  office: (hour, activity) => (isWorking(hour, 8, 19) ? 0.7 + 0.7 * activity : 0.5),
  // They draw the same at all hours, which weighs more while the others sleep.
  dataRoom: (hour, activity) => (isWorking(hour, 7, 21) ? 1.1 - 0.3 * activity : 1.35),
  coldStore: (hour, activity) => (isWorking(hour, 7, 21) ? 1.1 - 0.2 * activity : 1.2),
};

/** Shares of what the load feeder gives: of the buildings, in their order, and of the tenants. */
export type LoadShares = {
  readonly buildings: Float64Array;
  readonly tenants: Float64Array;
};

/**
 * Splits the load of all buildings, minute by minute, so that buildings and the loss before them sum to the feeder
 * exactly, and tenants and common areas to their building. A pure function of seed and minute; the last minute is kept.
 */
export const createTenantLoad = (
  seed: number,
): ((day: ParkDay, minuteOfDay: number) => LoadShares) => {
  const shares = {
    buildings: new Float64Array(buildings.length),
    tenants: new Float64Array(tenants.length),
  };
  let knownMinute: number | undefined;
  return (day, minuteOfDay) => {
    const minute = day.serial * minutesPerDay + Math.floor(minuteOfDay);
    if (minute !== knownMinute) {
      knownMinute = minute;
      split(shares, seed, { day, minute, hour: Math.floor(minuteOfDay) / 60 });
    }
    return shares;
  };
};

const split = (
  shares: LoadShares,
  seed: number,
  at: { readonly day: ParkDay; readonly minute: number; readonly hour: number },
): void => {
  const activity = activityOf(at.day);
  const weightOf = (index: number, share: number, factor: number): number =>
    share * factor * (1 + 0.25 * valueNoise(seed, channels.tenantLoad + index, at.minute / 45));
  shares.buildings.fill(0);
  let sum = 0;
  for (const [i, { kind, share, buildingIndex }] of tenants.entries()) {
    const weight = weightOf(i, share, rhythm[kind](at.hour, activity));
    shares.tenants[i] = weight;
    shares.buildings[buildingIndex] = (shares.buildings[buildingIndex] as number) + weight;
    sum += weight;
  }
  for (const [b, { commonShare }] of buildings.entries()) {
    const weight = weightOf(tenants.length + b, commonShare, 1);
    shares.buildings[b] = (shares.buildings[b] as number) + weight;
    sum += weight;
  }
  const scale = (1 - parkSite.distributionLossShare) / sum;
  for (let i = 0; i < tenants.length; i += 1)
    shares.tenants[i] = (shares.tenants[i] as number) * scale;
  for (let b = 0; b < buildings.length; b += 1) {
    shares.buildings[b] = (shares.buildings[b] as number) * scale;
  }
};
