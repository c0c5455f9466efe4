import { describe, expect, test } from 'vitest';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import {
  extremesInitial,
  maximumIndex,
  mergeExtremes,
  minimumIndex,
  pushExtremes,
  reserveExtremes,
  resetExtremes,
} from '../../../../../gateway/hot-path/operators/extremes.ts';

const extremesOf = () => {
  const plan = new ArenaPlan();
  const source = plan.reserve(1);
  const bases = [reserveExtremes(plan), reserveExtremes(plan)] as const;
  const memory = plan.allocate();
  return {
    memory,
    bases,
    push: (base: number, values: readonly number[]): void => {
      for (const value of values) {
        memory[source] = value;
        pushExtremes(memory, base, source);
      }
    },
    of: (base: number) => [memory[minimumIndex(base)], memory[maximumIndex(base)]],
  };
};

const none = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe('extremes', () => {
  test('are infinite before the first sample and after a reset', () => {
    const { memory, bases, push, of } = extremesOf();
    const [base, other] = bases;
    expect([of(base), of(other), extremesInitial]).toEqual([none, none, none]);
    push(base, [3]);
    push(other, [4]);
    resetExtremes(memory, base);
    expect([of(base), of(other)]).toEqual([none, [4, 4]]);
  });

  test('are the smallest and the largest sample, in any order', () => {
    const { bases, push, of } = extremesOf();
    const [base] = bases;
    push(base, [3]);
    expect(of(base)).toEqual([3, 3]);
    push(base, [1]);
    expect(of(base)).toEqual([1, 3]);
    push(base, [7, 2, 5]);
    expect(of(base)).toEqual([1, 7]);
  });

  test.each([
    { own: [2, 5], added: [3, 4], both: [2, 5] },
    { own: [3, 4], added: [2, 5], both: [2, 5] },
    { own: [2, 3], added: [4, 5], both: [2, 5] },
    { own: [4, 5], added: [2, 3], both: [2, 5] },
    { own: [], added: [2, 3], both: [2, 3] },
    { own: [2, 3], added: [], both: [2, 3] },
  ])('$own with those of $added are $both', ({ own, added, both }) => {
    const { memory, bases, push, of } = extremesOf();
    const [base, other] = bases;
    push(base, own);
    push(other, added);
    const before = of(other);
    mergeExtremes(memory, base, other);
    expect([of(base), of(other)]).toEqual([both, before]);
  });
});
