import { type EntryBatch, frameEntry, originCodes } from '../../core/entry.ts';
import { absentStatus, statusCodes } from '../../core/quality.ts';
import type { Journal } from '../contract.ts';
import { Accumulator, type GroupRules } from './accumulator.ts';
import { emptyAggregates } from './aggregate.ts';
import { quarterMs } from './lengths.ts';
import type { DirtyMinute, RollupRow } from './protocol.ts';
import { copyStands, type RegisterStands } from './register-track.ts';

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
  readonly rules: GroupRules;
  /** How the registers of a group stood before a time, as it is stored. */
  readonly standsBefore: (group: number, beforeMs: number) => Promise<RegisterStands | undefined>;
  /** By channel, when the newest sample of a group was. */
  readonly newestMs: (group: number) => Float64Array | undefined;
  /** Entries in which the minutes and what reaches into them lie. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly signal: AbortSignal;
};

/**
 * Aggregates minutes anew from the journal, with their samples in the order of their times: what came late then covers, and
 * is covered, as if it had come in time. Gives all rows of the quarter hours in which they lie, for a minute may hold what another
 * covers now. Undefined when the journal no longer has all of them, or on abort.
 */
export const recomputeMinutes = async (
  options: RecomputeOptions,
): Promise<readonly RollupRow[] | undefined> => {
  const frames = await collect(options);
  if (frames === undefined) return undefined;
  const chain = new StandChain();
  const rows: RollupRow[] = [];
  for (const quarter of quartersOf(options.minutes)) {
    const stored = await options.standsBefore(quarter.group, quarter.startMs);
    const before = stored && chain.before(quarter, stored);
    const anew = recomputeQuarter(options, frames.get(quarter.group) ?? [], { quarter, before });
    chain.after(quarter, anew.stands);
    rows.push(...anew.rows);
  }
  return rows;
};

const recomputeQuarter = (
  { rules, newestMs }: RecomputeOptions,
  frames: readonly Frame[],
  of: { readonly quarter: DirtyQuarter; readonly before: RegisterStands | undefined },
): { readonly rows: readonly RollupRow[]; readonly stands: RegisterStands | undefined } => {
  const { group, startMs, dirty } = of.quarter;
  const reachMs = rules.holdMs(group);
  const endMs = startMs + quarterMs;
  const near = frames
    .filter(({ timeMs }) => timeMs >= startMs - reachMs && timeMs < endMs + reachMs)
    .toSorted((a, b) => a.timeMs - b.timeMs);
  overwrite(near);
  const accumulator = new Accumulator(rules, []);
  const add = (some: readonly Frame[]): void => accumulator.add(batchOf(group, some));
  add(near.filter(({ timeMs }) => timeMs < startMs));
  const channels = near[0]?.values.length ?? 0;
  if (of.before !== undefined) accumulator.standAt(group, channels, copyStands(of.before));
  add(near.filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs));
  const reached = accumulator.stands(group);
  const stands = reached && copyStands(reached);
  add(near.filter(({ timeMs }) => timeMs >= endMs));
  add([laterFrame(newestMs(group), endMs + reachMs)]);
  const rows = new Map(accumulator.take().rows.map((row) => [row.startMs, row]));
  for (const minute of near.length === 0 ? [] : dirty) {
    // Nothing covers it any more.
    const fields = emptyAggregates(channels);
    if (!rows.has(minute)) rows.set(minute, { group, startMs: minute, fields });
  }
  return { rows: [...rows.values()].filter((row) => quarterOf(row.startMs) === startMs), stands };
};

/** How registers stand after quarter hours that are aggregated anew, before that is stored. */
class StandChain {
  readonly #groups = new Map<
    number,
    { readonly endMs: number; readonly stands: RegisterStands | undefined }
  >();

  /** What is stored of the time since the last of them is true, and before that what came out of it. */
  before({ group }: DirtyMinute, stored: RegisterStands): RegisterStands {
    const last = this.#groups.get(group);
    if (last?.stands === undefined) return stored;
    const stands = copyStands(stored);
    for (const [channel, timeMs] of last.stands.timeMs.entries()) {
      if ((stored.timeMs[channel] ?? Number.NEGATIVE_INFINITY) >= last.endMs) continue;
      stands.value[channel] = last.stands.value[channel] as number;
      stands.timeMs[channel] = timeMs;
      stands.standMs[channel] = last.stands.standMs[channel] as number;
    }
    return stands;
  }

  after({ group, startMs }: DirtyMinute, stands: RegisterStands | undefined): void {
    this.#groups.set(group, { endMs: startMs + quarterMs, stands });
  }
}

const quarterOf = (timeMs: number): number => Math.floor(timeMs / quarterMs) * quarterMs;

type DirtyQuarter = DirtyMinute & { readonly dirty: number[] };

const quartersOf = (minutes: readonly DirtyMinute[]): readonly DirtyQuarter[] => {
  const quarters = new Map<string, DirtyQuarter>();
  for (const { group, startMs } of minutes) {
    const quarter = { group, startMs: quarterOf(startMs), dirty: [] };
    const key = `${group}/${quarter.startMs}`;
    const known = quarters.get(key) ?? quarter;
    known.dirty.push(startMs);
    quarters.set(key, known);
  }
  return [...quarters.values()].sort((a, b) => a.startMs - b.startMs);
};

/** The entries that tell of the quarter hours in which minutes lie: those whose times are between. */
export const reachOf = (
  minutes: readonly DirtyMinute[],
  holdMs: (group: number) => number,
): { readonly fromMs: number; readonly toMs: number } => {
  const starts = minutes.map(({ startMs }) => quarterOf(startMs));
  const reachMs = Math.max(...minutes.map(({ group }) => holdMs(group)));
  return { fromMs: Math.min(...starts) - reachMs, toMs: Math.max(...starts) + quarterMs + reachMs };
};

const collect = async (
  options: RecomputeOptions,
): Promise<ReadonlyMap<number, readonly Frame[]> | undefined> => {
  const { journal, minutes, rules, firstSeq, lastSeq, signal } = options;
  const frames = new Map<number, Frame[]>(minutes.map(({ group }) => [group, []]));
  const isNear = (group: number, timeMs: number): boolean =>
    minutes.some(
      (minute) =>
        minute.group === group &&
        timeMs >= quarterOf(minute.startMs) - rules.holdMs(group) &&
        timeMs < quarterOf(minute.startMs) + quarterMs + rules.holdMs(group),
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
