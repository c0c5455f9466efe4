import type { BitImage, RegisterImage } from './register-image.ts';
import type { UnitLayout } from './unit-layout.ts';

/** The four tables of one unit; a read of a table that it lacks is answered with exception 01. */
export type ModbusUnit = {
  readonly holding?: RegisterImage;
  readonly input?: RegisterImage;
  readonly coils?: BitImage;
  readonly discrete?: BitImage;
  /** What faults can change by its meaning. */
  readonly layout?: UnitLayout;
};

/** Transaction id, protocol id, length and unit id (MODBUS on TCP/IP V1.0b §3.1.3). */
export const headerBytes = 7;
/** Header and the longest PDU, 253 bytes. */
const maxFrameBytes = headerBytes + 253;
const outputBytes = 64 * 1024;

/** Modbus Application Protocol V1.1b3 §7. */
const illegalFunction = 0x01;
const illegalAddress = 0x02;
const illegalValue = 0x03;
const targetFailedToRespond = 0x0b;

const readRequestPduBytes = 5;
/** Write single and multiple coils and registers, mask write, read and write. */
const writeFunctions: ReadonlySet<number> = new Set([0x05, 0x06, 0x0f, 0x10, 0x16, 0x17]);

/** A table that a read function asks for, absent where the unit lacks it. */
type Table = {
  readonly image: Pick<RegisterImage, 'read'> | undefined;
  readonly maxQuantity: number;
};

export type ResponderCounters = { exceptions: number; writesRefused: number };

/**
 * Turns request frames into answer frames, gathered in one buffer. A pure function of request
 * and images; knows nothing of sockets. Checks in the order of the specification: function,
 * quantity, address.
 */
export class Responder {
  readonly #units: ReadonlyMap<number, ModbusUnit>;
  readonly #seen = new Map<number, ModbusUnit>();
  readonly #counters: ResponderCounters;
  readonly #output = Buffer.allocUnsafeSlow(outputBytes);
  #filled = 0;

  constructor(units: ReadonlyMap<number, ModbusUnit>, counters: ResponderCounters) {
    this.#units = units;
    this.#counters = counters;
  }

  /** Whether the next answer could pass the end of the buffer, so that `take` comes first. */
  get isFull(): boolean {
    return this.#filled + maxFrameBytes > outputBytes;
  }

  /** Appends the answer to the whole, checked frame at `offset`. */
  answer(input: Buffer, offset: number): void {
    const functionCode = input[offset + headerBytes] as number;
    const unitId = input[offset + 6] as number;
    const unit = this.#seen.get(unitId) ?? this.#units.get(unitId);
    if (unit === undefined) {
      this.refuse(input, offset, targetFailedToRespond);
      return;
    }
    const table = tableOf(unit, functionCode);
    if (table !== undefined) {
      this.#read(input, offset, table);
    } else {
      if (writeFunctions.has(functionCode)) this.#counters.writesRefused += 1;
      this.refuse(input, offset, illegalFunction);
    }
  }

  /** Appends an exception answer to the frame at `offset`. */
  refuse(input: Buffer, offset: number, exceptionCode: number): void {
    this.#counters.exceptions += 1;
    this.#header(input, offset, 2);
    this.#output[this.#filled] = exceptionCode;
    this.#filled += 1;
  }

  /** A copy of what was gathered since the last call; the buffer is empty afterwards. */
  take(): Buffer {
    const gathered = Buffer.from(this.#output.subarray(0, this.#filled));
    this.#filled = 0;
    return gathered;
  }

  get isEmpty(): boolean {
    return this.#filled === 0;
  }

  /** From now on a unit answers from these tables; without them from its own. */
  setSeen(unitId: number, unit: ModbusUnit | undefined): void {
    if (unit === undefined) this.#seen.delete(unitId);
    else this.#seen.set(unitId, unit);
  }

  #read(input: Buffer, offset: number, table: Table): void {
    const pduBytes = input.readUInt16BE(offset + 4) - 1;
    const quantity =
      pduBytes === readRequestPduBytes ? input.readUInt16BE(offset + headerBytes + 3) : 0;
    if (table.image === undefined) {
      this.refuse(input, offset, illegalFunction);
    } else if (quantity < 1 || quantity > table.maxQuantity) {
      this.refuse(input, offset, illegalValue);
    } else {
      const data = table.image.read(input.readUInt16BE(offset + headerBytes + 1), quantity);
      if (data === undefined) this.refuse(input, offset, illegalAddress);
      else this.#append(input, offset, data);
    }
  }

  #append(input: Buffer, offset: number, data: Buffer): void {
    this.#header(input, offset, 2 + data.length);
    this.#output[this.#filled] = data.length;
    data.copy(this.#output, this.#filled + 1);
    this.#filled += 1 + data.length;
  }

  /** Everything up to the function code, whose top bit marks an exception when the PDU is two bytes. */
  #header(input: Buffer, offset: number, pduBytes: number): void {
    const output = this.#output;
    const at = this.#filled;
    const functionCode = input[offset + headerBytes] as number;
    output[at] = input[offset] as number;
    output[at + 1] = input[offset + 1] as number;
    output[at + 2] = 0;
    output[at + 3] = 0;
    output[at + 4] = 0;
    output[at + 5] = pduBytes + 1;
    output[at + 6] = input[offset + 6] as number;
    output[at + 7] = pduBytes === 2 ? functionCode | 0x80 : functionCode;
    this.#filled = at + 8;
  }
}

const tableOf = (unit: ModbusUnit, functionCode: number): Table | undefined => {
  switch (functionCode) {
    case 0x01:
      return { image: unit.coils, maxQuantity: 2000 };
    case 0x02:
      return { image: unit.discrete, maxQuantity: 2000 };
    case 0x03:
      return { image: unit.holding, maxQuantity: 125 };
    case 0x04:
      return { image: unit.input, maxQuantity: 125 };
    default:
      return undefined;
  }
};
