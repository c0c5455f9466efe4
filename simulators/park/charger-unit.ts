import { SparseImage } from '../wire/register-image.ts';
import { type ChargerReading, connectorKind } from './charger-bank.ts';
import { EnergyRegister, startReadingWh } from './energy-register.ts';

/** Input registers of a charger; 32-bit values have the low word first (CDAB). */
const address = {
  status: 0,
  connectorType: 1,
  powerW: 2,
  totalWh: 4,
  sessionWh: 6,
  vehicleSoc: 8,
} as const;
const registerCount = 9;

const unknownSoc = 0xffff;

/** A charger as plain registers, with no SunSpec model. */
export class ChargerUnit {
  readonly image = new SparseImage([[0, registerCount]]);
  readonly register: EnergyRegister;

  /** @param charger - 0…9; its unit id is one more. */
  constructor(seed: number, charger: number) {
    this.register = new EnergyRegister(startReadingWh(seed, 200 + charger, 60e6));
    this.image.setU16(address.connectorType, connectorKind(charger) === 'dc' ? 1 : 0);
  }

  /**
   * Brings the registers to a reading.
   *
   * @param energyWh - exact energy since the start
   */
  show(reading: ChargerReading, energyWh: number): void {
    const { status, powerKw, sessionWh, vehicleShare } = reading;
    const soc = vehicleShare === undefined ? unknownSoc : Math.round(vehicleShare * 1000);
    this.image.setU16(address.status, status);
    this.image.setU32(address.powerW, Math.round(powerKw * 1000), 'CDAB');
    this.image.setU32(address.totalWh, this.register.rawWh(energyWh), 'CDAB');
    this.image.setU32(address.sessionWh, Math.floor(sessionWh), 'CDAB');
    this.image.setU16(address.vehicleSoc, soc);
  }
}
