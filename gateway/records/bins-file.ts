import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { GatewayError } from '../core/error.ts';
import { canonicalJson } from './canonical-json.ts';

/** One column of a seam's bins: a value and an OPC UA StatusCode for each bin. */
export type BinColumn = {
  readonly point: string;
  /** UCUM. */
  readonly unit: string;
  /** Of a column of texts: `values` are places in here. */
  readonly texts?: readonly string[];
  readonly values: Float32Array;
  readonly status: Uint32Array;
};

/** The position bins of one seam of one panel, one row each, in the order in which they closed. */
export type BinTable = {
  /** When each bin closed, UTC epoch ms. */
  readonly timeMs: Float64Array;
  readonly columns: readonly BinColumn[];
};

type Header = {
  readonly format: 'seamwatt-bins';
  readonly version: number;
  readonly rows: number;
  readonly columns: readonly {
    readonly point: string;
    readonly unit: string;
    readonly texts?: readonly string[];
  }[];
};

const magic = Buffer.from('SWBINS1\n');
const formatVersion = 1;
const wordBytes = 4;
/** All of a panel's bins are packed at once while it matters to nobody how long it takes. */
const compressionLevel = 9;

const aligned = (length: number): number => Math.ceil(length / 8) * 8;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Float32Array | Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * The file whose SHA-256 a record names: magic, length of the header (u32), header in JSON, zeros up to a multiple of 8;
 * then the times (f64), then by column the values (f32) and the statuses (u32), all little-endian. Values keep 24 bits:
 * 6e-8 relative, far below what is measured.
 */
export const encodeBins = ({ timeMs, columns }: BinTable): Uint8Array => {
  const header = Buffer.from(
    canonicalJson({
      format: 'seamwatt-bins',
      version: formatVersion,
      rows: timeMs.length,
      columns: columns.map(({ point, unit, texts }) => ({
        ...{ point, unit },
        ...(texts === undefined ? {} : { texts }),
      })),
    }),
  );
  const start = aligned(magic.length + wordBytes + header.length);
  const rowBytes = 8 + 2 * wordBytes * columns.length;
  const file = new Uint8Array(start + rowBytes * timeMs.length);
  file.set(magic);
  new DataView(file.buffer).setUint32(magic.length, header.length, true);
  file.set(header, magic.length + wordBytes);
  let at = start;
  for (const array of [timeMs, ...columns.flatMap(({ values, status }) => [values, status])]) {
    file.set(bytesOf(array), at);
    at += array.byteLength;
  }
  return file;
};

const damaged = (): GatewayError =>
  new GatewayError(
    'STORE_CORRUPT',
    { en: 'a file of bins does not read as one', zh: '区间数据文件无法读取' },
    { retryable: false },
  );

/** @throws GatewayError STORE_CORRUPT */
export const decodeBins = (file: Uint8Array): BinTable => {
  const bytes = Uint8Array.from(file);
  if (!magic.equals(bytes.subarray(0, magic.length))) throw damaged();
  const headerBytes = new DataView(bytes.buffer).getUint32(magic.length, true);
  const headerStart = magic.length + wordBytes;
  const text = new TextDecoder().decode(bytes.subarray(headerStart, headerStart + headerBytes));
  const { version, rows, columns } = JSON.parse(text) as Header;
  let at = aligned(headerStart + headerBytes);
  const wanted = at + rows * (8 + 2 * wordBytes * columns.length);
  if (version !== formatVersion || bytes.length !== wanted) throw damaged();
  const timeMs = new Float64Array(bytes.buffer, at, rows);
  at += timeMs.byteLength;
  return {
    timeMs,
    columns: columns.map((column) => {
      const values = new Float32Array(bytes.buffer, at, rows);
      const status = new Uint32Array(bytes.buffer, at + values.byteLength, rows);
      at += values.byteLength + status.byteLength;
      return { ...column, values, status };
    }),
  };
};

/** First bytes of all words, then second ones …: what is alike lies together. */
const intoPlanes = (file: Uint8Array): Uint8Array => {
  const words = file.length / wordBytes;
  const planes = new Uint8Array(file.length);
  for (let plane = 0; plane < wordBytes; plane++) {
    for (let word = 0; word < words; word++) {
      planes[plane * words + word] = file[word * wordBytes + plane] as number;
    }
  }
  return planes;
};

const fromPlanes = (planes: Uint8Array): Uint8Array => {
  const words = planes.length / wordBytes;
  const file = new Uint8Array(planes.length);
  for (let plane = 0; plane < wordBytes; plane++) {
    for (let word = 0; word < words; word++) {
      file[word * wordBytes + plane] = planes[plane * words + word] as number;
    }
  }
  return file;
};

/** As the file is kept on disk. Its length is a multiple of 4. */
export const packBins = (file: Uint8Array): Uint8Array =>
  zstdCompressSync(intoPlanes(file), {
    params: { [constants.ZSTD_c_compressionLevel]: compressionLevel },
  });

/** @throws Error of node:zlib when the bytes are not what was packed */
export const unpackBins = (packed: Uint8Array): Uint8Array =>
  fromPlanes(zstdDecompressSync(packed));
