// Goal: every frame is found, whatever stands around it and however the bytes are cut. Method: properties over streams of
// frames, noise and pieces of frames.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReceivedFrame } from '../../../../adapters/dlt645/frame.ts';
import { FrameScanner } from '../../../../adapters/dlt645/frame-scanner.ts';
import { meterFrame } from '../../../support/dlt645-line.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

type Scan = { readonly frames: readonly ReceivedFrame[]; readonly noise: number };

const scan = (chunks: readonly Uint8Array[]): Scan => {
  const frames: ReceivedFrame[] = [];
  let noise = 0;
  const scanner = new FrameScanner({
    frame: (frame) => frames.push(frame),
    noise: (bytes) => {
      noise += bytes;
    },
  });
  for (const chunk of chunks) scanner.push(chunk);
  scanner.clear();
  return { frames, noise };
};

const address = fc.stringMatching(/^[0-9]{12}$/);
const payload = fc.uint8Array({ maxLength: 200 });
const control = fc.constantFrom(0x91, 0xb1, 0xd1, 0x92, 0x93);
const meterFrames = fc.record({ address, control, data: payload });
/** Bytes in which no frame can begin or end. */
const quiet = fc.array(
  fc.integer({ min: 0, max: 0xff }).filter((byte) => byte !== 0x68 && byte !== 0x16),
  { maxLength: 40 },
);
const cuts = fc.array(fc.nat(), { maxLength: 20 });

const cut = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const sorted = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...sorted].map((from, index) => bytes.subarray(from, sorted[index] ?? bytes.length));
};

const runs = (): fc.Parameters<unknown> => ({ seed: testSeed(), numRuns: runsOf(300) });

describe('the frames of a stream', () => {
  it('come as they were sent, with noise between them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(quiet, meterFrames), { maxLength: 6 }), (parts) => {
        const bytes = parts.flatMap(([noise, frame]) => [...noise, ...meterFrame(frame)]);
        const { frames, noise } = scan([Uint8Array.from(bytes)]);
        expect(frames.map((frame) => [frame.address, frame.data.toString('hex')])).toEqual(
          parts.map(([, frame]) => [frame.address, Buffer.from(frame.data).toString('hex')]),
        );
        expect(noise).toBe(parts.flatMap(([some]) => some).filter((byte) => byte !== 0xfe).length);
      }),
      runs(),
    );
  });

  it('do not depend on how the bytes are cut, be they frames or not', () => {
    const anything = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 30 }),
        meterFrames.map(meterFrame),
        fc.constant(Uint8Array.of(0x68)),
        fc.constant(Uint8Array.of(0x16)),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(anything, cuts, (parts, places) => {
        const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
        expect(scan(cut(bytes, places))).toEqual(scan([bytes]));
      }),
      runs(),
    );
  });

  it('are found behind the first part of one that never ended', () => {
    fc.assert(
      fc.property(meterFrames, fc.nat(), meterFrames, (broken, length, whole) => {
        const begun = meterFrame(broken);
        const part = begun.subarray(0, length % (begun.length - 1));
        const { frames } = scan([part, meterFrame(whole)]);
        expect(frames.at(-1)).toMatchObject({ address: whole.address });
      }),
      runs(),
    );
  });

  it('are not found in a frame of which one bit fell over', () => {
    fc.assert(
      fc.property(meterFrames, fc.nat(), fc.nat({ max: 7 }), (frame, place, bit) => {
        const bytes = meterFrame(frame);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] as number) ^ (1 << bit);
        expect(scan([bytes]).frames).toEqual([]);
      }),
      runs(),
    );
  });

  it('never keep more than the longest frame', () => {
    const { frames, noise } = scan([new Uint8Array(100_000).fill(0x68)]);
    expect(frames).toEqual([]);
    expect(noise).toBe(100_000);
  });
});
