import type { BuildContext, Step } from '../../hot-path/program.ts';

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
} as const;
const fieldCount = 8;

/** Places of the fields of a signal of a bin. */
const signalFields = { count: 0, sum: 1, squares: 2, minimum: 3, maximum: 4 } as const;
const signalSize = 5;

export type BinField = keyof typeof fields;
export type SignalField = keyof typeof signalFields;

/** What is known of a step along the seam, in cells to be filled before `step`. */
export type BinStep = Readonly<
  Record<
    'fromMm' | 'toMm' | 'ms' | 'endMs' | 'powerW' | 'isArcOn' | 'isLost' | 'isUncertain',
    number
  >
>;

/**
 * Statistics of one seam by position bins. Bins of all panels stand one behind the other in a ring, each is brought once as a
 * row after it has closed: when the torch has left it, or when its panel has ended.
 */
export type BinRows = {
  readonly stepCells: BinStep;
  /** Adds the step to the bins it crosses; it is cut at their edges, energy and time by distance. */
  readonly step: Step;
  /** Goes to the bin at the place in cell `stepCells.toMm`: that of the samples to come. */
  readonly enter: Step;
  /** Until the next `enter` no samples are taken. */
  readonly leave: Step;
  /** Adds the value of cell `from` to a signal of the bin that was entered. */
  add(memory: Float64Array, signal: number, from: number): void;
  /** Closes all bins of the panel; the next step opens those of the panel whose id is in cell `panelIdIndex`. */
  readonly endPanel: Step;
  readonly panelIdIndex: number;
  /** Goes to the next closed bin; false: there is none. */
  next(memory: Float64Array): boolean;
  /** Cell with the time of the row. */
  readonly timeIndex: number;
  read(memory: Float64Array, field: BinField): number;
  readSignal(memory: Float64Array, signal: number, field: SignalField): number;
};

const none = Number.NEGATIVE_INFINITY;

/** `| 0` keeps an index an integer: as a double, each would be allocated. */
const remainder = (bin: number): number => (bin % heldBins) | 0;

export const reserveBinRows = (
  context: BuildContext,
  { widthMm, signals }: { readonly widthMm: number; readonly signals: number },
): BinRows => {
  const binSize = fieldCount + signals * signalSize;
  const bins = context.reserve(heldBins * binSize);
  const firstStep = context.reserve(8);
  const stepCells: BinStep = {
    fromMm: firstStep,
    toMm: firstStep + 1,
    ms: firstStep + 2,
    endMs: firstStep + 3,
    powerW: firstStep + 4,
    isArcOn: firstStep + 5,
    isLost: firstStep + 6,
    isUncertain: firstStep + 7,
  };
  /** Bins are counted on over all panels: newest opened, newest closed, newest brought as a row. */
  const openedIndex = context.reserve(1, [-1]);
  const closedIndex = context.reserve(1, [-1]);
  const broughtIndex = context.reserve(1, [-1]);
  /** Count of the panel's first bin, and that bin's number from the panel's edge; NaN before its first step. */
  const firstCountIndex = context.reserve(1, [Number.NaN]);
  const firstBinIndex = context.reserve(1);
  const furthestIndex = context.reserve(1, [none]);
  const panelIdIndex = context.reserve(1);
  const timeIndex = context.reserve(1, [none]);
  /** Of the bin and the part of a step at hand, and of the row. */
  const binIndex = context.reserve(1);
  const countIndex = context.reserve(1);
  const baseIndex = context.reserve(1);
  const rowBaseIndex = context.reserve(1);
  /** Where the bin that was entered is; -1: nowhere. */
  const hereIndex = context.reserve(1, [-1]);
  const partMmIndex = context.reserve(1);
  const partMsIndex = context.reserve(1);
  const partEndMsIndex = context.reserve(1);

  /** Opens the bin with the count in cell `countIndex`. */
  const open: Step = (memory) => {
    const count = memory[countIndex] as number;
    const base = bins + remainder(count) * binSize;
    memory.fill(0, base, base + binSize);
    memory[base + fields.binNumber] =
      (memory[firstBinIndex] as number) + count - (memory[firstCountIndex] as number);
    memory[base + fields.panelId] = memory[panelIdIndex] as number;
  };

  /** Finds the bin of cell `binIndex`, opening it and those before it; false when it is closed or before the panel. */
  const find = (memory: Float64Array): boolean => {
    if ((memory[binIndex] as number) < 0) return false;
    if (Number.isNaN(memory[firstCountIndex])) {
      memory[firstCountIndex] = (memory[openedIndex] as number) + 1;
      memory[firstBinIndex] = memory[binIndex] as number;
    }
    const opened = memory[openedIndex] as number;
    const ahead = (memory[binIndex] as number) - (memory[firstBinIndex] as number);
    const count = (memory[firstCountIndex] as number) + ahead;
    for (let next = Math.max(opened + 1, count - heldBins + 1); next <= count; next++) {
      memory[countIndex] = next;
      open(memory);
    }
    if (count > opened) memory[openedIndex] = count;
    memory[baseIndex] = bins + remainder(Math.max(0, count)) * binSize;
    return ahead >= 0 && count > (memory[closedIndex] as number);
  };

  /** Adds the part of the step in the bin of cell `binIndex`. */
  const addPart: Step = (memory) => {
    if (!find(memory)) return;
    const base = (memory[baseIndex] as number) | 0;
    const partMm = memory[partMmIndex] as number;
    const isArcOn = memory[stepCells.isArcOn] as number;
    const energyMj = (memory[stepCells.powerW] as number) * (memory[partMsIndex] as number);
    memory[base + fields.lengthMm] = (memory[base + fields.lengthMm] as number) + partMm;
    memory[base + fields.arcOnMm] = (memory[base + fields.arcOnMm] as number) + partMm * isArcOn;
    memory[base + fields.lostMm] =
      (memory[base + fields.lostMm] as number) + partMm * (memory[stepCells.isLost] as number);
    memory[base + fields.energyMj] =
      (memory[base + fields.energyMj] as number) + isArcOn * energyMj;
    memory[base + fields.endMs] = memory[partEndMsIndex] as number;
    if (memory[stepCells.isUncertain] !== 0) memory[base + fields.isUncertain] = 1;
  };

  const closeBehind: Step = (memory) => {
    const behindMm = (memory[furthestIndex] as number) - closeMarginMm;
    const ahead = Math.floor(behindMm / widthMm) - 1 - (memory[firstBinIndex] as number);
    const count = (memory[firstCountIndex] as number) + ahead;
    if (ahead >= 0 && count > (memory[closedIndex] as number)) memory[closedIndex] = count;
  };

  const step: Step = (memory) => {
    const fromMm = memory[stepCells.fromMm] as number;
    const toMm = memory[stepCells.toMm] as number;
    const ms = memory[stepCells.ms] as number;
    const endMs = memory[stepCells.endMs] as number;
    const lengthMm = toMm - fromMm;
    if (lengthMm <= 0) {
      // The encoder's noise: what it took forward it takes back. A panel does not begin with it.
      if (Number.isNaN(memory[firstCountIndex])) return;
      memory[binIndex] = Math.floor(toMm / widthMm);
      memory[partMmIndex] = lengthMm;
      memory[partMsIndex] = ms;
      memory[partEndMsIndex] = endMs;
      addPart(memory);
      return;
    }
    let atMm = fromMm;
    for (let bin = Math.floor(fromMm / widthMm); atMm < toMm; bin++) {
      const partEndMm = Math.min(toMm, (bin + 1) * widthMm);
      memory[binIndex] = bin;
      memory[partMmIndex] = partEndMm - atMm;
      memory[partMsIndex] = (ms * (partEndMm - atMm)) / lengthMm;
      memory[partEndMsIndex] = endMs - (ms * (toMm - partEndMm)) / lengthMm;
      addPart(memory);
      atMm = partEndMm;
    }
    if (toMm > (memory[furthestIndex] as number)) memory[furthestIndex] = toMm;
    closeBehind(memory);
  };

  return {
    stepCells,
    step,
    panelIdIndex,
    timeIndex,
    enter: (memory) => {
      memory[binIndex] = Math.floor((memory[stepCells.toMm] as number) / widthMm);
      memory[hereIndex] = find(memory) ? (memory[baseIndex] as number) : -1;
    },
    leave: (memory) => {
      memory[hereIndex] = -1;
    },
    add: (memory, signal, from) => {
      const here = (memory[hereIndex] as number) | 0;
      if (here < 0) return;
      const base = here + fieldCount + signal * signalSize;
      const value = memory[from] as number;
      const isFirst = memory[base] === 0;
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
    },
    endPanel: (memory) => {
      memory[closedIndex] = memory[openedIndex] as number;
      memory[firstCountIndex] = Number.NaN;
      memory[furthestIndex] = none;
      memory[hereIndex] = -1;
    },
    next: (memory) => {
      const oldest = (memory[openedIndex] as number) - heldBins + 1;
      const count = Math.max((memory[broughtIndex] as number) + 1, oldest);
      if (count > (memory[closedIndex] as number)) return false;
      memory[broughtIndex] = count;
      const base = bins + remainder(count) * binSize;
      memory[rowBaseIndex] = base;
      const endMs = Math.floor(memory[base + fields.endMs] as number);
      // Bins that were jumped over end with the one before; no two rows of a seam have one time.
      memory[timeIndex] = Math.max(endMs, (memory[timeIndex] as number) + 1);
      return true;
    },
    read: (memory, field) => memory[(memory[rowBaseIndex] as number) + fields[field]] as number,
    readSignal: (memory, signal, field) => {
      const base = (memory[rowBaseIndex] as number) + fieldCount + signal * signalSize;
      return memory[base + signalFields[field]] as number;
    },
  };
};
