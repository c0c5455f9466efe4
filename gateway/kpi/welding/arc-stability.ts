import { z } from 'zod';
import {
  momentsCountIndex,
  momentsMeanIndex,
  momentsSize,
  pushMoments,
  readSampleVariance,
  resetMoments,
} from '../../hot-path/operators/moments.ts';
import { isFreshSlot, isMeasuredSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiDefinition,
  type ResolvedInput,
  validMsOf,
} from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcStateIndex } from './arc.ts';
import { heatInputs } from './heat-methods.ts';
import { panelInputs } from './panel.ts';
import {
  type Collector,
  finishSteps,
  type PanelSteps,
  panelSteps,
  readInput,
  type StepCells,
} from './panel-steps.ts';
import { shortCircuitsInput } from './short-circuits.ts';

const windowMs = 1000;

const windowParameters = z.strictObject({
  /** Of current and of voltage, that a window of 1 s needs to count; 10 come at 10 Hz. */
  minimumSamples: z.int().min(2).max(100).default(5),
});

const stabilityParameters = windowParameters.extend({
  /** Coefficients of variation in % that cost half of the index each. */
  currentLimitPercent: z.number().positive().max(100).default(8),
  voltageLimitPercent: z.number().positive().max(100).default(4),
  /** Short circuits a second that cost half of it too; left out, they are not looked at. */
  shortCircuitLimitPerSecond: z.number().positive().max(1000).optional(),
});

/** Coefficients of variation of current and voltage in %, over windows of 1 s. */
type Variation = Collector & {
  /** Moments of the coefficients of all closed windows of the panel. */
  readonly current: number;
  readonly voltage: number;
  /** The same of the short circuits a second. */
  readonly shortCircuits: number;
  /** Cells with those of the newest closed window; NaN before the first. */
  readonly newestIndex: number;
};

const variation = (context: KpiContext<{ readonly minimumSamples: number }>) => {
  const current = context.one('current');
  const voltage = context.one('voltage');
  const arcOn = context.one('arcOn');
  const { minimumSamples } = context.parameters;
  const shortCircuits = context.optional('shortCircuits');
  return panelSteps(context, {
    name: `arc variation ${minimumSamples}`,
    clock: current,
    partners: [
      { input: arcOn, needs: 'state' },
      { input: voltage, needs: 'measured' },
    ],
    others: [shortCircuits],
    arcs: [arcOn],
    collect: (cells) =>
      collectVariation(context, {
        ...{ cells, minimumSamples, shortCircuits },
        signals: [current, voltage],
      }),
  });
};

type Signal = {
  readonly input: ResolvedInput;
  readonly samples: number;
  readonly lastMsIndex: number;
};

/** A window in which the arc was off is not counted: its start and its end say nothing of how it burns. */
const collectVariation = (
  context: KpiContext<unknown>,
  options: {
    readonly cells: StepCells;
    readonly minimumSamples: number;
    readonly shortCircuits: ResolvedInput | undefined;
    readonly signals: readonly [ResolvedInput, ResolvedInput];
  },
): Variation => {
  const { cells, minimumSamples, shortCircuits: shorts } = options;
  const [first, second] = options.signals.map(
    (input): Signal => ({
      input,
      samples: context.reserve(momentsSize),
      lastMsIndex: context.reserve(1, [none]),
    }),
  ) as [Signal, Signal];
  const varying: Varying = {
    ...{ first, second, minimumSamples },
    arcIndex: arcStateIndex(context, context.one('arcOn')),
    timeIndex: cells.timeIndex,
    windowIndex: context.reserve(1, [none]),
    isBrokenIndex: context.reserve(1),
    valueIndex: context.reserve(1),
    newestIndex: context.reserve(3, [Number.NaN, Number.NaN, Number.NaN]),
    current: context.reserve(momentsSize),
    voltage: context.reserve(momentsSize),
    shortCircuits: context.reserve(momentsSize),
    shorts,
    shortsAge: {
      timeIndex: cells.timeIndex,
      limitMs: shorts === undefined ? 0 : validMsOf(shorts),
    },
  };
  const { current, voltage, shortCircuits, newestIndex } = varying;
  return {
    ...{ current, voltage, shortCircuits, newestIndex },
    reset: (memory) => {
      emptyWindow(memory, varying);
      memory[varying.windowIndex] = none;
      memory.fill(Number.NaN, newestIndex, newestIndex + 3);
      resetMoments(memory, current);
      resetMoments(memory, voltage);
      resetMoments(memory, shortCircuits);
    },
    push: (memory) => {
      takeSamples(memory, varying);
    },
  };
};

const none = Number.NEGATIVE_INFINITY;

type Varying = {
  readonly first: Signal;
  readonly second: Signal;
  readonly minimumSamples: number;
  readonly arcIndex: number;
  readonly timeIndex: number;
  readonly windowIndex: number;
  readonly isBrokenIndex: number;
  readonly valueIndex: number;
  readonly newestIndex: number;
  readonly current: number;
  readonly voltage: number;
  readonly shortCircuits: number;
  readonly shorts: ResolvedInput | undefined;
  readonly shortsAge: { readonly timeIndex: number; readonly limitMs: number };
};

const emptyWindow = (memory: Float64Array, { isBrokenIndex, first, second }: Varying): void => {
  memory[isBrokenIndex] = 0;
  resetMoments(memory, first.samples);
  resetMoments(memory, second.samples);
};

const isEnough = (memory: Float64Array, samples: number, minimumSamples: number): boolean =>
  (memory[momentsCountIndex(samples)] as number) >= minimumSamples &&
  (memory[momentsMeanIndex(samples)] as number) > 0;

const closeWindow = (memory: Float64Array, varying: Varying): void => {
  const { first, second, minimumSamples, newestIndex } = varying;
  if (memory[varying.isBrokenIndex] === 1) return;
  if (!isEnough(memory, first.samples, minimumSamples)) return;
  if (!isEnough(memory, second.samples, minimumSamples)) return;
  writeVariation(memory, first.samples, newestIndex);
  writeVariation(memory, second.samples, newestIndex + 1);
  pushMoments(memory, varying.current, newestIndex);
  pushMoments(memory, varying.voltage, newestIndex + 1);
  takeShortCircuits(memory, varying);
};

/** The feature is a rate of a second by itself: the newest one is that of the window. */
const takeShortCircuits = (memory: Float64Array, varying: Varying): void => {
  const { shorts, shortsAge, newestIndex } = varying;
  memory[newestIndex + 2] = Number.NaN;
  if (shorts === undefined || !isMeasuredSlot(memory, shorts.slot)) return;
  if (!isFreshSlot(memory, shorts.slot, shortsAge)) return;
  readInput(memory, shorts, newestIndex + 2);
  pushMoments(memory, varying.shortCircuits, newestIndex + 2);
};

const takeSignal = (memory: Float64Array, signal: Signal, valueIndex: number): void => {
  const { input, lastMsIndex } = signal;
  const timeMs = memory[input.slot + timeCell] as number;
  if (timeMs === memory[lastMsIndex] || !isMeasuredSlot(memory, input.slot)) return;
  memory[lastMsIndex] = timeMs;
  readInput(memory, input, valueIndex);
  pushMoments(memory, signal.samples, valueIndex);
};

const takeSamples = (memory: Float64Array, varying: Varying): void => {
  const { windowIndex, valueIndex } = varying;
  const window = Math.floor((memory[varying.timeIndex] as number) / windowMs);
  if (window !== memory[windowIndex]) {
    closeWindow(memory, varying);
    emptyWindow(memory, varying);
    memory[windowIndex] = window;
  }
  if (memory[varying.arcIndex] !== 1) {
    memory[varying.isBrokenIndex] = 1;
    return;
  }
  takeSignal(memory, varying.first, valueIndex);
  takeSignal(memory, varying.second, valueIndex);
};

/** Standard deviation over mean of samples, in %, to cell `out`. */
const writeVariation = (memory: Float64Array, samples: number, out: number): void => {
  readSampleVariance(memory, samples, out);
  const deviation = Math.sqrt(memory[out] as number);
  memory[out] = (100 * deviation) / (memory[momentsMeanIndex(samples)] as number);
};

const meanOf = (memory: Float64Array, moments: number): number =>
  (memory[momentsCountIndex(moments)] as number) > 0
    ? (memory[momentsMeanIndex(moments)] as number)
    : Number.NaN;

const common = {
  version: 2,
  equipmentClass: 'weld_seam',
  unit: '%',
  decimals: 2,
  standard: { en: 'own definition, after weld monitors', zh: '本项目定义，参照焊接监控仪' },
  window: panelWindowOfTierA,
  windowRule: {
    en: 'windows of 1 s of the current panel, arc on throughout',
    zh: '当前管屏内全程燃弧的 1 秒窗口',
  },
  coverageRule: 'arc-on time with measured current and voltage / elapsed arc-on time of the panel',
  inputs: {
    current: heatInputs.current,
    voltage: heatInputs.voltage,
    arcOn: heatInputs.arcOn,
    ...panelInputs,
  },
} as const satisfies Partial<KpiDefinition>;

const variationKpi = (options: {
  readonly id: string;
  readonly description: KpiDefinition['description'];
  readonly symbol: string;
  readonly read: (memory: Float64Array, variation: Variation) => number;
}): AnyKpiDefinition =>
  defineKpi<z.infer<typeof windowParameters>>({
    ...common,
    id: options.id,
    point: options.id,
    description: options.description,
    formula: {
      en: `CV = 100 * s(${options.symbol}) / mean(${options.symbol}) of windows of 1 s (n - 1), their mean`,
      zh: `CV = 100 * s(${options.symbol}) / 均值，取各 1 秒窗口（n - 1），再求平均`,
    },
    parametersSchema: windowParameters,
    build: (context) => {
      const steps = variation(context);
      finishSteps(context, steps, (memory) => {
        memory[context.value + valueCell] = options.read(memory, steps.collected);
      });
    },
  });

/** Coefficient of variation of the arc current within windows of 1 s, in %. */
export const arcCurrentVariation = variationKpi({
  id: 'arcCurrentVariation',
  description: { en: 'Variation of the arc current, panel so far', zh: '当前管屏焊接电流变异系数' },
  symbol: 'I',
  read: (memory, { current }) => meanOf(memory, current),
});

/** Coefficient of variation of the arc voltage within windows of 1 s, in %. */
export const arcVoltageVariation = variationKpi({
  id: 'arcVoltageVariation',
  description: { en: 'Variation of the arc voltage, panel so far', zh: '当前管屏电弧电压变异系数' },
  symbol: 'U',
  read: (memory, { voltage }) => meanOf(memory, voltage),
});

const stabilityKpi = (options: {
  readonly id: string;
  readonly description: KpiDefinition['description'];
  readonly windowRule: KpiDefinition['windowRule'];
  readonly read: (memory: Float64Array, variation: Variation, place: 0 | 1 | 2) => number;
}): AnyKpiDefinition =>
  defineKpi<z.infer<typeof stabilityParameters>>({
    ...common,
    id: options.id,
    point: options.id,
    description: options.description,
    formula: {
      en: 'ASI = clamp(100 * (1 - 0.5 * (CV_I / 8 % + CV_U / 4 %)), 0, 100), limits by parameter; + short circuits / limit where one is given',
      zh: 'ASI = clamp(100 * (1 - 0.5 * (CV_I / 8 % + CV_U / 4 %)), 0, 100)，限值可设；给出短路限值时加上 短路次数 / 限值',
    },
    windowRule: options.windowRule,
    inputs: { ...common.inputs, shortCircuits: shortCircuitsInput },
    inputsOf: ({ shortCircuitLimitPerSecond }) => [
      ...Object.keys(common.inputs),
      ...(shortCircuitLimitPerSecond === undefined ? [] : ['shortCircuits']),
    ],
    parametersSchema: stabilityParameters,
    build: (context) => {
      const { currentLimitPercent, voltageLimitPercent } = context.parameters;
      const { shortCircuitLimitPerSecond: shortsLimit } = context.parameters;
      const steps: PanelSteps<Variation> = variation(context);
      finishSteps(context, steps, (memory) => {
        const loss =
          options.read(memory, steps.collected, 0) / currentLimitPercent +
          options.read(memory, steps.collected, 1) / voltageLimitPercent +
          (shortsLimit === undefined ? 0 : options.read(memory, steps.collected, 2) / shortsLimit);
        memory[context.value + valueCell] = Math.min(100, Math.max(0, 100 * (1 - 0.5 * loss)));
      });
    },
  });

/** Arc stability index of the panel: 100 for an arc without any variation. */
export const arcStability = stabilityKpi({
  id: 'arcStability',
  description: { en: 'Arc stability index of the panel so far', zh: '当前管屏电弧稳定指数' },
  windowRule: common.windowRule,
  read: (memory, { current, voltage, shortCircuits }, place) =>
    meanOf(memory, [current, voltage, shortCircuits][place] as number),
});

/** Arc stability index of the newest second: what goes wrong now, before the panel's mean shows it. */
export const arcStabilityNow = stabilityKpi({
  id: 'arcStabilityNow',
  description: { en: 'Arc stability index of the last second', zh: '最近 1 秒电弧稳定指数' },
  windowRule: {
    en: 'the newest closed window of 1 s of the current panel, arc on throughout',
    zh: '当前管屏最近一个全程燃弧的 1 秒窗口',
  },
  read: (memory, { newestIndex }, place) => memory[newestIndex + place] as number,
});
