// Goal: bytes as the standard has them. Method: frames that others have published, and such as were worked out by hand.
import { describe, expect, it } from 'vitest';
import {
  anyAddress,
  decodeFrame,
  encodeRead,
  identifierOf,
  isFrame,
  type ReceivedFrame,
  readFunctions,
} from '../../../../adapters/dlt645/frame.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const decoded = (hex: string): ReceivedFrame => {
  const bytes = Buffer.from(hex, 'hex');
  expect(isFrame(bytes, 0, bytes.length)).toBe(true);
  return decodeFrame(bytes, 0, bytes.length);
};
const askEnergy = {
  address: '112233445566',
  function: readFunctions.data,
  identifier: '00010000',
  wakeUpBytes: 0,
} as const;

describe('a request', () => {
  it('§3.3 for the forward active energy of meter 112233445566', () => {
    expect(hexOf(encodeRead(askEnergy))).toBe('68665544332211681104333334331716');
  });

  it('has as many wake-up bytes in front as asked, which the checksum leaves out', () => {
    expect(hexOf(encodeRead({ ...askEnergy, wakeUpBytes: 4 }))).toBe(
      'FEFEFEFE68665544332211681104333334331716',
    );
  });

  it('of a published log, for voltage and current of meter 161', () => {
    const meter = { ...askEnergy, address: '000000000161' };
    expect(hexOf(encodeRead(meter))).toBe('68610100000000681104333334331416');
    expect(hexOf(encodeRead({ ...meter, identifier: '02010100' }))).toBe(
      '68610100000000681104333434351716',
    );
    expect(hexOf(encodeRead({ ...meter, identifier: '02020100' }))).toBe(
      '68610100000000681104333435351816',
    );
  });

  it('for a frame that follows bears its number behind the identifier', () => {
    const following = { ...askEnergy, function: readFunctions.following, sequence: 1 };
    expect(hexOf(encodeRead(following))).toBe('6866554433221168120533333433344D16');
  });

  it('for the address of whoever is there has no data', () => {
    const frame = { address: anyAddress, function: readFunctions.address, wakeUpBytes: 0 };
    expect(hexOf(encodeRead(frame))).toBe('68AAAAAAAAAAAA681300DF16');
  });

  it('is never more than a read', () => {
    expect(Object.values(readFunctions)).toEqual([0x11, 0x12, 0x13]);
  });
});

describe('an answer', () => {
  it('§3.3 with 1234.56 kWh', () => {
    const frame = decoded('6866554433221168910833333433896745330316');
    expect(frame).toMatchObject({
      address: '112233445566',
      isFromMeter: true,
      isRefused: false,
      hasMore: false,
      function: 0x11,
    });
    expect(identifierOf(frame.data)).toBe('00010000');
    expect(hexOf(frame.data.subarray(4))).toBe('56341200');
  });

  it('of a published log: 0.26 kWh and 100.1 V', () => {
    const energy = decoded('6861010000000068910833333433593333338A16');
    expect(hexOf(energy.data.subarray(4))).toBe('26000000');
    const voltage = decoded('686101000000006891063334343534431016');
    expect(identifierOf(voltage.data)).toBe('02010100');
    expect(hexOf(voltage.data.subarray(4))).toBe('0110');
  });

  it('that refuses, and one that more frames follow', () => {
    expect(decoded('6866554433221168D101353C16')).toMatchObject({
      isRefused: true,
      data: Buffer.from([0x02]),
    });
    expect(decoded('6866554433221168B10433333433B716')).toMatchObject({
      hasMore: true,
      function: 0x11,
    });
  });

  it('is none with a wrong checksum, length, start or end', () => {
    const right = Buffer.from('6866554433221168910833333433896745330316', 'hex');
    for (const [place, byte] of [
      [0, 0x69],
      [3, 0x45],
      [7, 0x69],
      [9, 0x07],
      [12, 0x35],
      [18, 0x04],
      [19, 0x17],
    ] as const) {
      const wrong = Buffer.from(right);
      wrong[place] = byte;
      expect(isFrame(wrong, 0, wrong.length), `byte ${place}`).toBe(false);
    }
    expect(isFrame(right, 0, right.length - 1)).toBe(false);
  });
});
