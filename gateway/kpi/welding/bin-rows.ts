import type { BuildContext } from '../../hot-path/program.ts';

/** Bins held: more close between two ticks only when the line jumps, not when it welds. */
const heldBins = 64;
/** A bin is closed when the torch is so far behind it: the encoder's noise is 0.2 mm. */
const closeMarginMm = 1;

/** Places of the fields of a bin. */
const fields = {
  binNumber: 0,
  panelId: 1,
  lengthMm: 2,
  arcOnMm: 3,
  lostMm: 4,
  energyMj: 5,
  endMs: 6,
  isUncertain: 7,
  efficiency: 8,
  hasGas: 9,
  interventions: 10,
} as const;
const fieldCount = 11;

/** Places of the fields of a signal of a bin. */
export const signalFields = {
  ...{ count: 0, sum: 1, squares: 2, minimum: 3, maximum: 4 },
  /** 1 once an uncertain sample went in. */
  isUncertain: 5,
} as const;
const signalSize = 6;

export type BinField = keyof typeof fields;

/** What is known of a step along the seam, in cells to be filled before `pushBinStep`. */
export type BinStep = Readonly<
  Record<
    'fromMm' | 'toMm' | 'ms' | 'endMs' | 'powerW' | 'isArcOn' | 'isLost' | 'isUncertain',
    number
  >
>;

/**
 * Statistics of one seam by position bins. Bins of all panels stand one behind the other in a ring, each is brought once as a
 * row after it has closed: when the torch has left it, or when its panel has ended. All but the shape are indices of cells.
 */
export type BinRows = {
  readonly widthMm: number;
  readonly binSize: number;
  readonly bins: number;
  readonly stepCells: BinStep;
  readonly panelIdIndex: number;
  /** What holds of the process that the line welds by, k and whether it has gas; a bin has that of when it was opened. */
  readonly efficiencyIndex: number;
  readonly hasGasIndex: number;
  /** Cell with the time of the row. */
  readonly timeIndex: number;
  /** Bins are counted on over all panels: newest opened, newest closed, newest brought as a row. */
  readonly openedIndex: number;
  readonly closedIndex: number;
  readonly broughtIndex: number;
  /** Count of the panel's first bin, and that bin's number from the panel's edge; NaN before its first step. */
  readonly firstCountIndex: number;
  readonly firstBinIndex: number;
  readonly furthestIndex: number;
  /** Of the bin and the part of a step at hand, and of the row. */
  readonly binIndex: number;
  readonly countIndex: number;
  readonly baseIndex: number;
  readonly rowBaseIndex: number;
  readonly partMmIndex: number;
  readonly partMsIndex: number;
  readonly partEndMsIndex: number;
  /** Where the bin that was entered is; -1: nowhere. */
  readonly hereIndex: number;
};

const none = Number.NEGATIVE_INFINITY;

/** `| 0` keeps an index an integer: as a double, each would be allocated. */
const remainder = (bin: number): number => (bin % heldBins) | 0;

export const reserveBinRows = (
  context: Pick<BuildContext, 'reserve'>,
  options: Pick<BinRows, 'widthMm' | 'efficiencyIndex' | 'hasGasIndex'> & {
    readonly signals: number;
  },
): BinRows => {
  const { signals, ...shape } = options;
  const binSize = fieldCount + signals * signalSize;
  const firstStep = context.reserve(8);
  return {
    ...{ ...shape, binSize, bins: context.reserve(heldBins * binSize) },
    stepCells: {
      fromMm: firstStep,
      toMm: firstStep + 1,
      ms: firstStep + 2,
      endMs: firstStep + 3,
      powerW: firstStep + 4,
      isArcOn: firstStep + 5,
      isLost: firstStep + 6,
      isUncertain: firstStep + 7,
    },
    panelIdIndex: context.reserve(1),
    timeIndex: context.reserve(1, [none]),
    openedIndex: context.reserve(1, [-1]),
    closedIndex: context.reserve(1, [-1]),
    broughtIndex: context.reserve(1, [-1]),
    firstCountIndex: context.reserve(1, [Number.NaN]),
    firstBinIndex: context.reserve(1),
    furthestIndex: context.reserve(1, [none]),
    binIndex: context.reserve(1),
    countIndex: context.reserve(1),
    baseIndex: context.reserve(1),
    rowBaseIndex: context.reserve(1),
    partMmIndex: context.reserve(1),
    partMsIndex: context.reserve(1),
    partEndMsIndex: context.reserve(1),
    hereIndex: context.reserve(1, [-1]),
  };
};

/** Opens the bin with the count in cell `countIndex`. */
const open = (memory: Float64Array, rows: BinRows): void => {
  const count = memory[rows.countIndex] as number;
  const base = rows.bins + remainder(count) * rows.binSize;
  memory.fill(0, base, base + rows.binSize);
  memory[base + fields.binNumber] =
    (memory[rows.firstBinIndex] as number) + count - (memory[rows.firstCountIndex] as number);
  memory[base + fields.panelId] = memory[rows.panelIdIndex] as number;
  memory[base + fields.efficiency] = memory[rows.efficiencyIndex] as number;
  memory[base + fields.hasGas] = memory[rows.hasGasIndex] as number;
};

/** Finds the bin of cell `binIndex`, opening it and those before it; false when it is closed or before the panel. */
const find = (memory: Float64Array, rows: BinRows): boolean => {
  const bin = memory[rows.binIndex] as number;
  if (bin < 0) return false;
  if (Number.isNaN(memory[rows.firstCountIndex])) {
    memory[rows.firstCountIndex] = (memory[rows.openedIndex] as number) + 1;
    memory[rows.firstBinIndex] = bin;
  }
  const opened = memory[rows.openedIndex] as number;
  const ahead = bin - (memory[rows.firstBinIndex] as number);
  const count = (memory[rows.firstCountIndex] as number) + ahead;
  for (let next = Math.max(opened + 1, count - heldBins + 1); next <= count; next++) {
    memory[rows.countIndex] = next;
    open(memory, rows);
  }
  if (count > opened) memory[rows.openedIndex] = count;
  memory[rows.baseIndex] = rows.bins + remainder(Math.max(0, count)) * rows.binSize;
  return ahead >= 0 && count > (memory[rows.closedIndex] as number);
};

/** Adds the part of the step in the bin of cell `binIndex`. */
const addPart = (memory: Float64Array, rows: BinRows): void => {
  if (!find(memory, rows)) return;
  const { stepCells } = rows;
  const base = (memory[rows.baseIndex] as number) | 0;
  const partMm = memory[rows.partMmIndex] as number;
  const isArcOn = memory[stepCells.isArcOn] as number;
  const energyMj = (memory[stepCells.powerW] as number) * (memory[rows.partMsIndex] as number);
  memory[base + fields.lengthMm] = (memory[base + fields.lengthMm] as number) + partMm;
  memory[base + fields.arcOnMm] = (memory[base + fields.arcOnMm] as number) + partMm * isArcOn;
  memory[base + fields.lostMm] =
    (memory[base + fields.lostMm] as number) + partMm * (memory[stepCells.isLost] as number);
  memory[base + fields.energyMj] = (memory[base + fields.energyMj] as number) + isArcOn * energyMj;
  memory[base + fields.endMs] = memory[rows.partEndMsIndex] as number;
  if (memory[stepCells.isUncertain] !== 0) memory[base + fields.isUncertain] = 1;
};

const closeBehind = (memory: Float64Array, rows: BinRows): void => {
  const behindMm = (memory[rows.furthestIndex] as number) - closeMarginMm;
  const ahead = Math.floor(behindMm / rows.widthMm) - 1 - (memory[rows.firstBinIndex] as number);
  const count = (memory[rows.firstCountIndex] as number) + ahead;
  if (ahead >= 0 && count > (memory[rows.closedIndex] as number)) memory[rows.closedIndex] = count;
};

/** Adds the step in `stepCells` to the bins it crosses; it is cut at their edges, energy and time by distance. */
export const pushBinStep = (memory: Float64Array, rows: BinRows): void => {
  const { stepCells, widthMm } = rows;
  const fromMm = memory[stepCells.fromMm] as number;
  const toMm = memory[stepCells.toMm] as number;
  const ms = memory[stepCells.ms] as number;
  const endMs = memory[stepCells.endMs] as number;
  const lengthMm = toMm - fromMm;
  if (lengthMm <= 0) {
    // The encoder's noise: what it took forward it takes back. A panel does not begin with it.
    if (Number.isNaN(memory[rows.firstCountIndex])) return;
    memory[rows.binIndex] = Math.floor(toMm / widthMm);
    memory[rows.partMmIndex] = lengthMm;
    memory[rows.partMsIndex] = ms;
    memory[rows.partEndMsIndex] = endMs;
    addPart(memory, rows);
    return;
  }
  let atMm = fromMm;
  for (let bin = Math.floor(fromMm / widthMm); atMm < toMm; bin++) {
    const partEndMm = Math.min(toMm, (bin + 1) * widthMm);
    memory[rows.binIndex] = bin;
    memory[rows.partMmIndex] = partEndMm - atMm;
    memory[rows.partMsIndex] = (ms * (partEndMm - atMm)) / lengthMm;
    memory[rows.partEndMsIndex] = endMs - (ms * (toMm - partEndMm)) / lengthMm;
    addPart(memory, rows);
    atMm = partEndMm;
  }
  if (toMm > (memory[rows.furthestIndex] as number)) memory[rows.furthestIndex] = toMm;
  closeBehind(memory, rows);
};

/** Passes on to the place in cell `stepCells.toMm` without having measured the step: the bins on the way end all the same. */
export const passBins = (memory: Float64Array, rows: BinRows): void => {
  if (Number.isNaN(memory[rows.firstCountIndex])) return;
  const toMm = memory[rows.stepCells.toMm] as number;
  memory[rows.binIndex] = Math.floor(toMm / rows.widthMm);
  if (find(memory, rows)) {
    const base = (memory[rows.baseIndex] as number) | 0;
    memory[base + fields.endMs] = memory[rows.stepCells.endMs] as number;
  }
  if (toMm > (memory[rows.furthestIndex] as number)) memory[rows.furthestIndex] = toMm;
  closeBehind(memory, rows);
};

/** Goes to the bin at the place in cell `stepCells.toMm`: that of the samples to come. */
export const enterBin = (memory: Float64Array, rows: BinRows): void => {
  memory[rows.binIndex] = Math.floor((memory[rows.stepCells.toMm] as number) / rows.widthMm);
  memory[rows.hereIndex] = find(memory, rows) ? (memory[rows.baseIndex] as number) : -1;
};

/** Until the next `enterBin` no samples are taken. */
export const leaveBin = (memory: Float64Array, rows: BinRows): void => {
  memory[rows.hereIndex] = -1;
};

/** Counts an intervention that began in the bin that was entered; false: none was. */
export const countIntervention = (memory: Float64Array, rows: BinRows): boolean => {
  const here = (memory[rows.hereIndex] as number) | 0;
  if (here < 0) return false;
  const cell = here + fields.interventions;
  memory[cell] = (memory[cell] as number) + 1;
  return true;
};

/** Adds the value in cell `source` to a signal of the bin that was entered. */
export const pushBinSample = (
  memory: Float64Array,
  rows: BinRows,
  { signal, source, isUncertain }: BinSample,
): void => {
  const here = (memory[rows.hereIndex] as number) | 0;
  if (here < 0) return;
  const base = here + fieldCount + signal * signalSize;
  const value = memory[source] as number;
  const isFirst = memory[base] === 0;
  if (memory[isUncertain] !== 0) memory[base + signalFields.isUncertain] = 1;
  memory[base] = (memory[base] as number) + 1;
  memory[base + signalFields.sum] = (memory[base + signalFields.sum] as number) + value;
  memory[base + signalFields.squares] =
    (memory[base + signalFields.squares] as number) + value * value;
  if (isFirst || value < (memory[base + signalFields.minimum] as number)) {
    memory[base + signalFields.minimum] = value;
  }
  if (isFirst || value > (memory[base + signalFields.maximum] as number)) {
    memory[base + signalFields.maximum] = value;
  }
};

/** Number of the signal, and cells with its value and with 1 where that is uncertain. */
export type BinSample = {
  readonly signal: number;
  readonly source: number;
  readonly isUncertain: number;
};

/** Closes all bins of the panel; the next step opens those of the panel whose id is in cell `panelIdIndex`. */
export const endBins = (memory: Float64Array, rows: BinRows): void => {
  memory[rows.closedIndex] = memory[rows.openedIndex] as number;
  memory[rows.firstCountIndex] = Number.NaN;
  memory[rows.furthestIndex] = none;
  memory[rows.hereIndex] = -1;
};

/** Forgets what has not closed: the panel had not begun. */
export const dropBins = (memory: Float64Array, rows: BinRows): void => {
  memory[rows.openedIndex] = memory[rows.closedIndex] as number;
  endBins(memory, rows);
};

/** Goes to the next closed bin; false: there is none. */
export const nextBin = (memory: Float64Array, rows: BinRows): boolean => {
  const oldest = (memory[rows.openedIndex] as number) - heldBins + 1;
  const count = Math.max((memory[rows.broughtIndex] as number) + 1, oldest);
  if (count > (memory[rows.closedIndex] as number)) return false;
  memory[rows.broughtIndex] = count;
  const base = rows.bins + remainder(count) * rows.binSize;
  memory[rows.rowBaseIndex] = base;
  const endMs = Math.floor(memory[base + fields.endMs] as number);
  // Bins that were jumped over end with the one before; no two rows of a seam have one time.
  memory[rows.timeIndex] = Math.max(endMs, (memory[rows.timeIndex] as number) + 1);
  return true;
};

export const readBin = (memory: Float64Array, rows: BinRows, field: BinField): number =>
  memory[(memory[rows.rowBaseIndex] as number) + fields[field]] as number;

/** Index of the first of a signal's cells in the row, in the order of `signalFields`. */
export const binSignalIndex = (memory: Float64Array, rows: BinRows, signal: number): number =>
  ((memory[rows.rowBaseIndex] as number) | 0) + fieldCount + signal * signalSize;
