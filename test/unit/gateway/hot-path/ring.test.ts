import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBad, statusCodes } from '../../../../gateway/core/quality.ts';
import { ArenaPlan } from '../../../../gateway/hot-path/arena.ts';
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

  const rings = () => {
    const ring = new FrameRing({ width: 2, minimumCapacity: 4 });
    const plan = new ArenaPlan();
    const source = plan.reserve(2);
    const cells = { source, timeIndex: plan.reserve(1), statusIndex: plan.reserve(1) };
    const memory = plan.allocate();
    const push = (timeMs: number, values: readonly number[], status: number): void => {
      memory.set(values, source);
      memory[cells.timeIndex] = timeMs;
      memory[cells.statusIndex] = status;
      ring.pushCells(memory, cells);
    };
    const countAfter = (fromMs: number): number => {
      memory[cells.timeIndex] = fromMs;
      return ring.countAfter(memory, cells.timeIndex);
    };
    return { ring, push, countAfter };
  };

  test('takes frames from cells, whose channels share one status', () => {
    const { ring, push } = rings();
    push(100, [1, 2], statusCodes.good);
    push(200, [3, 4], statusCodes.uncertain);
    push(300, [5, 6], statusCodes.good);
    const held = [2, 1, 0].map((age) => {
      const row = ring.rowAt(age);
      const of = (list: Float64Array | Uint32Array) => [...list.subarray(row * 2, row * 2 + 2)];
      return [ring.timeMs[row], of(ring.values), ring.worst[row], of(ring.status)];
    });
    const { good, uncertain } = statusCodes;
    expect(held).toEqual([
      [100, [1, 2], good, [good, good]],
      [200, [3, 4], uncertain, [uncertain, uncertain]],
      [300, [5, 6], good, [good, good]],
    ]);
    expect([ring.sequence, ring.length]).toEqual([3, 3]);
    expect(ring.newestRow).toBe(ring.rowAt(0));
  });

  test('writes no statuses of good frames, from cells or pushed', () => {
    const { ring, push } = rings();
    ring.status.fill(7);
    push(100, [1, 2], statusCodes.good);
    const batch = rowBatch([[3, 4]]);
    ring.push(batch, 0);
    expect(ring.status.every((status) => status === 7)).toBe(true);
  });

  test('counts the frames later than a time', () => {
    const { ring, push, countAfter } = rings();
    expect(countAfter(0)).toBe(0);
    for (const timeMs of [100, 200, 300, 400, 500, 600]) push(timeMs, [0, 0], 0);
    expect([99, 299, 300, 301, 500, 599, 600].map(countAfter)).toEqual([4, 4, 3, 3, 1, 1, 0]);
    ring.clear();
    expect([ring.length, ring.sequence, countAfter(0)]).toEqual([0, 0, 0]);
    push(700, [1, 1], 0);
    expect(ring.newestRow).toBe(0);
    expect([countAfter(699), ring.length]).toEqual([1, 1]);
  });

  test('goes on as a copy of another ring', () => {
    const { ring, push } = rings();
    for (const timeMs of [100, 200, 300, 400, 500])
      push(timeMs, [timeMs, 1], statusCodes.uncertain);
    const copy = new FrameRing({ width: 2, minimumCapacity: 4 });
    copy.copy(ring);
    expect(copy.state).toEqual(ring.state);
    expect([copy.newestRow, copy.length, copy.sequence]).toEqual([ring.newestRow, 4, 5]);
    push(600, [6, 6], 0);
    expect(copy.timeMs[copy.newestRow]).toBe(500);
  });

  test.each([0, 1, 3, 4, 5, 9])('knows its newest row after a restart with %d frames', (count) => {
    const { ring, push } = rings();
    for (let frame = 1; frame <= count; frame++) push(frame * 100, [frame, 0], 0);
    const restored = new FrameRing({ width: 2, minimumCapacity: 4 });
    for (const [part, target] of restored.state.entries()) target.set(ring.state[part] ?? []);
    restored.restored();
    expect(restored.newestRow).toBe(ring.newestRow);
    expect(restored.sequence).toBe(count);
  });
});
