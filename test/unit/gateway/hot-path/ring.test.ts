import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBad, statusCodes } from '../../../../gateway/core/quality.ts';
import { FrameRing } from '../../../../gateway/hot-path/ring.ts';
import { testSeed } from '../../../support/seed.ts';
import { rowBatch } from './ring-feed.ts';

describe('frame ring', () => {
  test('rounds its capacity up to a power of two', () => {
    const capacities = [0, 1, 2, 3, 100, 1024].map(
      (minimumCapacity) => new FrameRing({ width: 1, minimumCapacity }).capacity,
    );
    expect(capacities).toEqual([1, 1, 2, 4, 128, 1024]);
  });

  test('keeps the newest frames with their times and statuses', () => {
    const ring = new FrameRing({ width: 2, minimumCapacity: 4 });
    expect([ring.length, ring.sequence]).toEqual([0, 0]);
    const batch = rowBatch([
      [1, 10],
      [2, undefined],
      [3, 30],
      [4, 40],
      [5, 50],
      [6, 60],
    ]);
    for (let index = 0; index < batch.length; index++) {
      ring.push(batch, index);
      expect(ring.length).toBe(Math.min(index + 1, 4));
      expect(ring.sequence).toBe(index + 1);
    }
    const frames = [0, 1, 2, 3].map((age) => {
      const row = ring.rowAt(age);
      return [ring.timeMs[row], ...ring.values.subarray(row * 2, row * 2 + 2)];
    });
    expect(frames).toEqual([
      [500, 6, 60],
      [400, 5, 50],
      [300, 4, 40],
      [200, 3, 30],
    ]);
    expect(ring.newestRow).toBe(ring.rowAt(0));
  });

  test('keeps the statuses of frames that are not all good, and the worst of each', () => {
    const ring = new FrameRing({ width: 2, minimumCapacity: 2 });
    const batch = rowBatch([
      [1, undefined],
      [1, 1],
      [1, 1],
    ]);
    batch.status[4] = statusCodes.uncertain;
    ring.push(batch, 0);
    expect([...ring.status.subarray(0, 2)]).toEqual([...batch.status.subarray(0, 2)]);
    expect(isBad(ring.worst[ring.newestRow] ?? 0)).toBe(true);
    ring.push(batch, 1);
    expect(ring.worst[ring.newestRow]).toBe(0);
    ring.push(batch, 2);
    expect(ring.worst[ring.newestRow]).toBe(statusCodes.uncertain);
    expect([...ring.status.subarray(0, 2)]).toEqual([statusCodes.uncertain, statusCodes.good]);
  });

  test('holds the last frames of any sequence, also after its state was copied', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double(), fc.double()), { minLength: 1, maxLength: 60 }),
        fc.nat(60),
        fc.integer({ min: 1, max: 20 }),
        (rows, split, minimumCapacity) => {
          const batch = rowBatch(rows);
          let ring = new FrameRing({ width: 2, minimumCapacity });
          for (let index = 0; index < batch.length; index++) {
            if (index === split) {
              const copy = new FrameRing({ width: 2, minimumCapacity });
              for (const [part, target] of copy.state.entries()) {
                target.set(ring.state[part] ?? []);
              }
              copy.restored();
              ring = copy;
            }
            ring.push(batch, index);
          }
          const held = Array.from({ length: ring.length }, (_, age) => {
            const row = ring.rowAt(age) * 2;
            return [ring.values[row], ring.values[row + 1]];
          });
          expect(held).toEqual([...rows].reverse().slice(0, ring.capacity));
        },
      ),
      { seed: testSeed() },
    );
  });
});
