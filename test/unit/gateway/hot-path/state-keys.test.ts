import { describe, expect, test } from 'vitest';
import type { PointNumber, RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { NodeSpec } from '../../../../gateway/hot-path/program.ts';
import { type Channel, StateKeys } from '../../../../gateway/hot-path/state-keys.ts';
import { testDirectory, testGroup } from '../../../support/entry-batch.ts';

const node = (id: string, inputs: readonly string[], outputs: readonly string[]): NodeSpec => ({
  ...{ id, definition: { kind: 'node' }, inputs, outputs },
  build: () => undefined,
});

const first = node('first', ['x'], ['mean']);
const second = node('second', ['mean', 'y'], ['twice']);

type Numbers = Readonly<Record<'x' | 'y' | 'mean' | 'twice', number>>;
const usual: Numbers = { x: 1, y: 2, mean: 3, twice: 4 };

/** Keys of a program whose points have these permanent numbers. */
const keysOf = (numbers: Numbers, version = '1', nodes = [first, second]): StateKeys => {
  const [group] = testDirectory([testGroup({ channels: Object.keys(numbers) })]).groups as [
    RegisteredGroup,
  ];
  const pointNumbers = Object.values(numbers) as readonly number[] as readonly PointNumber[];
  const channel = (index: number): Channel => ({ group: { ...group, pointNumbers }, index });
  return new StateKeys(version, nodes, {
    sources: new Map([
      ['x', channel(0)],
      ['y', channel(1)],
    ]),
    outputs: new Map([
      ['mean', channel(2)],
      ['twice', channel(3)],
    ]),
  });
};

describe('the key of state', () => {
  test('is the same in every program that computes the same', () => {
    expect(keysOf(usual).ofNode(second)).toBe(keysOf(usual).ofNode(second));
    expect(keysOf(usual).ofPoint('mean')).toBe(keysOf(usual).ofPoint('mean'));
    expect(keysOf(usual).ofPoint('x')).toBe('1');
    expect(keysOf(usual).ofPoint('mean')).toBe(`3 ${keysOf(usual).ofNode(first)}`);
  });

  test('of an output that no node writes is its number, of an unknown point none', () => {
    const keys = keysOf(usual, '1', [first]);
    expect(keys.ofPoint('twice')).toBe('4');
    expect(keys.ofPoint('nothing')).toBe('undefined');
  });

  test.each([
    ['x', { first: false, second: false }],
    ['y', { first: true, second: false }],
    ['mean', { first: false, second: false }],
    ['twice', { first: true, second: false }],
  ] as const)('another point as %s changes that of all that reads or writes it', (name, same) => {
    const [before, after] = [keysOf(usual), keysOf({ ...usual, [name]: 9 })];
    expect(before.ofNode(first) === after.ofNode(first)).toBe(same.first);
    expect(before.ofNode(second) === after.ofNode(second)).toBe(same.second);
  });

  test('changes with the version, the id and the definition', () => {
    const key = keysOf(usual).ofNode(first);
    expect(keysOf(usual, '2').ofNode(first)).not.toBe(key);
    for (const other of [
      { ...first, id: 'other' },
      { ...first, definition: { kind: 'other' } },
    ]) {
      expect(keysOf(usual, '1', [other, second]).ofNode(other)).not.toBe(key);
    }
  });

  test('is only known of nodes of the program', () => {
    expect(() => keysOf(usual, '1', [first]).ofNode(second)).toThrow(
      'second is not part of the program',
    );
  });
});
