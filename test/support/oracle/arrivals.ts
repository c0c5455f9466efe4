import { frameEntry, originCodes } from '../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../gateway/core/point.ts';
import { readJournal } from '../../../gateway/journal/journal.ts';
import type { HeardLine } from '../mosquitto-sub.ts';
import type { Influxd } from '../peers/influxd.ts';

/** A frame with an id in it. */
export type IdFrame = {
  readonly seq: number;
  readonly meter: string;
  readonly timeMs: number;
  readonly id: number;
  readonly check: number;
};

export type JournalledIds = {
  readonly frames: readonly IdFrame[];
  /** Frames of devices that hold no id: what was read was bad. */
  readonly badFrames: number;
};

/** What the journal of a gateway that has ended holds of the meters. */
export const readIds = async (folder: string): Promise<JournalledIds> => {
  const groups = new Map<number, RegisteredGroup>();
  const frames: IdFrame[] = [];
  let badFrames = 0;
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
      if (group === undefined || batch.origin[index] === originCodes.computed) continue;
      const at = batch.offset[index] as number;
      if (batch.status[at] !== 0 || batch.status[at + 1] !== 0) {
        badFrames += 1;
        continue;
      }
      frames.push({
        seq: batch.seq[index] as number,
        meter: group.equipment.equipment,
        timeMs: batch.timeMs[index] as number,
        id: batch.values[at] as number,
        check: batch.values[at + 1] as number,
      });
    }
  }
  return { frames, badFrames };
};

export type Payload = { readonly timeMs: number; readonly id: number; readonly check: number };

/** The rows of one meter by their id; an id at two times is there twice. */
export const readRows = async (
  influxd: Influxd,
  database: string,
  meter: string,
): Promise<ReadonlyMap<number, readonly Payload[]>> => {
  const { results } = await influxd.query(
    `SELECT id, "check" FROM oracle_meter WHERE equipment = '${meter}'`,
    { database },
  );
  const rows = new Map<number, Payload[]>();
  for (const [time, id, check] of results?.[0]?.series?.[0]?.values ?? []) {
    if (id === null) continue;
    const timeMs = Number(BigInt(String(time)) / 1000n) / 1000;
    const row = { timeMs, id: Number(id), check: Number(check) };
    rows.set(row.id, [...(rows.get(row.id) ?? []), row]);
  }
  return rows;
};

type Stream = {
  readonly points: readonly string[];
  readonly seq: readonly number[];
  readonly t: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly history: boolean;
};

export type Heard = Payload & { readonly meter: string; readonly history: boolean };

/** All frames of the stream by their `seq`, in the order of their coming, repetitions counted in. */
export const heardFrames = (heard: readonly HeardLine[]): ReadonlyMap<number, readonly Heard[]> => {
  const frames = new Map<number, Heard[]>();
  for (const { topic, payload } of heard) {
    if (!topic.endsWith('/_frames')) continue;
    const meter = topic.split('/').at(-2) ?? '';
    const stream = payload as Stream;
    if (stream.points[0] !== 'id') continue;
    for (const [row, seq] of stream.seq.entries()) {
      const id = stream.values[0]?.[row];
      const check = stream.values[1]?.[row];
      if (typeof id !== 'number' || typeof check !== 'number') continue;
      const frame = { meter, timeMs: stream.t[row] as number, id, check };
      const known = frames.get(seq);
      if (known === undefined) frames.set(seq, [{ ...frame, history: stream.history }]);
      else known.push({ ...frame, history: stream.history });
    }
  }
  return frames;
};
