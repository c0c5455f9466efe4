import { describe, expect, it } from 'vitest';
import {
  type JournalRecord,
  originCodes,
  type TickRecord,
} from '../../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { absentStatus } from '../../../../gateway/core/quality.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import type { FrameInput } from '../../../../gateway/journal/contract.ts';
import { Admission } from '../../../../gateway/runtime/admission.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';

const { groups } = testDirectory([
  testGroup({ channels: ['current', 'voltage'] }),
  testGroup({ name: 'kpi', producer: 'kpi', channels: ['heatInput'] }),
]);
const [input, output] = groups as [RegisteredGroup, RegisteredGroup];

/** Just the two ways into a journal; `full` makes it refuse. */
const setUp = (): {
  readonly admission: Admission;
  readonly journalled: string[];
  readonly state: { full: boolean };
  readonly computedOn: number[];
} => {
  const journalled: string[] = [];
  const computedOn: number[] = [];
  const state = { full: false };
  const admission = new Admission({
    appendFrame: (frame: FrameInput) => {
      if (state.full) return -1;
      const origin = Object.entries(originCodes).find(([, code]) => code === frame.originCode)?.[0];
      journalled.push(`${origin} ${frame.group} at ${frame.timeMs}`);
      return journalled.length;
    },
    appendRecord: (record: JournalRecord) => {
      if (state.full) return -1;
      journalled.push(`${record.type} at ${record.timeMs}`);
      return journalled.length;
    },
    openBatch: new EntryBatchBuilder().frame(input, { timeMs: 0, values: {} }).build(),
  });
  const program: HotPathProgram = {
    programId: 'p',
    outputs: [output],
    ignoredSamples: 0,
    onEntry: () => computedOn.push(journalled.length),
    onTick: (tick, emit) => {
      emit(output, tick.timeMs, Float64Array.of(0.36), Uint32Array.of(0));
    },
    snapshot: () => new Uint8Array(),
    restore: () => false,
    takeOver: () => ({ continued: [], begun: [], ended: [] }),
  };
  admission.use(program);
  return { admission, journalled, state, computedOn };
};

const frame = (timeMs: number): Parameters<Admission['frame']>[1] => ({
  groupIndex: 0,
  timeMs,
  receivedMs: timeMs + 3,
  values: Float64Array.of(228, 26),
  status: Uint32Array.of(0, 0),
});

const tick = (timeMs: number): TickRecord => ({
  type: 'tick',
  timeMs,
  watermarkMs: timeMs - 2000,
  dayStartMs: 0,
});

describe('Admission', () => {
  it('journals a frame before the hot path sees it', () => {
    const { admission, journalled, computedOn } = setUp();
    expect(admission.frame(input, frame(10))).toBe(true);
    expect(journalled).toEqual(['source 1 at 10']);
    expect(computedOn).toEqual([1]);
    expect(admission.counters).toMatchObject({ admittedFrames: 1, admittedSamples: 2 });
  });

  it('counts as samples only the channels that a frame says something about', () => {
    const { admission } = setUp();
    admission.frame(input, { ...frame(10), status: Uint32Array.of(absentStatus, 0) });
    expect(admission.counters).toMatchObject({ admittedFrames: 1, admittedSamples: 1 });
  });

  it('shows nobody a frame that the journal refuses, and counts it', () => {
    const { admission, state, computedOn } = setUp();
    state.full = true;
    expect(admission.frame(input, frame(10))).toBe(false);
    expect(computedOn).toEqual([]);
    expect(admission.counters).toMatchObject({ admittedFrames: 0, refusedFrames: 1 });
  });

  it('journals results behind the tick that they came from', () => {
    const { admission, journalled } = setUp();
    expect(admission.tick(tick(5000))).toBe(true);
    expect(journalled).toEqual(['tick at 5000', 'computed 2 at 5000']);
  });

  it('computes nothing on a tick that is not in the journal', () => {
    const { admission, journalled, state } = setUp();
    state.full = true;
    expect(admission.tick(tick(5000))).toBe(false);
    state.full = false;
    expect(journalled).toEqual([]);
    admission.frame(input, frame(10));
    expect(journalled).toEqual(['source 1 at 10']);
  });

  it('marks a frame behind the watermark as late, and counts it', () => {
    const { admission, journalled } = setUp();
    admission.tick(tick(5000));
    admission.frame(input, frame(2999));
    admission.frame(input, frame(3000));
    expect(journalled.slice(2)).toEqual(['late 1 at 2999', 'source 1 at 3000']);
    expect(admission.counters.lateFrames).toBe(1);
  });

  it('keeps the watermark of before a restart', () => {
    const { admission, journalled } = setUp();
    admission.resumeAt(700);
    admission.frame(input, frame(699));
    expect(journalled).toEqual(['late 1 at 699']);
  });
});
