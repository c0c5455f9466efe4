import { describe, expect, it } from 'vitest';
import { SparseImage } from '../../../../simulators/wire/register-image.ts';

const hex = (image: SparseImage, address: number, quantity: number): string | undefined =>
  image.read(address, quantity)?.toString('hex');

describe('register image', () => {
  it('stores every type big-endian', () => {
    const image = new SparseImage([[10, 20]]);
    image.setU16(10, 0xfffe);
    image.setI16(11, -2);
    image.setU32(12, 0x01020304);
    image.setI32(14, -2);
    image.setU64(16, 2n ** 64n - 2n);
    image.setF32(20, 230.5);
    image.setString(22, 3, 'MPM01');
    expect(hex(image, 10, 15)).toBe(
      'fffe' + 'fffe' + '01020304' + 'fffffffe' + 'fffffffffffffffe' + '43668000' + '4d504d303100',
    );
  });

  it('stores 230.5 in each word order', () => {
    const image = new SparseImage([[0, 2]]);
    const stored = (['ABCD', 'CDAB', 'BADC', 'DCBA'] as const).map((order) => {
      image.setF32(0, 230.5, order);
      return hex(image, 0, 2);
    });
    expect(stored).toStrictEqual(['43668000', '80004366', '66430080', '00806643']);
  });

  it('answers within one block only', () => {
    const image = new SparseImage([
      [100, 10],
      [200, 5],
    ]);
    expect(hex(image, 100, 10)).toBe('00'.repeat(20));
    expect(hex(image, 204, 1)).toBe('0000');
    for (const [address, quantity] of [
      [99, 1],
      [99, 2],
      [109, 2],
      [150, 1],
      [100, 101],
      [205, 1],
      [65_535, 2],
    ] as const) {
      expect(image.read(address, quantity)).toBeUndefined();
    }
  });

  it('shortens a string by filling with zeros', () => {
    const image = new SparseImage([[0, 4]]);
    image.setString(0, 4, 'ABCDEFGH');
    image.setString(0, 4, 'ab');
    expect(hex(image, 0, 4)).toBe('6162000000000000');
    expect(() => image.setString(0, 4, 'ABCDEFGHI')).toThrow(RangeError);
  });

  it('refuses what is outside the map or the type', () => {
    const image = new SparseImage([[0, 2]]);
    expect(() => image.setU32(1, 0)).toThrow(RangeError);
    expect(() => image.setU16(0, 65_536)).toThrow(RangeError);
    expect(
      () =>
        new SparseImage([
          [0, 5],
          [4, 1],
        ]),
    ).toThrow(RangeError);
    expect(() => new SparseImage([[65_535, 2]])).toThrow(RangeError);
  });

  it('keeps a snapshot still', () => {
    const image = new SparseImage([[0, 1]]);
    image.setU16(0, 1);
    const snapshot = image.snapshot();
    image.setU16(0, 2);
    expect(snapshot.read(0, 1)?.toString('hex')).toBe('0001');
    expect(hex(image, 0, 1)).toBe('0002');
  });
});
