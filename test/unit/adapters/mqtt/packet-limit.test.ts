import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PacketLimit } from '../../../../adapters/mqtt/packet-limit.ts';
import { testSeed } from '../../../support/seed.ts';

/** A packet with a body of `length` bytes (MQTT 3.1.1 §2.2.3). */
const packet = (length: number): Buffer => {
  const header = [0x30];
  let rest = length;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    header.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
};

const cut = (bytes: Buffer, at: readonly number[]): readonly Buffer[] => {
  const edges = [0, ...at.map((edge) => edge % (bytes.length + 1)), bytes.length];
  edges.sort((a, b) => a - b);
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
};

test('packets up to the limit pass and a larger one is found, however the stream is cut', () => {
  const limit = 20_000;
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: limit })), {
        maxLength: 8,
      }),
      fc.option(fc.integer({ min: limit + 1, max: 3 * limit })),
      fc.array(fc.nat(), { maxLength: 20 }),
      (lengths, excess, edges) => {
        const tail = excess === null ? [] : [packet(excess)];
        const stream = Buffer.concat([...lengths.map(packet), ...tail]);
        const checker = new PacketLimit(limit);
        const problems = cut(stream, edges).map((chunk) => checker.check(chunk));
        expect(problems.some((problem) => problem !== undefined)).toBe(excess !== null);
      },
    ),
    { seed: testSeed(), numRuns: 300 },
  );
});

test('an announcement of a large packet is enough: its body is not waited for', () => {
  expect(new PacketLimit(1000).check(Uint8Array.of(0x30, 0xff, 0xff, 0x03))).toBe(
    'a packet of more than 1000 bytes',
  );
});

test('a length of five bytes is refused', () => {
  expect(new PacketLimit(2 ** 30).check(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80))).toBe(
    'a packet length of five bytes',
  );
});
