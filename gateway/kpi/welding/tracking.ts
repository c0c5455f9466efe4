import { z } from 'zod';
import {
  maximumIndex,
  pushExtremes,
  reserveExtremes,
  resetExtremes,
} from '../../hot-path/operators/extremes.ts';
import {
  activeFlag,
  type Interval,
  pushInterval,
  readCoverage,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import {
  momentsMeanIndex,
  momentsSize,
  pushMoments,
  resetMoments,
} from '../../hot-path/operators/moments.ts';
import {
  pushSampleWindow,
  readWindowPercentile,
  reserveSampleWindow,
  resetSampleWindow,
} from '../../hot-path/operators/sample-window.ts';
import type { Step } from '../../hot-path/program.ts';
import {
  isFreshSlot,
  isMeasuredSlot,
  isTrueSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiDefinition,
  type KpiInput,
  type ResolvedInput,
  validMsOf,
} from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, arcStateIndex } from './arc.ts';
import { panelInputs, panelWindow } from './panel.ts';
import { readInput } from './panel-steps.ts';

const offset = (axis: 'Y' | 'Z', description: KpiInput['description']): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/offset${axis}`,
  unit: 'mm',
  count: 'one',
  description,
});

const inputs: Readonly<Record<string, KpiInput>> = {
  offsetY: offset('Y', { en: 'lateral offset of the torch', zh: '焊枪横向偏差' }),
  offsetZ: offset('Z', { en: 'vertical offset of the torch', zh: '焊枪高度偏差' }),
  arcOn: arcOnInput,
  seamFound: {
    pattern: '{area}/{line}/{equipment}/seamFound',
    count: 'one',
    description: { en: 'vision has found the seam', zh: '视觉已识别焊缝' },
  },
  ...panelInputs,
};

/** Collects the errors of the panel and writes a result of them to the KPI's value. */
type Collector = {
  readonly reset: Step;
  readonly push: Step;
  readonly read: Step;
};

/** The tracking error e = sqrt(ey^2 + ez^2) of one seam, computed once for all KPIs of it. */
type TrackingError = {
  readonly lateral: ResolvedInput;
  readonly vertical: ResolvedInput;
  readonly arcSlot: number;
  readonly foundSlot: number;
  readonly arcIndex: number;
  readonly verticalAge: { readonly timeIndex: number; readonly limitMs: number };
  readonly panelEpochIndex: number;
  /** Cell with the number of the panel that the window is of. */
  readonly epochIndex: number;
  /** Cell with the newest error in mm. */
  readonly errorIndex: number;
  /** Cell with its lateral part, ey in mm. */
  readonly lateralIndex: number;
  readonly uncertainIndex: number;
  readonly interval: Interval;
  /** Of the KPIs: take the samples that count, with the arc on, the seam found and offsets measured. */
  readonly collectors: Collector[];
};

const trackingError = (context: KpiContext<unknown>): TrackingError => {
  const lateral = context.one('offsetY');
  const vertical = context.one('offsetZ');
  const arcOn = context.one('arcOn');
  const found = context.one('seamFound');
  const panel = panelWindow(context);
  const arcIndex = arcStateIndex(context, arcOn);
  const keys = [lateral, vertical, arcOn, found].map(({ key }) => key).join(' ');
  return context.shared(`tracking ${panel.key} ${keys}`, () => {
    const timeIndex = lateral.slot + timeCell;
    const error: TrackingError = {
      ...{ lateral, vertical, arcSlot: arcOn.slot, foundSlot: found.slot, arcIndex },
      verticalAge: { timeIndex, limitMs: validMsOf(vertical) },
      panelEpochIndex: panel.epochIndex,
      epochIndex: context.reserve(1),
      errorIndex: context.reserve(1),
      lateralIndex: context.reserve(1),
      uncertainIndex: context.reserve(1),
      interval: reserveInterval(context, { timeIndex, gapMs: lateral.staleMs }),
      collectors: [],
    };
    context.onSample(lateral.slot, (memory) => {
      takeOffsets(memory, error);
    });
    return error;
  });
};

/** Takes up a new panel, should there be one. */
const startPanel = (memory: Float64Array, error: TrackingError): void => {
  if (memory[error.epochIndex] === memory[error.panelEpochIndex]) return;
  memory[error.epochIndex] = memory[error.panelEpochIndex] as number;
  memory[error.uncertainIndex] = 0;
  resetInterval(memory, error.interval);
  for (const collector of error.collectors) collector.reset(memory);
};

const takeOffsets = (memory: Float64Array, error: TrackingError): void => {
  startPanel(memory, error);
  const { lateral, vertical, collectors } = error;
  const isOn = memory[error.arcIndex] === 1;
  const isMeasured =
    isMeasuredSlot(memory, lateral.slot) &&
    isMeasuredSlot(memory, vertical.slot) &&
    isFreshSlot(memory, vertical.slot, error.verticalAge) &&
    isUsableSlot(memory, error.arcSlot) &&
    isTrueSlot(memory, error.foundSlot);
  pushInterval(memory, error.interval, (isOn ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
  if (!(isOn && isMeasured)) return;
  readInput(memory, lateral, error.lateralIndex);
  readInput(memory, vertical, error.errorIndex);
  const y = memory[error.lateralIndex] as number;
  const z = memory[error.errorIndex] as number;
  memory[error.errorIndex] = Math.sqrt(y * y + z * z);
  if (isUncertainSlot(memory, lateral.slot) || isUncertainSlot(memory, vertical.slot)) {
    memory[error.uncertainIndex] = 1;
  }
  for (let place = 0; place < collectors.length; place++) {
    (collectors[place] as Collector).push(memory);
  }
};

const buildTracking = <Parameters>(
  context: KpiContext<Parameters>,
  collect: (error: TrackingError) => Collector,
): void => {
  const error = trackingError(context);
  const collector = collect(error);
  error.collectors.push(collector);
  const coverageCells = { nowIndex: context.tickMsIndex, outIndex: context.coverage + valueCell };
  context.onTick((memory) => {
    startPanel(memory, error);
    collector.read(memory);
    readCoverage(memory, error.interval, coverageCells);
    finishResult(memory, context, error.uncertainIndex);
  });
};

const common = {
  version: 2,
  equipmentClass: 'weld_seam',
  unit: 'mm',
  decimals: 3,
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, arc on and seam found', zh: '当前管屏，燃弧且已识别焊缝' },
  coverageRule: 'time with measured offsets and the seam found / elapsed arc-on time of the panel',
  inputs,
} as const satisfies Partial<KpiDefinition>;

/** Root mean square of the tracking error over the panel. */
export const trackingRms: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'trackingRms',
  point: 'trackingRms',
  description: { en: 'RMS tracking error of the panel so far', zh: '当前管屏跟踪误差均方根' },
  formula: {
    en: 'RMS = sqrt(mean(e^2)), e = sqrt(ey^2 + ez^2)',
    zh: 'RMS = sqrt(mean(e^2))，e = sqrt(ey^2 + ez^2)',
  },
  standard: { en: 'own definition; samples of equal weight', zh: '本项目定义；各采样等权' },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildTracking(context, ({ errorIndex }) => {
      const moments = context.reserve(momentsSize);
      const squareIndex = context.reserve(1);
      return {
        reset: (memory) => {
          resetMoments(memory, moments);
        },
        push: (memory) => {
          const error = memory[errorIndex] as number;
          memory[squareIndex] = error * error;
          pushMoments(memory, moments, squareIndex);
        },
        read: (memory) => {
          memory[context.value + valueCell] = Math.sqrt(
            memory[momentsMeanIndex(moments)] as number,
          );
        },
      };
    });
  },
});

/** Mean lateral offset over the panel: where the torch runs beside the seam throughout, as after a drift of the vision. */
export const trackingBias: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'trackingBias',
  point: 'trackingBias',
  description: { en: 'Lateral tracking bias of the panel so far', zh: '当前管屏横向跟踪偏置' },
  formula: { en: 'mean(ey)', zh: 'mean(ey)' },
  standard: { en: 'own definition; samples of equal weight', zh: '本项目定义；各采样等权' },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildTracking(context, ({ lateralIndex }) => {
      const moments = context.reserve(momentsSize);
      return {
        reset: (memory) => {
          resetMoments(memory, moments);
        },
        push: (memory) => {
          pushMoments(memory, moments, lateralIndex);
        },
        read: (memory) => {
          memory[context.value + valueCell] = memory[momentsMeanIndex(moments)] as number;
        },
      };
    });
  },
});

/** Largest tracking error of the panel. */
export const trackingMax: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'trackingMax',
  point: 'trackingMax',
  description: { en: 'Largest tracking error of the panel so far', zh: '当前管屏最大跟踪误差' },
  formula: { en: 'max(e), e = sqrt(ey^2 + ez^2)', zh: 'max(e)，e = sqrt(ey^2 + ez^2)' },
  standard: { en: 'own definition', zh: '本项目定义' },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildTracking(context, ({ errorIndex }) => {
      const extremes = reserveExtremes(context);
      return {
        reset: (memory) => {
          resetExtremes(memory, extremes);
        },
        push: (memory) => {
          pushExtremes(memory, extremes, errorIndex);
        },
        read: (memory) => {
          memory[context.value + valueCell] = memory[maximumIndex(extremes)] as number;
        },
      };
    });
  },
});

const p95Parameters = z.strictObject({
  /** Samples of a panel up to which the percentile is exact; beyond, it is off by at most `binWidthMm`. */
  exactSamples: z.int().min(1).max(65_536).default(4096),
  binWidthMm: z.number().positive().max(1).default(0.001),
  /** Larger errors count as this one once the percentile is no longer exact. */
  rangeMm: z.number().positive().max(100).default(5),
});

/** 95th percentile of the tracking error over the panel. */
export const trackingP95: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'trackingP95',
  point: 'trackingP95',
  description: {
    en: '95th percentile of the tracking error of the panel so far',
    zh: '当前管屏跟踪误差95百分位',
  },
  formula: {
    en: 'P95(e) by linear interpolation at rank (n - 1) * 0.95',
    zh: 'P95(e)，在秩 (n - 1) * 0.95 处线性插值',
  },
  standard: { en: 'Hyndman and Fan type 7', zh: 'Hyndman 与 Fan 第 7 型' },
  parametersSchema: p95Parameters,
  build: (context) => {
    const { exactSamples, binWidthMm, rangeMm } = context.parameters;
    buildTracking(context, ({ errorIndex }) => {
      const window = reserveSampleWindow(context, {
        capacity: exactSamples,
        p: 0.95,
        histogram: { lowest: 0, width: binWidthMm, bins: Math.ceil(rangeMm / binWidthMm) },
      });
      return {
        reset: (memory) => {
          resetSampleWindow(memory, window);
        },
        push: (memory) => {
          pushSampleWindow(memory, window, errorIndex);
        },
        read: (memory) => {
          readWindowPercentile(memory, window, context.value + valueCell);
        },
      };
    });
  },
});
