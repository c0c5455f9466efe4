import { settledKwh, storedRateKw } from './battery.ts';
import { type ParkDay, startOfDayMs } from './calendar.ts';
import { type ChargingStay, chargerCount } from './charger-bank.ts';
import { type Connection, connectionAt } from './grid-connection.ts';
import { ParkBus, type ParkEquipment } from './park-bus.ts';
import type { InputHistory, ParkInputs } from './park-inputs.ts';
import { chargerQuantity, noQuantities, type Quantities, quantityCount } from './quantities.ts';
import { parkSite } from './site.ts';

const msPerHour = 3_600_000;
const msPerMinute = 60_000;
const msPerDay = 1440 * msPerMinute;

/** What a day begins with. */
export type DayOpening = {
  readonly storedKwh: number;
  /** Energies from the beginning of the registers to this midnight; undefined where nobody has summed them. */
  readonly totalWh: Quantities | undefined;
};

export type DayCursorOptions = {
  readonly equipment: ParkEquipment;
  readonly history: InputHistory;
  readonly stepMs: number;
  /** How far the park's own clock is ahead of UTC+08:00, ms. */
  readonly clockLeadMs: number;
};

/**
 * A day of the park, folded from its midnight: steps on a fixed grid, cut only where an input changes. Whoever asks for an
 * instant gets the same sums in the same order, however he came there.
 */
export class DayCursor {
  readonly bus: ParkBus;
  day: ParkDay | undefined;
  opening: DayOpening | undefined;
  inputs: ParkInputs;
  connection: Connection;
  /** Where the present step ends. */
  #untilMs = 0;
  #startMs = 0;
  #atMs = 0;
  #storedKwh = 0;
  #stepMiddleMinute = 0;
  #nextChange = 0;
  readonly #dayWh = noQuantities();
  readonly #stays: (ChargingStay | undefined)[] = Array.from({ length: chargerCount });
  readonly #sessionFromWh = new Float64Array(chargerCount);
  readonly #options: DayCursorOptions;

  constructor(options: DayCursorOptions) {
    this.#options = options;
    this.bus = new ParkBus(options.equipment);
    this.inputs = options.history.first;
    this.connection = connectionAt(this.inputs.grid, 0);
  }

  /** Start of the present step, UTC epoch ms. */
  get atMs(): number {
    return this.#atMs;
  }

  /** Middle of the present step, minutes since the park's midnight. */
  get middleMinute(): number {
    return this.#stepMiddleMinute;
  }

  /** Goes to the midnight of a day. */
  open(day: ParkDay, opening: DayOpening): void {
    const { history, clockLeadMs } = this.#options;
    this.day = day;
    this.opening = opening;
    this.#startMs = startOfDayMs(day) - clockLeadMs;
    this.#atMs = this.#startMs;
    this.#storedKwh = opening.storedKwh;
    this.#nextChange = history.countBefore(this.#startMs);
    this.inputs = history.change(this.#nextChange - 1)?.inputs ?? history.first;
    this.#dayWh.fill(0);
    this.#stays.fill(undefined);
    this.#sessionFromWh.fill(0);
    this.#evaluate(day);
  }

  /** Goes on to the step that contains an instant of this day. */
  seek(timeMs: number): void {
    const { day } = this;
    if (day === undefined) throw new RangeError('no day is open');
    const endMs = this.#startMs + msPerDay;
    while (this.#untilMs <= timeMs && this.#untilMs < endMs) {
      this.#settle(this.#untilMs);
      this.#evaluate(day);
    }
  }

  /** Begins a new step at an instant of the present one, because the inputs have changed. */
  cut(timeMs: number): void {
    const { day } = this;
    if (day === undefined) throw new RangeError('no day is open');
    this.#settle(timeMs);
    this.#evaluate(day);
  }

  /** Runs to the end of the day and returns what the next one begins with. */
  close(): DayOpening {
    const endMs = this.#startMs + msPerDay;
    this.seek(endMs);
    this.#settle(endMs);
    const before = this.opening?.totalWh;
    const totalWh = before?.map((wh, i) => wh + (this.#dayWh[i] as number));
    this.day = undefined;
    return { storedKwh: this.#storedKwh, totalWh };
  }

  /** Energy in the cells at an instant of the present step, kWh. */
  storedKwhAt(timeMs: number): number {
    return this.#storedKwh + storedRateKw(this.bus.batteryKw) * this.#hoursTo(timeMs);
  }

  /** Energies from midnight to an instant of the present step, Wh. */
  dayWhAt(timeMs: number): Quantities {
    const wattHours = this.#hoursTo(timeMs) * 1000;
    return this.#dayWh.map((wh, i) => wh + (this.bus.rates[i] as number) * wattHours);
  }

  /** What the session at a charger began at, in energy of the charger since midnight, Wh. */
  sessionFromWh(charger: number): number {
    return this.#sessionFromWh[charger] as number;
  }

  #hoursTo(timeMs: number): number {
    return (timeMs - this.#atMs) / msPerHour;
  }

  #settle(toMs: number): void {
    const hours = this.#hoursTo(toMs);
    const wattHours = hours * 1000;
    const { rates } = this.bus;
    for (let i = 0; i < quantityCount; i += 1) {
      this.#dayWh[i] = (this.#dayWh[i] as number) + (rates[i] as number) * wattHours;
    }
    this.#storedKwh = settledKwh(this.#storedKwh + storedRateKw(this.bus.batteryKw) * hours);
    this.#atMs = toMs;
  }

  #evaluate(day: ParkDay): void {
    this.#takeChanges();
    const { stepMs, history } = this.#options;
    const step = Math.floor((this.#atMs - this.#startMs) / stepMs);
    const stepEndMs = this.#startMs + (step + 1) * stepMs;
    const startMinute = (step * stepMs) / msPerMinute;
    this.#stepMiddleMinute = startMinute + stepMs / 2 / msPerMinute;
    this.connection = connectionAt(this.inputs.grid, this.#atMs);
    const changeMs = history.change(this.#nextChange)?.atMs ?? Number.POSITIVE_INFINITY;
    this.#untilMs = Math.min(stepEndMs, changeMs, this.connection.untilMs);
    this.bus.evaluate({
      instant: { day, startMinute, middleMinute: this.#stepMiddleMinute },
      hoursLeft: (stepEndMs - this.#atMs) / msPerHour,
      inputs: this.inputs,
      source: this.connection.source,
      storedKwh: this.#storedKwh,
    });
    this.#openSessions();
  }

  #takeChanges(): void {
    const { history } = this.#options;
    for (;;) {
      const change = history.change(this.#nextChange);
      if (change === undefined || change.atMs > this.#atMs) return;
      this.#nextChange += 1;
      this.inputs = change.inputs;
      if (change.storedShare !== undefined) {
        this.#storedKwh = change.storedShare * parkSite.storageCapacityKwh;
      }
    }
  }

  #openSessions(): void {
    for (let i = 0; i < chargerCount; i += 1) {
      const stay = this.bus.stays[i];
      if (stay === this.#stays[i]) continue;
      this.#stays[i] = stay;
      if (stay !== undefined) this.#sessionFromWh[i] = this.#dayWh[chargerQuantity + i] as number;
    }
  }
}
