import { setImmediate } from 'node:timers/promises';
import { type EntryBatch, frameEntry, type RetentionClass } from '../../core/entry.ts';
import { absentStatus } from '../../core/quality.ts';
import type { Cursor, Journal } from '../contract.ts';
import type { ChannelPlace, RawSpan } from './protocol.ts';

/** Samples side by side, in the order in which they were journalled: one that came late stands behind later ones. */
export type RawSamples = {
  /** Which of the points asked for. */
  readonly point: readonly number[];
  readonly timeMs: readonly number[];
  readonly values: readonly number[];
  readonly status: readonly number[];
  /** The latest time that was read so far, of whatever point. */
  readonly throughMs: number;
  /** The journal no longer has the beginning of what was asked for. */
  readonly isCut: boolean;
};

const maxEntries = 4_096;
const waitMs = 1_000;
/** So long it may read before others have their turn. */
const longestTurnMs = 5;
/** Minutes are noted with the first entry in them; what begins later than this in the first one has lost its beginning. */
const slackMs = 120_000;

type Query = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
};

/** Reads the entries of a span and picks out points, batch by batch, until the end or until `signal` aborts. */
export async function* readRaw(input: {
  readonly journal: Pick<Journal, 'openCursor'>;
  /** Of each point. */
  readonly places: readonly (readonly ChannelPlace[])[];
  readonly classes: readonly RetentionClass[];
  readonly query: Query;
  readonly span: RawSpan | undefined;
}): AsyncIterable<RawSamples> {
  const { journal, places, classes, query, span } = input;
  if (span === undefined) return;
  const { firstSeq, lastSeq } = span;
  const options = { from: firstSeq, persist: false, classes };
  const cursor = await journal.openCursor('raw', options);
  try {
    yield* pickAll(cursor, { byGroup: channelsByGroup(places), query, lastSeq, span });
  } finally {
    await cursor.close();
  }
}

async function* pickAll(
  cursor: Cursor,
  about: {
    readonly byGroup: ChannelsByGroup;
    readonly query: Query;
    readonly lastSeq: number;
    readonly span: RawSpan;
  },
): AsyncIterable<RawSamples> {
  const { query, lastSeq, span } = about;
  let beginMs: number | undefined;
  let throughMs = query.fromMs;
  let turnMs = performance.now();
  while (cursor.position < lastSeq) {
    const batch = await cursor.next({ maxEntries, signal: query.signal, waitMs });
    if (batch === undefined) break;
    beginMs ??= batch.timeMs[0] as number;
    const picked = pick(batch, about);
    throughMs = Math.max(throughMs, picked.throughMs);
    const isCut = beginMs >= span.startMs + slackMs;
    if (picked.point.length > 0 || isCut) yield { ...picked, throughMs, isCut };
    // What is in memory is there at once: others must have their turn all the same.
    if (performance.now() - turnMs < longestTurnMs) continue;
    await setImmediate();
    turnMs = performance.now();
  }
  const none = { point: [], timeMs: [], values: [], status: [] };
  if (beginMs === undefined && !query.signal.aborted) yield { ...none, throughMs, isCut: true };
}

/** Which channels of a group are of which points. */
type ChannelsByGroup = ReadonlyMap<number, readonly (readonly [point: number, channel: number])[]>;

const channelsByGroup = (places: readonly (readonly ChannelPlace[])[]): ChannelsByGroup => {
  const byGroup = new Map<number, [number, number][]>();
  for (const [point, ofPoint] of places.entries()) {
    for (const { group, channel } of ofPoint) {
      byGroup.set(group, [...(byGroup.get(group) ?? []), [point, channel]]);
    }
  }
  return byGroup;
};

const pick = (
  batch: EntryBatch,
  {
    byGroup,
    query,
    lastSeq,
  }: { readonly byGroup: ChannelsByGroup; readonly query: Query; readonly lastSeq: number },
): Omit<RawSamples, 'isCut'> => {
  const found = {
    ...{ point: [] as number[], timeMs: [] as number[] },
    ...{ values: [] as number[], status: [] as number[] },
  };
  let throughMs = query.fromMs;
  for (let index = 0; index < batch.length; index += 1) {
    const timeMs = batch.timeMs[index] as number;
    if (timeMs < query.fromMs || timeMs >= query.toMs) continue;
    if ((batch.seq[index] as number) > lastSeq || batch.kind[index] !== frameEntry) continue;
    if (timeMs > throughMs) throughMs = timeMs;
    const channels = byGroup.get(batch.group[index] as number);
    if (channels === undefined) continue;
    const from = batch.offset[index] as number;
    const width = (batch.offset[index + 1] as number) - from;
    for (const [point, channel] of channels) {
      if (channel >= width || batch.status[from + channel] === absentStatus) continue;
      found.point.push(point);
      found.timeMs.push(timeMs);
      found.values.push(batch.values[from + channel] as number);
      found.status.push(batch.status[from + channel] as number);
    }
  }
  return { ...found, throughMs };
};
