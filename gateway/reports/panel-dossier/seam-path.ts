import { absentStatus, isBad } from '../../core/quality.ts';
import type { BinTable } from '../../records/bins-file.ts';
import type { ChainedRecord } from '../../records/protocol.ts';

/** What the strip of a panel shows at a place, the worst last. */
export const cellKinds = ['unmeasured', 'welded', 'offHeat', 'lost', 'noArc'] as const;
export type CellKind = (typeof cellKinds)[number];

/** A stretch of a seam where something was wrong, along the panel in mm. */
export type Stretch = {
  readonly kind: 'lost' | 'noArc';
  readonly fromMm: number;
  readonly toMm: number;
  /** How much of it was without arc, or welded with the seam lost, by the bins; what is stated of a seam is its KPI. */
  readonly lengthMm: number;
};

/** What the bins of a seam tell of its way along the panel. */
export type SeamPath = {
  readonly seam: string;
  /** Of the first and the last bin with an arc; null without any. */
  readonly startMm: number | null;
  readonly stopMm: number | null;
  /** Places in `cellKinds`, from 0 to the length of the panel. */
  readonly cells: Uint8Array;
  readonly stretches: readonly Stretch[];
  readonly stretchesLeftOut: number;
};

export const stripCells = 360;
/** Heat input of a bin further from the mean of its seam than this share is shown. */
export const offHeatShare = 0.1;
const mostStretches = 50;
/** Shorter ones are the rest of a bin at the end of a seam. */
const leastStretchMm = 5;
const mergeMm = 0.5;

type Row = {
  readonly fromMm: number;
  readonly toMm: number;
  readonly arcMm: number;
  readonly lostMm: number;
  readonly heat: number;
};

const rowsOf = ({ timeMs, columns }: BinTable): readonly Row[] => {
  const reader = (point: string): ((row: number) => number) => {
    const column = columns.find((candidate) => candidate.point === point);
    return (row) => {
      const status = column?.status[row] ?? absentStatus;
      return status === absentStatus || isBad(status)
        ? Number.NaN
        : (column?.values[row] ?? Number.NaN);
    };
  };
  const position = reader('bin.position');
  const length = reader('bin.length');
  const arc = reader('bin.arcOnLength');
  const lost = reader('bin.lostLength');
  const heat = reader('bin.heatInput');
  return Array.from(timeMs, (_, row) => {
    const fromMm = position(row);
    return {
      ...{ fromMm, toMm: fromMm + length(row), arcMm: arc(row) },
      ...{ lostMm: lost(row), heat: heat(row) },
    };
  })
    .filter(({ fromMm, toMm }) => toMm > fromMm)
    .sort((a, b) => a.fromMm - b.fromMm);
};

const kindOf = (row: Row, meanHeat: number): CellKind => {
  const half = (row.toMm - row.fromMm) / 2;
  if (Number.isNaN(row.arcMm)) return 'unmeasured';
  if (row.arcMm < half) return 'noArc';
  if (row.lostMm >= half) return 'lost';
  return Math.abs(row.heat - meanHeat) > offHeatShare * meanHeat ? 'offHeat' : 'welded';
};

const meanOf = (values: readonly number[]): number => {
  const usable = values.filter(Number.isFinite);
  return usable.reduce((sum, value) => sum + value, 0) / usable.length;
};

/** A bin in which the seam was lost or found again has its share in the stretch, too. */
const faultOf = (row: Row, kind: CellKind | undefined): Stretch['kind'] | undefined => {
  if (kind === 'noArc') return 'noArc';
  return row.lostMm > 0 ? 'lost' : undefined;
};

/** Neighbouring bins of the same fault are one stretch. */
const stretchesOf = (rows: readonly Row[], kinds: readonly CellKind[]): readonly Stretch[] => {
  const found: { kind: 'lost' | 'noArc'; fromMm: number; toMm: number; lengthMm: number }[] = [];
  for (const [index, row] of rows.entries()) {
    const kind = faultOf(row, kinds[index]);
    if (kind === undefined) continue;
    const lengthMm = kind === 'lost' ? row.lostMm : row.toMm - row.fromMm - row.arcMm;
    const last = found.at(-1);
    if (last !== undefined && last.kind === kind && row.fromMm - last.toMm <= mergeMm) {
      last.toMm = row.toMm;
      last.lengthMm += lengthMm;
    } else found.push({ kind, fromMm: row.fromMm, toMm: row.toMm, lengthMm });
  }
  return found.filter(({ lengthMm }) => lengthMm >= leastStretchMm);
};

/** The bins of a seam as the dossier shows them; `lengthMm` is that of the panel. */
export const seamPath = (seam: string, table: BinTable, lengthMm: number): SeamPath => {
  const rows = rowsOf(table);
  const meanHeat = meanOf(rows.map(({ heat }) => heat));
  const kinds = rows.map((row) => kindOf(row, meanHeat));
  const cells = new Uint8Array(stripCells);
  const cellMm = lengthMm / stripCells;
  for (const [index, { fromMm, toMm }] of rows.entries()) {
    const rank = cellKinds.indexOf(kinds[index] ?? 'unmeasured');
    const first = Math.max(0, Math.floor(fromMm / cellMm));
    const last = Math.min(stripCells - 1, Math.ceil(toMm / cellMm) - 1);
    for (let cell = first; cell <= last; cell++) {
      cells[cell] = Math.max(cells[cell] as number, rank);
    }
  }
  const welded = rows.filter(({ arcMm }) => arcMm > 0);
  const [startMm, stopMm] = [welded[0]?.fromMm ?? null, welded.at(-1)?.toMm ?? null];
  // What lies before and behind is told by where the seam starts and stops.
  const stretches = stretchesOf(rows, kinds).filter(
    ({ fromMm, toMm }) => fromMm > (startMm ?? 0) && toMm < (stopMm ?? 0),
  );
  return {
    seam,
    ...{ startMm, stopMm },
    cells,
    stretches: stretches.slice(0, mostStretches),
    stretchesLeftOut: Math.max(0, stretches.length - mostStretches),
  };
};

/** Those whose bins a dossier of the record shows; none where the length of the panel is not known. */
export const seamsWithBins = ({ record }: ChainedRecord): readonly string[] =>
  (record.positionMm.maximum ?? 0) > 0
    ? record.seams.filter(({ bins }) => bins !== null).map(({ seam }) => seam)
    : [];

/** The way of one of them. */
export const pathOf = ({ record }: ChainedRecord, seam: string, table: BinTable): SeamPath =>
  seamPath(seam, table, record.positionMm.maximum ?? 0);
