import { type EntryBatch, frameEntry } from '../../../../gateway/core/entry.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';

/** Undefined stands for a bad sample. */
export type Row = readonly (number | undefined)[];

/** One frame a row, 100 ms apart unless `timesMs` says otherwise. */
export const rowBatch = (rows: readonly Row[], timesMs?: readonly number[]): EntryBatch => {
  const width = rows[0]?.length ?? 0;
  const cells = rows.flat();
  return {
    length: rows.length,
    seq: Float64Array.from(rows, (_, index) => index),
    kind: new Uint8Array(rows.length).fill(frameEntry),
    group: new Uint32Array(rows.length),
    timeMs: Float64Array.from(rows, (_, index) => timesMs?.[index] ?? index * 100),
    receivedMs: new Float64Array(rows.length),
    origin: new Uint8Array(rows.length),
    revision: new Uint16Array(rows.length),
    offset: Uint32Array.from({ length: rows.length + 1 }, (_, index) => index * width),
    values: Float64Array.from(cells, (cell) => cell ?? 777),
    status: Uint32Array.from(cells, (cell) =>
      cell === undefined ? statusCodes.badSensorFailure : statusCodes.good,
    ),
    records: [],
  };
};

/** Relative where numbers are large, absolute where they are small. */
export const expectClose = (found: number, wanted: number, tolerance: number): void => {
  const error = Math.abs(found - wanted);
  if (!(error <= tolerance * Math.max(1, Math.abs(wanted)))) {
    throw new Error(`${found} instead of ${wanted}: off by ${error}`);
  }
};
