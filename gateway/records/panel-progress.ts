import type { BinCollector } from './bin-collector.ts';
import type { BinTable } from './bins-file.ts';
import type { RecordedDeformation } from './panel-record.ts';

export type ProgressQuery = {
  /** Only bins that came in entries above; 0 for all. */
  readonly afterSeq: number;
  /** Of each seam. */
  readonly maxRows: number;
};

/** Some bins of a seam, and how many there are. */
export type SeamProgress = {
  readonly seam: string;
  readonly rows: number;
  /** Which one the first of `table` is. */
  readonly fromRow: number;
  readonly table: BinTable;
};

/** Bins of all seams, in the order of their names, up to an entry. */
export type BinsProgress = {
  /** Where to go on from. */
  readonly throughSeq: number;
  /** There are more bins now. */
  readonly isMore: boolean;
  readonly seams: readonly SeamProgress[];
};

/** The panel under the torches, as far as it has come. */
export type PanelProgress = BinsProgress & {
  /** As in its record. */
  readonly key: string;
  readonly startSeq: number;
  readonly startMs: number;
  readonly panelId: string | null;
  /** When it last moved on. */
  readonly movedMs: number | null;
  readonly positionMm: number | null;
  readonly furthestMm: number | null;
  /** It stands still, and has a record until it goes on. */
  readonly isAtRest: boolean;
  readonly deformation: RecordedDeformation | undefined;
};

/** All seams up to the same entry, so that one number says what whoever asks has. */
export const binsProgress = (
  bins: ReadonlyMap<string, BinCollector>,
  { afterSeq, maxRows }: ProgressQuery,
): BinsProgress => {
  const seams = [...bins].sort(([a], [b]) => (a < b ? -1 : 1));
  const cuts = seams.flatMap(([, collector]) => {
    const row = collector.rowsThrough(afterSeq) + maxRows;
    return row < collector.rows ? [collector.seqOf(row - 1)] : [];
  });
  const lastSeq = seams.reduce(
    (last, [, collector]) =>
      collector.rows === 0 ? last : Math.max(last, collector.seqOf(collector.rows - 1)),
    afterSeq,
  );
  const throughSeq = cuts.length === 0 ? lastSeq : Math.min(...cuts);
  return {
    throughSeq,
    isMore: cuts.length > 0,
    seams: seams.map(([seam, collector]) => {
      const fromRow = collector.rowsThrough(afterSeq);
      const table = collector.part(fromRow, collector.rowsThrough(throughSeq));
      return { seam, rows: collector.rows, fromRow, table };
    }),
  };
};
