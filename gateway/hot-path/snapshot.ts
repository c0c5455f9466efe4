const magic = 0x5357_4850;
const formatVersion = 1;
const idLength = 64;
const headerLength = 8 + idLength;

/** Magic, format version and the program's id in ASCII, then the arena as it lies in memory (little-endian). */
export const encodeSnapshot = (programId: string, memory: Float64Array): Uint8Array => {
  const bytes = new Uint8Array(headerLength + memory.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  view.setUint32(4, formatVersion);
  for (let index = 0; index < idLength; index++) bytes[8 + index] = programId.charCodeAt(index);
  bytes.set(new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength), headerLength);
  return bytes;
};

/** Copies a snapshot of the program `programId` into `memory`; false when it is not one. */
export const decodeSnapshot = (
  programId: string,
  bytes: Uint8Array,
  memory: Float64Array,
): boolean => {
  if (bytes.length !== headerLength + memory.byteLength) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== magic || view.getUint32(4) !== formatVersion) return false;
  for (let index = 0; index < idLength; index++) {
    if (bytes[8 + index] !== programId.charCodeAt(index)) return false;
  }
  new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength).set(
    bytes.subarray(headerLength),
  );
  return true;
};
