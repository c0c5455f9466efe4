import type { Clock } from '../core/clock.ts';
import type { TickRecord } from '../core/entry.ts';
import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { HotPathProgram } from '../hot-path/program.ts';
import type { Journal } from '../journal/contract.ts';
import { Recomputation, type RecomputedFrame } from './recovery.ts';

const snapshotName = 'hot-path';
const snapshotPeriodMs = 60_000;
const readWaitMs = 100;
const maxEntries = 4096;

export type RestoredState = {
  /** The program, with its state as of the end of the journal. */
  readonly program: HotPathProgram;
  readonly lastTick: TickRecord | undefined;
  /** Outputs of the last tick that are not in the journal: to be appended now. */
  readonly missing: readonly RecomputedFrame[];
};

/**
 * Brings a program to where the journal ended: the newest snapshot, then the entries behind it; without a snapshot all
 * entries. Where the journal was last written under another program, the state begins empty.
 */
export const restoreProgram = async (options: {
  readonly journal: Journal;
  /** A program of this start's configuration with an empty state. */
  readonly createProgram: () => HotPathProgram;
  readonly log: Log;
}): Promise<RestoredState> => {
  const { journal, createProgram, log } = options;
  const fresh = createProgram();
  const snapshot = await journal.loadSnapshot(snapshotName);
  const recomputation = new Recomputation({
    program: snapshot !== undefined && fresh.restore(snapshot.bytes) ? fresh : undefined,
    programFor: ({ programId }) => (programId === fresh.programId ? createProgram() : undefined),
  });
  await readOn(journal, recomputation, (snapshot?.seq ?? 0) + 1);
  const { program, counters, lastTick, missing } = recomputation;
  if (program === undefined) {
    log.info({ programId: fresh.programId }, 'KPIs start with an empty state');
    return { program: fresh, lastTick, missing: [] };
  }
  log.info({ snapshotSeq: snapshot?.seq, ...counters }, 'KPIs continue where the journal ended');
  if (counters.differingFrames > 0) {
    log.error({ ...counters }, 'KPIs recomputed at start differ from those journalled');
  }
  if (counters.missingFrames > 0) {
    log.error({ ...counters }, 'KPIs recomputed at start were never journalled');
  }
  return { program, lastTick, missing };
};

/** Feeds what is in the journal now, from number `from` on. */
const readOn = async (
  journal: Journal,
  recomputation: Recomputation,
  from: number,
): Promise<void> => {
  const last = journal.nextSeq - 1;
  const cursor = await journal.openCursor('restore', { from, persist: false });
  const never = new AbortController().signal;
  while (cursor.position < last) {
    const batch = await cursor.next({ maxEntries, signal: never, waitMs: readWaitMs });
    if (batch === undefined) break;
    for (let index = 0; index < batch.length; index += 1) recomputation.read(batch, index);
  }
  await cursor.close();
};

/** Saves the program's state every minute of the site's time. */
export const runSnapshots = (options: {
  readonly journal: Journal;
  readonly program: HotPathProgram;
  readonly clock: Clock;
  readonly log: Log;
}): { run(signal: AbortSignal): Promise<void>; save(): Promise<void> } => {
  const { journal, program, clock, log } = options;
  const save = async (): Promise<void> => {
    // Taken in one turn of the loop, so that the state is that after entry `seq` and before the next.
    const seq = journal.nextSeq - 1;
    await journal.saveSnapshot(snapshotName, seq, program.snapshot());
  };
  const run = async (signal: AbortSignal): Promise<void> => {
    const participant = clock.join('snapshots', 'ticks');
    let dueMs = clock.monotonicMs();
    try {
      while (!signal.aborted) {
        try {
          await save();
        } catch (error) {
          log.warn({ err: error }, `no snapshot of the KPIs was saved: ${describeError(error)}`);
        }
        dueMs += snapshotPeriodMs;
        await participant.sleepUntil(dueMs, signal);
      }
    } finally {
      participant.leave();
    }
  };
  return { run, save };
};
