import { frameEntry } from '../../core/entry.ts';
import { absentStatus } from '../../core/quality.ts';
import type { StoredEntries } from './stored-entries.ts';

/** Present samples by group number and channel. */
export type SampleCounts = Map<number, number[]>;

export const addSamples = (
  counts: SampleCounts,
  add: { readonly group: number; readonly channel: number; readonly count: number },
): void => {
  let channels = counts.get(add.group);
  if (channels === undefined) {
    channels = [];
    counts.set(add.group, channels);
  }
  while (channels.length <= add.channel) channels.push(0);
  channels[add.channel] = (channels[add.channel] as number) + add.count;
};

export const addAllSamples = (
  counts: SampleCounts,
  more: Iterable<readonly [number, readonly number[]]>,
): void => {
  for (const [group, channels] of more) {
    channels.forEach((count, channel) => {
      addSamples(counts, { group, channel, count });
    });
  }
};

export const countSamples = (counts: SampleCounts, entries: StoredEntries): void => {
  for (let entry = 0; entry < entries.length; entry++) {
    if (entries.kind[entry] !== frameEntry) continue;
    const start = entries.offset[entry] as number;
    const end = entries.offset[entry + 1] as number;
    for (let at = start; at < end; at++) {
      const count = entries.status[at] === absentStatus ? 0 : 1;
      addSamples(counts, { group: entries.group[entry] as number, channel: at - start, count });
    }
  }
};
