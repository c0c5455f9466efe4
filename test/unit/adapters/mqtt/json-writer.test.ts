import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonWriter } from '../../../../adapters/mqtt/json-writer.ts';
import { testSeed } from '../../../support/seed.ts';

const written = (value: number): string => {
  const writer = new JsonWriter();
  writer.numberAt(Float64Array.of(value), 0);
  return writer.take().toString();
};

test('every finite double comes back from its text as the same double', () => {
  const decimals = fc
    .record({ digits: fc.integer({ min: -1e9, max: 1e9 }), places: fc.integer({ max: 9, min: 0 }) })
    .map(({ digits, places }) => digits / 10 ** places);
  const doubles = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.integer(),
    decimals,
  );
  fc.assert(
    fc.property(doubles, (value) => {
      // Adding 0 turns negative zero, which has no place in a measurement, into zero.
      expect(JSON.parse(written(value))).toBe(value + 0);
    }),
    { seed: testSeed(), numRuns: 20_000 },
  );
});

test.each([
  [0, '0'],
  [-0, '0'],
  [7, '7'],
  [-2_147_483_648, '-2147483648'],
  [2_147_483_647, '2147483647'],
  [2_147_483_648, '2147483648'],
  [1_700_000_000_123, '1700000000123'],
  [1_700_000_000_000.5, '1700000000000.5'],
  [900_000_000_000_000, '900000000000000'],
  [9_007_199_254_740_991, '9007199254740991'],
  [-9_007_199_254_740_991, '-9007199254740991'],
  [100_000_000, '100000000'],
  [23.5, '23.5'],
  [-0.001, '-0.001'],
  [0.07, '0.07'],
  [123.456789, '123.456789'],
  [-0.000001, '-0.000001'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1e21, '1e+21'],
  [5e-324, '5e-324'],
  [Number.NaN, 'null'],
  [Number.POSITIVE_INFINITY, 'null'],
  [Number.NEGATIVE_INFINITY, 'null'],
])('writes %d as %s', (value, text) => {
  expect(written(value)).toBe(text);
});

test('any text comes back, also when the buffer has to grow for it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3000 })), (texts) => {
      const writer = new JsonWriter();
      writer.byte(0x5b);
      for (const [index, text] of texts.entries()) {
        if (index > 0) writer.byte(0x2c);
        writer.string(text);
      }
      writer.byte(0x5d);
      expect(JSON.parse(writer.take().toString())).toEqual(
        texts.map((text) => text.toWellFormed()),
      );
    }),
    { seed: testSeed(), numRuns: 200 },
  );
});

test('unsigned numbers come back up to 2^32 - 1', () => {
  const writer = new JsonWriter();
  for (const value of [0, 9, 10, 2_147_483_647, 2_147_483_648, 4_294_967_295]) {
    writer.rewind(0);
    writer.unsigned(value);
    expect(writer.take().toString()).toBe(String(value));
  }
});

test('what was taken is not touched by what is written next', () => {
  const writer = new JsonWriter();
  writer.ascii('first');
  const taken = writer.take();
  writer.rewind(0);
  writer.ascii('other');
  expect(taken.toString()).toBe('first');
});
