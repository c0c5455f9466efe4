import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipBits } from '../../../../../simulators/faults/proxy/byte-faults.ts';
import { createCounters } from '../../../../../simulators/faults/proxy/counters.ts';
import { type Parcel, UnitStage } from '../../../../../simulators/faults/proxy/unit-stage.ts';
import {
  isOfUnits,
  proxyFaultSchema,
  type UnitFault,
} from '../../../../../simulators/faults/proxy-faults.ts';
import { seededRandom } from '../../../../../simulators/faults/random.ts';
import { testSeed } from '../../../../support/seed.ts';

const fault = (kind: string, options: object = {}): UnitFault => {
  const parsed = proxyFaultSchema.parse({ device: 'proxy.x', kind, ...options });
  const whole = { ...parsed, id: kind };
  if (!isOfUnits(whole)) throw new Error(`${kind} is of no units`);
  return whole;
};

const create = (seed = 1) => {
  const counters = createCounters();
  const stage = new UnitStage({ random: seededRandom(seed, 'x'), counters, nowMs: () => 1000 });
  return { stage, counters };
};

const text = (parcels: readonly Parcel[]): string[] => parcels.map(({ bytes }) => bytes.toString());

describe('what faults do to frames and chunks', () => {
  it('is nothing without faults', () => {
    const { stage } = create();
    expect(stage.apply(Buffer.from('abc'), [])).toStrictEqual([
      { bytes: Buffer.from('abc'), delayMs: 0 },
    ]);
  });

  it('adds up: half of it, twice, late', () => {
    const { stage, counters } = create();
    const all = [fault('truncate'), fault('duplicate'), fault('delay', { delayMs: 30 })];
    const parcels = stage.apply(Buffer.from('abcd'), all);
    expect(text(parcels)).toStrictEqual(['ab', 'ab']);
    expect(parcels.map(({ delayMs }) => delayMs)).toStrictEqual([30, 30]);
    expect(counters).toMatchObject({ truncated: 1, bytesLost: 2, duplicated: 1, delayed: 1 });
  });

  it('holds one back for the next, and gives it out when asked to', () => {
    const { stage, counters } = create();
    const reorder = [fault('reorder', { holdMs: 50 })];
    expect(stage.apply(Buffer.from('a'), reorder)).toStrictEqual([]);
    expect([stage.heldUntilMs, stage.heldBytes]).toStrictEqual([1050, 1]);
    expect(text(stage.apply(Buffer.from('b'), reorder))).toStrictEqual(['b', 'a']);
    expect(stage.apply(Buffer.from('c'), reorder)).toStrictEqual([]);
    expect(text(stage.release())).toStrictEqual(['c']);
    expect([stage.heldUntilMs, stage.heldBytes, stage.release()]).toStrictEqual([undefined, 0, []]);
    expect(counters.reordered).toBe(1);
  });

  it('lets the held one go with the next when the fault has ended meanwhile', () => {
    const { stage } = create();
    stage.apply(Buffer.from('a'), [fault('reorder')]);
    expect(text(stage.apply(Buffer.from('b'), []))).toStrictEqual(['b', 'a']);
  });

  it('crosses ids and nothing else', () => {
    const { stage } = create();
    const crossed = [fault('crossed-ids')];
    stage.apply(Buffer.from('000100aa', 'hex'), crossed);
    const both = stage.apply(Buffer.from('000200bb', 'hex'), crossed);
    expect(both.map(({ bytes }) => bytes.toString('hex'))).toStrictEqual(['000200aa', '000100bb']);
  });

  it('hits the share that the probability says', () => {
    const { stage, counters } = create();
    const some = [fault('truncate', { probability: 0.2 })];
    for (let index = 0; index < 5000; index += 1) stage.apply(Buffer.from('ab'), some);
    expect(Math.abs(counters.truncated / 5000 - 0.2)).toBeLessThan(0.03);
  });

  it('draws a delay between delayMs and delayMs + jitterMs', () => {
    const { stage } = create();
    const late = [fault('delay', { delayMs: 100, jitterMs: 50 })];
    const delays = Array.from({ length: 500 }, () => stage.apply(Buffer.from('a'), late)).map(
      ([parcel]) => parcel?.delayMs ?? 0,
    );
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThan(150);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(40);
  });
});

describe('bits turned over', () => {
  it('are exactly as many as asked for, or all there are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 64 }),
        fc.nat(),
        (bytes, bits, seed) => {
          const given = Buffer.from(bytes);
          const flipped = flipBits(given, bits, seededRandom(seed, 'bits'));
          let turned = 0;
          for (const [index, byte] of flipped.entries()) {
            for (let bit = byte ^ (bytes[index] ?? 0); bit > 0; bit >>= 1) turned += bit & 1;
          }
          expect(turned).toBe(Math.min(bits, bytes.length * 8));
          expect(given.equals(Buffer.from(bytes))).toBe(true);
        },
      ),
      { seed: testSeed() },
    );
  });
});
