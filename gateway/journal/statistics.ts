import { type RetentionClass, retentionClasses } from '../core/entry.ts';
import type { RegisteredGroup } from '../core/point.ts';
import type { ClassStatistics, JournalStatistics } from './contract.ts';
import type { Usage } from './protocol.ts';
import type { Durable } from './writer-client.ts';

type Kept =
  | 'appendedEntries'
  | 'appendedSamples'
  | 'stagedBytes'
  | 'memoryBytes'
  | 'memoryEntries'
  | 'refusedFrames'
  | 'refusedRecords'
  | 'refusedTexts'
  | 'textBytes'
  | 'quarantineDropped'
  | 'syncMsMax'
  | 'failing'
  | 'commits';

export const gatherStatistics = (
  input: Pick<JournalStatistics, Kept> & {
    readonly usage: Usage;
    readonly durable: Durable | undefined;
    readonly groups: ReadonlyMap<number, RegisteredGroup>;
  },
): JournalStatistics => {
  const { usage, durable, groups, ...kept } = input;
  const writtenBytes = durable?.writtenBytes ?? 0;
  const writtenSamples = durable?.writtenSamples ?? 0;
  return {
    ...kept,
    refusedFrames: new Map(kept.refusedFrames),
    diskBytes: usage.reduce((sum, { diskBytes }) => sum + diskBytes, 0),
    classes: Object.fromEntries(
      retentionClasses.map((name, index) => [name, classStatistics(usage[index])]),
    ) as Record<RetentionClass, ClassStatistics>,
    prunedSamples: prunedByPoint(usage, groups),
    writtenBytes,
    writtenSamples,
    bytesPerSample: writtenSamples === 0 ? undefined : writtenBytes / writtenSamples,
    syncs: durable?.syncs ?? 0,
    syncMsLast: durable?.syncMs ?? 0,
  };
};

const classStatistics = (usage: Usage[number] | undefined): ClassStatistics => ({
  segments: usage?.segments ?? 0,
  diskBytes: usage?.diskBytes ?? 0,
  prunedEntries: usage?.pruned.entries ?? 0,
  prunedSamples: usage?.pruned.samples ?? 0,
  prunedUncounted: usage?.pruned.uncounted ?? 0,
});

const prunedByPoint = (
  usage: Usage,
  groups: ReadonlyMap<number, RegisteredGroup>,
): ReadonlyMap<number, number> => {
  const points = new Map<number, number>();
  for (const { pruned } of usage) {
    for (const [number, channels] of pruned.counts) {
      const group = groups.get(number);
      channels.forEach((count, channel) => {
        const point = group?.pointNumbers[channel];
        if (point !== undefined) points.set(point, (points.get(point) ?? 0) + count);
      });
    }
  }
  return points;
};
