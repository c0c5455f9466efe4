import type { Dlt645Fault } from '../faults/dlt645-faults.ts';
import { wrongClockMs } from '../faults/fault-options.ts';
import type { JsonObject } from '../plant.ts';
import { bcd } from '../wire/dlt645-frames.ts';
import type { Dlt645Meter } from '../wire/dlt645-server.ts';
import { Meter, type MeterOptions } from './meter-points.ts';
import { amountOf, type Quantities } from './quantities.ts';
import { QuarterDemand } from './quarter-demand.ts';
import { SensorFaults } from './sensor-faults.ts';

export type RevenueMeterOptions = Omit<MeterOptions, 'faults'> & {
  /** 12 digits. */
  readonly address: string;
  readonly currentRatio: number;
  readonly voltageRatio: number;
  /** Quantities that tariffs 1 to 4 count, undefined for one that never holds; none: the meter has one tariff. */
  readonly tariffs: readonly (number | undefined)[];
};

/** The meter's clock runs in China Standard Time. */
const zoneMs = 8 * 3_600_000;
/** Reading of 1 is 0.01 kWh. */
const whPerCount = 10;
const energyBytes = 4;
const powerBytes = 3;

/**
 * A revenue meter behind transformers, as DL/T 645-2007 shows it: what it reads is smaller than what flows by their ratios.
 * It stands beside the meters of the park, with a class error and start readings of its own.
 */
export class RevenueMeter implements Dlt645Meter {
  readonly address: string;
  readonly #options: RevenueMeterOptions;
  readonly #meter: Meter;
  readonly #ratio: number;
  readonly #importDemand: QuarterDemand;
  readonly #exportDemand: QuarterDemand;
  #faults: readonly Dlt645Fault[] = [];
  /** Wh of each register when the reset began, by its place. */
  #resetFrom: readonly number[] | undefined;
  readonly #clockFromMs = new Map<string, number>();

  constructor(options: RevenueMeterOptions) {
    this.address = options.address;
    this.#options = options;
    this.#ratio = options.currentRatio * options.voltageRatio;
    this.#meter = new Meter({ ...options, faults: new SensorFaults() });
    const { view } = options;
    const { gain } = this.#meter;
    this.#importDemand = new QuarterDemand(() => this.#meter.energy.importWh * gain, view);
    this.#exportDemand = new QuarterDemand(() => this.#meter.energy.exportWh * gain, view);
  }

  /** To be called when time has moved. */
  observe(): void {
    this.#importDemand.observe();
    this.#exportDemand.observe();
  }

  useFaults(faults: readonly Dlt645Fault[]): void {
    const isReset = faults.some(({ kind }) => kind === 'counter-reset');
    this.#resetFrom = isReset ? (this.#resetFrom ?? this.#registersWh) : undefined;
    for (const { id, kind } of faults) {
      if (kind !== 'clock' || this.#clockFromMs.has(id)) continue;
      this.#clockFromMs.set(id, this.#options.view.nowMs);
    }
    for (const id of this.#clockFromMs.keys()) {
      if (!faults.some((fault) => fault.id === id)) this.#clockFromMs.delete(id);
    }
    this.#faults = faults;
  }

  read(identifier: string): Buffer | undefined {
    const [kind = 0, what = 0, part = 0, last = 0] = Buffer.from(identifier, 'hex');
    switch (kind) {
      case 0:
        return last === 0 ? this.#energy(what, part) : undefined;
      case 1:
        return last === 0 && part === 0 ? this.#demand(what) : undefined;
      case 2:
        return what === 0x80 ? this.#extra(identifier) : this.#now(what, part, last);
      default:
        return this.#setting(identifier);
    }
  }

  /** Exact, and what the registers stand for: a multiple of what one digit is worth. */
  truth(startWh: Quantities): JsonObject {
    const { spec } = this.#options;
    const { energy } = this.#meter;
    const { currentRatio, voltageRatio } = this.#options;
    const registerWh = (place: number): number => this.#counts(place) * whPerCount * this.#ratio;
    return {
      meter: spec.name,
      powerW: this.#meter.powerKw * 1000,
      importWh: energy.importWh - spec.importWh(startWh),
      exportWh: energy.exportWh - spec.exportWh(startWh),
      importRegisterWh: registerWh(0),
      exportRegisterWh: registerWh(1),
      gain: this.#meter.gain,
      currentRatio,
      voltageRatio,
    };
  }

  /** Import, export, and the tariffs of the import; Wh before the transformers. */
  get #registersWh(): readonly number[] {
    const { view, tariffs } = this.#options;
    const { energy, importRegister, exportRegister, gain } = this.#meter;
    const totalWh = importRegister.runWh(energy);
    const countedWh = tariffs.map((one) =>
      one === undefined ? 0 : amountOf(view.totalWh, one) * gain,
    );
    const beforeWh = totalWh - countedWh.reduce((sum, wh) => sum + wh, 0);
    const held = tariffs.filter((one) => one !== undefined).length;
    const shares = tariffs.map((one) => (one === undefined ? 0 : beforeWh / held));
    return [
      totalWh,
      exportRegister.runWh(energy),
      ...countedWh.map((wh, i) => wh + (shares[i] as number)),
    ];
  }

  #counts(place: number): number {
    const wh = (this.#registersWh[place] ?? 0) - (this.#resetFrom?.[place] ?? 0);
    return Math.floor(wh / this.#ratio / whPerCount + 1e-9);
  }

  #energy(what: number, part: number): Buffer | undefined {
    const { tariffs } = this.#options;
    const register = (place: number): Buffer => bcd(this.#counts(place), energyBytes);
    if (what === 1) {
      if (part === 0) return register(0);
      if (part <= tariffs.length) return register(1 + part);
      return part === 0xff
        ? Buffer.concat([register(0), ...tariffs.map((_, i) => register(2 + i))])
        : undefined;
    }
    if (what === 2) {
      if (part === 0) return register(1);
      const none = tariffs.map(() => bcd(0, energyBytes));
      // All export is counted by the total alone.
      if (part === 0xff) return Buffer.concat([register(1), ...none]);
      return part <= tariffs.length ? bcd(0, energyBytes) : undefined;
    }
    const isReactive = what === 3 || what === 4;
    if (!isReactive || part !== 0) return undefined;
    const share = this.#options.spec.reactiveShare;
    return bcd(Math.floor(this.#counts(what === 3 ? 0 : 1) * share), energyBytes);
  }

  #demand(what: number): Buffer | undefined {
    const demand = what === 1 ? this.#importDemand : what === 2 ? this.#exportDemand : undefined;
    if (demand === undefined) return undefined;
    const { maximumW, atMs } = demand;
    const kw = maximumW / this.#ratio / 1000;
    const at = atMs === undefined ? Buffer.alloc(5) : dateBytes(atMs + zoneMs);
    return Buffer.concat([bcd(Math.round(kw * 1e4), powerBytes), at]);
  }

  #now(what: number, part: number, last: number): Buffer | undefined {
    if (last !== 0) return undefined;
    const { currentRatio, voltageRatio } = this.#options;
    const values = this.#meter.values('star');
    const field = (value: number | undefined, digits: readonly [bytes: number, decimals: number]) =>
      bcd(Math.round((value ?? 0) * 10 ** digits[1]), digits[0]);
    const kw = (watts: number | undefined) =>
      field((watts ?? 0) / this.#ratio / 1000, [powerBytes, 4]);
    const phases = (): readonly Buffer[] | undefined => {
      const v = values;
      switch (what) {
        case 1:
          return [v.PhVphA, v.PhVphB, v.PhVphC].map((u) => field((u ?? 0) / voltageRatio, [2, 1]));
        case 2:
          return [v.AphA, v.AphB, v.AphC].map((i) => field((i ?? 0) / currentRatio, [3, 3]));
        case 3:
          return [v.W, v.WphA, v.WphB, v.WphC].map(kw);
        case 4:
          return [v.VAR, v.VARphA, v.VARphB, v.VARphC].map(kw);
        case 6:
          return [v.PF, v.PFphA, v.PFphB, v.PFphC].map((f) => field(f ?? 1, [2, 3]));
        default:
          return undefined;
      }
    };
    const all = phases();
    if (part === 0xff) return all === undefined ? undefined : Buffer.concat(all);
    return all?.[what <= 2 ? part - 1 : part];
  }

  #extra(identifier: string): Buffer | undefined {
    if (identifier !== '02800002') return undefined;
    return bcd(Math.round((this.#options.view.supply.frequencyHz ?? 0) * 100), 2);
  }

  #setting(identifier: string): Buffer | undefined {
    const { currentRatio, voltageRatio, address } = this.#options;
    const now = new Date(this.#clockMs + zoneMs);
    switch (identifier) {
      case '04000101':
        return Buffer.concat([
          bcd(now.getUTCDay(), 1),
          bcd(now.getUTCDate(), 1),
          bcd(now.getUTCMonth() + 1, 1),
          bcd(now.getUTCFullYear() % 100, 1),
        ]);
      case '04000102':
        return Buffer.concat(
          [now.getUTCSeconds(), now.getUTCMinutes(), now.getUTCHours()].map((one) => bcd(one, 1)),
        );
      case '04000306':
        return bcd(currentRatio, 3);
      case '04000307':
        return bcd(voltageRatio, 3);
      case '04000401':
        return Buffer.from(address, 'hex').reverse();
      default:
        return undefined;
    }
  }

  get #clockMs(): number {
    let timeMs = this.#options.view.nowMs;
    for (const fault of this.#faults) {
      if (fault.kind !== 'clock') continue;
      timeMs = wrongClockMs(fault, timeMs, this.#clockFromMs.get(fault.id) ?? timeMs);
    }
    return timeMs;
  }
}

/** Minute, hour, day, month and year of a wall clock written as if it were UTC. */
const dateBytes = (localMs: number): Buffer => {
  const at = new Date(localMs);
  const parts = [
    at.getUTCMinutes(),
    at.getUTCHours(),
    at.getUTCDate(),
    at.getUTCMonth() + 1,
    at.getUTCFullYear() % 100,
  ];
  return Buffer.concat(parts.map((part) => bcd(part, 1)));
};
