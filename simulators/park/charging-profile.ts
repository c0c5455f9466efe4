import type { ChargingRequest } from './ev-sessions.ts';

/** Usable energy of every simulated vehicle's battery, kWh. */
const vehicleCapacityKwh = 60;
const taperFromShare = 0.8;
/** Above 80 % a vehicle on DC takes rated power × (1 − (SOC − 0.8) / this). */
const taperSpan = 0.25;

/** How one charge runs, in closed form, so that any instant of it is known alone. */
export type ChargingProfile = {
  readonly durationHours: number;
  /** State of charge at the start; undefined on AC, whose connector does not tell it. */
  readonly initialShare: number | undefined;
  /** Power so many hours after the start, kW; 0 after the end. */
  readonly powerKw: (elapsedHours: number) => number;
  /** Energy delivered until then, kWh. */
  readonly energyKwh: (elapsedHours: number) => number;
};

const constantProfile = (request: ChargingRequest): ChargingProfile => {
  const durationHours = request.energyKwh / request.ratedKw;
  return {
    durationHours,
    initialShare: undefined,
    powerKw: (elapsedHours) => (elapsedHours < durationHours ? request.ratedKw : 0),
    energyKwh: (elapsedHours) => request.ratedKw * Math.min(elapsedHours, durationHours),
  };
};

/** Constant power to 80 %, then the exponential that a power linear in the state of charge makes. */
const taperedProfile = (request: ChargingRequest): ChargingProfile => {
  const { ratedKw, targetShare } = request;
  const initialShare = targetShare - request.energyKwh / vehicleCapacityKwh;
  const constantKwh = Math.max(0, taperFromShare - initialShare) * vehicleCapacityKwh;
  const constantHours = constantKwh / ratedKw;
  const powerFactorAt = (share: number): number => 1 - (share - taperFromShare) / taperSpan;
  const decayPerHour = ratedKw / (taperSpan * vehicleCapacityKwh);
  const taperStartKw = ratedKw * powerFactorAt(Math.max(initialShare, taperFromShare));
  const taperHours = Math.log(taperStartKw / (ratedKw * powerFactorAt(targetShare))) / decayPerHour;
  const durationHours = constantHours + taperHours;
  return {
    durationHours,
    initialShare,
    powerKw: (elapsedHours) => {
      if (elapsedHours >= durationHours) return 0;
      if (elapsedHours < constantHours) return ratedKw;
      return taperStartKw * Math.exp(-decayPerHour * (elapsedHours - constantHours));
    },
    energyKwh: (elapsedHours) => {
      const hours = Math.min(elapsedHours, durationHours);
      if (hours < constantHours) return ratedKw * hours;
      const decayed = 1 - Math.exp(-decayPerHour * (hours - constantHours));
      return constantKwh + (taperStartKw / decayPerHour) * decayed;
    },
  };
};

export const chargingProfile = (request: ChargingRequest): ChargingProfile =>
  request.kind === 'dc' ? taperedProfile(request) : constantProfile(request);

/** State of charge after an energy, 0…1. */
export const shareAfter = (initialShare: number, energyKwh: number): number =>
  initialShare + energyKwh / vehicleCapacityKwh;
