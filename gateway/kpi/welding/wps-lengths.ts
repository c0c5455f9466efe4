import type { ResolvedInput, SiteContext } from '../definition.ts';
import {
  type Collector,
  type PanelSteps,
  panelSteps,
  readInput,
  type StepCells,
} from './panel-steps.ts';
import { hasGasIndex, type Process } from './process.ts';
import type { Band, WpsVariable } from './wps-bands.ts';

/** A variable of the procedure with the band that it must stay in. */
export type BandedVariable = { readonly variable: WpsVariable; readonly band: Band };

/** A band, and what its value is of: the input times `factor`, or power over speed. */
type Limits = {
  readonly input: ResolvedInput;
  readonly factor: number;
  readonly speed: ResolvedInput | undefined;
  readonly minimum: number;
  readonly maximum: number;
  /** A cell with 0 while there is nothing to judge. */
  readonly appliesIndex: number;
};

/** Lengths in mm. */
type Lengths = Collector & {
  /** Cell with the measured length with the arc on. */
  readonly totalIndex: number;
  /** Cell with the part of it in which any variable was out of its band. */
  readonly outIndex: number;
  /** Cells with the length in which each variable was judged, and the part of it in which it was out of its band. */
  readonly judgedIndex: number;
  readonly outOfIndex: number;
};

/**
 * Length welded, and length with any of the variables out of its band. What a sample says holds until the next one. An
 * excursion counts from its beginning once it has lasted `debounceMs`; one that ends before, or in a gap, is forgotten.
 */
export const wpsLengths = (
  context: SiteContext<unknown>,
  options: {
    readonly variables: readonly BandedVariable[];
    readonly debounceMs: number;
    readonly process: Process;
  },
): PanelSteps<Lengths> => {
  const { variables, debounceMs, process } = options;
  const speed = context.one('travelSpeed');
  const arcOn = context.one('arcOn');
  const points = variables.flatMap(({ variable }) =>
    variable === 'travelSpeed'
      ? []
      : [context.one(variable === 'arcEnergy' ? 'arcPower' : variable)],
  );
  const [clock = arcOn, ...others] = points;
  return panelSteps(context, {
    name: `wps ${JSON.stringify([variables, debounceMs, process])}`,
    clock,
    partners: [
      { input: arcOn, needs: 'state' },
      { input: speed, needs: 'usable' },
      ...others.map((input) => ({ input, needs: 'measured' }) as const),
    ],
    others: [context.optional('process')],
    arcs: [arcOn],
    collect: (cells) => {
      const always = context.reserve(1, [1]);
      const limits = variables.map(
        (one): Limits => ({
          ...limitsOf(context, one, speed),
          appliesIndex: one.variable === 'gasFlow' ? hasGasIndex(context, process) : always,
        }),
      );
      return collectLengths(context, { cells, speed, limits, debounceMs });
    },
  });
};

const limitsOf = (
  context: SiteContext<unknown>,
  { variable, band }: BandedVariable,
  speed: ResolvedInput,
): Omit<Limits, 'appliesIndex'> => {
  const minimum = band.minimum ?? Number.NEGATIVE_INFINITY;
  const maximum = band.maximum ?? Number.POSITIVE_INFINITY;
  const mPerMin = 60 / 1000;
  if (variable === 'travelSpeed') {
    return { input: speed, factor: mPerMin, speed: undefined, minimum, maximum };
  }
  if (variable === 'arcEnergy') {
    return { input: context.one('arcPower'), factor: 1, speed, minimum, maximum };
  }
  return { input: context.one(variable), factor: 1, speed: undefined, minimum, maximum };
};

/** The cells `room` and the one behind it are free for it. */
const isOutside = (memory: Float64Array, limits: Limits, room: number): boolean => {
  const { input, speed } = limits;
  if (memory[limits.appliesIndex] === 0) return false;
  readInput(memory, input, room);
  let value = (memory[room] as number) * limits.factor;
  if (speed !== undefined) {
    readInput(memory, speed, room + 1);
    value = (memory[room] as number) / (memory[room + 1] as number) / 1000;
  }
  return !(value >= limits.minimum && value <= limits.maximum);
};

/** What the lengths are collected with: cells, and what decides where a sample goes. */
type Collecting = {
  readonly limits: readonly Limits[];
  readonly speed: ResolvedInput;
  readonly debounceMs: number;
  /** Number of the sets of variables. */
  readonly sets: number;
  readonly stepMsIndex: number;
  readonly countsIndex: number;
  readonly totalIndex: number;
  readonly outIndex: number;
  readonly lastSpeedIndex: number;
  /** The set of the newest sample. */
  readonly setIndex: number;
  readonly durations: number;
  /** Length that waits, by the set. */
  readonly waiting: number;
  /** The same for each variable by itself. */
  readonly judgedIndex: number;
  readonly outOfIndex: number;
  readonly waitingOf: number;
  /** Length of the step at hand, and room for a value that is judged. */
  readonly lengthIndex: number;
  readonly valueIndex: number;
};

/**
 * Which variables are out is a set of bits. Length whose excursions are all still too short waits by its set, so that when
 * one of them has lasted, exactly what it has a part in counts, and nothing twice.
 */
const collectLengths = (
  context: SiteContext<unknown>,
  options: {
    readonly cells: StepCells;
    readonly speed: ResolvedInput;
    readonly limits: readonly Limits[];
    readonly debounceMs: number;
  },
): Lengths => {
  const { cells, speed, limits, debounceMs } = options;
  const { length } = limits;
  const sets = 1 << length;
  const collecting: Collecting = {
    ...{ limits, speed, debounceMs, sets },
    stepMsIndex: cells.stepMsIndex,
    countsIndex: cells.countsIndex,
    totalIndex: context.reserve(1),
    outIndex: context.reserve(1),
    lastSpeedIndex: context.reserve(1),
    setIndex: context.reserve(1),
    durations: context.reserve(length),
    waiting: context.reserve(sets),
    judgedIndex: context.reserve(length),
    outOfIndex: context.reserve(length),
    waitingOf: context.reserve(length),
    lengthIndex: context.reserve(1),
    valueIndex: context.reserve(2),
  };
  const { totalIndex, outIndex, judgedIndex, outOfIndex } = collecting;
  return {
    ...{ totalIndex, outIndex, judgedIndex, outOfIndex },
    reset: (memory) => {
      memory[totalIndex] = 0;
      memory[outIndex] = 0;
      memory.fill(0, judgedIndex, judgedIndex + length);
      memory.fill(0, outOfIndex, outOfIndex + length);
      forget(memory, collecting);
    },
    push: (memory) => {
      takeLength(memory, collecting);
    },
  };
};

const add = (memory: Float64Array, cell: number, from: number): void => {
  memory[cell] = (memory[cell] as number) + (memory[from] as number);
};

/** While nothing is out, nothing waits. */
const forget = (memory: Float64Array, collecting: Collecting): void => {
  const { setIndex, durations, waiting, waitingOf, limits, sets } = collecting;
  if (memory[setIndex] === 0) return;
  memory[setIndex] = 0;
  memory.fill(0, durations, durations + limits.length);
  memory.fill(0, waiting, waiting + sets);
  memory.fill(0, waitingOf, waitingOf + limits.length);
};

/** What waits with variable `place` has lasted and counts. */
const count = (memory: Float64Array, collecting: Collecting, place: number): void => {
  const { outIndex, outOfIndex, waiting, waitingOf, sets } = collecting;
  add(memory, outOfIndex + place, waitingOf + place);
  memory[waitingOf + place] = 0;
  for (let set = 1; set < sets; set++) {
    if ((set & (1 << place)) === 0 || memory[waiting + set] === 0) continue;
    add(memory, outIndex, waiting + set);
    memory[waiting + set] = 0;
  }
};

/** What waits with variable `place` has ended too soon: it goes on waiting for the others of its set. */
const drop = (memory: Float64Array, collecting: Collecting, place: number): void => {
  const { waiting, waitingOf, sets } = collecting;
  const bit = 1 << place;
  memory[waitingOf + place] = 0;
  for (let set = 1; set < sets; set++) {
    if ((set & bit) === 0 || memory[waiting + set] === 0) continue;
    if (set !== bit) add(memory, waiting + (set ^ bit), waiting + set);
    memory[waiting + set] = 0;
  }
};

const takeStep = (memory: Float64Array, collecting: Collecting): void => {
  const { limits, durations, waiting, waitingOf, lengthIndex } = collecting;
  const set = (memory[collecting.setIndex] as number) | 0;
  add(memory, collecting.totalIndex, lengthIndex);
  for (let place = 0; place < limits.length; place++) {
    if (memory[(limits[place] as Limits).appliesIndex] === 0) continue;
    add(memory, collecting.judgedIndex + place, lengthIndex);
  }
  if (set === 0) return;
  add(memory, waiting + set, lengthIndex);
  for (let place = 0; place < limits.length; place++) {
    if ((set & (1 << place)) === 0) continue;
    add(memory, waitingOf + place, lengthIndex);
    add(memory, durations + place, collecting.stepMsIndex);
    if ((memory[durations + place] as number) >= collecting.debounceMs) {
      count(memory, collecting, place);
    }
  }
};

const judge = (memory: Float64Array, collecting: Collecting): void => {
  const { limits, setIndex, durations, valueIndex } = collecting;
  const before = (memory[setIndex] as number) | 0;
  let now = 0;
  for (let place = 0; place < limits.length; place++) {
    if (isOutside(memory, limits[place] as Limits, valueIndex)) now |= 1 << place;
  }
  memory[setIndex] = now;
  const ended = before & ~now;
  if (ended === 0) return;
  for (let place = 0; place < limits.length; place++) {
    if ((ended & (1 << place)) === 0) continue;
    memory[durations + place] = 0;
    drop(memory, collecting, place);
  }
};

const takeLength = (memory: Float64Array, collecting: Collecting): void => {
  const { lastSpeedIndex } = collecting;
  const before = memory[lastSpeedIndex] as number;
  readInput(memory, collecting.speed, lastSpeedIndex);
  const stepMs = memory[collecting.stepMsIndex] as number;
  const mean = ((memory[lastSpeedIndex] as number) + before) / 2;
  memory[collecting.lengthIndex] = (mean * stepMs) / 1000;
  if (stepMs > 0) takeStep(memory, collecting);
  else forget(memory, collecting);
  if (memory[collecting.countsIndex] === 1) judge(memory, collecting);
};
