import type { ConfigurationRecord } from '../core/entry.ts';
import { GatewayError } from '../core/error.ts';
import { readJournal } from '../journal/journal.ts';
import { compileRecord } from './compile-record.ts';
import { Recomputation, type RecomputeCounters, type RecomputedFrame } from './recovery.ts';

export type ReplayOptions = {
  readonly folder: string;
  readonly from?: number;
  readonly to?: number;
  readonly onFrame?: (frame: RecomputedFrame) => void;
};

export type ReplayDifference = {
  readonly seq: number;
  /** What was recomputed instead; undefined when nothing was. */
  readonly recomputed: { readonly group: string; readonly timeMs: number } | undefined;
};

/** Why there was nothing to compare. */
export type NothingCompared = 'no-entries' | 'no-kpi-results' | 'no-configuration';

export type ReplayReport = {
  /** `nothing-compared` is no statement about results, neither good nor bad. */
  readonly verdict: 'identical' | 'different' | 'nothing-compared';
  /** Only with `nothing-compared`. */
  readonly reason?: NothingCompared;
  readonly entries: number;
  readonly ticks: number;
  readonly computedFrames: number;
  readonly identicalFrames: number;
  readonly differingFrames: number;
  /** Recomputed, but not in the journal, although it goes on. */
  readonly missingFrames: number;
  /** Journalled before the first configuration of the range, so that nothing could recompute them. */
  readonly uncomparedFrames: number;
  /** The first few, so that a difference can be looked at. */
  readonly differences: readonly ReplayDifference[];
};

const maxDifferences = 20;

/**
 * Recomputes every KPI from the journal of a stopped or running gateway and compares it with what was journalled. The
 * journal alone is enough: its configuration records hold groups and definitions.
 * @throws GatewayError STORE_VERSION when another build computed a part of the range
 */
export const replayJournal = async (options: ReplayOptions): Promise<ReplayReport> => {
  const differences: ReplayDifference[] = [];
  let foreign: Configuration | undefined;
  const recomputation = new Recomputation({
    program: undefined,
    programFor: (record, seq) => {
      const program = compileRecord(record);
      if (program.programId === record.programId) return program;
      foreign ??= { seq, record };
      return undefined;
    },
    ...(options.onFrame === undefined ? {} : { onFrame: options.onFrame }),
    onDifference: (frame, seq) => {
      if (differences.length >= maxDifferences) return;
      differences.push({
        seq,
        recomputed: frame === undefined ? undefined : describeFrame(frame),
      });
    },
  });
  const range = {
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
  };
  for await (const batch of readJournal(options.folder, range)) {
    for (let index = 0; index < batch.length; index += 1) recomputation.read(batch, index);
    if (foreign !== undefined) throw await otherBuild(options.folder, foreign);
  }
  const { counters } = recomputation;
  return { ...judge(counters), ...counters, differences };
};

const judge = (counters: RecomputeCounters): Pick<ReplayReport, 'verdict' | 'reason'> => {
  const { entries, identicalFrames, differingFrames, missingFrames, uncomparedFrames } = counters;
  if (differingFrames > 0 || missingFrames > 0) return { verdict: 'different' };
  if (identicalFrames > 0) return { verdict: 'identical' };
  const reason =
    entries === 0 ? 'no-entries' : uncomparedFrames > 0 ? 'no-configuration' : 'no-kpi-results';
  return { verdict: 'nothing-compared', reason };
};

const describeFrame = ({ group, timeMs }: RecomputedFrame): ReplayDifference['recomputed'] => {
  const { area, line, equipment } = group.equipment;
  return { group: `${area}/${line}/${equipment}#${group.name}`, timeMs };
};

type Configuration = { readonly seq: number; readonly record: ConfigurationRecord };

const otherBuild = async (
  folder: string,
  { seq, record }: Configuration,
): Promise<GatewayError> => {
  const own = await firstOfThisBuild(folder, seq + 1);
  const { programId } = record;
  const here =
    own === undefined
      ? { en: '', zh: '' }
      : {
          en: `; what this build computed begins at entry ${own}: --from ${own}`,
          zh: `；本版本计算的部分自第 ${own} 条起：--from ${own}`,
        };
  return new GatewayError(
    'STORE_VERSION',
    {
      en: `from entry ${seq} on another build of Seamwatt computed the journal (program ${programId}): replay that part with the build that wrote it${here.en}`,
      zh: `日志自第 ${seq} 条起由另一版本的 Seamwatt 计算（程序 ${programId}）：该部分请用写入时的版本回放${here.zh}`,
    },
    { retryable: false },
  );
};

/** Number of the first configuration from `from` on that this build computes in the same way; undefined when there is none. */
const firstOfThisBuild = async (folder: string, from: number): Promise<number | undefined> => {
  for await (const batch of readJournal(folder, { from, classes: ['record'] })) {
    for (let index = 0; index < batch.length; index += 1) {
      const record = batch.records[batch.group[index] as number];
      if (record?.type !== 'configuration') continue;
      if (compileRecord(record).programId === record.programId) return batch.seq[index];
    }
  }
  return undefined;
};
