import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { compileProgram } from '../../../../gateway/hot-path/compile.ts';
import type { HotPathProgram, NodeSpec } from '../../../../gateway/hot-path/program.ts';
import { statusCell, timeCell, valueCell } from '../../../../gateway/hot-path/slot.ts';
import { testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { feed, tickAt, tickProgram } from '../../../support/program-feed.ts';

const [source, bins, kpi] = testDirectory([
  testGroup({ equipment: 'a', channels: ['x'] }),
  testGroup({ equipment: 'a', name: 'bins', producer: 'kpi', channels: ['bin', 'length'] }),
  testGroup({ equipment: 'a', name: 'kpi', producer: 'kpi', channels: ['total'] }),
]).groups as [RegisteredGroup, RegisteredGroup, RegisteredGroup];

const point = (name: string): string => `welding/mpm01/a/${name}`;

/** A row for each whole number that x has passed, at that number of ms. */
const closer = (outputs: readonly string[] = ['bin', 'length']): NodeSpec => ({
  id: 'closer',
  definition: { kind: 'closer' },
  inputs: [point('x')],
  outputs: outputs.map(point),
  build: (context) => {
    const x = context.slot(point('x'));
    const [bin = 0, length = 0] = outputs.map((output) => context.slot(point(output)));
    const last = context.reserve(1);
    const timeIndex = context.reserve(1);
    context.rows({
      timeIndex,
      next: (memory) => {
        const next = (memory[last] as number) + 1;
        if (next > (memory[x + valueCell] as number)) return false;
        memory[last] = next;
        memory[timeIndex] = next;
        memory[bin + valueCell] = next;
        memory[bin + statusCell] = statusCodes.good;
        memory[length + valueCell] = 10;
        memory[length + statusCell] = next === 2 ? statusCodes.uncertain : statusCodes.good;
        return true;
      },
    });
  },
});

/** Adds up what it sees of `bin`, each with its time. */
const adder: NodeSpec = {
  id: 'adder',
  definition: { kind: 'adder' },
  inputs: [point('bin')],
  outputs: [point('total')],
  build: (context) => {
    const bin = context.slot(point('bin'));
    const total = context.slot(point('total'));
    const sum = context.reserve(1);
    context.onSample(bin, (memory) => {
      memory[sum] =
        (memory[sum] as number) +
        1000 * (memory[bin + valueCell] as number) +
        (memory[bin + timeCell] as number);
    });
    context.onTick((memory) => {
      memory[total + valueCell] = memory[sum] as number;
      memory[total + statusCell] = statusCodes.good;
    });
  },
};

const compile = (nodes: readonly NodeSpec[]): HotPathProgram =>
  compileProgram({ version: '1', groups: [source], outputGroups: [kpi, bins], nodes }).program;

type Emitted = readonly [string, number, readonly number[], readonly number[]];

const emitted = (program: HotPathProgram, timeMs: number): readonly Emitted[] => {
  const frames: Emitted[] = [];
  program.onTick(tickAt(timeMs), ({ name }, time, values, status) => {
    frames.push([name, time, [...values], [...status]]);
  });
  return frames;
};

const { good, uncertain } = statusCodes;

describe('rows', () => {
  test('come out at the tick, each with its time, before what belongs to the tick', () => {
    const program = compile([closer(), adder]);
    feed(program, [{ group: source, timeMs: 3, values: { x: 3.5 } }]);
    expect(emitted(program, 1000)).toEqual([
      ['bins', 1, [1, 10], [good, good]],
      ['bins', 2, [2, 10], [good, uncertain]],
      ['bins', 3, [3, 10], [good, good]],
      ['kpi', 1000, [6006], [good]],
    ]);
  });

  test('do not come out again, and not at all when there is none', () => {
    const program = compile([closer(), adder]);
    expect(emitted(program, 1000).map(([name]) => name)).toEqual(['kpi']);
    feed(program, [{ group: source, timeMs: 1001, values: { x: 1 } }]);
    expect(emitted(program, 2000).map(([name]) => name)).toEqual(['bins', 'kpi']);
    expect(emitted(program, 3000).map(([name]) => name)).toEqual(['kpi']);
  });

  test('are all seen by a node that reads them, whatever the order of the nodes', () => {
    const program = compile([adder, closer()]);
    feed(program, [{ group: source, timeMs: 3, values: { x: 4 } }]);
    expect(tickProgram(program, 1000)[point('total')]?.value).toBe(10_010);
  });

  test('go on after a restart from a snapshot', () => {
    const program = compile([closer(), adder]);
    feed(program, [{ group: source, timeMs: 3, values: { x: 2 } }]);
    emitted(program, 1000);
    feed(program, [{ group: source, timeMs: 1003, values: { x: 5 } }]);
    const restarted = compile([closer(), adder]);
    expect(restarted.restore(program.snapshot())).toBe(true);
    expect(emitted(restarted, 2000)).toEqual(emitted(program, 2000));
  });

  test('are among the outputs of the program', () => {
    expect(new Set(compile([closer(), adder]).outputs)).toEqual(new Set([bins, kpi]));
  });

  test('need all channels of their group', () => {
    expect(() => compile([closer(['bin'])])).toThrow('does not write all channels of one group');
    expect(() => compile([closer(['bin', 'total'])])).toThrow(
      'does not write all channels of one group',
    );
  });
});
