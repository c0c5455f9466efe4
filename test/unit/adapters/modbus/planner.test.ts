import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Plan,
  type PlanItem,
  type PlannedRead,
  planReads,
} from '../../../../adapters/modbus/planner.ts';
import type { Limits } from '../../../../adapters/modbus/profile-schema.ts';
import { testSeed } from '../../../support/seed.ts';

const limits: Limits = { maxRegisters: 125, maxBits: 2000, maxGap: 8, forbidden: [] };

const item = (
  ranges: readonly (readonly [number, number])[],
  options: Partial<Omit<PlanItem, 'ranges'>> = {},
): PlanItem => ({
  table: 'holding',
  periodMs: 1000,
  atomic: false,
  ...options,
  ranges: ranges.map(([address, length]) => ({ address, length })),
});

const spans = (plan: Plan): readonly (readonly [number, number])[] =>
  plan.reads.map((read) => [read.address, read.length]);

describe('planReads', () => {
  it('joins ranges whose gap is at most maxGap', () => {
    expect(spans(planReads([item([[0, 2]]), item([[10, 1]])], limits))).toEqual([[0, 11]]);
    expect(spans(planReads([item([[0, 2]]), item([[11, 1]])], limits))).toEqual([
      [0, 2],
      [11, 1],
    ]);
  });

  it('fills a read to its maximum and no further', () => {
    const registers = Array.from({ length: 126 }, (_, address) => [address, 1] as const);
    expect(spans(planReads([item(registers)], limits))).toEqual([
      [0, 125],
      [125, 1],
    ]);
  });

  it('reads all 20 seams of the welding line by four requests', () => {
    const seams = Array.from({ length: 20 }, (_, n) =>
      item(
        [
          [1000 + 24 * n, 1],
          [1022 + 24 * n, 2],
        ],
        { atomic: true },
      ),
    );
    expect(spans(planReads(seams, limits))).toEqual([
      [1000, 120],
      [1120, 120],
      [1240, 120],
      [1360, 120],
    ]);
  });

  it('reads tables of bits by their own limit and apart from registers', () => {
    const plan = planReads(
      [
        item([[0, 1]], { table: 'coil' }),
        item([[9, 1]], { table: 'coil' }),
        item([[0, 1]], { table: 'discrete' }),
        item([[0, 1]], { table: 'input' }),
        item([[0, 1]]),
      ],
      { ...limits, maxBits: 8 },
    );
    expect(plan.reads.map((read) => [read.table, read.address, read.length])).toEqual([
      ['coil', 0, 1],
      ['coil', 9, 1],
      ['discrete', 0, 1],
      ['input', 0, 1],
      ['holding', 0, 1],
    ]);
  });

  it('reads periods apart', () => {
    const plan = planReads([item([[0, 1]]), item([[1, 1]], { periodMs: 100 })], limits);
    expect(plan.reads.map((read) => read.periodMs)).toEqual([1000, 100]);
  });

  it('keeps an atomic item whole over gaps that would part others', () => {
    const ranges = [
      [0, 1],
      [100, 2],
    ] as const;
    expect(spans(planReads([item(ranges, { atomic: true })], limits))).toEqual([[0, 102]]);
    expect(planReads([item(ranges, { atomic: true })], limits).reads[0]?.wanted).toBe(3);
    expect(spans(planReads([item(ranges)], limits))).toHaveLength(2);
  });

  it('counts a register that two points share once', () => {
    const plan = planReads(
      [
        item([
          [5, 1],
          [5, 1],
          [5, 2],
        ]),
      ],
      limits,
    );
    expect(spans(plan)).toEqual([[5, 2]]);
    expect(plan.reads[0]?.wanted).toBe(2);
  });

  it('never bridges a forbidden register, however small the gap', () => {
    const forbidden: Limits = { ...limits, forbidden: [{ table: 'holding', from: 3, to: 3 }] };
    expect(spans(planReads([item([[0, 3]]), item([[4, 1]])], forbidden))).toEqual([
      [0, 3],
      [4, 1],
    ]);
    const inputs = [item([[0, 3]], { table: 'input' }), item([[4, 1]], { table: 'input' })];
    expect(spans(planReads(inputs, forbidden))).toEqual([[0, 5]]);
  });

  it('reads the last register, and an atom of exactly the maximum', () => {
    const whole = item(
      [
        [0, 1],
        [124, 1],
      ],
      { atomic: true },
    );
    const plan = planReads([item([[65_535, 1]]), whole], limits);
    expect(plan.issues).toEqual([]);
    expect(spans(plan)).toEqual([
      [0, 125],
      [65_535, 1],
    ]);
  });

  it('bounds discrete inputs by the limit of bits, and coils by the same', () => {
    const most: Limits = { ...limits, maxBits: 3, maxRegisters: 125 };
    const bits = [
      [0, 1],
      [3, 1],
    ] as const;
    for (const table of ['discrete', 'coil'] as const) {
      expect(spans(planReads([item(bits, { table })], most))).toHaveLength(2);
    }
  });

  it('says what cannot be read, and reads the rest', () => {
    const plan = planReads(
      [
        item([[65_535, 2]]),
        item(
          [
            [0, 1],
            [130, 1],
          ],
          { atomic: true },
        ),
        item([[200, 4]]),
        item([[300, 1]]),
      ],
      { ...limits, forbidden: [{ table: 'holding', from: 203, to: 210 }] },
    );
    expect(plan.issues).toEqual([
      { item: 0, found: 'holding 65535-65536', expected: 'addresses up to 65535' },
      { item: 1, found: '131 at holding 0-130 to read at once', expected: 'at most 125' },
      {
        item: 2,
        found: 'holding 200-203',
        expected: 'nothing of the forbidden addresses 203-210',
      },
    ]);
    expect(spans(plan)).toEqual([[300, 1]]);
  });
});

const randomRange = fc.record({
  address: fc.integer({ min: 0, max: 300 }),
  length: fc.integer({ min: 1, max: 4 }),
});
const randomItem: fc.Arbitrary<PlanItem> = fc.record({
  table: fc.constantFrom('holding', 'coil'),
  periodMs: fc.constantFrom(100, 1000),
  atomic: fc.boolean(),
  ranges: fc.array(randomRange, { minLength: 1, maxLength: 6 }),
});
const randomLimits: fc.Arbitrary<Limits> = fc.record({
  maxRegisters: fc.integer({ min: 4, max: 125 }),
  maxBits: fc.integer({ min: 4, max: 200 }),
  maxGap: fc.integer({ min: 0, max: 20 }),
  forbidden: fc.array(
    fc
      .record({
        table: fc.constantFrom('holding', 'coil'),
        from: fc.integer({ min: 0, max: 300 }),
        length: fc.integer({ min: 1, max: 5 }),
      })
      .map(({ table, from, length }) => ({ table, from, to: from + length - 1 })),
    { maxLength: 4 },
  ),
});

const check = (property: (items: readonly PlanItem[], given: Limits, plan: Plan) => void): void => {
  fc.assert(
    fc.property(fc.array(randomItem, { maxLength: 12 }), randomLimits, (items, given) =>
      property(items, given, planReads(items, given)),
    ),
    { seed: testSeed(), numRuns: 300 },
  );
};

const rangesOf = (items: readonly PlanItem[], read: PlannedRead) =>
  read.parts.flatMap(({ item: index, ranges }) =>
    ranges.map((range) => {
      const found = items[index]?.ranges[range];
      if (found === undefined) throw new Error(`no range ${range} in item ${index}`);
      return { item: index, range, ...found };
    }),
  );

describe('every plan', () => {
  it('reads each range exactly once, or names its item in an issue', () => {
    check((items, _given, plan) => {
      const times = new Map<string, number>();
      for (const read of plan.reads) {
        for (const { item: index, range } of rangesOf(items, read)) {
          const key = `${index}/${range}`;
          times.set(key, (times.get(key) ?? 0) + 1);
        }
      }
      const refused = new Map<number, number>();
      for (const issue of plan.issues) refused.set(issue.item, (refused.get(issue.item) ?? 0) + 1);
      for (const [index, { ranges, atomic }] of items.entries()) {
        const counts = ranges.map((_, range) => times.get(`${index}/${range}`) ?? 0);
        const missing = counts.filter((count) => count === 0).length;
        expect(counts.every((count) => count <= 1)).toBe(true);
        const issues = refused.get(index) ?? 0;
        if (atomic) expect(missing).toBe(issues === 0 ? 0 : ranges.length);
        else expect(missing).toBe(issues);
      }
    });
  });

  it('reads each range within its read, from its own table and at its own period', () => {
    check((items, _given, plan) => {
      for (const read of plan.reads) {
        for (const range of rangesOf(items, read)) {
          expect(range.address).toBeGreaterThanOrEqual(read.address);
          expect(range.address + range.length).toBeLessThanOrEqual(read.address + read.length);
          expect(items[range.item]).toMatchObject({ table: read.table, periodMs: read.periodMs });
        }
      }
    });
  });

  it('never passes the maximum and never touches a forbidden address', () => {
    check((_items, given, plan) => {
      for (const read of plan.reads) {
        const most = read.table === 'coil' ? given.maxBits : given.maxRegisters;
        expect(read.length).toBeLessThanOrEqual(most);
        for (const { table, from, to } of given.forbidden) {
          if (table !== read.table) continue;
          expect(to < read.address || from >= read.address + read.length).toBe(true);
        }
      }
    });
  });

  it('keeps each atomic item in one read', () => {
    check((items, _given, plan) => {
      for (const [index, { atomic }] of items.entries()) {
        if (!atomic) continue;
        const reads = plan.reads.filter((read) => read.parts.some((part) => part.item === index));
        expect(reads.length).toBeLessThanOrEqual(1);
      }
    });
  });

  it('reads no gap beyond maxGap but inside an atomic item, and counts what is wanted', () => {
    check((items, given, plan) => {
      for (const read of plan.reads) {
        const wanted = new Set<number>();
        const inside = new Set<number>();
        for (const { item: index, ranges } of read.parts) {
          const own = ranges.flatMap((range) => items[index]?.ranges[range] ?? []);
          for (const { address, length } of own) {
            for (let i = 0; i < length; i += 1) wanted.add(address + i);
          }
          if (items[index]?.atomic !== true) continue;
          const end = Math.max(...own.map(({ address, length }) => address + length));
          for (let i = Math.min(...own.map(({ address }) => address)); i < end; i += 1) {
            inside.add(i);
          }
        }
        expect(read.wanted).toBe(wanted.size);
        let gap = 0;
        for (let address = read.address; address < read.address + read.length; address += 1) {
          gap = wanted.has(address) || inside.has(address) ? 0 : gap + 1;
          expect(gap).toBeLessThanOrEqual(given.maxGap);
        }
        expect(wanted.has(read.address)).toBe(true);
        expect(wanted.has(read.address + read.length - 1)).toBe(true);
      }
    });
  });
});
