import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSnapshot, encodeSnapshot } from '../../../../gateway/hot-path/snapshot.ts';
import { testSeed } from '../../../support/seed.ts';

const id = 'a'.repeat(64);
const otherId = 'b'.repeat(64);

describe('snapshot', () => {
  const cells = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      fc.double(),
      fc.constantFrom(-0, Number.NaN, Number.NEGATIVE_INFINITY),
    ),
    { maxLength: 100 },
  );

  test('gives back every bit, over whatever was there', () => {
    fc.assert(
      fc.property(cells, (values) => {
        const memory = Float64Array.from(values);
        const restored = new Float64Array(values.length).fill(7);
        expect(decodeSnapshot(id, encodeSnapshot(id, memory), restored)).toBe(true);
        expect(Buffer.from(restored.buffer).equals(Buffer.from(memory.buffer))).toBe(true);
      }),
      { seed: testSeed(), numRuns: 500 },
    );
  });

  test('leaves out zeros', () => {
    const memory = new Float64Array(100_000);
    memory[5] = 1;
    memory[8] = 2;
    memory[99_999] = 3;
    expect(encodeSnapshot(id, memory).length).toBe(76 + 3 * 8 + 3 * 8);
    memory[7] = 1;
    expect(encodeSnapshot(id, memory).length).toBe(76 + 2 * 8 + 5 * 8);
  });

  test('of another program or of other bytes is refused, and the state stays', () => {
    const bytes = encodeSnapshot(id, Float64Array.of(1, 2, 3));
    const changed = (at: number, value: number): Uint8Array => {
      const copy = bytes.slice();
      copy[at] = value;
      return copy;
    };
    const tooLong = new Uint8Array(bytes.length + 4);
    tooLong.set(bytes);
    for (const [programId, wrong, length] of [
      [otherId, bytes, 3],
      [`${'a'.repeat(63)}b`, bytes, 3],
      [id, bytes, 4],
      [id, new Uint8Array(0), 3],
      [id, bytes.subarray(0, 75), 3],
      [id, bytes.subarray(0, bytes.length - 1), 3],
      [id, bytes.subarray(0, bytes.length - 8), 3],
      [id, tooLong, 3],
      [id, changed(0, 1), 3],
      [id, changed(7, 2), 3],
      [id, changed(79, 1), 3],
      [id, changed(83, 2), 3],
    ] as const) {
      const memory = new Float64Array(length).fill(7);
      expect(decodeSnapshot(programId, wrong, memory)).toBe(false);
      expect([...memory]).toEqual(Array.from({ length }, () => 7));
    }
  });

  test('may lie anywhere in a larger buffer', () => {
    const bytes = encodeSnapshot(id, Float64Array.of(1, 0, 3));
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const memory = new Float64Array(3);
    expect(decodeSnapshot(id, larger.subarray(3), memory)).toBe(true);
    expect([...memory]).toEqual([1, 0, 3]);
  });
});
