import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSplitter } from '../../../../../simulators/faults/proxy/splitter.ts';
import { testSeed } from '../../../../support/seed.ts';

const frame = (id: number, body: Uint8Array): Buffer => {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(body.length, 4);
  return Buffer.concat([head, body]);
};
const frames = fc.array(
  fc
    .tuple(fc.nat(0xffff), fc.uint8Array({ minLength: 2, maxLength: 254 }))
    .map(([id, body]) => frame(id, body)),
  { minLength: 1, maxLength: 12 },
);
const never = (): void => {
  throw new Error('malformed');
};

describe('a stream of Modbus frames', () => {
  it('is cut into its frames, however it arrives', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 400 }), (sent, chunkBytes) => {
        const splitter = createSplitter('modbus', never);
        const stream = Buffer.concat(sent);
        const seen: Buffer[] = [];
        for (let offset = 0; offset < stream.length; offset += chunkBytes) {
          seen.push(...splitter.push(stream.subarray(offset, offset + chunkBytes)));
        }
        expect(seen.map((one) => one.toString('hex'))).toStrictEqual(
          sent.map((one) => one.toString('hex')),
        );
        expect(splitter.rest()).toBeUndefined();
      }),
      { seed: testSeed() },
    );
  });

  it('keeps half a frame, and gives it out as the rest', () => {
    const splitter = createSplitter('modbus', never);
    const whole = frame(1, Buffer.alloc(6));
    expect(splitter.push(whole.subarray(0, 9))).toStrictEqual([]);
    expect(splitter.rest()?.toString('hex')).toBe(whole.subarray(0, 9).toString('hex'));
  });

  it.each([
    ['another protocol id', '0001000100060103'],
    ['a length of 1', '0001000000010103'],
    ['a length of 255', '0001000000ff0103'],
  ])('passes as it comes from %s on, which is counted once', (_, bytes) => {
    let malformed = 0;
    const splitter = createSplitter('modbus', () => {
      malformed += 1;
    });
    const good = frame(1, Buffer.alloc(6));
    const bad = Buffer.from(bytes, 'hex');
    const seen = [...splitter.push(Buffer.concat([good, bad])), ...splitter.push(Buffer.of(1))];
    expect(seen.map((one) => one.toString('hex'))).toStrictEqual([
      good.toString('hex'),
      bytes,
      '01',
    ]);
    expect(malformed).toBe(1);
  });
});
