import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { statusCodes } from '../../core/quality.ts';
import {
  activeFlag,
  intervalStepIndex,
  pushInterval,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import type { Step } from '../../hot-path/program.ts';
import {
  isFreshSlot,
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  statusCell,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import {
  defineKpiTable,
  type KpiColumn,
  type KpiInput,
  type KpiTableContext,
  type ResolvedInput,
} from '../definition.ts';
import { minimumGoodCoverage } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcStateIndex } from './arc.ts';
import { type BinRows, reserveBinRows, type SignalField } from './bin-rows.ts';
import { heatInput } from './heat-input.ts';
import { efficiencyOf, efficiencyParameters } from './heat-methods.ts';
import { panelInputs, panelWindow } from './panel.ts';

/** Between two samples; further, the encoder did not count, it was set. */
const longestStepMm = 100;

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
  ...ofSignal('wireFeedSpeed', ['mean']),
  ...ofSignal('gasFlow', ['mean', 'minimum']),
  ...ofSignal('gap', ['mean', 'maximum']),
  ...[tracking('rms'), tracking('maximum')],
];

const length = (
  point: string,
  texts: { readonly description: LocalText; readonly formula: LocalText },
): KpiColumn => ({ point, kind: 'number', unit: 'mm', decimals: 2, ...texts });

const parametersSchema = efficiencyParameters.extend({
  /** Width of the bins. */
  binMm: z.number().min(1).max(1000).default(10),
});

/**
 * Every position bin of one seam, once, as a row: what was measured over its length. The rows of a panel are the record of the
 * seam by millimetre; they are kept when the samples are long gone.
 */
export const seamBins = defineKpiTable({
  id: 'seamBins',
  version: 1,
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
    arcPower: { ...(heatInput.inputs['arcPower'] as KpiInput), count: 'optional' },
    arcOn: heatInput.inputs['arcOn'] as KpiInput,
    seamFound: {
      pattern: '{area}/{line}/{equipment}/seamFound',
      count: 'optional',
      description: { en: 'vision has found the seam', zh: '视觉已识别焊缝' },
    },
    offsetY: optional('offsetY', 'mm', { en: 'lateral offset of the torch', zh: '焊枪横向偏差' }),
    offsetZ: optional('offsetZ', 'mm', { en: 'vertical offset of the torch', zh: '焊枪高度偏差' }),
    ...signals,
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
      ...{ point: 'bin.heatInput', kind: 'number', unit: 'kJ/mm', decimals: 4 },
      description: { en: 'heat input of the bin', zh: '区间热输入' },
      formula: {
        en: 'Q = k * integral(IP dt) / measured distance with the arc on',
        zh: 'Q = k * ∫IP dt / 燃弧实测行走距离',
      },
    },
    ...statistics.map(({ column }) => column),
  ],
  build: (context) => {
    const parts = seamParts(context);
    const rows = reserveBinRows(context, {
      widthMm: context.parameters.binMm,
      signals: trackingSignal + 1,
    });
    const startPanel = panelStart(context, parts, rows);
    collectSteps(context, parts, { rows, startPanel });
    collectSamples(context, parts, rows);
    context.onTick(startPanel);
    context.rows({ timeIndex: rows.timeIndex, next: rowWriter(context, rows) });
  },
});

type SeamContext = KpiTableContext<z.infer<typeof parametersSchema>>;

/** What the steps share. */
type SeamParts = {
  readonly position: ResolvedInput;
  readonly arcOn: ResolvedInput;
  readonly arcIndex: number;
  readonly found: ResolvedInput | undefined;
  readonly interval: ReturnType<typeof reserveInterval>;
};

const seamParts = (context: SeamContext): SeamParts => {
  const position = context.one('panelPosition');
  const arcOn = context.one('arcOn');
  const timeIndex = position.slot + timeCell;
  return {
    position,
    arcOn,
    arcIndex: arcStateIndex(context, arcOn),
    found: context.optional('seamFound'),
    interval: reserveInterval(context, { timeIndex, gapMs: position.staleMs }),
  };
};

type Collector = { readonly rows: BinRows; readonly startPanel: Step };

/** Ends the bins of a panel when another one begins. */
const panelStart = (context: SeamContext, { interval }: SeamParts, rows: BinRows): Step => {
  const panel = panelWindow(context);
  const panelId = context.optional('panelId');
  const epochIndex = context.reserve(1);
  return (memory) => {
    if (memory[epochIndex] !== memory[panel.epochIndex]) {
      memory[epochIndex] = memory[panel.epochIndex] as number;
      rows.endPanel(memory);
      resetInterval(memory, interval);
    }
    const isKnown = panelId !== undefined && isUsableSlot(memory, panelId.slot);
    memory[rows.panelIdIndex] = isKnown ? (memory[panelId.slot + valueCell] as number) : Number.NaN;
  };
};

/** Adds each step of the encoder to the bins it crosses. */
const collectSteps = (
  context: SeamContext,
  { position, arcOn, arcIndex, found, interval }: SeamParts,
  { rows, startPanel }: Collector,
): void => {
  const power = context.optional('arcPower');
  const { stepCells } = rows;
  const timeIndex = position.slot + timeCell;
  const lastPowerIndex = context.reserve(1);
  const powerAge = { timeIndex, limitMs: power?.staleMs ?? 0 };
  const arcAge = { timeIndex, limitMs: arcOn.staleMs };
  const isPowerKnown = (memory: Float64Array): boolean =>
    power === undefined ||
    (isMeasuredSlot(memory, power.slot) && isFreshSlot(memory, power.slot, powerAge));
  context.onSample(position.slot, (memory) => {
    startPanel(memory);
    const isKnown =
      isMeasuredSlot(memory, position.slot) &&
      isUsableSlot(memory, arcOn.slot) &&
      isFreshSlot(memory, arcOn.slot, arcAge) &&
      isPowerKnown(memory);
    pushInterval(memory, interval, isKnown ? activeFlag | usableFlag : 0);
    const watts =
      power === undefined
        ? 0
        : ((memory[power.slot + valueCell] as number) * power.multiply) / power.divide;
    const isArcOn = memory[arcIndex] === 1;
    const isLost = found !== undefined && isUsableSlot(memory, found.slot);
    const isUncertain =
      isUncertainSlot(memory, position.slot) ||
      (power !== undefined && isUncertainSlot(memory, power.slot));
    memory[stepCells.fromMm] = memory[stepCells.toMm] as number;
    memory[stepCells.toMm] =
      ((memory[position.slot + valueCell] as number) * position.multiply) / position.divide;
    memory[stepCells.ms] = memory[intervalStepIndex(interval)] as number;
    memory[stepCells.endMs] = memory[timeIndex] as number;
    memory[stepCells.powerW] = ((memory[lastPowerIndex] as number) + watts) / 2;
    memory[stepCells.isArcOn] = isArcOn ? 1 : 0;
    memory[stepCells.isLost] = isArcOn && isLost && memory[found.slot + valueCell] === 0 ? 1 : 0;
    memory[stepCells.isUncertain] = isUncertain ? 1 : 0;
    memory[lastPowerIndex] = watts;
    const stepMm = (memory[stepCells.toMm] as number) - (memory[stepCells.fromMm] as number);
    if ((memory[stepCells.ms] as number) > 0 && Math.abs(stepMm) <= longestStepMm) {
      rows.step(memory);
    }
    if (isArcOn && isMeasuredSlot(memory, position.slot)) rows.enter(memory);
    else rows.leave(memory);
  });
};

/** Adds each sample of a signal to the bin under the torch. */
const collectSamples = (
  context: SeamContext,
  { position, arcOn, arcIndex, found }: SeamParts,
  rows: BinRows,
): void => {
  const numberIndex = context.reserve(1);
  const isWelding = (memory: Float64Array, timeIndex: number): boolean =>
    memory[arcIndex] === 1 &&
    isUsableSlot(memory, arcOn.slot) &&
    (memory[timeIndex] as number) - (memory[position.slot + timeCell] as number) <=
      position.staleMs;
  for (const [signal, name] of signalNames.entries()) {
    const input = context.optional(name);
    if (input === undefined) continue;
    context.onSample(input.slot, (memory) => {
      if (!isMeasuredSlot(memory, input.slot)) return;
      if (!isWelding(memory, input.slot + timeCell)) return;
      memory[numberIndex] =
        ((memory[input.slot + valueCell] as number) * input.multiply) / input.divide;
      rows.add(memory, signal, numberIndex);
    });
  }
  const lateral = context.optional('offsetY');
  const vertical = context.optional('offsetZ');
  if (lateral === undefined || vertical === undefined) return;
  const verticalAge = { timeIndex: lateral.slot + timeCell, limitMs: vertical.staleMs };
  context.onSample(lateral.slot, (memory) => {
    const isMeasured =
      isMeasuredSlot(memory, lateral.slot) &&
      isMeasuredSlot(memory, vertical.slot) &&
      isFreshSlot(memory, vertical.slot, verticalAge);
    const isFound =
      found === undefined ||
      (isUsableSlot(memory, found.slot) && memory[found.slot + valueCell] !== 0);
    if (!isMeasured || !isFound || !isWelding(memory, lateral.slot + timeCell)) return;
    const y = ((memory[lateral.slot + valueCell] as number) * lateral.multiply) / lateral.divide;
    const z = ((memory[vertical.slot + valueCell] as number) * vertical.multiply) / vertical.divide;
    memory[numberIndex] = Math.sqrt(y * y + z * z);
    rows.add(memory, trackingSignal, numberIndex);
  });
};

/** Writes the next closed bin to the columns. */
const rowWriter = (context: SeamContext, rows: BinRows): ((memory: Float64Array) => boolean) => {
  const { binMm } = context.parameters;
  const scale = efficiencyOf(context.parameters) / 1e6;
  const hasPower = context.optional('arcPower') !== undefined;
  const panelId = context.column('bin.panelId');
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
    if (!rows.next(memory)) return false;
    const lengthMm = rows.read(memory, 'lengthMm');
    const isGood =
      lengthMm >= minimumGoodCoverage * binMm && rows.read(memory, 'isUncertain') === 0;
    const status = isGood ? statusCodes.good : statusCodes.uncertain;
    writeKnown(memory, panelId, rows.read(memory, 'panelId'), statusCodes.good);
    writeKnown(memory, position, rows.read(memory, 'binNumber') * binMm, statusCodes.good);
    for (const { field, slot } of lengths) {
      writeKnown(memory, slot, Math.max(0, rows.read(memory, field)), statusCodes.good);
    }
    const joules = hasPower ? rows.read(memory, 'energyMj') : Number.NaN;
    writeKnown(memory, heat, (joules / rows.read(memory, 'arcOnMm')) * scale, status);
    for (const { slot, signal, kind } of columns) {
      writeKnown(memory, slot, statisticOf(memory, rows, { signal, kind }), status);
    }
    return true;
  };
};

/** What is not a number is not known. */
const writeKnown = (memory: Float64Array, slot: number, value: number, status: number): void => {
  const isKnown = Number.isFinite(value);
  memory[slot + valueCell] = isKnown ? value : 0;
  memory[slot + statusCell] = isKnown ? status : statusCodes.badNoData;
};

const statisticOf = (
  memory: Float64Array,
  rows: BinRows,
  { signal, kind }: { readonly signal: number; readonly kind: Statistic },
): number => {
  const field = (name: SignalField): number => rows.readSignal(memory, signal, name);
  const count = field('count');
  if (count === 0) return Number.NaN;
  if (kind === 'minimum' || kind === 'maximum') return field(kind);
  const mean = field('sum') / count;
  if (kind === 'mean') return mean;
  if (kind === 'rms') return Math.sqrt(field('squares') / count);
  return Math.sqrt(Math.max(0, field('squares') - count * mean * mean) / (count - 1));
};
