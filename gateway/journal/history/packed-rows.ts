import { minuteMs } from './lengths.ts';
import type { PackedRows, RollupRow } from './protocol.ts';

/** By their times; rows of the same minute stay as they are. Numbers are sorted ten times as fast as by a function. */
const inOrder = (rows: readonly RollupRow[]): readonly RollupRow[] => {
  const { length } = rows;
  const keys = Float64Array.from(
    rows,
    ({ startMs }, place) => (startMs / minuteMs) * length + place,
  );
  return Array.from(keys.sort(), (key) => rows[key % length] as RollupRow);
};

/** In the order of their times, side by side in arrays that can be given away: to copy rows one by one takes much longer. */
export const packRows = (rows: readonly RollupRow[]): PackedRows => {
  const sorted = inOrder(rows);
  const fields = new Float64Array(rows.reduce((sum, row) => sum + row.fields.length, 0));
  const ends = new Uint32Array(rows.length);
  let end = 0;
  for (const [index, row] of sorted.entries()) {
    fields.set(row.fields, end);
    end += row.fields.length;
    ends[index] = end;
  }
  return {
    startMs: Float64Array.from(sorted, ({ startMs }) => startMs),
    group: Uint32Array.from(sorted, ({ group }) => group),
    ...{ ends, fields },
  };
};

export const unpackRows = ({ startMs, group, ends, fields }: PackedRows): readonly RollupRow[] =>
  Array.from(startMs, (ms, index) => ({
    startMs: ms,
    group: group[index] as number,
    fields: fields.subarray(index === 0 ? 0 : ends[index - 1], ends[index]),
  }));

export const buffersOf = ({ startMs, group, ends, fields }: PackedRows): readonly ArrayBuffer[] =>
  [startMs, group, ends, fields].map(({ buffer }) => buffer as ArrayBuffer);
