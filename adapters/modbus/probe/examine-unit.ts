import { GatewayError } from '../../../gateway/core/error.ts';
import type { ByteOrder } from '../profile-point.ts';
import { readSunSpecMap, type SunSpecMap } from '../sunspec/sunspec-map.ts';
import type { Asker, Place } from './asker.ts';
import {
  findGap,
  findInFlight,
  findLargestRead,
  type LargestRead,
  measureRoundTrip,
} from './unit-limits.ts';
import { type KnownValue, ordersOf, plausibleOrder, type WordOrderFinding } from './word-order.ts';

/** What could be read of one table from one address on. */
export type ReadableRange = {
  readonly table: 'holding' | 'input';
  readonly address: number;
  readonly registers: readonly number[];
};

export type ExaminedUnit = {
  readonly unitId: number;
  readonly readable: readonly ReadableRange[];
  readonly sunSpec: SunSpecMap | undefined;
  /** The rest is undefined where nothing could be read, or the time was over. */
  readonly largestRead: LargestRead | undefined;
  readonly roundTripMs: number | undefined;
  readonly gapMs: number | undefined;
  readonly inFlight: number | undefined;
  readonly wordOrder: WordOrderFinding | undefined;
};

export type ExamineOptions = {
  readonly asker: Asker;
  readonly signal: AbortSignal;
  readonly isSerial: boolean;
  readonly known: KnownValue | undefined;
  /** Where to look besides the usual places. */
  readonly start: { readonly table: 'holding' | 'input'; readonly address: number } | undefined;
};

const usualAddresses = [0, 40_000] as const;
const sampleRegisters = 10;

/** Asks one unit what it has and what it bears. */
export const examineUnit = async (
  unitId: number,
  options: ExamineOptions,
): Promise<ExaminedUnit> => {
  const { asker, signal, isSerial } = options;
  const readable = await findReadable(unitId, options);
  const sunSpec = await readSunSpecMap((address, quantity) =>
    asker.read({ unitId, functionCode: 3, address, quantity }),
  ).catch((error: unknown) => {
    if (error instanceof GatewayError) return undefined;
    throw error;
  });
  const found = { unitId, readable, sunSpec };
  const [first] = [...readable].sort((a, b) => b.registers.length - a.registers.length);
  if (first === undefined) return { ...found, ...nothing };
  const place: Place = {
    unitId,
    functionCode: first.table === 'holding' ? 3 : 4,
    address: first.address,
    quantity: 1,
  };
  const roundTripMs = await measureRoundTrip(asker, place);
  const gapMs = await findGap(asker, place, signal);
  const isSingle = isSerial || gapMs === undefined || gapMs > 0;
  const inFlight = isSingle ? 1 : await findInFlight(asker, place, signal);
  const largestRead = await findLargestRead(asker, place, first.registers.length);
  const wordOrder = await findWordOrder(unitId, { ...options, found: { readable, sunSpec } });
  return { ...found, roundTripMs, gapMs, inFlight, largestRead, wordOrder };
};

const nothing = {
  largestRead: undefined,
  roundTripMs: undefined,
  gapMs: undefined,
  inFlight: undefined,
  wordOrder: undefined,
};

const findReadable = async (
  unitId: number,
  { asker, start }: ExamineOptions,
): Promise<readonly ReadableRange[]> => {
  const usual = (['holding', 'input'] as const).flatMap((table) =>
    usualAddresses.map((address) => ({ table, address })),
  );
  const readable: ReadableRange[] = [];
  for (const { table, address } of start === undefined ? usual : [start, ...usual]) {
    for (const quantity of [sampleRegisters, 1]) {
      const functionCode = table === 'holding' ? 3 : 4;
      const data = await asker.read({ unitId, functionCode, address, quantity });
      if (data instanceof GatewayError) continue;
      readable.push({ table, address, registers: registersOf(data) });
      break;
    }
  }
  return readable;
};

const registersOf = (data: Buffer): readonly number[] =>
  Array.from({ length: data.length / 2 }, (_, index) => data.readUInt16BE(index * 2));

const findWordOrder = async (
  unitId: number,
  {
    asker,
    known,
    found,
  }: ExamineOptions & { readonly found: Pick<ExaminedUnit, 'readable' | 'sunSpec'> },
): Promise<WordOrderFinding | undefined> => {
  if (known !== undefined) {
    const { table, address } = known;
    const functionCode = table === 'holding' ? 3 : 4;
    const data = await asker.read({ unitId, functionCode, address, quantity: 2 });
    const orders: readonly ByteOrder[] = data instanceof GatewayError ? [] : ordersOf(known, data);
    const [order] = orders;
    if (order !== undefined && orders.length === 1) return { order, certainty: 'known' };
  }
  // SunSpec Device Information Model Specification V1.1 §4: the most significant word first.
  if (found.sunSpec !== undefined) return { order: 'ABCD', certainty: 'known' };
  for (const { registers } of found.readable) {
    const data = Buffer.alloc(registers.length * 2);
    for (const [index, register] of registers.entries()) data.writeUInt16BE(register, index * 2);
    const order = plausibleOrder(data);
    if (order !== undefined) return { order, certainty: 'plausible' };
  }
  return undefined;
};
