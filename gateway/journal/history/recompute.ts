import { type EntryBatch, frameEntry, originCodes } from '../../core/entry.ts';
import { absentStatus, statusCodes } from '../../core/quality.ts';
import type { Journal } from '../contract.ts';
import { Accumulator } from './accumulator.ts';
import { minuteMs } from './lengths.ts';
import type { DirtyMinute, RollupRow } from './protocol.ts';

const maxEntries = 4_096;
const waitMs = 1_000;

type Frame = {
  readonly timeMs: number;
  readonly origin: number;
  readonly values: Float64Array;
  readonly status: Uint32Array;
};

export type RecomputeOptions = {
  readonly journal: Journal;
  readonly minutes: readonly DirtyMinute[];
  readonly holdMs: (group: number) => number;
  /** By channel, when the newest sample of a group was. */
  readonly newestMs: (group: number) => Float64Array | undefined;
  /** Entries in which the minutes and what reaches into them lie. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly signal: AbortSignal;
};

/**
 * Aggregates minutes anew from the journal, with their samples in the order of their times: what came late then covers, and
 * is covered, as if it had come in time. Undefined when the journal no longer has all of them, or on abort.
 */
export const recomputeMinutes = async (
  options: RecomputeOptions,
): Promise<readonly RollupRow[] | undefined> => {
  const { minutes, holdMs, newestMs } = options;
  const frames = await collect(options);
  if (frames === undefined) return undefined;
  return minutes.flatMap(({ group, startMs }) => {
    const reachMs = holdMs(group);
    const endMs = startMs + minuteMs + reachMs;
    const near = (frames.get(group) ?? [])
      .filter(({ timeMs }) => timeMs >= startMs - reachMs && timeMs < endMs)
      .toSorted((a, b) => a.timeMs - b.timeMs);
    const accumulator = new Accumulator(holdMs, []);
    overwrite(near);
    accumulator.add(batchOf(group, [...near, laterFrame(newestMs(group), endMs)]));
    return accumulator.take().rows.filter((row) => row.startMs === startMs);
  });
};

const collect = async (
  options: RecomputeOptions,
): Promise<ReadonlyMap<number, readonly Frame[]> | undefined> => {
  const { journal, minutes, holdMs, firstSeq, lastSeq, signal } = options;
  const frames = new Map<number, Frame[]>(minutes.map(({ group }) => [group, []]));
  const isNear = (group: number, timeMs: number): boolean =>
    minutes.some(
      (minute) =>
        minute.group === group &&
        timeMs >= minute.startMs - holdMs(group) &&
        timeMs < minute.startMs + minuteMs + holdMs(group),
    );
  const cursor = await journal.openCursor('history-revision', {
    from: firstSeq,
    persist: false,
    classes: ['raw', 'kpi'],
  });
  try {
    let isFirst = true;
    while (cursor.position < lastSeq) {
      const batch = await cursor.next({ maxEntries, signal, waitMs });
      if (batch === undefined || (isFirst && batch.seq[0] !== firstSeq)) return undefined;
      isFirst = false;
      for (let index = 0; index < batch.length; index++) {
        if (batch.kind[index] !== frameEntry || (batch.seq[index] as number) > lastSeq) continue;
        const group = batch.group[index] as number;
        const known = frames.get(group);
        if (known !== undefined && isNear(group, batch.timeMs[index] as number)) {
          known.push(frameAt(batch, index));
        }
      }
    }
    return cursor.lost > 0 ? undefined : frames;
  } finally {
    await cursor.close();
  }
};

/** Of one time and channel only the newest word stays, as in a database. Frames are in the order of their times. */
const overwrite = (frames: readonly Frame[]): void => {
  let timeMs = Number.NaN;
  let isTold = new Uint8Array(0);
  for (const frame of frames.toReversed()) {
    const { status } = frame;
    if (frame.timeMs !== timeMs) isTold = new Uint8Array(status.length);
    timeMs = frame.timeMs;
    for (let channel = 0; channel < status.length; channel += 1) {
      if (status[channel] === absentStatus) continue;
      if (isTold[channel] === 1) status[channel] = absentStatus;
      isTold[channel] = 1;
    }
  }
};

/** Stands for whatever came later: up to there the sample before it covers as far as it reaches. */
const laterFrame = (newestMs: Float64Array | undefined, timeMs: number): Frame => {
  const newest = newestMs ?? new Float64Array(0);
  return {
    timeMs,
    origin: originCodes.source,
    values: new Float64Array(newest.length),
    status: Uint32Array.from(newest, (ms) => (ms >= timeMs ? statusCodes.bad : absentStatus)),
  };
};

const frameAt = (batch: EntryBatch, index: number): Frame => {
  const from = batch.offset[index] as number;
  const to = batch.offset[index + 1] as number;
  return {
    timeMs: batch.timeMs[index] as number,
    origin: batch.origin[index] as number,
    values: batch.values.slice(from, to),
    status: batch.status.slice(from, to),
  };
};

const batchOf = (group: number, frames: readonly Frame[]): EntryBatch => {
  const width = frames[0]?.values.length ?? 0;
  const { length } = frames;
  const values = new Float64Array(length * width);
  const status = new Uint32Array(length * width);
  for (const [index, frame] of frames.entries()) {
    values.set(frame.values, index * width);
    status.set(frame.status, index * width);
  }
  const timeMs = Float64Array.from(frames, (frame) => frame.timeMs);
  return {
    length,
    seq: new Float64Array(length),
    kind: new Uint8Array(length).fill(frameEntry),
    group: new Uint32Array(length).fill(group),
    timeMs,
    receivedMs: timeMs,
    origin: Uint8Array.from(frames, ({ origin }) => origin),
    revision: new Uint16Array(length),
    offset: Uint32Array.from({ length: length + 1 }, (_, index) => index * width),
    values,
    status,
    records: [],
  };
};
