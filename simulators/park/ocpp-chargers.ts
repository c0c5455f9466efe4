import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultLookup } from '../faults/fault-lookup.ts';
import type { JsonObject, PlantServer } from '../plant.ts';
import { chargerCount, connectorKind } from './charger-bank.ts';
import type { ChargerUnit } from './charger-unit.ts';
import { OcppCharger } from './ocpp-charger.ts';
import type { ParkView } from './park-view.ts';

export type OcppChargersOptions = {
  /** Of the endpoint that the chargers connect to, without an identity. */
  readonly url: string;
  /** Of all of them. */
  readonly password: string | undefined;
};

/** A minute: a jump is gone through in steps, so that no session falls between two instants. */
const stepMs = 60_000;
const settlePollMs = 2;
const settleWithinMs = 5000;

export const ocppDevice = 'park.ocpp';

/** `SIM-CH01` to `SIM-CH10`. */
const identityOf = (charger: number): string => `SIM-CH${String(charger + 1).padStart(2, '0')}`;

/** All chargers of the park as charge points, which connect to an endpoint instead of being asked. */
export class OcppChargers {
  readonly #options: OcppChargersOptions;
  readonly #view: ParkView;
  readonly #units: readonly ChargerUnit[];
  #chargers: readonly OcppCharger[] = [];
  #steppedToMs: number;

  constructor(
    options: OcppChargersOptions,
    park: { readonly view: ParkView; readonly units: readonly ChargerUnit[] },
  ) {
    this.#options = options;
    this.#view = park.view;
    this.#units = park.units;
    this.#steppedToMs = park.view.nowMs;
  }

  /** Moves the park to an instant, and all that the chargers have to say of the time between. */
  moveTo(nowMs: number): void {
    if (this.#chargers.length === 0) {
      this.#view.moveTo(nowMs);
      this.#steppedToMs = nowMs;
      return;
    }
    while (this.#steppedToMs < nowMs) {
      const next = (Math.floor(this.#steppedToMs / stepMs) + 1) * stepMs;
      this.#steppedToMs = Math.min(next, nowMs);
      this.#view.moveTo(this.#steppedToMs);
      this.#step();
    }
  }

  get server(): PlantServer {
    const { url } = this.#options;
    return {
      name: ocppDevice,
      device: { name: ocppDevice, protocol: 'ocpp' },
      listen: async ({ faults }) => {
        this.#open();
        const setFaults = (): void => this.#setFaults(faults);
        const stop = faults.onChange(setFaults);
        setFaults();
        return {
          endpoint: { url },
          stats: () => this.#stats(),
          settle: () => this.#settle(),
          close: async () => {
            stop();
            for (const { client } of this.#chargers) client.close();
          },
        };
      },
    };
  }

  #open(): void {
    const { url, password } = this.#options;
    this.#chargers = Array.from({ length: chargerCount }, (_, charger) => {
      const vendorModel = connectorKind(charger) === 'dc' ? 'DC' : 'AC';
      return new OcppCharger({ identity: identityOf(charger), url, password, vendorModel });
    });
    this.#step();
  }

  #step(): void {
    for (const [index, charger] of this.#chargers.entries()) {
      const reading = this.#view.moment.chargers[index];
      const unit = this.#units[index];
      if (reading === undefined || unit === undefined) continue;
      charger.step({ timeMs: this.#view.nowMs, reading, registerWh: unit.registerWh });
    }
  }

  #setFaults(faults: FaultLookup): void {
    const active = faults.ocppFaultsOn(ocppDevice);
    for (const [index, charger] of this.#chargers.entries()) {
      const own = active.filter(({ charger: only }) => only === undefined || only === index + 1);
      charger.setFaults(own, this.#view.nowMs);
    }
  }

  #stats(): JsonObject {
    const sum = { connections: 0, calls: 0, answers: 0, errors: 0, dropped: 0, commands: 0 };
    for (const { client } of this.#chargers) {
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += client.stats[name];
    }
    const connected = this.#chargers.filter(({ client }) => client.isConnected).length;
    return { ...sum, connected };
  }

  /** Until the endpoint has heard all that there is to say now. */
  async #settle(): Promise<void> {
    const deadlineMs = performance.now() + settleWithinMs;
    while (this.#chargers.some(({ client }) => !client.isIdle)) {
      if (performance.now() > deadlineMs) return;
      await sleep(settlePollMs);
    }
  }
}
