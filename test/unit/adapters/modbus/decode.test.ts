import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeProgram } from '../../../../adapters/modbus/decode.ts';
import {
  type ByteOrder,
  byteOrders,
  type ProfilePoint,
  pointLength,
  type ValueType,
} from '../../../../adapters/modbus/profile-point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { testSeed } from '../../../support/seed.ts';

const point = (type: ValueType, options: Partial<ProfilePoint> = {}): ProfilePoint => ({
  point: 'p',
  address: 0,
  type,
  order: 'ABCD',
  scale: 1,
  offset: 0,
  sign: 1,
  invalid: [],
  unit: '1',
  description: { en: 'p', zh: 'p' },
  ...options,
});

type Decoded = { readonly value: number; readonly status: number };

/** `hex` are the registers as on the wire; they are put behind three other bytes, as in an answer. */
const decode = (
  hex: string,
  given: ProfilePoint,
  options: { readonly scaleFactorPlace?: number; readonly isBitTable?: boolean } = {},
): Decoded => {
  const data = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const buffer = Buffer.concat([Buffer.from([0xde, 0xad, 0xbe]), data]);
  const values = new Float64Array([-1, -1]);
  const status = new Uint32Array([1, 1]);
  const program = new DecodeProgram(
    [{ point: given, channel: 1, place: given.address, isBitTable: false, ...options }],
    { values, status, intern: (text) => text.length },
  );
  program.run(buffer, 3);
  expect([values[0], status[0]]).toEqual([-1, 1]);
  return { value: values[1] as number, status: status[1] as number };
};

const good = (value: number): Decoded => ({ value, status: statusCodes.good });
const noData: Decoded = { value: 0, status: statusCodes.badNoData };

describe('DecodeProgram', () => {
  it('decodes 230.5 in each of the four orders', () => {
    expect(decode('4366 8000', point('f32', { order: 'ABCD' }))).toEqual(good(230.5));
    expect(decode('8000 4366', point('f32', { order: 'CDAB' }))).toEqual(good(230.5));
    expect(decode('6643 0080', point('f32', { order: 'BADC' }))).toEqual(good(230.5));
    expect(decode('0080 6643', point('f32', { order: 'DCBA' }))).toEqual(good(230.5));
  });

  it('§3.1 decodes the float of 50400.5 and of 26.1', () => {
    expect(decode('4744 E080', point('f32'))).toEqual(good(50_400.5));
    expect(decode('E080 4744', point('f32', { order: 'CDAB' }))).toEqual(good(50_400.5));
    expect(decode('41D0 CCCD', point('f32')).value).toBeCloseTo(26.1, 6);
  });

  it('reads signed and unsigned integers of each width', () => {
    expect(decode('FFFE', point('u16'))).toEqual(good(65_534));
    expect(decode('FFFE', point('i16'))).toEqual(good(-2));
    expect(decode('FFFF FFFE', point('u32'))).toEqual(good(4_294_967_294));
    expect(decode('FFFF FFFE', point('i32'))).toEqual(good(-2));
    expect(decode('0000 0001 0000 0002', point('u64'))).toEqual(good(4_294_967_298));
    expect(decode('FFFF FFFF FFFF FFFE', point('i64'))).toEqual(good(-2));
    expect(decode('406C D000 0000 0000', point('f64'))).toEqual(good(230.5));
    expect(decode('0012 D687', point('u32'))).toEqual(good(1_234_567));
  });

  it('marks integers that a float64 cannot hold', () => {
    expect(decode('001F FFFF FFFF FFFF', point('u64'))).toEqual(good(Number.MAX_SAFE_INTEGER));
    const tooLarge = decode('0020 0000 0000 0000', point('u64'));
    expect(tooLarge.status).toBe(statusCodes.badOutOfRange);
    expect(decode('FFE0 0000 0000 0000', point('i64')).status).toBe(statusCodes.badOutOfRange);
    expect(decode('FFE0 0000 0000 0001', point('i64'))).toEqual(good(Number.MIN_SAFE_INTEGER));
  });

  it('applies scale, sign and offset in this order, to the nearest decimal', () => {
    expect(decode('0003', point('u16', { scale: 0.1 })).value).toBe(0.3);
    expect(decode('0003', point('u16', { scale: 0.1, sign: -1, offset: 5 })).value).toBe(4.7);
    expect(decode('0003', point('u16', { scale: 1000 })).value).toBe(3000);
    expect(decode('0003', point('u16', { scale: -0.01 })).value).toBe(-0.03);
    expect(decode('0004', point('u16', { scale: 0.75 })).value).toBe(3);
  });

  it('takes bits, masks and shifts out of registers', () => {
    expect(decode('8001', point('bit', { bit: 0 }))).toEqual(good(1));
    expect(decode('8001', point('bit', { bit: 1 }))).toEqual(good(0));
    expect(decode('8001', point('bit', { bit: 15 }))).toEqual(good(1));
    expect(decode('ABCD', point('bitfield', { mask: 0x0ff0, shift: 4 }))).toEqual(good(0xbc));
    expect(decode('8000 0001', point('u32', { mask: 0x8000_0000, shift: 31 }))).toEqual(good(1));
    expect(decode('8000 0001', point('u32', { mask: 0x8000_0001 }))).toEqual(good(0x8000_0001));
    expect(decode('0104', point('enum', { mask: 0xff }))).toEqual(good(4));
  });

  it('takes bits out of tables of bits, least significant first', () => {
    const options = { isBitTable: true };
    expect(decode('01 02', point('bit', { address: 0 }), options)).toEqual(good(1));
    expect(decode('01 02', point('bit', { address: 1 }), options)).toEqual(good(0));
    expect(decode('01 02', point('bit', { address: 9 }), options)).toEqual(good(1));
  });

  it('swaps the bytes of one register only where the order says so', () => {
    expect(decode('1234', point('u16', { order: 'CDAB' })).value).toBe(0x1234);
    expect(decode('1234', point('u16', { order: 'BADC' })).value).toBe(0x3412);
    expect(decode('1234', point('u16', { order: 'DCBA' })).value).toBe(0x3412);
  });

  it('knows sentinels by their bits, however they are written', () => {
    expect(decode('8000', point('i16', { invalid: [-32_768] }))).toEqual(noData);
    expect(decode('8000', point('i16', { invalid: [0x8000] }))).toEqual(noData);
    expect(decode('8000', point('i16', { invalid: ['0x8000'] }))).toEqual(noData);
    expect(decode('8001', point('i16', { invalid: [0x8000] }))).toEqual(good(-32_767));
    expect(decode('FFFF FFFF', point('u32', { invalid: [0, 0xffff_ffff] }))).toEqual(noData);
    expect(decode('0000 FFFF', point('u32', { invalid: [0xffff_ffff] }))).toEqual(good(65_535));
    const u64 = point('u64', { invalid: ['0xFFFFFFFFFFFFFFFF'] });
    expect(decode('FFFF FFFF FFFF FFFF', u64)).toEqual(noData);
    expect(decode('0000 0000 FFFF FFFF', u64)).toEqual(good(4_294_967_295));
    expect(decode('C61C 3C00', point('f32', { invalid: [-9999] }))).toEqual(noData);
  });

  it('shows neither NaN nor infinity as a value', () => {
    expect(decode('7FC0 0000', point('f32'))).toEqual(noData);
    expect(decode('FFC0 0001', point('f32'))).toEqual(noData);
    const infinite = { value: 0, status: statusCodes.badOutOfRange };
    expect(decode('7F80 0000', point('f32'))).toEqual(infinite);
    expect(decode('FF80 0000', point('f32'))).toEqual(infinite);
    expect(decode('7FF8 0000 0000 0000', point('f64'))).toEqual(noData);
    expect(decode('7FEF FFFF FFFF FFFF', point('f64', { scale: 10 }))).toEqual(infinite);
  });

  it('marks values beyond the physical limits and keeps them', () => {
    const given = point('i16', { minimum: -5, maximum: 5 });
    expect(decode('0005', given)).toEqual(good(5));
    expect(decode('FFFB', given)).toEqual(good(-5));
    expect(decode('0006', given)).toEqual({ value: 6, status: statusCodes.badOutOfRange });
    expect(decode('FFFA', given)).toEqual({ value: -6, status: statusCodes.badOutOfRange });
  });

  it('§3.1 applies SunSpec scale factors read beside the value', () => {
    const watts = point('i16', { scaleFactorAddress: 1 });
    const read = (hex: string) => decode(hex, watts, { scaleFactorPlace: 1 });
    expect(read('13B0 0001')).toEqual(good(50_400));
    expect(read('13B0 FFFE')).toEqual(good(50.4));
    expect(read('13B0 0000')).toEqual(good(5040));
    expect(read('FFFF 000A')).toEqual(good(-10_000_000_000));
    expect(read('0001 FFF6')).toEqual(good(1e-10));
  });

  it('has no value where the scale factor is not implemented or impossible', () => {
    const watts = point('i16', { scaleFactorAddress: 1 });
    const broken = { value: 0, status: statusCodes.badConfigurationError };
    expect(decode('13B0 8000', watts, { scaleFactorPlace: 1 })).toEqual(broken);
    expect(decode('13B0 000B', watts, { scaleFactorPlace: 1 })).toEqual(broken);
    expect(decode('13B0 FFF5', watts, { scaleFactorPlace: 1 })).toEqual(broken);
  });

  it('reads each number back in every order', () => {
    const written: Readonly<Record<ByteOrder, readonly number[]>> = {
      ABCD: [0, 1, 2, 3, 4, 5, 6, 7],
      CDAB: [6, 7, 4, 5, 2, 3, 0, 1],
      BADC: [1, 0, 3, 2, 5, 4, 7, 6],
      DCBA: [7, 6, 5, 4, 3, 2, 1, 0],
    };
    fc.assert(
      fc.property(
        fc.constantFrom<ValueType>('i16', 'u16', 'i32', 'u32', 'f32', 'i64', 'u64', 'f64'),
        fc.constantFrom(...byteOrders),
        fc.integer({ min: -32_768, max: 65_535 }),
        (type, order, number) => {
          const size = pointLength({ type }) * 2;
          const isSigned = type.startsWith('i');
          const value = isSigned ? (number << 16) >> 16 : Math.abs(number);
          const bigEndian = Buffer.alloc(8);
          if (type === 'f32') bigEndian.writeFloatBE(value, 0);
          else if (type === 'f64') bigEndian.writeDoubleBE(value, 0);
          else
            bigEndian.writeBigUInt64BE(
              BigInt.asUintN(64, BigInt(value) << BigInt(64 - 8 * size)),
              0,
            );
          const places = written[order].map(
            (place) => place - (order === 'CDAB' || order === 'DCBA' ? 8 - size : 0),
          );
          const bytes = places.filter((place) => place >= 0 && place < size);
          const wire = Buffer.from(bytes.map((place) => bigEndian[place] as number));
          expect(decode(wire.toString('hex'), point(type, { order }))).toEqual(good(value));
        },
      ),
      { seed: testSeed(), numRuns: 500 },
    );
  });
});

describe('texts', () => {
  const read = (program: DecodeProgram, hex: string): void =>
    program.run(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 0);

  /** `answers` are the ids that the dictionary gives; else they count up. */
  const textProgram = (options: Partial<ProfilePoint> = {}, answers: readonly number[] = []) => {
    const values = new Float64Array(1);
    const status = new Uint32Array(1);
    const texts: string[] = [];
    const target = {
      values,
      status,
      intern: (text: string) => answers[texts.push(text) - 1] ?? texts.length,
    };
    const given = point('string', { length: 4, ...options });
    const program = new DecodeProgram(
      [{ point: given, channel: 0, place: 0, isBitTable: false }],
      target,
    );
    return { program, values, status, texts };
  };

  it('that the dictionary refuses are bad, and asked for again until it takes them', () => {
    const { program, values, status, texts } = textProgram({}, [0, -1, 7]);
    const seen = [1, 2, 3, 4].map(() => {
      read(program, '5031 0000 0000 0000');
      return [values[0], status[0]];
    });
    const { badResourceUnavailable, good } = statusCodes;
    const refused = [0, badResourceUnavailable];
    expect(seen).toEqual([refused, refused, [7, good], [7, good]]);
    expect(texts).toEqual(['P1', 'P1', 'P1']);
  });

  it('become ids of the dictionary, asked for once for each change', () => {
    const { program, values, status, texts } = textProgram();
    read(program, '5031 0000 0000 0000');
    read(program, '5031 0000 0000 0000');
    expect([values[0], status[0], texts]).toEqual([1, statusCodes.good, ['P1']]);
    read(program, '5032 2000 0000 0000');
    expect([values[0], texts]).toEqual([2, ['P1', 'P2']]);
  });

  it('end at the first zero byte and lose blanks and control characters', () => {
    const { program, texts } = textProgram();
    read(program, '2041 0742 2000 5858');
    expect(texts).toEqual(['AB']);
  });

  it('are no data when all bytes are zero or blank', () => {
    const { program, status, texts } = textProgram();
    read(program, '0000 0000 0000 0000');
    expect(status[0]).toBe(statusCodes.badNoData);
    read(program, '2020 2020 2020 2020');
    expect([status[0], texts]).toEqual([statusCodes.badNoData, []]);
  });

  it('may come with the low byte of each register first', () => {
    const { program, texts } = textProgram({ order: 'BADC' });
    read(program, '3150 3332 0000 0000');
    expect(texts).toEqual(['P123']);
  });
});
