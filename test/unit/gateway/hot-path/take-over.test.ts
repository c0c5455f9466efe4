import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { compileProgram } from '../../../../gateway/hot-path/compile.ts';
import type { BuildContext, NodeSpec } from '../../../../gateway/hot-path/program.ts';
import type { FrameRing } from '../../../../gateway/hot-path/ring.ts';
import { statusCell, timeCell, valueCell } from '../../../../gateway/hot-path/slot.ts';
import { testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { feed, tickAt, tickProgram } from '../../../support/program-feed.ts';

const [source, outputs] = testDirectory([
  testGroup({ equipment: 'a', channels: ['x', 'y'] }),
  testGroup({ equipment: 'a', name: 'kpi', producer: 'kpi', channels: ['count', 'sum'] }),
]).groups as [RegisteredGroup, RegisteredGroup];

const point = (name: string): string => `welding/mpm01/a/${name}`;

type State = { readonly cells: readonly number[]; readonly rings: readonly FrameRing[] };

/** Counts samples in the last cell of its state, whose shape `reserve` decides. */
const counter = (reserve: (context: BuildContext) => State): NodeSpec => ({
  id: 'counter',
  definition: { kind: 'counter' },
  inputs: [point('x')],
  outputs: [point('count')],
  build: (context) => {
    const from = context.slot(point('x'));
    const to = context.slot(point('count'));
    const { cells, rings } = reserve(context);
    const count = cells.at(-1) as number;
    context.onSample(from, (memory) => {
      memory[count] = (memory[count] as number) + 1;
      const at = {
        source: from + valueCell,
        timeIndex: from + timeCell,
        statusIndex: from + statusCell,
      };
      for (const ring of rings) ring.pushCells(memory, at);
    });
    context.onTick((memory) => {
      const held = rings.reduce((sum, ring) => sum + ring.length, 0);
      memory[to + valueCell] = (memory[count] as number) + 100 * held;
      memory[to + statusCell] = 0;
    });
  },
});

const compile = (node: NodeSpec) =>
  compileProgram({ version: '1', groups: [source], outputGroups: [outputs], nodes: [node] })
    .program;

type Shape = {
  readonly cells: readonly number[];
  readonly rings?: readonly (readonly [number, number])[];
};

const shaped = ({ cells, rings = [] }: Shape) =>
  compile(
    counter((context) => ({
      cells: cells.map((size) => context.reserve(size)),
      rings: rings.map(([width, minimumCapacity]) => context.ring({ width, minimumCapacity })),
    })),
  );

const send = (program: ReturnType<typeof compile>, timeMs: number, x = 7): void => {
  feed(program, [{ group: source, timeMs, values: { x } }]);
};
const countOf = (program: ReturnType<typeof compile>, timeMs: number): number | undefined =>
  tickProgram(program, timeMs)[point('count')]?.value;

describe('a program that takes over', () => {
  test.each<Shape>([
    { cells: [1] },
    { cells: [2, 1] },
    { cells: [1], rings: [[1, 4]] },
    {
      cells: [1],
      rings: [
        [1, 4],
        [1, 8],
      ],
    },
  ])('goes on with state of the same shape: %o', (shape) => {
    const before = shaped(shape);
    for (const timeMs of [100, 200, 300]) send(before, timeMs);
    const after = shaped(shape);
    expect(after.takeOver(before)).toEqual({ continued: ['counter'], begun: [], ended: [] });
    send(after, 400);
    send(before, 400);
    expect(countOf(after, 500)).toBe(4 + 400 * (shape.rings?.length ?? 0));
    expect(countOf(after, 500)).toBe(countOf(before, 500));
  });

  test.each<readonly [Shape, Shape]>([
    [{ cells: [1] }, { cells: [2] }],
    [{ cells: [1, 1] }, { cells: [1, 1, 1] }],
    [{ cells: [1, 1, 1] }, { cells: [1, 1] }],
    [{ cells: [1, 2] }, { cells: [2, 1] }],
    [{ cells: [1, 2] }, { cells: [1, 1] }],
    [{ cells: [1] }, { cells: [1], rings: [[1, 4]] }],
    [{ cells: [1], rings: [[1, 4]] }, { cells: [1] }],
    [
      { cells: [1], rings: [[1, 4]] },
      { cells: [1], rings: [[2, 4]] },
    ],
    [
      { cells: [1], rings: [[1, 4]] },
      { cells: [1], rings: [[1, 8]] },
    ],
    [
      { cells: [1], rings: [[1, 4]] },
      {
        cells: [1],
        rings: [
          [1, 4],
          [1, 4],
        ],
      },
    ],
    [
      {
        cells: [1],
        rings: [
          [1, 4],
          [1, 4],
        ],
      },
      {
        cells: [1],
        rings: [
          [1, 4],
          [1, 8],
        ],
      },
    ],
  ])('begins anew where the shape is another: %o, then %o', (old, shape) => {
    const before = shaped(old);
    for (const timeMs of [100, 200, 300]) send(before, timeMs);
    const after = shaped(shape);
    after.takeOver(before);
    send(after, 400);
    const rings = shape.rings?.length ?? 0;
    expect(countOf(after, 500)).toBe(1 + 100 * rings);
  });

  test('from what is no program of its kind begins everything', () => {
    const after = shaped({ cells: [1] });
    const { snapshot, restore, onEntry, onTick } = after;
    const foreign = { ...{ snapshot, restore, onEntry, onTick }, programId: 'x', outputs: [] };
    const stranger = { ...foreign, ignoredSamples: 0, takeOver: () => after.takeOver(after) };
    expect(after.takeOver(stranger)).toEqual({ continued: [], begun: ['counter'], ended: [] });
  });
});

describe('a program', () => {
  test('refuses a snapshot that is not its own, and keeps its state', () => {
    const program = shaped({ cells: [1] });
    for (const timeMs of [100, 200]) send(program, timeMs);
    expect(program.restore(new Uint8Array(200))).toBe(false);
    expect(program.restore(shaped({ cells: [1, 1] }).snapshot())).toBe(false);
    expect(countOf(program, 300)).toBe(2);
    const restored = shaped({ cells: [1] });
    expect(restored.restore(program.snapshot())).toBe(true);
    expect(countOf(restored, 300)).toBe(2);
  });

  test('counts as ignored what is not later, and nothing that is absent', () => {
    const program = shaped({ cells: [1] });
    send(program, 100);
    feed(program, [{ group: source, timeMs: 200, values: { y: 1 } }]);
    expect(program.ignoredSamples).toBe(0);
    send(program, 100);
    send(program, 50);
    expect(program.ignoredSamples).toBe(2);
    expect(countOf(program, 300)).toBe(1);
  });

  test('forgets times only of a clock that was set back, and only later ones', () => {
    const program = shaped({ cells: [1] });
    send(program, 1500);
    const ignore = (): undefined => undefined;
    // A sample may be ahead of the ticks; that alone is no clock that was set back.
    for (const timeMs of [1000, 1000, 1100]) program.onTick(tickAt(timeMs), ignore);
    send(program, 1400);
    expect(countOf(program, 1600)).toBe(1);
    program.onTick(tickAt(1500), ignore);
    send(program, 1500);
    expect(countOf(program, 1600)).toBe(1);
    program.onTick(tickAt(1200), ignore);
    send(program, 1250);
    expect(countOf(program, 1600)).toBe(2);
  });
});
