import { absentStatus, isBad } from '../core/quality.ts';
import type { BinTable } from './bins-file.ts';

/** Bins for whoever reads JSON: columns side by side, a value null where there is no usable one. */
export type BinsJson = {
  readonly timeMs: readonly number[];
  readonly columns: readonly {
    readonly point: string;
    readonly unit: string;
    readonly values: readonly (number | string | null)[];
    /** OPC UA StatusCodes. */
    readonly status: readonly number[];
  }[];
};

export const binsJson = ({ timeMs, columns }: BinTable): BinsJson => ({
  timeMs: [...timeMs],
  columns: columns.map(({ point, unit, texts, values, status }) => ({
    ...{ point, unit },
    values: Array.from(values, (value, row) => {
      const code = status[row] as number;
      if (code === absentStatus || isBad(code) || !Number.isFinite(value)) return null;
      return texts === undefined ? value : (texts[value] ?? null);
    }),
    status: [...status],
  })),
});
