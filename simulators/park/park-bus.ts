import { dispatchPowerKw, islandLimitsKw } from './battery.ts';
import type { LoadMoment } from './building-load.ts';
import type { ParkDay, ParkInstant } from './calendar.ts';
import { type ChargerStep, type ChargingStay, chargerCount } from './charger-bank.ts';
import type { BusSource } from './grid-connection.ts';
import type { ParkInputs } from './park-inputs.ts';
import type { PvPlant } from './pv-plant.ts';
import {
  buildingQuantity,
  chargerQuantity,
  inverterQuantity,
  noQuantities,
  quantity,
  tenantQuantity,
} from './quantities.ts';
import { parkSite } from './site.ts';
import { tariffPeriodAt } from './tariff.ts';
import type { LoadShares } from './tenant-load.ts';

/** What hangs on the AC bus of the park; each a function of seed and time. */
export type ParkEquipment = {
  readonly pv: PvPlant;
  readonly load: (moment: LoadMoment) => number;
  readonly shares: (day: ParkDay, minuteOfDay: number) => LoadShares;
  readonly chargers: { at(charger: number, day: ParkDay, minuteOfDay: number): ChargerStep };
};

/** What a step is evaluated from. */
export type BusSituation = {
  /** Of the whole step, also where an input cuts it in two. */
  readonly instant: ParkInstant;
  /** To the end of the whole step. */
  readonly hoursLeft: number;
  readonly inputs: ParkInputs;
  readonly source: BusSource;
  /** Energy in the cells, kWh. */
  readonly storedKwh: number;
};

/** What the bus carries, kW. */
type Balance = {
  readonly pvKw: number;
  readonly loadKw: number;
  readonly evKw: number;
  /** Positive charges. */
  readonly batteryKw: number;
  /** Positive imports. */
  readonly gridKw: number;
};

type Demand = Pick<Balance, 'pvKw' | 'loadKw' | 'evKw'>;

/**
 * The AC bus: PV, buildings, chargers, battery and grid in balance. Powers are constant over a step, so that energies are
 * exact sums, and meters that integrate them agree with the truth.
 */
export class ParkBus {
  /** Rates of the step evaluated last, by quantity, kW. */
  readonly rates = noQuantities();
  /** Who stands at each charger. */
  readonly stays: (ChargingStay | undefined)[] = Array.from({ length: chargerCount });
  /** Positive charges, kW. */
  batteryKw = 0;
  readonly pv: PvPlant;
  readonly #equipment: ParkEquipment;
  readonly #wantedKw = new Float64Array(chargerCount);

  constructor(equipment: ParkEquipment) {
    this.#equipment = equipment;
    this.pv = equipment.pv;
  }

  evaluate(situation: BusSituation): void {
    const { instant, inputs, source } = situation;
    const { day, middleMinute } = instant;
    const pvKw = this.pv.evaluate(instant, inputs);
    const minuteOfDay = middleMinute;
    const loadKw = this.#equipment.load({ day, minuteOfDay, ambientC: this.pv.ambientC });
    const demand = { pvKw, loadKw, evKw: this.#evDemand(instant, inputs) };
    const balance = balanceOf(this.#limited(demand, inputs), situation);
    this.batteryKw = balance.batteryKw;
    this.#flows(balance);
    this.#shortfall(demand, balance, source);
    this.#grid(balance.gridKw, instant);
    this.#inverters(balance.pvKw, inputs);
    this.#buildings(balance.loadKw, instant);
    const served = demand.evKw > 0 ? balance.evKw / demand.evKw : 0;
    for (let i = 0; i < chargerCount; i += 1) {
      this.rates[chargerQuantity + i] = (this.#wantedKw[i] as number) * served;
    }
  }

  #evDemand({ day, middleMinute }: ParkInstant, inputs: ParkInputs): number {
    let evKw = 0;
    for (let i = 0; i < chargerCount; i += 1) {
      const { stay, wantedKw } = this.#equipment.chargers.at(i, day, middleMinute);
      const isOut = inputs.faultedChargers[i] === true || inputs.hungChargers[i] === true;
      this.stays[i] = stay;
      this.#wantedKw[i] = isOut ? 0 : wantedKw;
      evKw += this.#wantedKw[i] as number;
    }
    return evKw;
  }

  /** What a limit on the inverters leaves of the demand. */
  #limited(demand: Demand, { pvLimitShare }: ParkInputs): Demand {
    if (pvLimitShare === 1) return demand;
    const limitKw = pvLimitShare * parkSite.inverterLimitKw;
    const pvKw = this.pv.inverterAcKw.reduce((sum, kw) => sum + Math.min(limitKw, kw), 0);
    return { ...demand, pvKw };
  }

  #flows({ pvKw, loadKw, evKw, batteryKw }: Balance): void {
    this.rates[quantity.pv] = pvKw;
    this.rates[quantity.load] = loadKw;
    this.rates[quantity.ev] = evKw;
    this.rates[quantity.charge] = Math.max(0, batteryKw);
    this.rates[quantity.discharge] = Math.max(0, -batteryKw);
    this.rates[quantity.ghi] = this.pv.ghiWm2 / 1000;
    for (let roof = 0; roof < parkSite.roofCount; roof += 1) {
      this.rates[quantity.poa + roof] = (this.pv.poaWm2[roof] as number) / 1000;
    }
  }

  #shortfall(demand: Demand, { pvKw, loadKw, evKw }: Balance, source: BusSource): void {
    this.rates[quantity.pvCurtailed] = Math.max(0, demand.pvKw - pvKw);
    this.rates[quantity.unserved] = Math.max(0, demand.loadKw + demand.evKw - loadKw - evKw);
    this.rates[quantity.islandServed] = source === 'grid' ? 0 : loadKw + evKw;
    this.rates[quantity.islandTime] = source === 'grid' ? 0 : 1;
  }

  #grid(gridKw: number, { startMinute }: ParkInstant): void {
    const importKw = Math.max(0, gridKw);
    const period = tariffPeriodAt(startMinute / 60);
    this.rates[quantity.import] = importKw;
    this.rates[quantity.export] = Math.max(0, -gridKw);
    this.rates[quantity.importPeak] = period === 'peak' ? importKw : 0;
    this.rates[quantity.importFlat] = period === 'flat' ? importKw : 0;
    this.rates[quantity.importValley] = period === 'valley' ? importKw : 0;
  }

  /** In an island all inverters give the same share of what they could. */
  #inverters(pvKw: number, { pvLimitShare }: ParkInputs): void {
    const limitKw = pvLimitShare * parkSite.inverterLimitKw;
    let possibleKw = 0;
    for (let i = 0; i < parkSite.inverterCount; i += 1) {
      const acKw = Math.min(limitKw, this.pv.inverterAcKw[i] as number);
      this.rates[inverterQuantity + i] = acKw;
      possibleKw += acKw;
    }
    if (pvKw >= possibleKw * (1 - 1e-12)) return;
    for (let i = 0; i < parkSite.inverterCount; i += 1) {
      const at = inverterQuantity + i;
      this.rates[at] = ((this.rates[at] as number) * pvKw) / possibleKw;
    }
  }

  #buildings(loadKw: number, { day, middleMinute }: ParkInstant): void {
    const { buildings, tenants } = this.#equipment.shares(day, middleMinute);
    for (let i = 0; i < buildings.length; i += 1) {
      this.rates[buildingQuantity + i] = loadKw * (buildings[i] as number);
    }
    for (let i = 0; i < tenants.length; i += 1) {
      this.rates[tenantQuantity + i] = loadKw * (tenants[i] as number);
    }
  }
}

const balanceOf = (demand: Demand, situation: BusSituation): Balance => {
  switch (situation.source) {
    case 'grid':
      return gridTied(demand, situation);
    case 'battery':
      return islanded(demand, situation);
    case 'none':
      return { pvKw: 0, loadKw: 0, evKw: 0, batteryKw: 0, gridKw: 0 };
  }
};

/** The grid takes or gives what the battery's rules leave. */
const gridTied = (demand: Demand, situation: BusSituation): Balance => {
  const netLoadKw = demand.loadKw + demand.evKw - demand.pvKw;
  const batteryKw = dispatchPowerKw({
    netLoadKw,
    storedKwh: situation.storedKwh,
    hour: situation.instant.startMinute / 60,
    stepHours: situation.hoursLeft,
    demandTargetKw: situation.inputs.demandTargetKw,
  });
  return { ...demand, batteryKw, gridKw: netLoadKw + batteryKw };
};

/** The battery holds the balance; what it cannot take is curtailed, what it cannot give is shed, chargers first. */
const islanded = (demand: Demand, { storedKwh, hoursLeft }: BusSituation): Balance => {
  const limits = islandLimitsKw(storedKwh, hoursLeft);
  const surplusKw = demand.pvKw - demand.loadKw - demand.evKw;
  if (surplusKw >= 0) {
    const batteryKw = Math.min(surplusKw, limits.chargeKw);
    return { ...demand, pvKw: demand.pvKw - (surplusKw - batteryKw), batteryKw, gridKw: 0 };
  }
  const dischargeKw = Math.min(-surplusKw, limits.dischargeKw);
  const shedKw = -surplusKw - dischargeKw;
  const evKw = Math.max(0, demand.evKw - shedKw);
  const loadKw = Math.max(0, demand.loadKw - Math.max(0, shedKw - demand.evKw));
  return { pvKw: demand.pvKw, loadKw, evKw, batteryKw: -dischargeKw, gridKw: 0 };
};
