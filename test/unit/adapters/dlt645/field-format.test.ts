import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fieldBytes,
  fieldDecimals,
  fieldLimit,
  readDigits,
  readTime,
} from '../../../../adapters/dlt645/field-format.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('a format', () => {
  it.each([
    ['XXXXXX.XX', 4, 2, 1_000_000],
    ['XX.XXXX', 3, 4, 100],
    ['XXX.X', 2, 1, 1000],
    ['X.XXX', 2, 3, 10],
    ['XXXXXX', 3, 0, 1_000_000],
    ['YYMMDDhhmm', 5, 0, 10 ** 10],
  ])('%s takes its bytes, decimals and rollover', (format, size, decimals, limit) => {
    expect(fieldBytes(format)).toBe(size);
    expect(fieldDecimals(format)).toBe(decimals);
    expect(fieldLimit(format)).toBe(limit);
  });
});

describe('the digits of a field', () => {
  it('come low byte first', () => {
    expect(readDigits(bytes('56341200'), false)).toEqual({ digits: 123_456 });
    expect(readDigits(bytes('0110'), false)).toEqual({ digits: 1001 });
    expect(readDigits(bytes('000000'), true)).toEqual({ digits: 0 });
  });

  it('are negative where the highest bit says so, and only in a signed field', () => {
    expect(readDigits(bytes('005081'), true)).toEqual({ digits: -15_000 });
    expect(readDigits(bytes('000080'), true)).toEqual({ digits: 0 });
    // Unsigned, 8 is the highest digit.
    expect(readDigits(bytes('005081'), false)).toEqual({ digits: 815_000 });
  });

  it('are none where a digit is above 9, or all bytes say that there is nothing', () => {
    const wrong = { status: statusCodes.badDecodingError };
    expect(readDigits(bytes('5A341200'), false)).toEqual(wrong);
    expect(readDigits(bytes('A5341200'), false)).toEqual(wrong);
    expect(readDigits(bytes('FF341200'), false)).toEqual(wrong);
    expect(readDigits(bytes('FFFFFF'), true)).toEqual({ status: statusCodes.badNoData });
  });

  it('survive the way to the wire and back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        fc.boolean(),
        (size, nat, isNegative) => {
          // The sign takes the highest bit of the highest digit.
          const digits = nat % (isNegative ? 8 * 10 ** (2 * size - 1) : 100 ** size);
          const field = bytes(String(digits).padStart(2 * size, '0')).reverse();
          if (isNegative) field[size - 1] = (field[size - 1] as number) | 0x80;
          const expected = isNegative && digits > 0 ? -digits : digits;
          expect(readDigits(field, isNegative)).toEqual({ digits: expected });
        },
      ),
      { seed: testSeed(), numRuns: runsOf(500) },
    );
  });
});

describe('the moment of a demand', () => {
  it('is read minute first', () => {
    expect(readTime(bytes('1510010326'))).toEqual({ text: '2026-03-01 10:15' });
    expect(readTime(bytes('5923290224'))).toEqual({ text: '2024-02-29 23:59' });
  });

  it('is none before there was one', () => {
    const none = { status: statusCodes.badNoData };
    expect(readTime(bytes('0000000000'))).toEqual(none);
    expect(readTime(bytes('FFFFFFFFFF'))).toEqual(none);
  });

  it.each(['6010010326', '1524010326', '1510290223', '1510321226', '1510001326', '151001A326'])(
    '%s does not exist',
    (hex) => {
      expect(readTime(bytes(hex))).toEqual({ status: statusCodes.badDecodingError });
    },
  );
});
