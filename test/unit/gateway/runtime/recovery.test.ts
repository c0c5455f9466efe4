import { describe, expect, it } from 'vitest';
import type { ConfigurationRecord, TickRecord } from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { Recomputation } from '../../../../gateway/runtime/recovery.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';

const { groups } = testDirectory([
  testGroup({ channels: ['current'] }),
  testGroup({ name: 'kpi', producer: 'kpi', channels: ['sum', 'count'] }),
]);
const [input, output] = groups as [RegisteredGroup, RegisteredGroup];

const sums = new WeakMap<HotPathProgram, () => number>();

/** Sums what it has seen and emits sum and number of samples at each tick; takes over the sum, not the number. */
const createSummer = (programId = 'summer'): HotPathProgram => {
  let sum = 0;
  let count = 0;
  const values = new Float64Array(2);
  const status = new Uint32Array(2);
  const program: HotPathProgram = {
    programId,
    outputs: [output],
    ignoredSamples: 0,
    onEntry: (batch, index) => {
      sum += batch.values[batch.offset[index] as number] as number;
      count += 1;
    },
    onTick: (tick, emit) => {
      values[0] = sum;
      values[1] = count;
      emit(output, tick.timeMs, values, status);
    },
    snapshot: () => new Uint8Array(),
    restore: () => false,
    takeOver: (before) => {
      sum = sums.get(before)?.() ?? 0;
      return { continued: [], begun: [], ended: [] };
    },
  };
  sums.set(program, () => sum);
  return program;
};

const tick = (timeMs: number): TickRecord => ({
  type: 'tick',
  timeMs,
  watermarkMs: 0,
  dayStartMs: 0,
});

const configuration = (programId: string): ConfigurationRecord => ({
  type: 'configuration',
  configurationId: programId,
  programId,
  timeMs: 0,
  groups,
  computation: {},
});

const run = (builder: EntryBatchBuilder, recomputation: Recomputation): Recomputation => {
  const batch = builder.build();
  for (let index = 0; index < batch.length; index += 1) recomputation.read(batch, index);
  return recomputation;
};

const fromSummer = (): Recomputation =>
  new Recomputation({
    program: createSummer(),
    programFor: ({ programId }) => createSummer(programId),
  });

const sample = (
  timeMs: number,
  current: number,
): { timeMs: number; values: { current: number } } => ({
  timeMs,
  values: { current },
});

describe('Recomputation', () => {
  it('finds journalled results identical when they are', () => {
    const { counters, missing, lastTick } = run(
      new EntryBatchBuilder()
        .frame(input, sample(1, 5))
        .record(tick(10))
        .frame(output, { timeMs: 10, origin: 'computed', values: { sum: 5, count: 1 } })
        .frame(input, sample(11, 2))
        .record(tick(20))
        .frame(output, { timeMs: 20, origin: 'computed', values: { sum: 7, count: 2 } }),
      fromSummer(),
    );
    expect(counters).toEqual({
      entries: 6,
      ticks: 2,
      computedFrames: 2,
      identicalFrames: 2,
      differingFrames: 0,
      missingFrames: 0,
      uncomparedFrames: 0,
    });
    expect(missing).toEqual([]);
    expect(lastTick?.timeMs).toBe(20);
  });

  it.each([
    ['another value', { timeMs: 10, values: { sum: 5.000000001, count: 1 } }],
    ['the other zero', { timeMs: 10, values: { sum: -0, count: 1 } }],
    ['another time', { timeMs: 9, values: { sum: 5, count: 1 } }],
    [
      'another status',
      { timeMs: 10, values: { sum: { value: 5, status: 0x4000_0000 }, count: 1 } },
    ],
  ])('finds %s different', (_what, frame) => {
    const differences: number[] = [];
    const { counters } = run(
      new EntryBatchBuilder(100)
        .frame(input, sample(1, frame.values.sum === 0 ? 0 : 5))
        .record(tick(10))
        .frame(output, { ...frame, origin: 'computed' }),
      new Recomputation({
        program: createSummer(),
        programFor: () => undefined,
        onDifference: (_frame, seq) => differences.push(seq),
      }),
    );
    expect(counters.differingFrames).toBe(1);
    expect(differences).toEqual([102]);
  });

  it('counts a journalled result that nothing computes as different', () => {
    const { counters } = run(
      new EntryBatchBuilder().frame(output, {
        timeMs: 10,
        origin: 'computed',
        values: { sum: 0, count: 0 },
      }),
      fromSummer(),
    );
    expect(counters.differingFrames).toBe(1);
  });

  it('counts a result that the journal lacks, save of the last tick, which a kill may have cut', () => {
    const { counters, missing } = run(
      new EntryBatchBuilder()
        .frame(input, sample(1, 5))
        .record(tick(10))
        .record(tick(20))
        .frame(output, { timeMs: 20, origin: 'computed', values: { sum: 5, count: 1 } })
        .record(tick(30)),
      fromSummer(),
    );
    expect(counters).toMatchObject({ identicalFrames: 1, differingFrames: 0, missingFrames: 1 });
    expect(missing.map(({ timeMs }) => timeMs)).toEqual([30]);
  });

  it('misses nothing where another program begins behind a cut tick', () => {
    const { counters, missing } = run(
      new EntryBatchBuilder().record(tick(10)).record(configuration('other')).record(tick(20)),
      fromSummer(),
    );
    expect(counters.missingFrames).toBe(0);
    expect(missing).toHaveLength(1);
  });

  it('keeps what a cut tick still has to journal, also over the records of a restart', () => {
    const { missing } = run(
      new EntryBatchBuilder()
        .frame(input, sample(1, 5))
        .record(tick(10))
        .record({ type: 'boot', bootId: 'b', version: '1', timeMs: 0 })
        .record(configuration('summer')),
      fromSummer(),
    );
    expect(missing).toHaveLength(1);
    expect(missing[0]?.group.number).toBe(output.number);
    expect([...(missing[0]?.values ?? [])]).toEqual([5, 1]);
  });

  it('takes over what is the same where the program changes, and goes on where it does not', () => {
    const emitted: (readonly number[])[] = [];
    run(
      new EntryBatchBuilder()
        .frame(input, sample(1, 5))
        .record(configuration('summer'))
        .record(tick(10))
        .record(configuration('other'))
        .frame(input, sample(11, 3))
        .record(tick(20)),
      new Recomputation({
        program: createSummer(),
        programFor: ({ programId }) => createSummer(programId),
        onFrame: ({ values }) => emitted.push([...values]),
      }),
    );
    expect(emitted).toEqual([
      [5, 1],
      [8, 1],
    ]);
  });

  it('computes and judges nothing while it has no program', () => {
    const { counters, program } = run(
      new EntryBatchBuilder()
        .frame(input, sample(1, 5))
        .record(tick(10))
        .frame(output, { timeMs: 10, origin: 'computed', values: { sum: 1, count: 1 } }),
      new Recomputation({ program: undefined, programFor: () => undefined }),
    );
    expect(program).toBeUndefined();
    expect(counters).toMatchObject({ computedFrames: 0, identicalFrames: 0, differingFrames: 0 });
  });
});
