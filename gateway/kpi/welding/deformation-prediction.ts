import { z } from 'zod';
import type { CurvatureNoise } from '../../hot-path/operators/curvature-filter.ts';
import type { Step } from '../../hot-path/program.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { type BowForecast, forecast, parabolaForecast, trackedForecast } from './bow-forecast.ts';
import { panelLengthIndex, panelLengthInput } from './panel.ts';
import { profileInputs, reserveProfiles } from './profiles.ts';

/** Calibrated on panels of 18 m with profiles of 12 heights each 50 mm: see docs/formulas.md. */
const noiseSchema = z.strictObject({
  /** Standard deviation of the mean height of a profile, mm: 0.08 mm of one height by the root of 12. */
  measurementMm: z.number().positive().max(10).default(0.0231),
  wavinessMm: z.number().min(0).max(100).default(0.034),
  wavinessLengthM: z.number().positive().max(100).default(0.15),
  /** The other kind of waviness that a panel may have in place of it; 0 mm: there is none. */
  longWavinessMm: z.number().min(0).max(100).default(0.08),
  longWavinessLengthM: z.number().positive().max(100).default(0.8),
  /** How much likelier the usual waviness is than the other before a panel is seen. */
  usualOdds: z.number().min(1).max(1e9).default(20),
  /** By which the curvature drifts in 1 m, mm/m2. */
  curvatureDrift: z.number().min(0).max(10).default(0.0026),
  /** By which the noise of the arcs turns the slope in 1 m, mm/m. */
  slopeDrift: z.number().min(0).max(10).default(0.0017),
  /** Weight of these numbers against what is seen, in profiles. */
  trust: z.number().min(0).max(1e6).default(20),
});

const parametersSchema = z.strictObject({
  /** Where the line does not tell it. */
  panelLengthMm: z.number().min(100).max(100_000).default(18_000),
  /** `tracked`: drifting curvature, waviness and noise; `parabola`: least squares, as if heights were independent. */
  method: z.enum(['tracked', 'parabola']).default('tracked'),
  /** Probability with which the interval holds the outcome. */
  probability: z.number().min(0.5).max(0.999).default(0.95),
  /** Shares of the length from which a prediction is shown, and from which the probability is promised. */
  shownFrom: z.number().min(0).max(1).default(0.2),
  promisedFrom: z.number().min(0).max(1).default(0.3),
  noise: noiseSchema.prefault({}),
});

type Parameters = z.infer<typeof parametersSchema>;

/** What a panel's noise may be: with the waviness that is usual, and with long waves. */
const noisesOf = ({ noise }: Parameters): readonly CurvatureNoise[] => {
  const usual = {
    measurement: noise.measurementMm,
    waviness: noise.wavinessMm,
    wavinessLength: noise.wavinessLengthM,
    curvatureDrift: noise.curvatureDrift,
    slopeDrift: noise.slopeDrift,
    trust: noise.trust,
  };
  const { longWavinessMm: waviness, longWavinessLengthM: wavinessLength } = noise;
  return waviness === 0 ? [usual] : [usual, { ...usual, waviness, wavinessLength }];
};

const reserveForecast = (
  context: KpiContext<Parameters>,
  profiles: ReturnType<typeof reserveProfiles>,
  lengthIndex: number,
): BowForecast => {
  const { probability, method } = context.parameters;
  const options = { lengthIndex, probability };
  if (method === 'parabola') return parabolaForecast(context, profiles, options);
  const noises = noisesOf(context.parameters);
  const { usualOdds } = context.parameters.noise;
  return trackedForecast(context, profiles, { ...options, noises, usualOdds });
};

/** The bow that the panel is heading for, with an interval that holds the outcome as often as it says. */
export const deformationPrediction = defineKpi({
  id: 'deformationPrediction',
  version: 3,
  equipmentClass: 'weld_line',
  point: 'deformationPrediction',
  unit: 'mm',
  decimals: 2,
  description: { en: 'Bow expected at the end of the panel', zh: '管屏焊完时的预计弯曲' },
  formula: {
    en: 'tracked: largest distance from the chord of measured and forecast heights, forecast by a Kalman filter; parabola: |c| L^2 / 4. Interval: t((1 + p) / 2, freedom) * standard error about each distance, of the ends the largest',
    zh: 'tracked：实测与预测高度到弦线的最大距离，由卡尔曼滤波预测；parabola：|c| L^2 / 4。区间：各处距离 ± t((1 + p) / 2, 自由度) × 标准误，上下限各取最大者',
  },
  standard: { en: 'own definition', zh: '本项目定义' },
  window: panelWindowOfTierA,
  windowRule: {
    en: 'the current panel; shown from 20 % of its length, Uncertain up to 30 %',
    zh: '当前管屏；自长度的 20 % 起显示，30 % 之前为不确定',
  },
  coverageRule: 'time with measured profiles / elapsed time since the first profile of the panel',
  inputs: { ...profileInputs, panelLength: panelLengthInput },
  parts: {
    lower: { decimals: 2, description: { en: 'lower end of the interval', zh: '区间下限' } },
    upper: { decimals: 2, description: { en: 'upper end of the interval', zh: '区间上限' } },
    halfWidth: { decimals: 2, description: { en: 'upper end less value', zh: '上限与值之差' } },
    x: { decimals: 0, description: { en: 'where it is expected', zh: '预计所在位置' } },
  },
  parametersSchema,
  build: (context) => {
    const { panelLengthMm, shownFrom, promisedFrom } = context.parameters;
    const profiles = reserveProfiles(context);
    const lengthIndex = panelLengthIndex(context, panelLengthMm);
    const prediction = reserveForecast(context, profiles, lengthIndex);
    const parts = ['lower', 'upper', 'halfWidth', 'x'].map((name) => context.part(name));
    const [lower, upper, halfWidth, x] = parts.map((part) => part + valueCell) as [
      ...[number, number, number, number],
    ];
    const epochIndex = context.reserve(1);
    const doneIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const known = context.reserve(forecast.size);

    const update: Step = (memory) => {
      profiles.update(memory);
      if (memory[epochIndex] !== memory[profiles.epochIndex]) {
        memory[epochIndex] = memory[profiles.epochIndex] as number;
        memory[doneIndex] = 0;
        prediction.reset(memory);
      }
      const count = memory[profiles.countIndex] as number;
      if (memory[doneIndex] === count) return;
      for (let profile = memory[doneIndex] as number; profile < count; profile++) {
        prediction.push(memory, profile);
      }
      memory[doneIndex] = count;
      prediction.read(memory, known);
    };

    context.onTick((memory) => {
      update(memory);
      const count = memory[doneIndex] as number;
      const share =
        count === 0
          ? 0
          : (memory[profiles.placeOf(count - 1)] as number) / (memory[lengthIndex] as number);
      const bow = share < shownFrom ? Number.NaN : (memory[known + forecast.bow] as number);
      const spread = (memory[known + forecast.upper] as number) - bow;
      memory[context.value + valueCell] = spread >= 0 ? bow : Number.NaN;
      memory[lower] = memory[known + forecast.lower] as number;
      memory[upper] = bow + spread;
      memory[halfWidth] = spread;
      memory[x] = memory[known + forecast.placeMm] as number;
      const isPromised = share >= promisedFrom && memory[profiles.uncertainIndex] === 0;
      memory[uncertainIndex] = isPromised ? 0 : 1;
      profiles.readCoverage(memory, context.coverage + valueCell);
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
