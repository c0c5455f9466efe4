import type { ConfigurationRecord } from '../core/entry.ts';
import { GatewayError } from '../core/error.ts';
import type { HotPathProgram } from '../hot-path/program.ts';
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
 */
export const replayJournal = async (options: ReplayOptions): Promise<ReplayReport> => {
  const differences: ReplayDifference[] = [];
  const recomputation = new Recomputation({
    program: undefined,
    programFor: programOf,
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

const programOf = (record: ConfigurationRecord): HotPathProgram => {
  const program = compileRecord(record);
  if (program.programId !== record.programId) {
    throw new GatewayError(
      'STORE_VERSION',
      `the journal was computed by program ${record.programId}, this build compiles ${program.programId} from the same configuration: replay with the build that wrote it`,
      { retryable: false },
    );
  }
  return program;
};
