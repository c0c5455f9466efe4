import type { FrameRing } from './ring.ts';

/**
 * A snapshot: magic, format version, the program's id in ASCII, the number of cells, then runs of cells that are not 0, each
 * as (first cell, number of cells) and the cells as they lie in memory (little-endian). Most of an arena is room for samples
 * that have not come yet, so leaving out zeros keeps snapshots small.
 */
const magic = 0x5357_4850;
const formatVersion = 1;
const idStart = 8;
const idLength = 64;
const headerLength = idStart + idLength + 4;
const runHeaderLength = 8;
/** A shorter stretch of zeros is not worth a new run. */
const shortestGap = 2;

type Run = { readonly first: number; readonly count: number };

const findRuns = (memory: Float64Array): readonly Run[] => {
  // Bits, not values: -0 is not left out. Halves of cells, because they compare without conversion.
  const halves = new Uint32Array(memory.buffer, memory.byteOffset, 2 * memory.length);
  const runs: Run[] = [];
  let first = -1;
  let end = 0;
  for (let cell = 0; cell < memory.length; cell++) {
    if (halves[2 * cell] === 0 && halves[2 * cell + 1] === 0) continue;
    if (first >= 0 && cell - end >= shortestGap) {
      runs.push({ first, count: end - first });
      first = cell;
    }
    if (first < 0) first = cell;
    end = cell + 1;
  }
  if (first >= 0) runs.push({ first, count: end - first });
  return runs;
};

export const encodeSnapshot = (programId: string, memory: Float64Array): Uint8Array => {
  const runs = findRuns(memory);
  const cells = runs.reduce((sum, run) => sum + run.count, 0);
  const bytes = new Uint8Array(headerLength + runs.length * runHeaderLength + cells * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  view.setUint32(4, formatVersion);
  for (let index = 0; index < idLength; index++) {
    bytes[idStart + index] = programId.charCodeAt(index);
  }
  view.setUint32(idStart + idLength, memory.length);
  let at = headerLength;
  for (const { first, count } of runs) {
    view.setUint32(at, first);
    view.setUint32(at + 4, count);
    at += runHeaderLength;
    bytes.set(new Uint8Array(memory.buffer, memory.byteOffset + first * 8, count * 8), at);
    at += count * 8;
  }
  return bytes;
};

const isOfProgram = (view: DataView, programId: string, length: number): boolean => {
  if (view.byteLength < headerLength) return false;
  if (view.getUint32(0) !== magic || view.getUint32(4) !== formatVersion) return false;
  for (let index = 0; index < idLength; index++) {
    if (view.getUint8(idStart + index) !== programId.charCodeAt(index)) return false;
  }
  return view.getUint32(idStart + idLength) === length;
};

/** Copies a snapshot of the program `programId` into `memory`; false, with `memory` untouched, when it is not one. */
export const decodeSnapshot = (
  programId: string,
  bytes: Uint8Array,
  memory: Float64Array,
): boolean => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isOfProgram(view, programId, memory.length)) return false;
  const restored = new Uint8Array(memory.byteLength);
  let at = headerLength;
  while (at + runHeaderLength <= bytes.length) {
    const first = view.getUint32(at) * 8;
    const length = view.getUint32(at + 4) * 8;
    at += runHeaderLength;
    if (at + length > bytes.length || first + length > restored.length) return false;
    restored.set(bytes.subarray(at, at + length), first);
    at += length;
  }
  if (at !== bytes.length) return false;
  memory.set(new Float64Array(restored.buffer));
  return true;
};

const cellsOf = (array: Float64Array | Uint32Array): number => Math.ceil(array.byteLength / 8);

const bytesOf = (array: Float64Array | Uint32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The whole state as cells: the arena, and the arrays of the rings behind it, bit by bit. */
export const packState = (memory: Float64Array, rings: readonly FrameRing[]): Float64Array => {
  const arrays = [memory, ...rings.flatMap(({ state }) => state)];
  const cells = new Float64Array(arrays.reduce((sum, array) => sum + cellsOf(array), 0));
  const bytes = bytesOf(cells);
  let first = 0;
  for (const array of arrays) {
    bytes.set(bytesOf(array), first * 8);
    first += cellsOf(array);
  }
  return cells;
};

/** Copies what `packState` gave back to where it was. */
export const unpackState = (
  cells: Float64Array,
  memory: Float64Array,
  rings: readonly FrameRing[],
): void => {
  const bytes = bytesOf(cells);
  let first = 0;
  for (const array of [memory, ...rings.flatMap(({ state }) => state)]) {
    bytesOf(array).set(bytes.subarray(first * 8, first * 8 + array.byteLength));
    first += cellsOf(array);
  }
  for (const ring of rings) ring.restored();
};
