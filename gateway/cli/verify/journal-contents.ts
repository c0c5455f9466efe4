import { type EntryBatch, frameEntry } from '../../core/entry.ts';
import type { GatewayEvent } from '../../core/event.ts';
import type { RegisteredGroup } from '../../core/point.ts';
import { absentStatus, isGood, isUncertain } from '../../core/quality.ts';
import { readJournal } from '../../journal/read-journal.ts';

export type JournalledEvent = {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: GatewayEvent;
};

export type JournalledEntry = {
  readonly timeMs: number;
  /** Of the numbers that its frame has, in the order of its points; 0 of an event. */
  readonly sum: number;
};

/** What a journal holds of what goes to sinks: frames and events. */
export type JournalContents = {
  /** By number. */
  readonly entries: ReadonlyMap<number, JournalledEntry>;
  readonly events: readonly JournalledEvent[];
  /** Instants (UTC epoch ms) at which there is a sample, by `measurement area/line/equipment`. */
  readonly rows: ReadonlyMap<string, ReadonlySet<number>>;
};

const rowKey = ({
  equipment: { area, line, equipment },
  equipmentClass,
}: RegisteredGroup): string => `${equipmentClass} ${area}/${line}/${equipment}`;

const sumOf = (batch: EntryBatch, index: number, group: RegisteredGroup | undefined): number => {
  const from = batch.offset[index] as number;
  let sum = 0;
  for (const [channel, { kind }] of (group?.channels ?? []).entries()) {
    const status = batch.status[from + channel] as number;
    const value = batch.values[from + channel] as number;
    const hasNumber = kind !== 'string' && (isGood(status) || isUncertain(status));
    if (hasNumber && Number.isFinite(value)) sum += value;
  }
  return sum;
};

/** Reads what is on disk up to and including `throughSeq`. */
export const readContents = async (
  folder: string,
  throughSeq: number,
): Promise<JournalContents> => {
  const entries = new Map<number, JournalledEntry>();
  const events: JournalledEvent[] = [];
  const rows = new Map<string, Set<number>>();
  const groups = new Map<number, RegisteredGroup>();
  for await (const batch of readJournal(folder, { to: throughSeq })) {
    for (let index = 0; index < batch.length; index += 1) {
      const seq = batch.seq[index] as number;
      const number = batch.group[index] as number;
      if (batch.kind[index] !== frameEntry) {
        const record = batch.records[number];
        if (record?.type === 'configuration') {
          for (const group of record.groups) groups.set(group.number, group);
        } else if (record?.type === 'event') {
          const { timeMs, event } = record;
          entries.set(seq, { timeMs, sum: 0 });
          events.push({ seq, timeMs, event });
        }
        continue;
      }
      const timeMs = batch.timeMs[index] as number;
      const group = groups.get(number);
      entries.set(seq, { timeMs, sum: sumOf(batch, index, group) });
      const status = batch.status.subarray(batch.offset[index], batch.offset[index + 1]);
      if (group === undefined || status.every((code) => code === absentStatus)) continue;
      const key = rowKey(group);
      const times = rows.get(key) ?? new Set<number>();
      rows.set(key, times.add(timeMs));
    }
  }
  return { entries, events, rows };
};

/** The last number on disk; 0 when there is none. */
export const lastNumber = async (folder: string): Promise<number> => {
  let last = 0;
  for await (const batch of readJournal(folder, {})) {
    last = batch.seq[batch.length - 1] ?? last;
  }
  return last;
};
