import { dayAt, dayOfSerial, type ParkDay, startOfDayMs } from './calendar.ts';
import {
  type ChargerReading,
  type ChargingStay,
  chargerCount,
  chargerStatus,
  statusOf,
} from './charger-bank.ts';
import { shareAfter } from './charging-profile.ts';
import { DayCursor, type DayOpening } from './day-cursor.ts';
import type { Connection } from './grid-connection.ts';
import type { ParkEquipment } from './park-bus.ts';
import { type InputChange, InputHistory, type ParkInputs, untouched } from './park-inputs.ts';
import { amountOf, chargerQuantity, noQuantities, type Quantities } from './quantities.ts';
import { parkSite } from './site.ts';

/** The park at one instant. */
export type ParkMoment = {
  /** UTC epoch ms. */
  readonly timeMs: number;
  readonly day: ParkDay;
  /** What the park's own clock shows, minutes since its midnight. */
  readonly minuteOfDay: number;
  readonly inputs: ParkInputs;
  readonly connection: Connection;
  /** Of the step that the instant lies in, kW. */
  readonly rates: Quantities;
  /** Since the park's midnight, Wh. */
  readonly dayWh: Quantities;
  /** Since the beginning of the registers, Wh; undefined for an instant that was asked for without it. */
  readonly totalWh: Quantities | undefined;
  /** Energy in the cells, kWh. */
  readonly storedKwh: number;
  /** At the battery's AC terminals, kW; positive charges. */
  readonly batteryKw: number;
  readonly ambientC: number;
  readonly ghiWm2: number;
  readonly poaWm2: Float64Array;
  /** What the strings could give each inverter, kW. */
  readonly inverterDcKw: Float64Array;
  /** What each inverter could give the bus, kW. */
  readonly inverterPossibleKw: Float64Array;
  readonly chargers: readonly ChargerReading[];
};

/** Powers are constant over steps of five seconds. */
const defaultStepMs = 5000;
/** Midnights whose sums are kept: two years. */
const maxOpenings = 732;

export type ParkTimelineOptions = {
  /** Called for each of two cursors, because a PV plant remembers the step looked at last. */
  readonly equipment: () => ParkEquipment;
  /** From the park's midnight before this instant on the registers count, UTC epoch ms. */
  readonly countsFromMs: number;
  /** How far sun, people and tariff are ahead of UTC+08:00, ms. Default: 0. */
  readonly clockLeadMs?: number;
  /** Divides a quarter of an hour. Default: 5 s. */
  readonly stepMs?: number;
  /** What holds from the beginning. */
  readonly inputs?: Partial<ParkInputs>;
  /** Charge at the first midnight, 0…1. Default: that of every midnight. */
  readonly firstShare?: number;
};

/**
 * The park over all time. An instant is evaluated by folding its day from midnight, where the charge of the battery is known
 * and no vehicle stands at a charger; energies since the beginning need the days between, each folded once.
 */
export class ParkTimeline {
  /** Where the registers begin to count, UTC epoch ms. */
  readonly countsFromMs: number;
  readonly clockLeadMs: number;
  readonly history: InputHistory;
  readonly #live: DayCursor;
  readonly #aside: DayCursor;
  readonly #openings = new Map<number, DayOpening>();
  readonly #firstSerial: number;
  readonly #firstShare: number;

  constructor(options: ParkTimelineOptions) {
    this.clockLeadMs = options.clockLeadMs ?? 0;
    const firstDay = this.#dayAt(options.countsFromMs);
    this.#firstSerial = firstDay.serial;
    this.countsFromMs = startOfDayMs(firstDay) - this.clockLeadMs;
    this.#firstShare = options.firstShare ?? parkSite.storageMidnightShare;
    this.history = new InputHistory({ ...untouched, ...options.inputs });
    const { history, clockLeadMs } = this;
    const stepMs = options.stepMs ?? defaultStepMs;
    const cursor = (): DayCursor =>
      new DayCursor({ equipment: options.equipment(), history, stepMs, clockLeadMs });
    this.#live = cursor();
    this.#aside = cursor();
  }

  /**
   * The park at an instant, with all energies; instants that come in order cost least.
   * @throws RangeError before the registers began to count.
   */
  at(timeMs: number): ParkMoment {
    if (timeMs < this.countsFromMs) {
      throw new RangeError(`${timeMs} lies before ${this.countsFromMs}, where the registers begin`);
    }
    const day = this.#dayAt(timeMs);
    this.#enter(this.#live, day, timeMs, () => this.#opening(day));
    return momentOf(this.#live, timeMs, this.#minuteAt(timeMs, day));
  }

  /** The park at any instant, without the energies since the beginning: it costs no more than the fold of one day. */
  glance(timeMs: number): ParkMoment {
    const day = this.#dayAt(timeMs);
    this.#enter(this.#aside, day, timeMs, () => this.#charge(day));
    return momentOf(this.#aside, timeMs, this.#minuteAt(timeMs, day));
  }

  /**
   * From `atMs` on the park runs with other inputs.
   * @throws InputError see {@link InputHistory.add}.
   */
  change(change: InputChange): void {
    const { atMs } = change;
    const day = this.#dayAt(atMs);
    this.#enter(this.#live, day, atMs, () => this.#opening(day));
    this.history.add(change);
    this.#live.cut(atMs);
    this.#aside.day = undefined;
    for (const serial of this.#openings.keys()) {
      if (serial > day.serial) this.#openings.delete(serial);
    }
  }

  #dayAt(timeMs: number): ParkDay {
    return dayAt(timeMs + this.clockLeadMs);
  }

  #minuteAt(timeMs: number, day: ParkDay): number {
    return (timeMs + this.clockLeadMs - startOfDayMs(day)) / 60_000;
  }

  #enter(cursor: DayCursor, day: ParkDay, timeMs: number, opening: () => DayOpening): void {
    if (cursor.day?.serial !== day.serial || cursor.atMs > timeMs) {
      const wanted = opening();
      cursor.open(day, wanted);
    }
    cursor.seek(timeMs);
  }

  #anchor(serial: number): DayOpening {
    const share = serial === this.#firstSerial ? this.#firstShare : parkSite.storageMidnightShare;
    const totalWh = serial <= this.#firstSerial ? noQuantities() : undefined;
    return { storedKwh: share * parkSite.storageCapacityKwh, totalWh };
  }

  /** What a day begins with, all sums included: the days from the last known midnight on are folded. */
  #opening(day: ParkDay): DayOpening {
    let serial = day.serial;
    while (serial > this.#firstSerial && this.#openings.get(serial)?.totalWh === undefined) {
      serial -= 1;
    }
    let opening = this.#openings.get(serial) ?? this.#anchor(serial);
    for (; serial < day.serial; serial += 1) {
      const cursor = this.#live;
      if (cursor.day?.serial !== serial || cursor.opening?.totalWh === undefined) {
        cursor.open(dayOfSerial(serial), opening);
      }
      opening = cursor.close();
      this.#remember(serial + 1, opening);
    }
    return opening;
  }

  /** What a day begins with, without sums: where nothing was ever done to the park, any midnight is like another. */
  #charge(day: ParkDay): DayOpening {
    const { firstChangeMs } = this.history;
    const known = this.#openings.get(day.serial);
    if (known !== undefined) return known;
    const isUntouched = firstChangeMs === undefined || firstChangeMs >= this.#startMs(day);
    const follows = this.#firstShare !== parkSite.storageMidnightShare;
    if (isUntouched && !follows) return this.#anchor(day.serial);
    return day.serial <= this.#firstSerial ? this.#anchor(day.serial) : this.#opening(day);
  }

  #startMs(day: ParkDay): number {
    return startOfDayMs(day) - this.clockLeadMs;
  }

  #remember(serial: number, opening: DayOpening): void {
    this.#openings.set(serial, opening);
    const oldest =
      this.#openings.size > maxOpenings ? this.#openings.keys().next().value : undefined;
    if (oldest !== undefined) this.#openings.delete(oldest);
  }
}

const momentOf = (cursor: DayCursor, timeMs: number, minuteOfDay: number): ParkMoment => {
  const { bus, day, inputs, connection, opening } = cursor;
  if (day === undefined) throw new RangeError('no day is open');
  const dayWh = cursor.dayWhAt(timeMs);
  return {
    timeMs,
    day,
    minuteOfDay,
    inputs,
    connection,
    rates: bus.rates.slice(),
    dayWh,
    totalWh: opening?.totalWh?.map((wh, i) => wh + (dayWh[i] as number)),
    storedKwh: cursor.storedKwhAt(timeMs),
    batteryKw: bus.batteryKw,
    ambientC: bus.pv.ambientC,
    ghiWm2: bus.pv.ghiWm2,
    poaWm2: bus.pv.poaWm2.slice(),
    inverterDcKw: bus.pv.inverterDcKw.slice(),
    inverterPossibleKw: bus.pv.inverterAcKw.slice(),
    chargers: Array.from({ length: chargerCount }, (_, i) =>
      chargerReading(cursor, i, amountOf(dayWh, chargerQuantity + i)),
    ),
  };
};

const chargerReading = (cursor: DayCursor, charger: number, dayWh: number): ChargerReading => {
  const stay: ChargingStay | undefined = cursor.bus.stays[charger];
  const sessionWh = dayWh - cursor.sessionFromWh(charger);
  const initialShare = stay?.profile.initialShare;
  return {
    status:
      cursor.inputs.faultedChargers[charger] === true
        ? chargerStatus.faulted
        : statusOf(stay, cursor.middleMinute),
    powerKw: amountOf(cursor.bus.rates, chargerQuantity + charger),
    sessionWh,
    vehicleShare:
      initialShare === undefined ? undefined : shareAfter(initialShare, sessionWh / 1000),
  };
};
