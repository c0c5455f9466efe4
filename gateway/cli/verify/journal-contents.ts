import { frameEntry } from '../../core/entry.ts';
import type { GatewayEvent } from '../../core/event.ts';
import type { RegisteredGroup } from '../../core/point.ts';
import { absentStatus } from '../../core/quality.ts';
import { readJournal } from '../../journal/read-journal.ts';

export type JournalledEvent = {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: GatewayEvent;
};

/** What a journal holds of what goes to sinks: frames and events. */
export type JournalContents = {
  /** Time by number. */
  readonly entries: ReadonlyMap<number, number>;
  readonly events: readonly JournalledEvent[];
  /** Instants (UTC epoch ms) at which there is a sample, by `measurement area/line/equipment`. */
  readonly rows: ReadonlyMap<string, ReadonlySet<number>>;
};

const rowKey = ({
  equipment: { area, line, equipment },
  equipmentClass,
}: RegisteredGroup): string => `${equipmentClass} ${area}/${line}/${equipment}`;

/** Reads what is on disk up to and including `throughSeq`. */
export const readContents = async (
  folder: string,
  throughSeq: number,
): Promise<JournalContents> => {
  const entries = new Map<number, number>();
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
          entries.set(seq, timeMs);
          events.push({ seq, timeMs, event });
        }
        continue;
      }
      const timeMs = batch.timeMs[index] as number;
      entries.set(seq, timeMs);
      const group = groups.get(number);
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
