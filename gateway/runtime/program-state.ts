import type { Clock } from '../core/clock.ts';
import type { ConfigurationRecord, TickRecord } from '../core/entry.ts';
import { describeError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { HotPathProgram } from '../hot-path/program.ts';
import type { Journal } from '../journal/contract.ts';
import { compileRecord } from './compile-record.ts';
import { Recomputation, type RecomputedFrame } from './recovery.ts';

const mostNamed = 10;

const snapshotName = 'hot-path';
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
 * Brings a program to where the journal ended: the newest snapshot, then the entries behind it, under each configuration
 * that they were journalled under; without a snapshot all entries. Where the journal was last written under another program,
 * what is the same in both goes on.
 */
export const restoreProgram = async (options: {
  readonly journal: Journal;
  /** Of this start's configuration. */
  readonly programId: string;
  /** A program of this start's configuration with an empty state. */
  readonly createProgram: () => HotPathProgram;
  readonly log: Log;
}): Promise<RestoredState> => {
  const { journal, programId, createProgram, log } = options;
  const programFor = (record: ConfigurationRecord): HotPathProgram | undefined =>
    record.programId === programId ? createProgram() : compileBefore(record, log);
  const snapshot = await loadState(journal);
  const recomputation = new Recomputation({
    program: snapshot && (await restoreSnapshot(snapshot, { journal, createProgram, programFor })),
    programFor,
  });
  await readOn(journal, recomputation, (snapshot?.seq ?? 0) + 1);
  const { program: last, counters, lastTick, missing } = recomputation;
  if (last === undefined) {
    log.info({ programId }, 'KPIs start with an empty state');
    return { program: createProgram(), lastTick, missing: [] };
  }
  log.info({ snapshotSeq: snapshot?.seq, ...counters }, 'KPIs continue where the journal ended');
  if (counters.differingFrames > 0) {
    log.error({ ...counters }, 'KPIs recomputed at start differ from those journalled');
  }
  if (counters.missingFrames > 0) {
    log.error({ ...counters }, 'KPIs recomputed at start were never journalled');
  }
  if (last.programId === programId) return { program: last, lastTick, missing };
  const program = createProgram();
  const { continued, begun } = program.takeOver(last);
  const counts = { continued: continued.length, begun: begun.length };
  log.info(
    { ...counts, first: begun.slice(0, mostNamed) },
    'KPIs that changed start with an empty state',
  );
  return { program, lastTick, missing };
};

/** A program of an earlier configuration; undefined when this build computes it in another way. */
const compileBefore = (record: ConfigurationRecord, log: Log): HotPathProgram | undefined => {
  try {
    const program = compileRecord(record);
    if (program.programId === record.programId) return program;
    log.info({ programId: record.programId }, 'another build computed these KPIs');
  } catch (error) {
    log.warn({ programId: record.programId }, `no KPIs as before: ${describeError(error)}`);
  }
  return undefined;
};

type StoredState = {
  readonly seq: number;
  readonly configurationSeq: number;
  readonly bytes: Uint8Array;
};

const headerBytes = 8;

/** The number of the configuration record under which the state came to be goes in front of it. */
const encodeState = (configurationSeq: number, state: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(headerBytes + state.length);
  new DataView(bytes.buffer).setFloat64(0, configurationSeq);
  bytes.set(state, headerBytes);
  return bytes;
};

const loadState = async (journal: Journal): Promise<StoredState | undefined> => {
  const snapshot = await journal.loadSnapshot(snapshotName);
  if (snapshot === undefined || snapshot.bytes.length < headerBytes) return undefined;
  const { seq, bytes } = snapshot;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { seq, configurationSeq: view.getFloat64(0), bytes: bytes.subarray(headerBytes) };
};

const restoreSnapshot = async (
  { configurationSeq, bytes }: StoredState,
  options: {
    readonly journal: Journal;
    readonly createProgram: () => HotPathProgram;
    readonly programFor: (record: ConfigurationRecord) => HotPathProgram | undefined;
  },
): Promise<HotPathProgram | undefined> => {
  const program = options.createProgram();
  if (program.restore(bytes)) return program;
  const record = await configurationAt(options.journal, configurationSeq);
  const before = record && options.programFor(record);
  return before?.restore(bytes) === true ? before : undefined;
};

/** The configuration record with this number; undefined when the journal has it no longer. */
const configurationAt = async (
  journal: Journal,
  seq: number,
): Promise<ConfigurationRecord | undefined> => {
  if (!Number.isSafeInteger(seq) || seq < 1 || seq >= journal.nextSeq) return undefined;
  const cursor = await journal.openCursor('restore-configuration', {
    ...{ from: seq, persist: false, classes: ['record'] },
  });
  const never = new AbortController().signal;
  const batch = await cursor.next({ maxEntries: 1, signal: never, waitMs: readWaitMs });
  const record = batch?.seq[0] === seq ? batch.records[batch.group[0] as number] : undefined;
  await cursor.close();
  return record?.type === 'configuration' ? record : undefined;
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

/** Saves the program's state at the start and every `periodMs`. */
export const runSnapshots = (options: {
  readonly journal: Journal;
  /** What computes at present, and the number of the configuration record that it began with. */
  readonly computing: () => { readonly program: HotPathProgram; readonly configurationSeq: number };
  readonly periodMs: number;
  readonly clock: Clock;
  readonly log: Log;
}): { run(signal: AbortSignal): Promise<void>; save(): Promise<void> } => {
  const { journal, computing, periodMs, clock, log } = options;
  const save = async (): Promise<void> => {
    // Taken in one turn of the loop, so that the state is that after entry `seq` and before the next.
    const seq = journal.nextSeq - 1;
    const { program, configurationSeq } = computing();
    const bytes = encodeState(configurationSeq, program.snapshot());
    await journal.saveSnapshot(snapshotName, seq, bytes);
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
        // What a slow disk or a sleep has missed is not made up for.
        const nowMs = clock.monotonicMs();
        dueMs = (dueMs + periodMs > nowMs ? dueMs : nowMs) + periodMs;
        await participant.sleepUntil(dueMs, signal);
      }
    } finally {
      participant.leave();
    }
  };
  return { run, save };
};
