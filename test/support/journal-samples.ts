import { frameEntry, originCodes } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { readJournal } from '../../gateway/journal/journal.ts';

export type JournalledSample = { readonly value: number; readonly status: number };

/** Computed samples by `area/line/equipment/point`, as they were journalled at one instant. */
export type SamplesByPath = ReadonlyMap<string, JournalledSample>;

export type JournalContent = {
  /** By the instants asked for. */
  readonly computed: ReadonlyMap<number, SamplesByPath>;
  /** How many frames each group of a source has, by `area/line/equipment#group`. */
  readonly sourceFrames: ReadonlyMap<string, number>;
  /** The same for frames with a channel that is not good. */
  readonly imperfectFrames: ReadonlyMap<string, number>;
};

/** Reads the whole journal of a gateway that has ended. */
export const readSamples = async (
  folder: string,
  instantsMs: readonly number[],
): Promise<JournalContent> => {
  const computed = new Map(instantsMs.map((ms) => [ms, new Map<string, JournalledSample>()]));
  const sourceFrames = new Map<string, number>();
  const groups = new Map<number, RegisteredGroup>();
  const imperfectFrames = new Map<string, number>();
  for await (const batch of readJournal(folder, {})) {
    for (let index = 0; index < batch.length; index += 1) {
      const number = batch.group[index] as number;
      if (batch.kind[index] !== frameEntry) {
        const record = batch.records[number];
        if (record?.type !== 'configuration') continue;
        for (const group of record.groups) groups.set(group.number, group);
        continue;
      }
      const group = groups.get(number);
      if (group === undefined) throw new Error(`a frame of the unknown group ${number}`);
      const { area, line, equipment } = group.equipment;
      const path = `${area}/${line}/${equipment}`;
      const from = batch.offset[index] as number;
      const to = batch.offset[index + 1] as number;
      if (batch.origin[index] !== originCodes.computed) {
        const key = `${path}#${group.name}`;
        count(sourceFrames, key);
        if (batch.status.subarray(from, to).some((status) => status !== 0)) {
          count(imperfectFrames, key);
        }
        continue;
      }
      const samples = computed.get(batch.timeMs[index] as number);
      if (samples === undefined) continue;
      for (const [channel, { point }] of group.channels.entries()) {
        samples.set(`${path}/${point}`, {
          value: batch.values[from + channel] as number,
          status: batch.status[from + channel] as number,
        });
      }
    }
  }
  return { computed, sourceFrames, imperfectFrames };
};

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

export type JournalledRow = JournalledSample & { readonly seq: number; readonly timeMs: number };

/** Every sample of some points of sources, by `area/line/equipment/point`, in their order. */
export const readRows = async (
  folder: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly JournalledRow[]>> => {
  const rows = new Map<string, JournalledRow[]>(paths.map((path) => [path, []]));
  const channels = new Map<
    number,
    { readonly channel: number; readonly rows: JournalledRow[] }[]
  >();
  for await (const batch of readJournal(folder, {})) {
    for (let index = 0; index < batch.length; index += 1) {
      const number = batch.group[index] as number;
      if (batch.kind[index] !== frameEntry) {
        const record = batch.records[number];
        if (record?.type !== 'configuration') continue;
        for (const group of record.groups) {
          channels.set(
            group.number,
            group.channels.flatMap(({ point }, channel) => {
              const { area, line, equipment } = group.equipment;
              const found = rows.get(`${area}/${line}/${equipment}/${point}`);
              return found === undefined ? [] : [{ channel, rows: found }];
            }),
          );
        }
        continue;
      }
      const from = batch.offset[index] as number;
      for (const wanted of channels.get(number) ?? []) {
        wanted.rows.push({
          seq: batch.seq[index] as number,
          timeMs: batch.timeMs[index] as number,
          value: batch.values[from + wanted.channel] as number,
          status: batch.status[from + wanted.channel] as number,
        });
      }
    }
  }
  return rows;
};
