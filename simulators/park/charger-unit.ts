import type { ModbusUnit } from '../wire/modbus-server.ts';
import { type RegisterBlock, SparseImage } from '../wire/register-image.ts';
import type { UnitLayout } from '../wire/unit-layout.ts';
import { connectorKind } from './charger-bank.ts';
import { EnergyRegister, startReadingWh } from './energy-register.ts';
import type { ParkView } from './park-view.ts';
import { amountOf, chargerQuantity, type Quantities } from './quantities.ts';
import { RenderedImage } from './sunspec/image.ts';

/** Input registers of a charger; 32-bit values have the low word first (CDAB). */
const address = {
  status: 0,
  connectorType: 1,
  powerW: 2,
  totalWh: 4,
  sessionWh: 6,
  vehicleSoc: 8,
} as const;
const block: RegisterBlock = [0, 9];

const unknownSoc = 0xffff;

/** Energy in all and of the session. */
const chargerLayout: UnitLayout = {
  table: 'input',
  counters: [
    { address: address.totalWh, registers: 2, order: 'CDAB' },
    { address: address.sessionWh, registers: 2, order: 'CDAB' },
  ],
  alive: [],
};

/** A charger as plain registers, with no SunSpec model. */
export class ChargerUnit {
  readonly unit: ModbusUnit;
  readonly #register: EnergyRegister;
  readonly #view: ParkView;
  readonly #charger: number;

  /** @param charger - 0…9; its unit id is one more. */
  constructor(seed: number, view: ParkView, charger: number) {
    this.#register = new EnergyRegister(startReadingWh(seed, 200 + charger, 60e6));
    this.#view = view;
    this.#charger = charger;
    const image = new SparseImage([block]);
    image.setU16(address.connectorType, connectorKind(charger) === 'dc' ? 1 : 0);
    const render = (): void => this.#render(image);
    this.unit = {
      input: new RenderedImage(image, [{ block, render }], view.version),
      layout: chargerLayout,
    };
  }

  /** Exact energy since the registers began. */
  get energyWh(): number {
    return this.energyIn(this.#view.totalWh);
  }

  /** Its part of the energies of the park. */
  energyIn(totalWh: Quantities): number {
    return amountOf(totalWh, chargerQuantity + this.#charger);
  }

  get registerWh(): number {
    return this.#register.rawWh(this.energyWh);
  }

  #render(image: SparseImage): void {
    const reading = this.#view.moment.chargers[this.#charger];
    if (reading === undefined) return;
    const { status, powerKw, sessionWh, vehicleShare } = reading;
    const soc = vehicleShare === undefined ? unknownSoc : Math.round(vehicleShare * 1000);
    image.setU16(address.status, status);
    image.setU32(address.powerW, Math.round(powerKw * 1000), 'CDAB');
    image.setU32(address.totalWh, this.registerWh, 'CDAB');
    image.setU32(address.sessionWh, Math.floor(sessionWh), 'CDAB');
    image.setU16(address.vehicleSoc, soc);
  }
}
