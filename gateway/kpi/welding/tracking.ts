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
} from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcStateIndex } from './arc.ts';
import { panelInputs, panelWindow } from './panel.ts';

const offset = (axis: 'Y' | 'Z', description: KpiInput['description']): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/offset${axis}`,
  unit: 'mm',
  count: 'one',
  description,
});

const inputs: Readonly<Record<string, KpiInput>> = {
  offsetY: offset('Y', { en: 'lateral offset of the torch', zh: '焊枪横向偏差' }),
  offsetZ: offset('Z', { en: 'vertical offset of the torch', zh: '焊枪高度偏差' }),
  arcOn: {
    pattern: '{area}/{line}/{equipment}/arcOn',
    count: 'one',
    description: { en: 'arc is on', zh: '电弧接通' },
  },
  seamFound: {
    pattern: '{area}/{line}/{equipment}/seamFound',
    count: 'one',
    description: { en: 'vision has found the seam', zh: '视觉已识别焊缝' },
  },
  ...panelInputs,
};

/** The tracking error e = sqrt(ey^2 + ez^2) of one seam, computed once for all KPIs of it. */
type TrackingError = {
  /** Cell with the newest error in mm. */
  readonly errorIndex: number;
  /** Cell with its lateral part, ey in mm. */
  readonly lateralIndex: number;
  /** Cell that is 1 when the newest sample counts: arc on, seam found, offsets measured. */
  readonly countsIndex: number;
  /** Cell with the number of the panel that the window is of. */
  readonly epochIndex: number;
  readonly uncertainIndex: number;
  readonly interval: Interval;
  /** Takes up a new panel, should there be one. */
  readonly startPanel: Step;
  readonly sampleSlot: number;
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
    const interval = reserveInterval(context, { timeIndex, gapMs: lateral.staleMs });
    const errorIndex = context.reserve(1);
    const lateralIndex = context.reserve(1);
    const countsIndex = context.reserve(1);
    const epochIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const verticalAge = { timeIndex, limitMs: vertical.staleMs };
    const startPanel: Step = (memory) => {
      if (memory[epochIndex] === memory[panel.epochIndex]) return;
      memory[epochIndex] = memory[panel.epochIndex] as number;
      memory[uncertainIndex] = 0;
      resetInterval(memory, interval);
    };
    context.onSample(lateral.slot, (memory) => {
      startPanel(memory);
      const isOn = memory[arcIndex] === 1;
      const isMeasured =
        isMeasuredSlot(memory, lateral.slot) &&
        isMeasuredSlot(memory, vertical.slot) &&
        isFreshSlot(memory, vertical.slot, verticalAge) &&
        isUsableSlot(memory, arcOn.slot) &&
        isTrueSlot(memory, found.slot);
      pushInterval(memory, interval, (isOn ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
      memory[countsIndex] = isOn && isMeasured ? 1 : 0;
      if (!(isOn && isMeasured)) return;
      const y = ((memory[lateral.slot + valueCell] as number) * lateral.multiply) / lateral.divide;
      const z =
        ((memory[vertical.slot + valueCell] as number) * vertical.multiply) / vertical.divide;
      memory[errorIndex] = Math.sqrt(y * y + z * z);
      memory[lateralIndex] = y;
      if (isUncertainSlot(memory, lateral.slot) || isUncertainSlot(memory, vertical.slot)) {
        memory[uncertainIndex] = 1;
      }
    });
    return {
      errorIndex,
      lateralIndex,
      countsIndex,
      epochIndex,
      uncertainIndex,
      interval,
      startPanel,
      sampleSlot: lateral.slot,
    };
  });
};

/** Collects the errors of the panel and writes a result of them to the KPI's value. */
type Collector = {
  readonly reset: Step;
  readonly push: Step;
  readonly read: Step;
};

const buildTracking = <Parameters>(
  context: KpiContext<Parameters>,
  collect: (error: TrackingError) => Collector,
): void => {
  const error = trackingError(context);
  const collector = collect(error);
  const epochIndex = context.reserve(1);
  const startPanel: Step = (memory) => {
    error.startPanel(memory);
    if (memory[epochIndex] === memory[error.epochIndex]) return;
    memory[epochIndex] = memory[error.epochIndex] as number;
    collector.reset(memory);
  };
  const coverageCells = { nowIndex: context.tickMsIndex, outIndex: context.coverage + valueCell };
  context.onSample(error.sampleSlot, (memory) => {
    startPanel(memory);
    if (memory[error.countsIndex] === 1) collector.push(memory);
  });
  context.onTick((memory) => {
    startPanel(memory);
    collector.read(memory);
    readCoverage(memory, error.interval, coverageCells);
    finishResult(memory, context, error.uncertainIndex);
  });
};

const common = {
  version: 1,
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
