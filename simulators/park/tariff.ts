/** Price period of the time-of-use tariff the battery is dispatched by. */
export type TariffPeriod = 'peak' | 'flat' | 'valley';

/**
 * The two-peak table of Jiangsu before June 2025: peak 8-11 and 17-22, valley 0-8, flat otherwise.
 *
 * @param hour - local hour of day, 0…24
 */
export const tariffPeriodAt = (hour: number): TariffPeriod => {
  if (hour < 8) return 'valley';
  if (hour < 11 || (hour >= 17 && hour < 22)) return 'peak';
  return 'flat';
};

/** Periods as a register shows them. */
export const tariffNumber: Readonly<Record<TariffPeriod, number>> = { peak: 1, flat: 2, valley: 3 };
