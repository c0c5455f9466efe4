/** Reads registers of one unit as big-endian bytes. */
export type ReadRegisters = (address: number, quantity: number) => Promise<Buffer> | Buffer;

/** A model as found: its id and all its registers, id and length included. */
export type FoundModel = { readonly id: number; readonly address: number; readonly data: Buffer };

const base = 40_000;
const maxRead = 125;
const maxModels = 20;

/**
 * Walks the models of a SunSpec device as its specification says, knowing nothing of the device:
 * marker, then id and length of each model, to the end model.
 */
export const walkSunSpec = async (read: ReadRegisters): Promise<readonly FoundModel[]> => {
  const marker = await read(base, 2);
  if (marker.toString('latin1') !== 'SunS') throw new Error(`no SunSpec marker at ${base}`);
  const models: FoundModel[] = [];
  let address = base + 2;
  for (let i = 0; i < maxModels; i += 1) {
    const header = await read(address, 2);
    const id = header.readUInt16BE(0);
    const length = header.readUInt16BE(2);
    if (id === 0xffff) {
      if (length !== 0) throw new Error(`end model with length ${length}`);
      return models;
    }
    const data = await readAll(read, address, length + 2);
    models.push({ id, address, data });
    address += 2 + length;
  }
  throw new Error(`no end model after ${maxModels} models`);
};

/** A model that is longer than a read may be, piece by piece. */
const readAll = async (read: ReadRegisters, address: number, length: number): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < length; at += maxRead) {
    pieces.push(Buffer.from(await read(address + at, Math.min(maxRead, length - at))));
  }
  return Buffer.concat(pieces);
};

/** Register values of a model at offsets from its id, as the specification numbers them. */
export const sunSpecValues = (model: FoundModel) => ({
  u16: (offset: number): number => model.data.readUInt16BE(offset * 2),
  i16: (offset: number): number => model.data.readInt16BE(offset * 2),
  u32: (offset: number): number => model.data.readUInt32BE(offset * 2),
  u64: (offset: number): bigint => model.data.readBigUInt64BE(offset * 2),
  f32: (offset: number): number => model.data.readFloatBE(offset * 2),
  text: (offset: number, quantity: number): string =>
    model.data.toString('latin1', offset * 2, (offset + quantity) * 2).replace(/\0+$/, ''),
  /** A signed value times ten to its scale factor. */
  scaled: (offset: number, scaleOffset: number): number =>
    model.data.readInt16BE(offset * 2) * 10 ** model.data.readInt16BE(scaleOffset * 2),
});
