/**
 * Frames of DL/T 645-2007 §5: `68 address(6) 68 C L data CS 16`. Address and data come low byte first, each byte of data is
 * sent with 33h added, and CS is the sum of all bytes from the first 68h to the last of the data. Only reads can be built
 * here, so nothing in this adapter can write to a meter, set its clock or switch it.
 */

/** The reads that there are: data, the frames that follow a first one, and the address of the only meter on a line. */
export const readFunctions = { data: 0x11, following: 0x12, address: 0x13 } as const;
export type ReadFunction = (typeof readFunctions)[keyof typeof readFunctions];

export const frameStart = 0x68;
export const frameEnd = 0x16;
/** Sent before a frame so that receivers wake up; no part of it. */
export const wakeUpByte = 0xfe;
const dataOffset = 0x33;
/** Both starts, address, control code, length, checksum and end. */
export const frameOverheadBytes = 12;
const headerBytes = 10;
export const identifierBytes = 4;
/** Matches every meter; for a line with one meter only. */
export const anyAddress = 'AAAAAAAAAAAA';

const fromMeterBit = 0x80;
const refusedBit = 0x40;
const moreBit = 0x20;
const functionBits = 0x1f;

export type ReadFrame = {
  /** 12 decimal digits, the highest first as on the meter's plate; AA for a byte that matches every one. */
  readonly address: string;
  readonly function: ReadFunction;
  /** Data identifier DI3 to DI0 in hexadecimal, such as 00010000; none with function 13h. */
  readonly identifier?: string;
  /** Which of the frames that follow, from 1 on; only with function 12h. */
  readonly sequence?: number;
  readonly wakeUpBytes: number;
};

/** The bytes of a request. */
export const encodeRead = (frame: ReadFrame): Buffer => {
  const { address, identifier = '', sequence, wakeUpBytes } = frame;
  const data = [...reversedBytes(identifier), ...(sequence === undefined ? [] : [sequence])];
  const start = wakeUpBytes;
  const bytes = Buffer.alloc(start + frameOverheadBytes + data.length, wakeUpByte);
  bytes[start] = frameStart;
  bytes.set(reversedBytes(address), start + 1);
  bytes[start + 7] = frameStart;
  bytes[start + 8] = frame.function;
  bytes[start + 9] = data.length;
  for (const [index, byte] of data.entries()) {
    bytes[start + headerBytes + index] = (byte + dataOffset) & 0xff;
  }
  const end = start + headerBytes + data.length;
  bytes[end] = checksum(bytes, start, end);
  bytes[end + 1] = frameEnd;
  return bytes;
};

/** What a whole frame says, whoever sent it. */
export type ReceivedFrame = {
  readonly address: string;
  readonly isFromMeter: boolean;
  /** The meter refuses; `data` is its error word. */
  readonly isRefused: boolean;
  /** More frames follow. */
  readonly hasMore: boolean;
  /** Function bits of the control code. */
  readonly function: number;
  /** Without the 33h of the wire, low byte first. */
  readonly data: Buffer;
};

/** Whether a whole frame with the right checksum lies in `bytes` from `start` to `end`, which is excluded. */
export const isFrame = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start >= frameOverheadBytes &&
  bytes[start] === frameStart &&
  bytes[start + 7] === frameStart &&
  bytes[end - 1] === frameEnd &&
  end - start === frameOverheadBytes + (bytes[start + 9] as number) &&
  bytes[end - 2] === checksum(bytes, start, end - 2);

/** Decodes what `isFrame` has found. */
export const decodeFrame = (bytes: Uint8Array, start: number, end: number): ReceivedFrame => {
  const control = bytes[start + 8] as number;
  const data = Buffer.from(bytes.subarray(start + headerBytes, end - 2));
  for (let i = 0; i < data.length; i += 1) data[i] = ((data[i] as number) - dataOffset) & 0xff;
  return {
    address: hexReversed(bytes.subarray(start + 1, start + 7)),
    isFromMeter: (control & fromMeterBit) !== 0,
    isRefused: (control & refusedBit) !== 0,
    hasMore: (control & moreBit) !== 0,
    function: control & functionBits,
    data,
  };
};

/** Data identifier at the beginning of the data of an answer. */
export const identifierOf = (data: Uint8Array): string =>
  hexReversed(data.subarray(0, identifierBytes));

/** Bytes in hexadecimal, the last first. */
export const hexReversed = (bytes: Uint8Array): string =>
  Buffer.from(bytes).reverse().toString('hex').toUpperCase();

const reversedBytes = (hex: string): Buffer => Buffer.from(hex, 'hex').reverse();

const checksum = (bytes: Uint8Array, start: number, end: number): number => {
  let sum = 0;
  for (let i = start; i < end; i += 1) sum += bytes[i] as number;
  return sum & 0xff;
};
