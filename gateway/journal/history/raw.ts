import { type EntryBatch, frameEntry } from '../../core/entry.ts';
import { absentStatus } from '../../core/quality.ts';
import type { Journal } from '../contract.ts';
import type { ChannelPlace } from './protocol.ts';

/** Samples in the order they were journalled. */
export type RawSeries = {
  readonly timeMs: Float64Array;
  readonly values: Float64Array;
  readonly status: Uint32Array;
  /** There are more than were asked for. */
  readonly truncated: boolean;
};

const maxEntries = 4_096;
const waitMs = 1_000;

/** Reads the entries with numbers from `firstSeq` to `lastSeq` and picks out one point. */
export const readRaw = async (input: {
  readonly journal: Journal;
  readonly places: readonly ChannelPlace[];
  readonly query: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly maxSamples: number;
    readonly signal: AbortSignal;
  };
  readonly firstSeq: number;
  readonly lastSeq: number;
}): Promise<RawSeries> => {
  const { journal, places, query, firstSeq, lastSeq } = input;
  const found = { timeMs: [] as number[], values: [] as number[], status: [] as number[] };
  const channels = new Map(places.map(({ group, channel }) => [group, channel]));
  const cursor =
    firstSeq <= lastSeq
      ? await journal.openCursor('raw', { from: firstSeq, persist: false, classes: ['raw', 'kpi'] })
      : undefined;
  while (
    cursor !== undefined &&
    cursor.position < lastSeq &&
    found.timeMs.length <= query.maxSamples
  ) {
    const batch = await cursor.next({ maxEntries, signal: query.signal, waitMs });
    if (batch === undefined) break;
    for (let index = 0; index < batch.length; index++) {
      const timeMs = batch.timeMs[index] as number;
      if (timeMs < query.fromMs || timeMs >= query.toMs) continue;
      pick(batch, index, { channels, found });
    }
  }
  await cursor?.close();
  const end = Math.min(found.timeMs.length, query.maxSamples);
  return {
    timeMs: Float64Array.from(found.timeMs.slice(0, end)),
    values: Float64Array.from(found.values.slice(0, end)),
    status: Uint32Array.from(found.status.slice(0, end)),
    truncated: found.timeMs.length > end,
  };
};

const pick = (
  batch: EntryBatch,
  index: number,
  into: {
    readonly channels: ReadonlyMap<number, number>;
    readonly found: { timeMs: number[]; values: number[]; status: number[] };
  },
): void => {
  if (batch.kind[index] !== frameEntry) return;
  const channel = into.channels.get(batch.group[index] as number);
  if (channel === undefined) return;
  const at = (batch.offset[index] as number) + channel;
  if (at >= (batch.offset[index + 1] as number) || batch.status[at] === absentStatus) return;
  into.found.timeMs.push(batch.timeMs[index] as number);
  into.found.values.push(batch.values[at] as number);
  into.found.status.push(batch.status[at] as number);
};
