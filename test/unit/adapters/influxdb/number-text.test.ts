import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  longestNumberBytes,
  overrunBytes,
  writeNumber,
  writeWhole,
} from '../../../../adapters/influxdb/number-text.ts';
import { testSeed } from '../../../support/seed.ts';

const bytes = Buffer.alloc(64);
const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const textOf = (value: number): string => {
  bytes.fill('~');
  const end = writeNumber(view, 3, Float64Array.of(0, value), 1);
  expect(bytes.toString('latin1', 0, 3)).toBe('~~~');
  expect(bytes.toString('latin1', end + overrunBytes)).toMatch(/^~*$/);
  return bytes.toString('latin1', 3, end);
};

describe('numbers as text', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [7, '7'],
    [999, '999'],
    [1000, '1000'],
    [1001, '1001'],
    [65_535, '65535'],
    [1_000_000, '1000000'],
    [1_999_999.999, '1999999.999'],
    [2_000_000.001, '2000000.001'],
    [4_294_967_295, '4294967295'],
    [1e15, '1000000000000000'],
    [2 ** 53, '9007199254740992'],
    [1e21, '1e+21'],
    [0.1, '0.1'],
    [0.01, '0.01'],
    [0.001, '0.001'],
    [0.0001, '0.0001'],
    [0.000001, '0.000001'],
    [0.0000001, '1e-7'],
    [1.0005, '1.0005'],
    [1.00005, '1.00005'],
    [123.100001, '123.100001'],
    [-12.34, '-12.34'],
    [0.1 + 0.2, '0.30000000000000004'],
    [Math.fround(182.4), '182.39999389648438'],
    [Number.MIN_VALUE, '5e-324'],
    [-Number.MAX_VALUE, '-1.7976931348623157e+308'],
  ])('writes %d as %s', (value, text) => {
    expect(textOf(value)).toBe(text);
  });

  it('is never longer than promised', () => {
    expect(textOf(-2.225_073_858_507_201_4e-308)).toHaveLength(longestNumberBytes);
  });

  const doubles = fc.oneof(
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.float({ noDefaultInfinity: true, noNaN: true }),
    fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 9 })).map(([n, d]) => n / 10 ** d),
    fc.tuple(fc.integer(), fc.constantFrom(0.001, 0.01, 0.1, 0.25)).map(([n, s]) => n * s),
  );

  it('reads back as the very same double, in the shortest text that does', () => {
    fc.assert(
      fc.property(doubles, (value) => {
        const text = textOf(value);
        expect(Number(text)).toBe(value);
        expect(text).toBe(Object.is(value, -0) ? '-0' : String(value));
      }),
      { seed: testSeed(), numRuns: 5_000 },
    );
  });

  it('writes whole numbers of any size', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const end = writeWhole(view, 0, Math.abs(value));
        expect(bytes.toString('latin1', 0, end)).toBe(String(Math.abs(value)));
      }),
      { seed: testSeed(), numRuns: 1_000 },
    );
  });
});
