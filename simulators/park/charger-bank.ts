import { minutesPerDay, type ParkDay, type ParkInstant } from './calendar.ts';
import { type ChargingProfile, chargingProfile, shareAfter } from './charging-profile.ts';
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
  status: ChargerStatus;
  powerKw: number;
  /** Delivered in the session that runs or ran last, Wh. */
  sessionWh: number;
  /** Of the vehicle that is plugged in, 0…1; undefined where the connector does not tell it. */
  vehicleShare: number | undefined;
};

/** The ten chargers of the park, stepped in time. */
export class ChargerBank {
  readonly readings: readonly ChargerReading[] = Array.from({ length: chargerCount }, () => ({
    status: chargerStatus.available,
    powerKw: 0,
    sessionWh: 0,
    vehicleShare: undefined,
  }));
  /** Exact energy by charger since the start, Wh. */
  readonly energyWh = new Float64Array(chargerCount);
  /** A charger that is out of order gives no power; the vehicle's time at it passes all the same. */
  readonly faulted: boolean[] = Array.from({ length: chargerCount }, () => false);

  readonly #seed: number;
  readonly #current: (ChargingStay | undefined)[] = Array.from({ length: chargerCount });
  #serial: number | undefined;
  #stays: readonly (readonly ChargingStay[])[] = [];

  constructor(seed: number) {
    this.#seed = seed;
  }

  /**
   * Evaluates a step in its middle and adds its energy to sessions and chargers.
   *
   * @returns power of all chargers, kW
   */
  advance(instant: ParkInstant, stepHours: number): number {
    if (this.#serial !== instant.day.serial) this.#openDay(instant.day);
    let powerKw = 0;
    for (let i = 0; i < chargerCount; i += 1) {
      powerKw += this.#advanceCharger(i, instant.middleMinute, stepHours);
    }
    return powerKw;
  }

  #openDay(day: ParkDay): void {
    this.#serial = day.serial;
    this.#stays = planStays(chargingRequests(this.#seed, day));
    this.#current.fill(undefined);
  }

  #advanceCharger(charger: number, minute: number, stepHours: number): number {
    const reading = this.readings[charger] as ChargerReading;
    const stay = this.#stayAt(charger, minute);
    if (stay !== this.#current[charger]) {
      this.#current[charger] = stay;
      if (stay !== undefined) reading.sessionWh = this.#deliveredWh(stay, minute, stepHours);
    }
    const elapsedHours = stay === undefined ? -1 : (minute - stay.chargeMinute) / 60;
    const isFaulted = this.faulted[charger] as boolean;
    reading.powerKw =
      stay === undefined || elapsedHours < 0 || isFaulted ? 0 : stay.profile.powerKw(elapsedHours);
    const stepWh = reading.powerKw * 1000 * stepHours;
    reading.sessionWh += stepWh;
    this.energyWh[charger] = (this.energyWh[charger] as number) + stepWh;
    reading.status = isFaulted ? chargerStatus.faulted : statusOf(stay, minute);
    const initialShare = stay?.profile.initialShare;
    reading.vehicleShare =
      initialShare === undefined ? undefined : shareAfter(initialShare, reading.sessionWh / 1000);
    return reading.powerKw;
  }

  /** What a session found running had delivered before this step. */
  #deliveredWh(stay: ChargingStay, minute: number, stepHours: number): number {
    const hoursBefore = (minute - stay.chargeMinute) / 60 - stepHours / 2;
    return hoursBefore > 0 ? stay.profile.energyKwh(hoursBefore) * 1000 : 0;
  }

  #stayAt(charger: number, minute: number): ChargingStay | undefined {
    for (const stay of this.#stays[charger] as readonly ChargingStay[]) {
      if (minute < stay.pluggedMinute) return undefined;
      if (minute < stay.leftMinute) return stay;
    }
    return undefined;
  }
}

const statusOf = (stay: ChargingStay | undefined, minute: number): ChargerStatus => {
  if (stay === undefined) return chargerStatus.available;
  if (minute < stay.chargeMinute) return chargerStatus.preparing;
  return minute < stay.chargedMinute ? chargerStatus.charging : chargerStatus.finishing;
};
