import type { ResolvedInput, SiteContext } from '../definition.ts';
import {
  type Collector,
  inputValue,
  type PanelSteps,
  panelSteps,
  type StepCells,
} from './panel-steps.ts';
import type { Band, WpsVariable } from './wps-bands.ts';

/** A variable of the procedure with the band that it must stay in. */
export type BandedVariable = { readonly variable: WpsVariable; readonly band: Band };

/** `read` writes the value to cell `out`: a double that is returned to a loop over many readers would be allocated. */
type Limits = {
  readonly read: (memory: Float64Array, out: number) => void;
  readonly minimum: number;
  readonly maximum: number;
};

/** Lengths in mm. */
type Lengths = Collector & {
  /** Cell with the measured length with the arc on. */
  readonly totalIndex: number;
  /** Cell with the part of it in which any variable was out of its band. */
  readonly outIndex: number;
  /** Cells with the part of it in which each variable was out of its band, in their order. */
  readonly outOfIndex: number;
};

/**
 * Length welded, and length with any of the variables out of its band. What a sample says holds until the next one. An
 * excursion counts from its beginning once it has lasted `debounceMs`; one that ends before, or in a gap, is forgotten.
 */
export const wpsLengths = (
  context: SiteContext<unknown>,
  options: { readonly variables: readonly BandedVariable[]; readonly debounceMs: number },
): PanelSteps<Lengths> => {
  const { variables, debounceMs } = options;
  const speed = context.one('travelSpeed');
  const arcOn = context.one('arcOn');
  const points = variables.flatMap(({ variable }) =>
    variable === 'travelSpeed'
      ? []
      : [context.one(variable === 'arcEnergy' ? 'arcPower' : variable)],
  );
  const [clock = arcOn, ...others] = points;
  return panelSteps(context, {
    name: `wps ${JSON.stringify([variables, debounceMs])}`,
    clock,
    partners: [
      { input: arcOn, needs: 'state' },
      { input: speed, needs: 'usable' },
      ...others.map((input) => ({ input, needs: 'measured' }) as const),
    ],
    arcs: [arcOn],
    collect: (cells) => {
      const limits = variables.map((one) => limitsOf(context, one, speed));
      return collectLengths(context, { cells, speed, limits, debounceMs });
    },
  });
};

const limitsOf = (
  context: SiteContext<unknown>,
  { variable, band }: BandedVariable,
  speed: ResolvedInput,
): Limits => {
  const minimum = band.minimum ?? Number.NEGATIVE_INFINITY;
  const maximum = band.maximum ?? Number.POSITIVE_INFINITY;
  const mPerMin = 60 / 1000;
  if (variable === 'travelSpeed') {
    const read: Limits['read'] = (memory, out) => {
      memory[out] = inputValue(memory, speed) * mPerMin;
    };
    return { read, minimum, maximum };
  }
  if (variable === 'arcEnergy') {
    const power = context.one('arcPower');
    const read: Limits['read'] = (memory, out) => {
      memory[out] = inputValue(memory, power) / inputValue(memory, speed) / 1000;
    };
    return { read, minimum, maximum };
  }
  const input = context.one(variable);
  const read: Limits['read'] = (memory, out) => {
    memory[out] = inputValue(memory, input);
  };
  return { read, minimum, maximum };
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
  const sets = 1 << limits.length;
  const totalIndex = context.reserve(1);
  const outIndex = context.reserve(1);
  const lastSpeedIndex = context.reserve(1);
  /** The set of the newest sample. */
  const setIndex = context.reserve(1);
  const durations = context.reserve(limits.length);
  const waiting = context.reserve(sets);
  /** The same for each variable by itself. */
  const outOfIndex = context.reserve(limits.length);
  const waitingOf = context.reserve(limits.length);
  /** Length of the step at hand, and the value that is judged. */
  const lengthIndex = context.reserve(1);
  const valueIndex = context.reserve(1);
  const add = (memory: Float64Array, cell: number, from: number): void => {
    memory[cell] = (memory[cell] as number) + (memory[from] as number);
  };

  /** While nothing is out, nothing waits. */
  const forget = (memory: Float64Array): void => {
    if (memory[setIndex] === 0) return;
    memory[setIndex] = 0;
    memory.fill(0, durations, durations + limits.length);
    memory.fill(0, waiting, waiting + sets);
    memory.fill(0, waitingOf, waitingOf + limits.length);
  };
  /** What waits with variable `bit` counts, or goes on waiting for the others of its set. */
  const settle = (memory: Float64Array, place: number, hasLasted: boolean): void => {
    const bit = 1 << place;
    if (hasLasted) add(memory, outOfIndex + place, waitingOf + place);
    memory[waitingOf + place] = 0;
    for (let set = 1; set < sets; set++) {
      if ((set & bit) === 0 || memory[waiting + set] === 0) continue;
      if (hasLasted) add(memory, outIndex, waiting + set);
      else if (set !== bit) add(memory, waiting + (set ^ bit), waiting + set);
      memory[waiting + set] = 0;
    }
  };
  const takeStep = (memory: Float64Array): void => {
    const set = (memory[setIndex] as number) | 0;
    add(memory, totalIndex, lengthIndex);
    if (set === 0) return;
    add(memory, waiting + set, lengthIndex);
    for (let place = 0; place < limits.length; place++) {
      if ((set & (1 << place)) === 0) continue;
      add(memory, waitingOf + place, lengthIndex);
      add(memory, durations + place, cells.stepMsIndex);
      if ((memory[durations + place] as number) >= debounceMs) settle(memory, place, true);
    }
  };
  const judge = (memory: Float64Array): void => {
    const before = (memory[setIndex] as number) | 0;
    let now = 0;
    for (let place = 0; place < limits.length; place++) {
      const { read, minimum, maximum } = limits[place] as Limits;
      read(memory, valueIndex);
      const value = memory[valueIndex] as number;
      if (!(value >= minimum && value <= maximum)) now |= 1 << place;
    }
    memory[setIndex] = now;
    const ended = before & ~now;
    if (ended === 0) return;
    for (let place = 0; place < limits.length; place++) {
      if ((ended & (1 << place)) === 0) continue;
      memory[durations + place] = 0;
      settle(memory, place, false);
    }
  };

  return {
    totalIndex,
    outIndex,
    outOfIndex,
    reset: (memory) => {
      memory[totalIndex] = 0;
      memory[outIndex] = 0;
      memory.fill(0, outOfIndex, outOfIndex + limits.length);
      forget(memory);
    },
    push: (memory) => {
      const mmPerSecond = inputValue(memory, speed);
      const stepMs = memory[cells.stepMsIndex] as number;
      const mean = (mmPerSecond + (memory[lastSpeedIndex] as number)) / 2;
      memory[lastSpeedIndex] = mmPerSecond;
      memory[lengthIndex] = (mean * stepMs) / 1000;
      if (stepMs > 0) takeStep(memory);
      else forget(memory);
      if (memory[cells.countsIndex] === 1) judge(memory);
    },
  };
};
