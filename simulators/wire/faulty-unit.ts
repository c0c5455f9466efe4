import { wrongClockMs } from '../faults/fault-options.ts';
import type { ModbusFault } from '../faults/modbus-faults.ts';
import type { ModbusUnit } from './modbus-responder.ts';
import { type Patch, PatchedImage } from './patched-image.ts';
import type { RegisterImage } from './register-image.ts';
import {
  type CounterPlace,
  type RegisterTable,
  readCounter,
  type UnitLayout,
  writeCounter,
} from './unit-layout.ts';

const registerTables = ['holding', 'input'] as const;
const standingKinds = ['frozen', 'plc-stop'] as const;
type FaultOf<Kind extends ModbusFault['kind']> = Extract<ModbusFault, { readonly kind: Kind }>;

/**
 * A unit whose registers faults change by their meaning: they stand, counters jump, clocks go wrong. What
 * a fault starts from is taken when it is first seen; the model's own registers stay the truth.
 */
export class FaultyUnit {
  readonly #unit: ModbusUnit;
  readonly #layout: UnitLayout | undefined;
  #faults: readonly ModbusFault[] = [];
  #standing: ModbusUnit | undefined;
  #stuck: ModbusUnit | undefined;
  /** How far each counter is off since restarts, which no end of a fault undoes. */
  #lasting: readonly bigint[];
  /** How far each counter is off by a fault that holds, by its id. */
  readonly #jumps = new Map<string, readonly bigint[]>();
  /** What the clock read when it went wrong, by the id of the fault. */
  readonly #clocks = new Map<string, number>();

  constructor(unit: ModbusUnit) {
    this.#unit = unit;
    this.#layout = unit.layout;
    this.#lasting = (unit.layout?.counters ?? []).map(() => 0n);
  }

  /** The tables that clients see from now on; undefined where they are those of the model. */
  apply(faults: readonly ModbusFault[]): ModbusUnit | undefined {
    const ended = this.#faults.filter(({ id }) => !faults.some((one) => one.id === id));
    this.#faults = faults;
    for (const { id } of ended) {
      this.#jumps.delete(id);
      this.#clocks.delete(id);
    }
    // A stopped program starts anew, and its counters with it.
    if (ended.some((fault) => fault.kind === 'plc-stop' && !fault.keepsCounters))
      this.#setLasting();
    this.#begin(faults);
    return this.#seen();
  }

  /** Counters go on from 0; the tables that clients see from now on. */
  restartCounters(): ModbusUnit | undefined {
    this.#setLasting();
    return this.#seen();
  }

  #setLasting(): void {
    this.#lasting = (this.#layout?.counters ?? []).map((place) => -this.#countOf(place));
  }

  #begin(faults: readonly ModbusFault[]): void {
    const isStanding = faults.some(({ kind }) => standingKinds.some((one) => one === kind));
    const isStuck = faults.some(({ kind }) => kind === 'stuck');
    this.#standing = isStanding ? (this.#standing ?? copyOf(this.#unit)) : undefined;
    this.#stuck = isStuck ? (this.#stuck ?? copyOf(this.#unit)) : undefined;
    for (const fault of faults) {
      if (fault.kind === 'counter-jump' || fault.kind === 'meter-replaced') this.#jump(fault);
      if (fault.kind === 'clock' && !this.#clocks.has(fault.id)) {
        this.#clocks.set(fault.id, clockMs(this.#bytes(this.#layout?.clockAddress ?? 0, 3)));
      }
    }
  }

  #jump(fault: FaultOf<'counter-jump' | 'meter-replaced'>): void {
    if (this.#jumps.has(fault.id)) return;
    const offsets = (this.#layout?.counters ?? []).map((place, index) => {
      if (fault.to === undefined) return BigInt('by' in fault ? (fault.by ?? 0) : 0);
      return BigInt(fault.to) - (this.#countOf(place) + this.#offset(index));
    });
    this.#jumps.set(fault.id, offsets);
  }

  /** How far a counter is off now. */
  #offset(index: number): bigint {
    let offset = this.#lasting[index] ?? 0n;
    for (const jump of this.#jumps.values()) offset += jump[index] ?? 0n;
    return offset;
  }

  #seen(): ModbusUnit | undefined {
    const base = this.#standing ?? this.#stuck;
    const layout = this.#layout;
    if (layout === undefined) return base;
    const alive = this.#aliveness(layout);
    const identity = this.#identity(layout);
    let seen = base;
    for (const table of registerTables) {
      const isOwn = table === layout.table;
      // Later patches win: a counter may be among what shows that the unit lives.
      const patches = [
        ...(isOwn ? alive : []),
        ...this.#counters(layout, table),
        ...(isOwn ? identity : []),
      ];
      const image = (base ?? this.#unit)[table];
      if (image === undefined || patches.length === 0) continue;
      seen = { ...(seen ?? this.#unit), [table]: new PatchedImage(image, patches) };
    }
    return seen;
  }

  /** Heartbeat and clock, which go on while the values are stuck. */
  #aliveness({ alive, clockAddress }: UnitLayout): readonly Patch[] {
    const goesOn = this.#standing === undefined && this.#stuck !== undefined;
    const patches: Patch[] = goesOn
      ? alive.map(([address, registers]) => ({
          address,
          registers,
          bytes: () => this.#bytes(address, registers),
        }))
      : [];
    const clocks = this.#faults.filter((fault) => fault.kind === 'clock');
    if (clockAddress === undefined || clocks.length === 0) return patches;
    return [
      ...patches,
      { address: clockAddress, registers: 3, bytes: () => this.#clock(clockAddress, clocks) },
    ];
  }

  #clock(address: number, clocks: readonly FaultOf<'clock'>[]): Buffer {
    let timeMs = clockMs(this.#bytes(address, 3, this.#standing));
    for (const clock of clocks) {
      timeMs = wrongClockMs(clock, timeMs, this.#clocks.get(clock.id) ?? timeMs);
    }
    const bytes = Buffer.alloc(6);
    bytes.writeUInt32BE(Math.floor(timeMs / 1000) % 2 ** 32);
    bytes.writeUInt16BE(timeMs % 1000, 4);
    return bytes;
  }

  #counters(layout: UnitLayout, table: RegisterTable): readonly Patch[] {
    return layout.counters.flatMap((place, index) => {
      const { address, registers } = place;
      if ((place.table ?? layout.table) !== table || this.#offset(index) === 0n) return [];
      const bytes = (): Buffer =>
        writeCounter(place, this.#countOf(place, this.#baseOf(place)) + this.#offset(index));
      return [{ address, registers, bytes }];
    });
  }

  #identity({ serialNumber }: UnitLayout): readonly Patch[] {
    const replaced = this.#faults.findLast((fault) => fault.kind === 'meter-replaced');
    if (serialNumber === undefined || replaced === undefined) return [];
    const [address, registers] = serialNumber;
    const bytes = Buffer.alloc(registers * 2);
    bytes.write(replaced.serialNumber, 'latin1');
    return [{ address, registers, bytes: () => bytes }];
  }

  /** What a counter stands in: the model, or what stands of it. */
  #baseOf({ address }: CounterPlace): ModbusUnit | undefined {
    if (this.#standing !== undefined) return this.#standing;
    const isAlive = this.#layout?.alive.some(
      ([from, length]) => address >= from && address < from + length,
    );
    return isAlive === true ? undefined : this.#stuck;
  }

  #countOf(place: CounterPlace, base?: ModbusUnit): bigint {
    const { address, registers, table } = place;
    return readCounter(place, this.#bytes(address, registers, base, table));
  }

  #bytes(
    address: number,
    registers: number,
    base: ModbusUnit = this.#unit,
    table: RegisterTable = this.#layout?.table ?? 'holding',
  ): Buffer {
    const bytes = base[table]?.read(address, registers);
    if (bytes === undefined)
      throw new RangeError(`registers of the layout at ${address} are not there`);
    return bytes;
  }
}

const clockMs = (bytes: Buffer): number => bytes.readUInt32BE(0) * 1000 + bytes.readUInt16BE(4);

const copyOf = (unit: ModbusUnit): ModbusUnit => {
  const { holding, input, coils, discrete } = unit;
  const still = <Image extends Pick<RegisterImage, 'read'>>(
    image: Image & { snapshot?(): Image },
  ): Image => image.snapshot?.() ?? image;
  return {
    ...(holding === undefined ? {} : { holding: still(holding) }),
    ...(input === undefined ? {} : { input: still(input) }),
    ...(coils === undefined ? {} : { coils: still(coils) }),
    ...(discrete === undefined ? {} : { discrete: still(discrete) }),
  };
};
