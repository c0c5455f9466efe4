import { dispatchPowerKw, storedAfterKwh } from './battery.ts';
import type { LoadMoment } from './building-load.ts';
import { createCalendar, type ParkInstant } from './calendar.ts';
import { parkSite } from './site.ts';

const msPerHour = 3_600_000;

/** Powers over the step evaluated last, kW; each is at least 0. */
export type ParkFlows = {
  readonly pvKw: number;
  readonly loadKw: number;
  readonly evKw: number;
  readonly chargeKw: number;
  readonly dischargeKw: number;
  readonly importKw: number;
  readonly exportKw: number;
};

/** Exact energies since the start of the model, Wh. */
export type ParkEnergies = {
  pvWh: number;
  loadWh: number;
  evWh: number;
  chargeWh: number;
  dischargeWh: number;
  importWh: number;
  exportWh: number;
};

/** What the AC bus of the park carries, each evaluated for one step. */
export type ParkEquipment = {
  readonly pv: {
    readonly ambientC: number;
    advance(instant: ParkInstant, stepHours: number): number;
  };
  readonly load: (moment: LoadMoment) => number;
  readonly chargers: { advance(instant: ParkInstant, stepHours: number): number };
};

export type ParkModelOptions = {
  readonly equipment: ParkEquipment;
  /** UTC epoch ms. */
  readonly startMs: number;
  /** How far sun, people and tariff are ahead of UTC+08:00, ms. Default: 0. */
  readonly clockLeadMs?: number;
};

/**
 * The AC bus: PV, buildings, chargers, battery and grid in balance at every step. Powers are constant
 * over a step, so that energies are exact sums and meters that integrate them agree with the truth.
 */
export class ParkModel {
  readonly energies: ParkEnergies = {
    pvWh: 0,
    loadWh: 0,
    evWh: 0,
    chargeWh: 0,
    dischargeWh: 0,
    importWh: 0,
    exportWh: 0,
  };
  /** Grid import the battery holds the park to, kW; undefined leaves that rule off. */
  demandTargetKw: number | undefined;

  #nowMs: number;
  #storedKwh = parkSite.storageInitialShare * parkSite.storageCapacityKwh;
  #flows: ParkFlows = {
    pvKw: 0,
    loadKw: 0,
    evKw: 0,
    chargeKw: 0,
    dischargeKw: 0,
    importKw: 0,
    exportKw: 0,
  };
  readonly #equipment: ParkEquipment;
  readonly #clockLeadMs: number;
  readonly #instantAt: ReturnType<typeof createCalendar>;

  constructor(options: ParkModelOptions) {
    this.#equipment = options.equipment;
    this.#nowMs = options.startMs;
    this.#clockLeadMs = options.clockLeadMs ?? 0;
    this.#instantAt = createCalendar(this.#clockLeadMs);
  }

  /** End of the last step, UTC epoch ms. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** How far the park's own clock is ahead, ms; timestamps do not follow it. */
  get clockLeadMs(): number {
    return this.#clockLeadMs;
  }

  /** What that clock shows at {@link nowMs}, minutes since its midnight. */
  get minuteOfDay(): number {
    return this.#instantAt(this.#nowMs, 0).startMinute;
  }

  get flows(): ParkFlows {
    return this.#flows;
  }

  /** Energy in the cells, kWh. */
  get storedKwh(): number {
    return this.#storedKwh;
  }

  /** State of charge, 0…1. */
  get storedShare(): number {
    return this.#storedKwh / parkSite.storageCapacityKwh;
  }

  /** Sets the state of charge, 0…1, as when a battery is exchanged. */
  set storedShare(share: number) {
    this.#storedKwh = share * parkSite.storageCapacityKwh;
  }

  /**
   * Evaluates the powers of the step before the start without counting its energy, so that meters show
   * a power from the first instant on.
   */
  prime(stepMs: number): void {
    const instant = this.#instantAt(this.#nowMs - stepMs, stepMs);
    const demand = this.#demand(instant, 0);
    this.#flows = balance(demand, this.#dispatch(instant, demand, stepMs / msPerHour));
  }

  /** Moves the park by one step. */
  step(stepMs: number): void {
    const stepHours = stepMs / msPerHour;
    const instant = this.#instantAt(this.#nowMs, stepMs);
    const demand = this.#demand(instant, stepHours);
    const batteryKw = this.#dispatch(instant, demand, stepHours);
    const flows = balance(demand, batteryKw);
    this.#storedKwh = storedAfterKwh(this.#storedKwh, batteryKw, stepHours);
    const sum = this.energies;
    const wattHours = stepHours * 1000;
    sum.pvWh += flows.pvKw * wattHours;
    sum.loadWh += flows.loadKw * wattHours;
    sum.evWh += flows.evKw * wattHours;
    sum.chargeWh += flows.chargeKw * wattHours;
    sum.dischargeWh += flows.dischargeKw * wattHours;
    sum.importWh += flows.importKw * wattHours;
    sum.exportWh += flows.exportKw * wattHours;
    this.#flows = flows;
    this.#nowMs += stepMs;
  }

  #demand(instant: ParkInstant, stepHours: number): BusDemand {
    const { pv, load, chargers } = this.#equipment;
    const pvKw = pv.advance(instant, stepHours);
    const { day, middleMinute } = instant;
    const loadKw = load({ day, minuteOfDay: middleMinute, ambientC: pv.ambientC });
    return { pvKw, loadKw, evKw: chargers.advance(instant, stepHours) };
  }

  #dispatch(instant: ParkInstant, demand: BusDemand, stepHours: number): number {
    return dispatchPowerKw({
      netLoadKw: netLoadKw(demand),
      storedKwh: this.#storedKwh,
      hour: instant.startMinute / 60,
      stepHours,
      demandTargetKw: this.demandTargetKw,
    });
  }
}

/** What the bus carries apart from battery and grid, kW. */
type BusDemand = Pick<ParkFlows, 'pvKw' | 'loadKw' | 'evKw'>;

const netLoadKw = ({ pvKw, loadKw, evKw }: BusDemand): number => loadKw + evKw - pvKw;

/** The grid takes or gives what is left. */
const balance = (demand: BusDemand, batteryKw: number): ParkFlows => {
  const gridKw = netLoadKw(demand) + batteryKw;
  return {
    ...demand,
    chargeKw: Math.max(0, batteryKw),
    dischargeKw: Math.max(0, -batteryKw),
    importKw: Math.max(0, gridKw),
    exportKw: Math.max(0, -gridKw),
  };
};
