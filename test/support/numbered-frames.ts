import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from './entry-batch.ts';

export const numberedDirectory = testDirectory([testGroup({ channels: ['a'] })]);
const [group] = numberedDirectory.groups as [RegisteredGroup];

/** Frames whose point `a` counts up from 0. */
export const numberedFrames = (count: number): EntryBatch => {
  const builder = new EntryBatchBuilder();
  for (let index = 0; index < count; index += 1) {
    builder.frame(group, { timeMs: 1_700_000_000_000 + index, values: { a: index } });
  }
  return builder.build();
};

/** The number in the line of such a frame. */
export const numberOf = (line: string): number => Number(/ a=(\d+) /.exec(line)?.[1]);
