import { statusCodes } from '../../core/quality.ts';
import {
  activeFlag,
  type Interval,
  intervalStepIndex,
  isLaterThanInterval,
  pushInterval,
  readCoverage,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import {
  type IntegralSource,
  pushTimeIntegral,
  readTimeIntegral,
  reserveTimeIntegral,
  resetTimeIntegral,
  type TimeIntegral,
} from '../../hot-path/operators/time-integral.ts';
import type { Step } from '../../hot-path/program.ts';
import {
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  measuredCell,
  statusCell,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import { type KpiContext, type ResolvedInput, type SiteContext, validMsOf } from '../definition.ts';
import { finishResult } from '../result.ts';
import { arcStateIndex, isAnyOn } from './arc.ts';
import { type PanelWindow, panelWindow } from './panel.ts';

/**
 * What a sample of the clock needs of another point to count: `measured` and `usable` must not be out of date beside it; a
 * `state` stands until it changes, and is uncertain for nobody.
 */
export type Partner = {
  readonly input: ResolvedInput;
  readonly needs: 'measured' | 'usable' | 'state';
};

/** Collects over one panel what its results are computed from. */
export type Collector = {
  /** Forgets the panel before. */
  readonly reset: Step;
  /** Takes the newest sample; `steps` tells its time and whether it counts. */
  readonly push: Step;
};

/** Cells about the newest sample of the clock. */
export type StepCells = {
  readonly interval: Interval;
  readonly timeIndex: number;
  /** Measured ms that end with it, of the window: what is integrated over. */
  readonly stepMsIndex: number;
  /** 1 when it lies in the window and all of it was measured. */
  readonly countsIndex: number;
  /** 1 when it counts, but is not good. */
  readonly isUncertainIndex: number;
  /** What was told before a step holds for all of it. */
  readonly isHeld: boolean;
};

/** The measured time of the current panel, sample by sample of one point, and what is collected over it. */
export type PanelSteps<C extends Collector> = {
  readonly interval: Interval;
  /** 1 once an uncertain sample counted. */
  readonly uncertainIndex: number;
  /** To be called at each tick: takes up a new panel, should there be one, and what has held since the newest sample. */
  readonly startPanel: Step;
  readonly collected: C;
};

type StepsOptions<C extends Collector> = {
  /** Names what is collected, with all that decides it but the points. */
  readonly name: string;
  /** The point whose samples are the steps. */
  readonly clock: ResolvedInput;
  /**
   * The clock tells a state. Where it comes on change, it holds until its source says otherwise: steps then end with each sample of
   * any point, and at each tick with the watermark, before which nothing can come any more.
   */
  readonly isState?: boolean;
  readonly partners: readonly Partner[];
  /** Points that decide the content beside clock and partners. */
  readonly others?: readonly (ResolvedInput | undefined)[];
  /** The window is the time with any of them on; undefined: the whole panel. */
  readonly arcs?: readonly ResolvedInput[];
  readonly collect: (cells: StepCells) => C;
};

/** Shared by all KPIs that collect the same over the same steps: computed once for each sample. */
export const panelSteps = <C extends Collector>(
  context: SiteContext<unknown>,
  options: StepsOptions<C>,
): PanelSteps<C> => {
  const panel = panelWindow(context);
  const points = [options.clock, ...options.partners.map(({ input }) => input)];
  const keys = [...points, ...(options.others ?? [])].map((input) => input?.key);
  return context.shared(`${options.name} ${panel.key} ${keys.join(' ')}`, () =>
    makeSteps(context, panel, options),
  );
};

/**
 * Partners as they are looked at for every sample of every KPI: slot, need and limit in ms of each, one behind the other. Small
 * arrays of numbers lie in one line of the processor's cache; objects and typed arrays are several.
 */
const judgedPartners = (partners: readonly Partner[]): readonly number[] =>
  partners.flatMap(({ input, needs }) => [input.slot, needCodes[needs], validMsOf(input)]);

const needCodes = { state: 0, usable: 1, measured: 2 } as const;
const partnerSize = 3;

/**
 * What a step works with. It is a record that functions of this module take, not variables that a closure holds: of a function
 * that is made anew for each seam, the compiler takes nothing for constant, not even what the module imports.
 */
type Sampling = {
  readonly slot: number;
  readonly timeIndex: number;
  readonly interval: Interval;
  /** Of `judgedPartners`. */
  readonly partners: readonly number[];
  /** Cells with the state of the arcs; the window is while any is on, and always without any. */
  readonly arcCells: readonly number[];
  readonly countsIndex: number;
  readonly isUncertainIndex: number;
  readonly uncertainIndex: number;
  readonly epochIndex: number;
  readonly panelEpochIndex: number;
  readonly reset: Step;
  readonly push: Step;
};

const makeSteps = <C extends Collector>(
  context: SiteContext<unknown>,
  panel: PanelWindow,
  options: StepsOptions<C>,
): PanelSteps<C> => {
  const { clock, partners, arcs = [] } = options;
  const arcCells = arcs.map((arc) => arcStateIndex(context, arc));
  const isHeld = options.isState === true && clock.isHeld;
  const timeIndex = isHeld ? context.reserve(1) : clock.slot + timeCell;
  const interval = reserveInterval(context, { timeIndex, gapMs: clock.staleMs, isHeld });
  const countsIndex = context.reserve(1);
  const isUncertainIndex = context.reserve(1);
  const epochIndex = context.reserve(1);
  const uncertainIndex = context.reserve(1);
  const stepMsIndex = intervalStepIndex(interval);
  const collected = options.collect({
    ...{ interval, timeIndex, stepMsIndex },
    ...{ countsIndex, isUncertainIndex, isHeld },
  });
  const sampling: Sampling = {
    slot: clock.slot,
    timeIndex,
    interval,
    partners: judgedPartners(partners),
    arcCells,
    countsIndex,
    isUncertainIndex,
    uncertainIndex,
    epochIndex,
    panelEpochIndex: panel.epochIndex,
    reset: collected.reset,
    push: collected.push,
  };
  if (isHeld)
    return { interval, uncertainIndex, ...holdSteps(context, sampling, options), collected };
  context.onSample(clock.slot, (memory) => {
    takeSample(memory, sampling);
  });
  const startPanel: Step = (memory) => {
    takeUpPanel(memory, sampling);
  };
  return { interval, uncertainIndex, startPanel, collected };
};

/** Steps of a state that comes on change. */
const holdSteps = (
  context: SiteContext<unknown>,
  sampling: Sampling,
  { clock, partners, others = [], arcs = [] }: StepsOptions<Collector>,
): { readonly startPanel: Step } => {
  const { timeIndex, interval } = sampling;
  const inputs = [clock, ...partners.map(({ input }) => input), ...others, ...arcs];
  // Whatever else comes, a panel begins with one of these.
  const ofPanel = [context.optional('panelId'), context.optional('panelPosition')];
  const slots = new Set([...inputs, ...ofPanel].flatMap((input) => input?.slot ?? []));
  // Nothing elapses before the state has come for the first time, whatever else has.
  const hasCome = (memory: Float64Array): boolean =>
    memory[clock.slot + statusCell] !== statusCodes.badWaitingForInitialData;
  for (const slot of slots) {
    context.onSample(slot, (memory) => {
      memory[timeIndex] = memory[slot + timeCell] as number;
      if (hasCome(memory)) takeSample(memory, sampling);
    });
  }
  return {
    startPanel: (memory) => {
      memory[timeIndex] = memory[context.watermarkMsIndex] as number;
      if (hasCome(memory) && isLaterThanInterval(memory, interval)) takeSample(memory, sampling);
    },
  };
};

const takeUpPanel = (memory: Float64Array, sampling: Sampling): void => {
  const epoch = memory[sampling.panelEpochIndex] as number;
  if (memory[sampling.epochIndex] === epoch) return;
  memory[sampling.epochIndex] = epoch;
  memory[sampling.uncertainIndex] = 0;
  resetInterval(memory, sampling.interval);
  sampling.reset(memory);
};

const takeSample = (memory: Float64Array, sampling: Sampling): void => {
  takeUpPanel(memory, sampling);
  const { slot } = sampling;
  const isIn = sampling.arcCells.length === 0 || isAnyOn(memory, sampling.arcCells);
  const partners = judge(memory, sampling);
  const isMeasured = partners !== unusable && isMeasuredSlot(memory, slot);
  pushInterval(memory, sampling.interval, (isIn ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
  const counts = isIn && isMeasured;
  const isUncertain = counts && (partners === uncertain || isUncertainSlot(memory, slot));
  memory[sampling.countsIndex] = counts ? 1 : 0;
  memory[sampling.isUncertainIndex] = isUncertain ? 1 : 0;
  if (isUncertain) memory[sampling.uncertainIndex] = 1;
  sampling.push(memory);
};

const unusable = 0;
const good = 1;
const uncertain = 2;

/** Tells how good the partners are for the newest sample, by the worst of them. */
const judge = (memory: Float64Array, { partners, timeIndex }: Sampling): number => {
  let worst = good;
  for (let at = 0; at < partners.length; at += partnerSize) {
    const slot = partners[at] as number;
    const need = partners[at + 1] as number;
    if (memory[slot + statusCell] !== statusCodes.good) {
      if (!isUsableSlot(memory, slot)) return unusable;
      if (need !== needCodes.state && isUncertainSlot(memory, slot)) worst = uncertain;
    }
    if (need === needCodes.state) continue;
    if (need === needCodes.measured && memory[slot + measuredCell] !== 1) return unusable;
    const ageMs = (memory[timeIndex] as number) - (memory[slot + timeCell] as number);
    if (ageMs > (partners[at + 2] as number)) return unusable;
  }
  return worst;
};

/** The value of a point in the unit of the formula. */
export const inputValue = (memory: Float64Array, input: ResolvedInput): number => {
  const value = memory[input.slot + valueCell] as number;
  return input.isConverted ? (value * input.multiply) / input.divide : value;
};

/** Writes it to cell `out`: a double that is returned is allocated wherever the compiler does not inline. */
export const readInput = (memory: Float64Array, input: ResolvedInput, out: number): void => {
  const value = memory[input.slot + valueCell] as number;
  memory[out] = input.isConverted ? (value * input.multiply) / input.divide : value;
};

/** Integrals over the measured time of the panel, one for each source cell. */
export type Totals = Collector & {
  /** Writes integral `place`, in the unit of its source times ms, to cell `out`. */
  readonly read: (memory: Float64Array, place: number, out: number) => void;
};

/** `prepare` fills the source cells that are computed of several points; it runs with each sample. */
export const collectTotals = (
  context: SiteContext<unknown>,
  { interval, isHeld }: StepCells,
  sources: readonly Pick<IntegralSource, 'source' | 'rule'>[],
  prepare?: Step,
): Totals => {
  const totals = sources.map(({ source, rule }) =>
    reserveTimeIntegral(context, { interval, source, rule: isHeld ? 'hold' : rule }),
  );
  return {
    reset: (memory) => {
      for (let place = 0; place < totals.length; place++) {
        resetTimeIntegral(memory, totals[place] as TimeIntegral);
      }
    },
    push: (memory) => {
      prepare?.(memory);
      pushTotals(memory, totals);
    },
    read: (memory, place, out) => {
      readTimeIntegral(memory, totals[place] as TimeIntegral, out);
    },
  };
};

const pushTotals = (memory: Float64Array, totals: readonly TimeIntegral[]): void => {
  for (let place = 0; place < totals.length; place++) {
    pushTimeIntegral(memory, totals[place] as TimeIntegral);
  }
};

/** A KPI whose coverage is that of the steps; `compute` writes its value. */
export const finishSteps = (
  context: KpiContext<unknown>,
  steps: PanelSteps<Collector>,
  compute: Step,
): void => {
  const coverageCells = { nowIndex: context.tickMsIndex, outIndex: context.coverage + valueCell };
  context.onTick((memory) => {
    steps.startPanel(memory);
    compute(memory);
    readCoverage(memory, steps.interval, coverageCells);
    finishResult(memory, context, steps.uncertainIndex);
  });
};
