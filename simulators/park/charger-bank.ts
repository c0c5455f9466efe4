import { minutesPerDay, type ParkDay } from './calendar.ts';
import { type ChargingProfile, chargingProfile } from './charging-profile.ts';
import { type ChargingRequest, type ConnectorKind, chargingRequests } from './ev-sessions.ts';
import { parkSite } from './site.ts';

/** Status register of a charger. */
export const chargerStatus = {
  available: 0,
  preparing: 1,
  charging: 2,
  finishing: 3,
  faulted: 4,
} as const;

type ChargerStatus = (typeof chargerStatus)[keyof typeof chargerStatus];

/** Authorising and handshake between plugging in and the first power. */
const preparingMinutes = 1;
/** From the end of charging until the vehicle has left. */
const finishingMinutes = 5;

/** The stay of one vehicle at one charger, local minutes of its day. */
export type ChargingStay = {
  readonly charger: number;
  readonly pluggedMinute: number;
  readonly chargeMinute: number;
  readonly chargedMinute: number;
  readonly leftMinute: number;
  readonly profile: ChargingProfile;
};

export const chargerCount = parkSite.dcChargerCount + parkSite.acChargerCount;

/** Chargers 0…3 are DC, 4…9 AC. */
export const connectorKind = (charger: number): ConnectorKind =>
  charger < parkSite.dcChargerCount ? 'dc' : 'ac';

const stayOf = (request: ChargingRequest, charger: number, pluggedMinute: number): ChargingStay => {
  const profile = chargingProfile(request);
  const chargeMinute = pluggedMinute + preparingMinutes;
  const chargedMinute = chargeMinute + profile.durationHours * 60;
  const leftMinute = chargedMinute + finishingMinutes;
  return { charger, pluggedMinute, chargeMinute, chargedMinute, leftMinute, profile };
};

/**
 * Gives the vehicles of a day to the chargers in the order they arrive: each takes the connector of its
 * kind that is free first and waits for it. The car park closes at midnight: who has not begun by then
 * leaves uncharged, who charges is cut off. So the days are independent of each other.
 */
export const planStays = (
  requests: readonly ChargingRequest[],
): readonly (readonly ChargingStay[])[] => {
  const stays: ChargingStay[][] = Array.from({ length: chargerCount }, () => []);
  const freeMinute = new Float64Array(chargerCount);
  const byArrival = [...requests].sort((a, b) => a.arrivalMinute - b.arrivalMinute);
  for (const request of byArrival) {
    let charger = -1;
    for (let i = 0; i < chargerCount; i += 1) {
      if (connectorKind(i) !== request.kind) continue;
      if (charger < 0 || (freeMinute[i] as number) < (freeMinute[charger] as number)) charger = i;
    }
    const pluggedMinute = Math.max(request.arrivalMinute, freeMinute[charger] as number);
    if (pluggedMinute + preparingMinutes >= minutesPerDay) continue;
    const stay = stayOf(request, charger, pluggedMinute);
    freeMinute[charger] = stay.leftMinute;
    (stays[charger] as ChargingStay[]).push(stay);
  }
  return stays;
};

/** One charger as its registers show it. */
export type ChargerReading = {
  readonly status: ChargerStatus;
  readonly powerKw: number;
  /** Delivered in the session that runs or ran last, Wh; 0 from midnight to the first one. */
  readonly sessionWh: number;
  /** Of the vehicle that is plugged in, 0…1; undefined where the connector does not tell it. */
  readonly vehicleShare: number | undefined;
};

/** The stay at one charger in one step, and the power that its vehicle wants. */
export type ChargerStep = { readonly stay: ChargingStay | undefined; readonly wantedKw: number };

const idle: ChargerStep = { stay: undefined, wantedKw: 0 };

/** The ten chargers of the park: who stands at them when, a function of seed and time alone. */
export class ChargerBank {
  readonly #seed: number;
  #serial: number | undefined;
  #stays: readonly (readonly ChargingStay[])[] = [];

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A vehicle's time at a charger passes whether it is given power or not. */
  at(charger: number, day: ParkDay, minuteOfDay: number): ChargerStep {
    if (this.#serial !== day.serial) {
      this.#serial = day.serial;
      this.#stays = planStays(chargingRequests(this.#seed, day));
    }
    for (const stay of this.#stays[charger] as readonly ChargingStay[]) {
      if (minuteOfDay < stay.pluggedMinute) return idle;
      if (minuteOfDay < stay.leftMinute) {
        const elapsedHours = (minuteOfDay - stay.chargeMinute) / 60;
        return { stay, wantedKw: elapsedHours < 0 ? 0 : stay.profile.powerKw(elapsedHours) };
      }
    }
    return idle;
  }
}

/** What a charger tells of its vehicle. */
export const statusOf = (stay: ChargingStay | undefined, minuteOfDay: number): ChargerStatus => {
  if (stay === undefined) return chargerStatus.available;
  if (minuteOfDay < stay.chargeMinute) return chargerStatus.preparing;
  return minuteOfDay < stay.chargedMinute ? chargerStatus.charging : chargerStatus.finishing;
};
