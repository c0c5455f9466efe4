import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { statusCodes } from '../../core/quality.ts';
import { statusCell, valueCell } from '../../hot-path/slot.ts';
import {
  defineKpiTable,
  type KpiColumn,
  type KpiInput,
  type KpiTableContext,
} from '../definition.ts';
import { minimumGoodCoverage } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { travelSpeedInput } from './arc.ts';
import {
  type BinRows,
  binSignalIndex,
  nextBin,
  readBin,
  reserveBinRows,
  signalFields,
} from './bin-rows.ts';
import { heatInput } from './heat-input.ts';
import { efficiencyIndex, efficiencyParameters } from './heat-methods.ts';
import { manualIntervention } from './manual-work.ts';
import { panelInputs } from './panel.ts';
import { hasGasIndex, processInput } from './process.ts';
import { collectBins } from './seam-bin-samples.ts';
import { bandSchema, type WpsVariable, wpsVariables } from './wps-bands.ts';

const optional = (point: string, unit: string, description: LocalText): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/${point}`,
  unit,
  count: 'optional',
  description,
});

/** Signals whose samples are collected by bin. */
const signals = {
  current: optional('current', 'A', { en: 'arc current', zh: '电弧电流' }),
  voltage: optional('voltage', 'V', { en: 'arc voltage', zh: '电弧电压' }),
  wireFeedSpeed: optional('wireFeedSpeed', 'm/min', { en: 'wire feed speed', zh: '送丝速度' }),
  gasFlow: optional('gasFlow', 'L/min', { en: 'shielding gas flow', zh: '保护气流量' }),
  gap: optional('gap', 'mm', { en: 'gap of the joint', zh: '坡口间隙' }),
  arcPower: { ...(heatInput.inputs['arcPower'] as KpiInput), count: 'optional' },
  offsetY: optional('offsetY', 'mm', { en: 'lateral offset of the torch', zh: '焊枪横向偏差' }),
  confidence: optional('confidence', '1', { en: 'confidence of the vision', zh: '视觉置信度' }),
  travelSpeed: { ...travelSpeedInput, unit: 'm/min', count: 'optional' },
} as const;
type Signal = keyof typeof signals;
const signalNames = Object.keys(signals) as readonly Signal[];
/** The tracking error is computed from two points. */
const trackingSignal = signalNames.length;

type Statistic = 'mean' | 'deviation' | 'minimum' | 'maximum' | 'rms';

const statisticTexts = {
  mean: { en: 'mean', zh: '均值' },
  deviation: { en: 'standard deviation', zh: '标准差' },
  minimum: { en: 'minimum', zh: '最小值' },
  maximum: { en: 'maximum', zh: '最大值' },
  rms: { en: 'root mean square', zh: '均方根' },
} as const satisfies Readonly<Record<Statistic, LocalText>>;

const statisticFormulas = {
  mean: { en: 'mean of the samples in the bin, arc on', zh: '区间内燃弧样本的均值' },
  deviation: {
    en: 's = sqrt(sum((x - mean)^2) / (n - 1)) of the samples in the bin, arc on',
    zh: 's = sqrt(Σ(x - 均值)² / (n - 1))，区间内燃弧样本',
  },
  minimum: { en: 'smallest sample in the bin, arc on', zh: '区间内燃弧样本的最小值' },
  maximum: { en: 'largest sample in the bin, arc on', zh: '区间内燃弧样本的最大值' },
  rms: {
    en: 'sqrt(mean(e^2)) in the bin, arc on, seam found',
    zh: 'sqrt(均值(e²))，燃弧且已识别焊缝',
  },
} as const satisfies Readonly<Record<Statistic, LocalText>>;

/** A column that is a statistic of a signal. */
type StatisticColumn = {
  readonly point: string;
  readonly signal: number;
  readonly statistic: Statistic;
  readonly column: KpiColumn;
};

const decimalsOf: Readonly<Record<Signal, number>> = {
  ...{ current: 1, voltage: 2, wireFeedSpeed: 2, gasFlow: 1, gap: 2 },
  ...{ arcPower: 0, offsetY: 3, confidence: 3, travelSpeed: 3 },
};

const statistic = (
  name: string,
  place: { readonly signal: number; readonly unit: string; readonly decimals: number },
  texts: { readonly statistic: Statistic; readonly description: LocalText },
): StatisticColumn => {
  const point = `bin.${name}.${texts.statistic}`;
  const of = statisticTexts[texts.statistic];
  const description = {
    en: `${texts.description.en} in the bin: ${of.en}`,
    zh: `区间${texts.description.zh}${of.zh}`,
  };
  const formula = statisticFormulas[texts.statistic];
  const { unit, decimals } = place;
  return {
    ...{ point, signal: place.signal, statistic: texts.statistic },
    column: { point, kind: 'number', unit, decimals, description, formula },
  };
};

const ofSignal = (name: Signal, statistics: readonly Statistic[]): readonly StatisticColumn[] =>
  statistics.map((kind) =>
    statistic(
      name,
      {
        signal: signalNames.indexOf(name),
        unit: signals[name].unit ?? '1',
        decimals: decimalsOf[name],
      },
      { statistic: kind, description: signals[name].description },
    ),
  );

const tracking = (kind: Statistic): StatisticColumn =>
  statistic(
    'trackingError',
    { signal: trackingSignal, unit: 'mm', decimals: 3 },
    { statistic: kind, description: { en: 'tracking error', zh: '跟踪误差' } },
  );

const statistics: readonly StatisticColumn[] = [
  ...ofSignal('current', ['mean', 'deviation', 'minimum', 'maximum']),
  ...ofSignal('voltage', ['mean', 'deviation', 'minimum', 'maximum']),
  ...ofSignal('wireFeedSpeed', ['mean', 'deviation', 'minimum', 'maximum']),
  ...ofSignal('gasFlow', ['mean', 'deviation', 'minimum', 'maximum']),
  ...ofSignal('travelSpeed', ['mean', 'deviation', 'minimum', 'maximum']),
  ...ofSignal('gap', ['mean', 'maximum']),
  ...ofSignal('arcPower', ['mean']),
  ...ofSignal('offsetY', ['mean']),
  ...ofSignal('confidence', ['mean', 'minimum']),
  ...[tracking('rms'), tracking('maximum')],
];

const length = (
  point: string,
  texts: { readonly description: LocalText; readonly formula: LocalText },
): KpiColumn => ({ point, kind: 'number', unit: 'mm', decimals: 2, ...texts });

const parametersSchema = efficiencyParameters.extend({
  /** Width of the bins. */
  binMm: z.number().min(1).max(1000).default(10),
  /** Bands of the WPS, by variable, that the bin is judged by; without any it is not judged. */
  bands: z.partialRecord(z.enum(wpsVariables), bandSchema).default({}),
});

/**
 * Every position bin of one seam, once, as a row: what was measured over its length. The rows of a panel are the record of the
 * seam by millimetre; they are kept when the samples are long gone.
 */
export const seamBins = defineKpiTable({
  id: 'seamBins',
  version: 5,
  equipmentClass: 'weld_seam',
  group: 'bins',
  description: { en: 'The seam by position', zh: '按位置的焊缝数据' },
  formula: {
    en: 'statistics of the samples in each position bin',
    zh: '各位置区间内样本的统计量',
  },
  standard: heatInput.standard,
  window: panelWindowOfTierA,
  windowRule: { en: 'one row for each position bin of the panel', zh: '管屏每个位置区间一行' },
  coverageRule: 'bin.length / width of the bin',
  inputs: {
    arcOn: heatInput.inputs['arcOn'] as KpiInput,
    seamFound: {
      pattern: '{area}/{line}/{equipment}/seamFound',
      count: 'optional',
      description: { en: 'vision has found the seam', zh: '视觉已识别焊缝' },
    },
    offsetZ: optional('offsetZ', 'mm', { en: 'vertical offset of the torch', zh: '焊枪高度偏差' }),
    manualIntervention: { ...manualIntervention, count: 'optional' },
    ...signals,
    process: processInput,
    ...panelInputs,
    panelPosition: { ...panelInputs.panelPosition, count: 'one' },
  },
  parametersSchema,
  columns: [
    {
      ...{ point: 'bin.panelId', kind: 'string', unit: '1', decimals: 0 },
      description: { en: 'panel of the bin', zh: '区间所属管屏' },
      formula: { en: 'the panel under the torches then', zh: '当时焊接的管屏' },
    },
    length('bin.position', {
      description: { en: 'where the bin begins', zh: '区间起点位置' },
      formula: { en: 'number of the bin * its width', zh: '区间序号 * 区间宽度' },
    }),
    length('bin.length', {
      description: { en: 'measured length of the bin', zh: '区间实测长度' },
      formula: {
        en: 'distance over which position, arc state and power were measured',
        zh: '位置、电弧状态与功率均有实测的行走距离',
      },
    }),
    length('bin.arcOnLength', {
      description: { en: 'length of the bin with the arc on', zh: '区间燃弧长度' },
      formula: { en: 'measured distance with the arc on', zh: '燃弧期间的实测行走距离' },
    }),
    length('bin.lostLength', {
      description: { en: 'length of the bin welded with the seam lost', zh: '区间跟踪丢失长度' },
      formula: {
        en: 'measured distance with the arc on and the seam not found',
        zh: '燃弧且未识别焊缝的实测行走距离',
      },
    }),
    {
      ...{ point: 'bin.interventions', kind: 'number', unit: '1', decimals: 0 },
      description: {
        en: 'manual interventions that began in the bin',
        zh: '区间内开始的人工干预次数',
      },
      formula: {
        en: 'number of times that an intervention began, arc on',
        zh: '燃弧期间人工干预开始的次数',
      },
    },
    {
      ...{ point: 'bin.heatInput', kind: 'number', unit: 'kJ/mm', decimals: 4 },
      description: { en: 'heat input of the bin', zh: '区间热输入' },
      formula: {
        en: 'Q = k * integral(IP dt) / measured distance with the arc on',
        zh: 'Q = k * ∫IP dt / 燃弧实测行走距离',
      },
    },
    {
      ...{ point: 'bin.wpsDeviations', kind: 'number', unit: '1', decimals: 0 },
      description: { en: 'what of the bin is outside the WPS', zh: '区间超出 WPS 的变量' },
      formula: {
        en: 'by the means of the bin: bit 0 current, 1 voltage, 2 wire feed speed, 3 gas flow, 4 travel speed, 5 arc energy',
        zh: '按区间均值：位 0 电流，1 电压，2 送丝速度，3 气体流量，4 焊接速度，5 电弧能量',
      },
    },
    ...statistics.map(({ column }) => column),
  ],
  build: (context) => {
    const rows = reserveBinRows(context, {
      widthMm: context.parameters.binMm,
      signals: trackingSignal + 1,
      efficiencyIndex: efficiencyIndex(context),
      hasGasIndex: hasGasIndex(context, context.parameters.process),
    });
    collectBins(context, rows, signalNames);
    context.rows({ timeIndex: rows.timeIndex, next: rowWriter(context, rows) });
  },
});

const mjPerKj = 1e6;

type SeamContext = KpiTableContext<z.infer<typeof parametersSchema>>;

/** Writes the next closed bin to the columns. */
const rowWriter = (context: SeamContext, rows: BinRows): ((memory: Float64Array) => boolean) => {
  const { binMm } = context.parameters;
  const hasPower = context.optional('arcPower') !== undefined;
  const panelId = context.column('bin.panelId');
  const interventions = context.column('bin.interventions');
  const isWatched = context.optional('manualIntervention') !== undefined;
  const writeDeviations = deviationsWriter(context, rows);
  const position = context.column('bin.position');
  const heat = context.column('bin.heatInput');
  const lengths = (['lengthMm', 'arcOnMm', 'lostMm'] as const).map((field, index) => ({
    field,
    slot: context.column(['bin.length', 'bin.arcOnLength', 'bin.lostLength'][index] as string),
  }));
  const columns = statistics.map(({ point, signal, statistic: kind }) => ({
    slot: context.column(point),
    signal,
    kind,
  }));
  return (memory) => {
    if (!nextBin(memory, rows)) return false;
    const lengthMm = readBin(memory, rows, 'lengthMm');
    const isGood =
      lengthMm >= minimumGoodCoverage * binMm && readBin(memory, rows, 'isUncertain') === 0;
    const status = isGood ? statusCodes.good : statusCodes.uncertain;
    writeKnown(memory, panelId, readBin(memory, rows, 'panelId'), statusCodes.good);
    writeKnown(memory, position, readBin(memory, rows, 'binNumber') * binMm, statusCodes.good);
    for (const { field, slot } of lengths) {
      writeKnown(memory, slot, Math.max(0, readBin(memory, rows, field)), statusCodes.good);
    }
    writeDeviations(memory, status);
    const begun = isWatched ? readBin(memory, rows, 'interventions') : Number.NaN;
    writeKnown(memory, interventions, begun, statusCodes.good);
    const energyMj = hasPower ? readBin(memory, rows, 'energyMj') : Number.NaN;
    const heatMj = energyMj * readBin(memory, rows, 'efficiency');
    writeKnown(memory, heat, heatMj / readBin(memory, rows, 'arcOnMm') / mjPerKj, status);
    for (const { slot, signal, kind } of columns) {
      const ofSignal = isUncertainSignal(memory, rows, signal) ? statusCodes.uncertain : status;
      writeKnown(memory, slot, statisticOf(memory, rows, { signal, kind }), ofSignal);
    }
    return true;
  };
};

/** The value of the bin that a variable of the WPS is judged by. */
const judgedValue = (memory: Float64Array, rows: BinRows, variable: WpsVariable): number => {
  if (variable === 'arcEnergy') {
    return readBin(memory, rows, 'energyMj') / mjPerKj / readBin(memory, rows, 'arcOnMm');
  }
  return statisticOf(memory, rows, { signal: signalNames.indexOf(variable), kind: 'mean' });
};

/** Judges the bin at hand by the bands; one that lacks a variable that has a band is not judged at all. */
const deviationsWriter = (
  context: SeamContext,
  rows: BinRows,
): ((memory: Float64Array, status: number) => void) => {
  const slot = context.column('bin.wpsDeviations');
  const { bands } = context.parameters;
  const hasPower = context.optional('arcPower') !== undefined;
  const judged = wpsVariables.flatMap((variable, bit) => {
    const { minimum = -Infinity, maximum = Infinity } = bands[variable] ?? {};
    return bands[variable] === undefined ? [] : [{ variable, bit, minimum, maximum }];
  });
  return (memory, status) => {
    let deviations = judged.length === 0 ? Number.NaN : 0;
    let worst = status;
    for (const { variable, bit, minimum, maximum } of judged) {
      // Under flux nobody misses the gas.
      if (variable === 'gasFlow' && readBin(memory, rows, 'hasGas') === 0) continue;
      // Of the arc energy, the power is judged with the steps of the bin.
      const isUncertain =
        variable !== 'arcEnergy' && isUncertainSignal(memory, rows, signalNames.indexOf(variable));
      if (isUncertain) worst = statusCodes.uncertain;
      const isThere = variable !== 'arcEnergy' || hasPower;
      const value = isThere ? judgedValue(memory, rows, variable) : Number.NaN;
      if (!Number.isFinite(value)) deviations = Number.NaN;
      else if (value < minimum || value > maximum) deviations += 2 ** bit;
    }
    writeKnown(memory, slot, deviations, worst);
  };
};

/** What is not a number is not known. */
const writeKnown = (memory: Float64Array, slot: number, value: number, status: number): void => {
  const isKnown = Number.isFinite(value);
  memory[slot + valueCell] = isKnown ? value : 0;
  memory[slot + statusCell] = isKnown ? status : statusCodes.badNoData;
};

const isUncertainSignal = (memory: Float64Array, rows: BinRows, signal: number): boolean =>
  memory[binSignalIndex(memory, rows, signal) + signalFields.isUncertain] !== 0;

const statisticOf = (
  memory: Float64Array,
  rows: BinRows,
  { signal, kind }: { readonly signal: number; readonly kind: Statistic },
): number => {
  const base = binSignalIndex(memory, rows, signal);
  const count = memory[base + signalFields.count] as number;
  if (count === 0) return Number.NaN;
  if (kind === 'minimum' || kind === 'maximum') return memory[base + signalFields[kind]] as number;
  const squares = memory[base + signalFields.squares] as number;
  const mean = (memory[base + signalFields.sum] as number) / count;
  if (kind === 'mean') return mean;
  if (kind === 'rms') return Math.sqrt(squares / count);
  return Math.sqrt(Math.max(0, squares - count * mean * mean) / (count - 1));
};
