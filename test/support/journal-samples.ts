import { createHash } from 'node:crypto';
import { frameEntry, type JournalRecord, originCodes } from '../../gateway/core/entry.ts';
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
  /** Every computed sample of the points asked for, by `area/line/equipment/point`, in their order. */
  readonly rows: ReadonlyMap<string, readonly JournalledRow[]>;
  /** Texts by the number that stands for them. */
  readonly texts: ReadonlyMap<number, string>;
  /** SHA-256 over number, time, values and status of all computed frames up to entry `throughSeq`, in their order. */
  readonly computed256: { readonly hash: string; readonly throughSeq: number };
};

type ComputedGroup = {
  readonly path: string;
  readonly group: RegisteredGroup;
  readonly wanted: readonly { readonly channel: number; readonly rows: JournalledRow[] }[];
};

/** Reads the whole journal of a gateway that has ended. */
export const readSamples = async (
  folder: string,
  instantsMs: readonly number[],
  asked: { readonly rows?: readonly string[]; readonly hashUntilMs?: number } = {},
): Promise<JournalContent> => {
  const computed = new Map(instantsMs.map((ms) => [ms, new Map<string, JournalledSample>()]));
  const rows = new Map<string, JournalledRow[]>((asked.rows ?? []).map((path) => [path, []]));
  const sourceFrames = new Map<string, number>();
  const imperfectFrames = new Map<string, number>();
  const texts = new Map<number, string>();
  const groups = new Map<number, ComputedGroup>();
  const hash = createHash('sha256');
  const { hashUntilMs = Number.POSITIVE_INFINITY } = asked;
  let throughSeq = 0;
  let isHashed = true;
  const enter = (group: RegisteredGroup): void => {
    const { area, line, equipment } = group.equipment;
    const path = `${area}/${line}/${equipment}`;
    const wanted = group.channels.flatMap(({ point }, channel) => {
      const found = rows.get(`${path}/${point}`);
      return found === undefined ? [] : [{ channel, rows: found }];
    });
    groups.set(group.number, { path, group, wanted });
  };
  const takeRecord = (record: JournalRecord | undefined): void => {
    if (record?.type === 'tick' && record.timeMs > hashUntilMs) isHashed = false;
    if (record?.type === 'dictionary') texts.set(record.id, record.text);
    if (record?.type === 'configuration') record.groups.forEach(enter);
  };
  for await (const batch of readJournal(folder, {})) {
    for (let index = 0; index < batch.length; index += 1) {
      const number = batch.group[index] as number;
      if (batch.kind[index] !== frameEntry) takeRecord(batch.records[number]);
      const seq = batch.seq[index] as number;
      if (isHashed) throughSeq = seq;
      if (batch.kind[index] !== frameEntry) continue;
      const known = groups.get(number);
      if (known === undefined) throw new Error(`a frame of the unknown group ${number}`);
      const { path, group, wanted } = known;
      const from = batch.offset[index] as number;
      const status = batch.status.subarray(from, batch.offset[index + 1]);
      if (batch.origin[index] !== originCodes.computed) {
        const key = `${path}#${group.name}`;
        count(sourceFrames, key);
        if (status.some((one) => one !== 0)) count(imperfectFrames, key);
        continue;
      }
      const values = batch.values.subarray(from, from + status.length);
      const timeMs = batch.timeMs[index] as number;
      if (isHashed) hash.update(Float64Array.of(number, timeMs)).update(values).update(status);
      const sample = (channel: number): JournalledSample => ({
        ...{ value: values[channel] as number, status: status[channel] as number },
      });
      for (const { channel, rows: list } of wanted) list.push({ ...sample(channel), seq, timeMs });
      const samples = computed.get(timeMs);
      if (samples === undefined) continue;
      for (const [channel, { point }] of group.channels.entries()) {
        samples.set(`${path}/${point}`, sample(channel));
      }
    }
  }
  return {
    ...{ computed, sourceFrames, imperfectFrames, rows, texts },
    computed256: { hash: hash.digest('hex'), throughSeq },
  };
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
