import type { ParkDay } from './calendar.ts';
import { channels, hashUnit, normalFromUniform } from './noise.ts';
import { parkSite } from './site.ts';

export type ConnectorKind = 'ac' | 'dc';

/** A vehicle that comes to charge on one day. */
export type ChargingRequest = {
  readonly kind: ConnectorKind;
  /** Local minutes since midnight. */
  readonly arrivalMinute: number;
  readonly energyKwh: number;
  /** Rated power of the connector, kW. */
  readonly ratedKw: number;
  /** State of charge the driver stops at, 0…1. */
  readonly targetShare: number;
};

const drawRequest = (seed: number, index: number): ChargingRequest | undefined => {
  const draw = (part: number): number => hashUnit(seed, index, channels.chargingSession + part);
  if (draw(0) > 0.85) return undefined;
  const isFast = draw(1) < 0.25;
  const deviation = normalFromUniform(draw(2), draw(3));
  const arrivalHour = draw(4) < 0.65 ? 8.6 + 0.6 * deviation : 13.8 + 2.4 * deviation;
  return {
    kind: isFast ? 'dc' : 'ac',
    arrivalMinute: Math.max(0, arrivalHour * 60),
    energyKwh: isFast ? 18 + 25 * draw(5) : 8 + 22 * draw(5),
    ratedKw: isFast ? parkSite.dcChargerKw : parkSite.acChargerKw,
    targetShare: 0.8 + 0.15 * draw(6),
  };
};

/** The vehicles of a day: 38 candidates on a working day, 9 on another, of whom 85 % come. */
export const chargingRequests = (seed: number, day: ParkDay): readonly ChargingRequest[] => {
  const isWorkday = day.weekday < 5 && !day.isHoliday;
  const candidates = isWorkday ? 38 : 9;
  const requests: ChargingRequest[] = [];
  for (let i = 0; i < candidates; i += 1) {
    const request = drawRequest(seed, day.serial * 1000 + i);
    if (request !== undefined) requests.push(request);
  }
  return requests;
};

/**
 * Power the vehicles would take if each found a free connector on arrival and charged at its rated
 * power to the end, kW: the demand before the chargers limit it.
 */
export const unconstrainedPowerKw = (
  requests: readonly ChargingRequest[],
  minuteOfDay: number,
): number => {
  let powerKw = 0;
  for (const { arrivalMinute, energyKwh, ratedKw } of requests) {
    const endMinute = arrivalMinute + (energyKwh / ratedKw) * 60;
    if (minuteOfDay >= arrivalMinute && minuteOfDay < endMinute) powerKw += ratedKw;
  }
  return powerKw;
};
