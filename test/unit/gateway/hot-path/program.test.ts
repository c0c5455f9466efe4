import { describe, expect, test } from 'vitest';
import { recordEntry } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { compileProgram } from '../../../../gateway/hot-path/compile.ts';
import type { NodeSpec } from '../../../../gateway/hot-path/program.ts';
import {
  measuredCell,
  statusCell,
  timeCell,
  valueCell,
} from '../../../../gateway/hot-path/slot.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { feed, tickAt, tickProgram } from '../../../support/program-feed.ts';

const [source, other, outputs] = testDirectory([
  testGroup({ equipment: 'a', channels: ['x', 'y', 'unused'] }),
  testGroup({ equipment: 'b', channels: ['z'] }),
  testGroup({
    equipment: 'a',
    name: 'kpi',
    producer: 'kpi',
    channels: ['first', 'second', 'third'],
  }),
]).groups as [RegisteredGroup, RegisteredGroup, RegisteredGroup];

const point = (name: string): string => `welding/mpm01/${name}`;

/** Passes the sample of an input on to an output and counts the samples. */
const follower = (id: string, input: string, output: string): NodeSpec => ({
  id,
  definition: { kind: 'follower' },
  inputs: [point(input)],
  outputs: [point(output)],
  build: (context) => {
    const from = context.slot(point(input));
    const to = context.slot(point(output));
    const count = context.reserve(1);
    context.onSample(from, (memory) => {
      memory[count] = (memory[count] as number) + 1;
    });
    context.onTick((memory) => {
      memory[to + valueCell] =
        (memory[from + valueCell] as number) + 1000 * (memory[count] as number);
      memory[to + statusCell] = memory[from + statusCell] as number;
    });
  },
});

const compile = (nodes: readonly NodeSpec[]) =>
  compileProgram({ version: '1', groups: [source, other], outputGroups: [outputs], nodes });

const value = (program: ReturnType<typeof compile>['program'], name: string, timeMs = 1000) =>
  tickProgram(program, timeMs)[point(name)];

describe('a program', () => {
  test('follows the channels that are present in a frame', () => {
    const { program, issues } = compile([
      follower('x', 'a/x', 'a/first'),
      follower('y', 'a/y', 'a/second'),
      follower('z', 'b/z', 'a/third'),
    ]);
    expect(issues).toEqual([]);
    expect(program.outputs).toEqual([outputs]);
    feed(program, [
      { group: source, timeMs: 0, values: { x: 1, y: 2, unused: 9 } },
      { group: source, timeMs: 100, values: { y: 3 } },
      { group: other, timeMs: 100, values: { z: 5 } },
    ]);
    const results = tickProgram(program, 1000);
    expect(results[point('a/first')]).toEqual({ value: 1001, status: 0 });
    expect(results[point('a/second')]).toEqual({ value: 2003, status: 0 });
    expect(results[point('a/third')]).toEqual({ value: 1005, status: 0 });
  });

  test('waits for the first sample with a bad status and no value', () => {
    const { program } = compile([follower('x', 'a/x', 'a/first')]);
    expect(value(program, 'a/first')).toEqual({
      value: 0,
      status: statusCodes.badWaitingForInitialData,
    });
  });

  test('an output that no node writes is a configuration error', () => {
    const { program } = compile([follower('x', 'a/x', 'a/first')]);
    expect(value(program, 'a/second')).toEqual({
      value: 0,
      status: statusCodes.badConfigurationError,
    });
  });

  test('takes source, computed and estimated frames, not late ones, and says what is measured', () => {
    const { program } = compile([
      {
        ...follower('x', 'a/x', 'a/first'),
        build: (context) => {
          const from = context.slot(point('a/x'));
          const to = context.slot(point('a/first'));
          context.onTick((memory) => {
            memory[to + valueCell] =
              (memory[from + valueCell] as number) * 10 + (memory[from + measuredCell] as number);
            memory[to + statusCell] = 0;
          });
        },
      },
    ]);
    const results = (['source', 'estimated', 'computed', 'late'] as const).map((origin, index) => {
      feed(program, [{ group: source, timeMs: index + 1, values: { x: index + 1 }, origin }]);
      return value(program, 'a/first')?.value;
    });
    expect(results).toEqual([11, 20, 31, 31]);
  });

  test('ignores records and groups that it does not know', () => {
    const { program } = compile([follower('x', 'a/x', 'a/first')]);
    const unknown = { ...other, number: 99 as RegisteredGroup['number'] };
    feed(program, [
      { group: unknown, timeMs: 0, values: { z: 5 } },
      { group: other, timeMs: 0, values: { z: 5 } },
    ]);
    const batch = new EntryBatchBuilder()
      .frame(source, { timeMs: 0, values: { x: 7 } })
      .record(tickAt(0))
      .build();
    batch.group[1] = source.number;
    program.onEntry(batch, 1);
    expect(batch.kind[1]).toBe(recordEntry);
    expect(value(program, 'a/first')?.status).toBe(statusCodes.badWaitingForInitialData);
    program.onEntry(batch, 0);
    expect(value(program, 'a/first')?.value).toBe(1007);
  });

  test('ignores samples that are not later than the newest of their channel', () => {
    const { program } = compile([
      follower('x', 'a/x', 'a/first'),
      follower('y', 'a/y', 'a/second'),
    ]);
    feed(program, [
      { group: source, timeMs: 100, values: { x: 1 } },
      { group: source, timeMs: 100, values: { x: 2, y: 2 } },
      { group: source, timeMs: 99, values: { x: 3 } },
    ]);
    const results = tickProgram(program, 1000);
    expect(results[point('a/first')]?.value).toBe(1001);
    expect(results[point('a/second')]?.value).toBe(1002);
    expect(program.ignoredSamples).toBe(2);
  });

  test('goes on at once when the clock was set back', () => {
    const { program } = compile([follower('x', 'a/x', 'a/first'), follower('z', 'b/z', 'a/third')]);
    feed(program, [
      { group: source, timeMs: 10_000, values: { x: 1 } },
      { group: other, timeMs: 2000, values: { z: 1 } },
    ]);
    tickProgram(program, 10_000);
    feed(program, [{ group: source, timeMs: 5000, values: { x: 2 } }]);
    expect(value(program, 'a/first', 5000)?.value).toBe(1001);
    feed(program, [
      { group: source, timeMs: 5001, values: { x: 3 } },
      { group: other, timeMs: 1500, values: { z: 7 } },
    ]);
    const results = tickProgram(program, 6000);
    expect(results[point('a/first')]?.value).toBe(2003);
    expect(results[point('a/third')]?.value).toBe(1001);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'a sample of %d is out of range and has no value',
    (x) => {
      const { program } = compile([follower('x', 'a/x', 'a/first')]);
      feed(program, [{ group: source, timeMs: 0, values: { x } }]);
      expect(value(program, 'a/first')).toEqual({ value: 0, status: statusCodes.badOutOfRange });
      const status = statusCodes.badTimeout;
      feed(program, [{ group: source, timeMs: 1, values: { x: { value: x, status } } }]);
      expect(value(program, 'a/first')).toEqual({ value: 0, status });
    },
  );

  test('a bad result has the value 0, an uncertain one its own', () => {
    const { program } = compile([follower('x', 'a/x', 'a/first')]);
    feed(program, [
      { group: source, timeMs: 0, values: { x: { value: 4, status: statusCodes.badTimeout } } },
    ]);
    expect(value(program, 'a/first')).toEqual({ value: 0, status: statusCodes.badTimeout });
    feed(program, [
      { group: source, timeMs: 1, values: { x: { value: 4, status: statusCodes.uncertain } } },
    ]);
    expect(value(program, 'a/first')).toEqual({ value: 2004, status: statusCodes.uncertain });
  });

  test('emits the same arrays at each tick, with its time', () => {
    const { program } = compile([follower('x', 'a/x', 'a/first')]);
    const seen: unknown[] = [];
    for (const timeMs of [1000, 2000]) {
      program.onTick(tickAt(timeMs), (group, time, values, status) => {
        expect([group, time, values.length, status.length]).toEqual([outputs, timeMs, 3, 3]);
        seen.push(values, status);
      });
    }
    expect(seen[0]).toBe(seen[2]);
    expect(seen[1]).toBe(seen[3]);
  });
});

describe('chained nodes', () => {
  const chain = [
    follower('third', 'a/second', 'a/third'),
    follower('second', 'a/first', 'a/second'),
    follower('first', 'a/x', 'a/first'),
  ];

  test('run in the order of their dependence, within one tick', () => {
    const { program } = compile(chain);
    feed(program, [{ group: source, timeMs: 0, values: { x: 1 } }]);
    // Each sees the sample of the tick before its own step, and counts it.
    expect(value(program, 'a/first')?.value).toBe(1001);
    expect(value(program, 'a/third', 2000)?.value).toBe(1001 + 2000 + 2000);
  });

  test('see outputs as measured samples of the tick', () => {
    const { program } = compile([
      follower('first', 'a/x', 'a/first'),
      {
        id: 'probe',
        definition: {},
        inputs: [point('a/first')],
        outputs: [point('a/second')],
        build: (context) => {
          const from = context.slot(point('a/first'));
          const to = context.slot(point('a/second'));
          context.onTick((memory) => {
            memory[to + valueCell] =
              (memory[from + timeCell] as number) + (memory[from + measuredCell] as number);
            memory[to + statusCell] = 0;
          });
        },
      },
    ]);
    expect(value(program, 'a/second', 5000)?.value).toBe(5001);
  });

  test('have the steps that wait for an output run in the order of their nodes', () => {
    const order: string[] = [];
    const waiter = (id: string, inputs: readonly string[]): NodeSpec => ({
      id,
      definition: {},
      inputs: inputs.map(point),
      outputs: [],
      build: (context) => {
        for (const input of inputs) {
          context.onSample(context.slot(point(input)), () => {
            order.push(`${id} ${input}`);
          });
        }
      },
    });
    const two: NodeSpec = {
      id: 'two',
      definition: {},
      inputs: [],
      outputs: [point('a/first'), point('a/second')],
      build: () => undefined,
    };
    const { program } = compile([waiter('m', ['a/second']), waiter('n', ['a/first']), two]);
    tickProgram(program, 0);
    expect(order).toEqual(['m a/second', 'n a/first']);
  });

  test('on a circle are left out and told, with those behind them', () => {
    const { program, issues } = compile([
      follower('one', 'a/second', 'a/first'),
      follower('two', 'a/first', 'a/second'),
      follower('behind', 'a/first', 'a/third'),
    ]);
    expect(issues).toEqual([
      { nodeId: 'one', message: 'depends on itself: one <- two <- one' },
      { nodeId: 'behind', message: 'needs one, which cannot be compiled' },
    ]);
    expect(value(program, 'a/third')?.status).toBe(statusCodes.badConfigurationError);
  });

  test('that read themselves are told', () => {
    expect(compile([follower('own', 'a/first', 'a/first')]).issues).toEqual([
      { nodeId: 'own', message: 'depends on itself: own <- own' },
    ]);
  });
});

describe('compiling', () => {
  test.each([
    [
      'an unknown input',
      [follower('n', 'a/nothing', 'a/first')],
      'no point welding/mpm01/a/nothing',
      { value: 0, status: statusCodes.badConfigurationError },
    ],
    [
      'an unknown output',
      [follower('n', 'a/x', 'a/nothing')],
      'no group has the output welding/mpm01/a/nothing',
      { value: 0, status: statusCodes.badConfigurationError },
    ],
    [
      'an output that is written twice',
      [follower('m', 'a/x', 'a/first'), follower('n', 'a/y', 'a/first')],
      'welding/mpm01/a/first is computed twice',
      { value: 1001, status: statusCodes.good },
    ],
  ])('tells %s, and leaves the node out', (_, nodes, message, first) => {
    const { program, issues } = compile(nodes);
    expect(issues).toEqual([{ nodeId: 'n', message }]);
    feed(program, [{ group: source, timeMs: 100, values: { x: 1, y: 2 } }]);
    expect(value(program, 'a/first')).toEqual(first);
  });

  test('refuses a node that reads what it did not declare', () => {
    const node = follower('x', 'a/x', 'a/first');
    expect(() => compile([{ ...node, inputs: [] }])).toThrow('x did not declare welding/mpm01/a/x');
  });

  test('gives one identity to one meaning', () => {
    const id = (nodes: readonly NodeSpec[], version = '1'): string =>
      compileProgram({ version, groups: [source, other], outputGroups: [outputs], nodes }).program
        .programId;
    const node = follower('x', 'a/x', 'a/first');
    expect(id([node])).toBe(id([follower('x', 'a/x', 'a/first')]));
    for (const different of [
      id([node], '2'),
      id([{ ...node, id: 'other' }]),
      id([{ ...node, definition: { kind: 'follower', twice: true } }]),
      id([follower('x', 'a/y', 'a/first')]),
      id([follower('x', 'a/x', 'a/second')]),
      id([]),
    ]) {
      expect(different).not.toBe(id([node]));
    }
    const renumbered = { ...source, number: 50 as RegisteredGroup['number'] };
    const elsewhere = compileProgram({
      version: '1',
      groups: [renumbered],
      outputGroups: [outputs],
      nodes: [node],
    });
    expect(elsewhere.program.programId).not.toBe(id([node]));
  });

  test('runs steps in the order of their nodes, whatever the order of the channels', () => {
    const order: string[] = [];
    const recorder = (id: string, input: string, output: string): NodeSpec => ({
      id,
      definition: {},
      inputs: [point(input)],
      outputs: [point(output)],
      build: (context) => {
        context.onSample(context.slot(point(input)), () => {
          order.push(id);
        });
        context.onTick((memory) => {
          memory[context.slot(point(output)) + statusCell] = 0;
        });
      },
    });
    const { program } = compile([
      recorder('x', 'a/x', 'a/first'),
      recorder('y', 'a/y', 'a/second'),
      recorder('x again', 'a/x', 'a/third'),
    ]);
    feed(program, [{ group: source, timeMs: 0, values: { x: 1, y: 1 } }]);
    expect(order).toEqual(['x', 'y', 'x again']);
  });

  test('makes shared state once, and runs its steps before those of its users', () => {
    const order: string[] = [];
    const user = (id: string, output: string): NodeSpec => ({
      id,
      definition: {},
      inputs: [point('a/x')],
      outputs: [point(output)],
      build: (context) => {
        const slot = context.slot(point('a/x'));
        const cell = context.shared('x', () => {
          context.onSample(slot, () => {
            order.push('shared');
          });
          return context.reserve(1);
        });
        context.onSample(slot, () => {
          order.push(`${id} ${cell}`);
        });
      },
    });
    const { program } = compile([user('m', 'a/first'), user('n', 'a/second')]);
    feed(program, [{ group: source, timeMs: 0, values: { x: 1 } }]);
    const [shared, first, second] = order;
    expect(order).toHaveLength(3);
    expect(shared).toBe('shared');
    expect(first?.replace('m', 'n')).toBe(second);
  });
});
