/**
 * DL/T 645-2007 as a meter speaks it: requests are found in a stream of bytes, answers are put together. Data come without
 * the 33h that the wire adds.
 */
export type Dlt645Request = {
  /** 12 digits, the highest first; A matches any. */
  readonly address: string;
  readonly control: number;
  readonly data: Buffer;
};

const start = 0x68;
const end = 0x16;
const offset = 0x33;
const secondStart = 7;
const headerLength = 10;
const trailerLength = 2;

/** The whole requests at the front of `bytes`, and what is left of it. */
export const takeRequests = (
  bytes: Buffer,
): { readonly requests: readonly Dlt645Request[]; readonly rest: Buffer } => {
  const requests: Dlt645Request[] = [];
  let at = 0;
  for (;;) {
    at = bytes.indexOf(start, at);
    if (at < 0) return { requests, rest: Buffer.alloc(0) };
    if (bytes.length < at + headerLength) break;
    if (bytes.readUInt8(at + secondStart) !== start) {
      at += 1;
      continue;
    }
    const length = headerLength + bytes.readUInt8(at + 9) + trailerLength;
    if (bytes.length < at + length) break;
    const request = parse(bytes.subarray(at, at + length));
    if (request === undefined) {
      at += 1;
      continue;
    }
    requests.push(request);
    at += length;
  }
  return { requests, rest: Buffer.from(bytes.subarray(at)) };
};

const parse = (frame: Buffer): Dlt645Request | undefined => {
  const body = frame.subarray(0, -trailerLength);
  const isWhole =
    frame.readUInt8(frame.length - 1) === end && frame.readUInt8(frame.length - 2) === sumOf(body);
  if (!isWhole) return undefined;
  return {
    address: Buffer.from(frame.subarray(1, 7)).reverse().toString('hex').toUpperCase(),
    control: frame.readUInt8(8),
    data: Buffer.from(body.subarray(headerLength).map((byte) => (byte - offset) & 0xff)),
  };
};

const sumOf = (bytes: Buffer): number => bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);

export const answerFrame = (answer: {
  readonly address: string;
  readonly control: number;
  readonly data: Buffer;
}): Buffer => {
  const body = Buffer.concat([
    Buffer.from([start]),
    Buffer.from(answer.address, 'hex').reverse(),
    Buffer.from([start, answer.control, answer.data.length]),
    Buffer.from(answer.data.map((byte) => (byte + offset) & 0xff)),
  ]);
  return Buffer.concat([body, Buffer.from([sumOf(body), end])]);
};

/** A whole number in BCD, low byte first; the highest bit of the last byte says that it is negative. */
export const bcd = (value: number, bytes: number): Buffer => {
  const full = 100 ** bytes;
  const whole = Math.trunc(value);
  const text = String(Math.abs(whole) % full).padStart(bytes * 2, '0');
  const result = Buffer.from(text, 'hex').reverse();
  if (whole < 0) result[bytes - 1] = result.readUInt8(bytes - 1) | 0x80;
  return result;
};
