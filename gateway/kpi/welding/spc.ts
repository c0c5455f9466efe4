import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import {
  capability,
  capabilityIndex,
  chartFactors,
  largestSubgroup,
} from '../../hot-path/operators/control-limits.ts';
import {
  momentsCountIndex,
  momentsMeanIndex,
  readSampleVariance,
} from '../../hot-path/operators/moments.ts';
import type { Step } from '../../hot-path/program.ts';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext, type KpiPart } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { panelInputs } from './panel.ts';
import { reserveSeamValues } from './seam-values.ts';
import { reserveSpcChart, type SpcChart } from './spc-chart.ts';

/** Runs on one side that rule 2 takes: after Nelson, and after Western Electric, who have fewer rules too. */
const ruleSets = {
  nelson: { rules: [1, 2, 3, 5, 6], sameSide: 9 },
  westernElectric: { rules: [1, 2, 5, 6], sameSide: 8 },
} as const;

const parametersSchema = z
  .strictObject({
    /** Weld over which samples are averaged to one value, mm; values in a subgroup, 1 for individuals and moving range. */
    binMm: z.number().min(2).max(5000).default(100),
    subgroup: z.number().int().min(1).max(largestSubgroup).default(5),
    /** Not charted: after the arc begins, and before the end of the panel, mm. */
    suspendMm: z.number().min(0).max(5000).default(50),
    panelLengthMm: z.number().min(100).max(100_000).default(18_000),
    /** Centre and standard deviation of a value, in the unit of the point; what is missing is learnt. */
    target: z.number().optional(),
    sigma: z.number().positive().optional(),
    /** Subgroups that limits are learnt from. */
    learn: z.number().int().min(2).max(10_000).default(25),
    /** Specification limits, for capability. */
    lower: z.number().optional(),
    upper: z.number().optional(),
    ruleSet: z.enum(['nelson', 'westernElectric']).default('nelson'),
    /** In place of those of the set. */
    rules: z.array(z.number().int().min(1).max(8)).max(8).optional(),
    ewma: z
      .strictObject({
        lambda: z.number().positive().max(1).default(0.2),
        width: z.number().positive().max(10).default(3),
      })
      .prefault({}),
    cusum: z
      .strictObject({
        reference: z.number().min(0).max(10).default(0.5),
        decision: z.number().positive().max(100).default(5),
      })
      .prefault({}),
  })
  .refine(({ lower, upper }) => lower === undefined || upper === undefined || lower < upper, {
    message: 'lower must be below upper',
    path: ['lower'],
  });

type Parameters = z.infer<typeof parametersSchema>;

const partsOf = (decimals: number): Readonly<Record<string, KpiPart>> => {
  const part = (en: string, zh: string, unit?: string): KpiPart => ({
    ...(unit === undefined ? {} : { unit }),
    decimals: unit === undefined ? decimals : 3,
    description: { en, zh },
  });
  return {
    range: part('range of the subgroup', '子组极差'),
    centre: part('centre line', '中心线'),
    ucl: part('upper control limit of the mean', '均值上控制限'),
    lcl: part('lower control limit of the mean', '均值下控制限'),
    sigma: part('standard deviation within subgroups', '组内标准差'),
    signals: {
      ...part(
        'signals, bit 0 to 7 rules 1 to 8, 8 range, 9 EWMA, 10 CUSUM',
        '报警位：0 至 7 为判异准则 1 至 8，8 极差，9 EWMA，10 CUSUM',
        '1',
      ),
      decimals: 0,
    },
    signalX: {
      unit: 'mm',
      decimals: 0,
      description: { en: 'where the last signal of the panel was', zh: '本屏最近一次报警位置' },
    },
    ewma: part('EWMA', 'EWMA'),
    cusumUp: part('CUSUM upwards, in standard deviations', '上侧 CUSUM（以标准差计）', '1'),
    cusumDown: part('CUSUM downwards, in standard deviations', '下侧 CUSUM（以标准差计）', '1'),
    cp: part('Cp', 'Cp', '1'),
    cpk: part('Cpk', 'Cpk', '1'),
    pp: part('Pp', 'Pp', '1'),
    ppk: part('Ppk', 'Ppk', '1'),
  };
};

/** Writes what the chart knows to the parts. */
const showChart = (context: KpiContext<Parameters>, chart: SpcChart): Step => {
  const cell = (name: string): number => context.part(name) + valueCell;
  const { subgroup, lower, upper } = context.parameters;
  const specification = { lower, upper };
  const varianceIndex = context.reserve(1);
  const factors = chartFactors(subgroup);
  const copies = (['range', 'centre', 'sigma', 'signals', 'cusumUp', 'cusumDown'] as const).map(
    (name) => [chart[name], cell(name)] as const,
  );
  const [ucl, lcl, ewma] = [cell('ucl'), cell('lcl'), cell('ewma')];
  const [cp, cpk, pp, ppk] = [cell('cp'), cell('cpk'), cell('pp'), cell('ppk')];
  return (memory) => {
    for (const [from, to] of copies) memory[to] = memory[from] as number;
    const centre = memory[chart.centre] as number;
    const sigma = memory[chart.sigma] as number;
    const deviation = chart.meanDeviation(memory);
    const reach = factors.a2 * factors.d2 * sigma;
    memory[ucl] = centre + reach;
    memory[lcl] = centre - reach;
    memory[ewma] = centre + (memory[chart.ewma] as number) * deviation;
    const mean = memory[momentsMeanIndex(chart.values)] as number;
    readSampleVariance(memory, chart.values, varianceIndex);
    const isSpread = (memory[momentsCountIndex(chart.values)] as number) > 1;
    const overall = isSpread ? Math.sqrt(memory[varianceIndex] as number) : Number.NaN;
    memory[cp] = capability(specification, sigma);
    memory[cpk] = capabilityIndex(specification, mean, sigma);
    memory[pp] = capability(specification, overall);
    memory[ppk] = capabilityIndex(specification, mean, overall);
  };
};

const build = (context: KpiContext<Parameters>): void => {
  const { ruleSet, rules, subgroup } = context.parameters;
  const set = ruleSets[ruleSet];
  const job = context.optional('job');
  const chart = reserveSpcChart(context, {
    ...context.parameters,
    ...{ target: context.parameters.target, sigma: context.parameters.sigma },
    ...{ rules: rules ?? set.rules, sameSide: set.sameSide },
  });
  const [signalX, lastJob] = [context.reserve(1, [Number.NaN]), context.reserve(1, [Number.NaN])];
  /** Of the open subgroup and of the newest finished one: sum of measured shares, and whether uncertain. */
  const open = context.reserve(2);
  const shown = context.reserve(2);

  const values = reserveSeamValues(context, context.parameters, {
    onPanel: (memory) => {
      chart.interrupt(memory);
      memory.fill(0, open, open + 2);
      memory[signalX] = Number.NaN;
    },
    onValue: (memory) => {
      memory[open] = (memory[open] as number) + (memory[values.shareIndex] as number);
      if (memory[values.uncertainIndex] === 1) memory[open + 1] = 1;
      if (!chart.push(memory, values.valueIndex)) return;
      memory[shown] = memory[open] / subgroup;
      memory[shown + 1] = memory[open + 1] as number;
      memory.fill(0, open, open + 2);
      if ((memory[chart.signals] as number) > 0) {
        memory[signalX] = memory[values.placeIndex] as number;
      }
    },
  });
  if (job !== undefined) {
    context.onSample(job.slot, (memory) => {
      if (!isUsableSlot(memory, job.slot)) return;
      const id = memory[job.slot + valueCell] as number;
      const before = memory[lastJob] as number;
      memory[lastJob] = id;
      if (Number.isNaN(before) || before === id) return;
      values.discard(memory);
      chart.reset(memory);
      memory.fill(0, open, open + 2);
      memory.fill(0, shown, shown + 2);
      memory[signalX] = Number.NaN;
    });
  }
  const show = showChart(context, chart);
  const parts = Object.keys(partsOf(0)).map((name) => context.part(name));
  const signalCell = context.part('signalX') + valueCell;
  context.onTick((memory) => {
    show(memory);
    memory[signalCell] = memory[signalX] as number;
    memory[context.value + valueCell] = memory[chart.mean] as number;
    memory[context.coverage + valueCell] = memory[shown] as number;
    finishResult(memory, context, shown + 1);
    finishParts(memory, context.value, parts);
  });
};

type ChartedPoint = {
  readonly id: string;
  readonly unit: string;
  readonly decimals: number;
  /** Pattern of the point, of the seam. */
  readonly pattern: string;
  readonly name: LocalText;
};

/** Charts of one point of a seam by distance. `inputs: { value: ... }` in the site file charts any other of the same unit. */
const spcOf = ({ id, unit, decimals, pattern, name }: ChartedPoint): AnyKpiDefinition =>
  defineKpi<Parameters>({
    id,
    version: 2,
    equipmentClass: 'weld_seam',
    point: id,
    unit,
    decimals,
    description: { en: `Control chart of the ${name.en}`, zh: `${name.zh}控制图` },
    formula: {
      en: 'mean and range of subgroups of values by distance; limits centre +- A2 Rbar; EWMA, CUSUM and run rules of the means',
      zh: '按距离取值的子组均值与极差；控制限为中心线 ± A2·R̄；对均值做 EWMA、CUSUM 与判异准则',
    },
    standard: {
      en: 'ISO 7870-2 (Shewhart), -4 (CUSUM), -6 (EWMA); ISO 22514-2 (capability); rules after Nelson 1984 or Western Electric',
      zh: 'ISO 7870-2（休哈特）、-4（CUSUM）、-6（EWMA）；ISO 22514-2（过程能力）；判异准则按 Nelson 1984 或西电',
    },
    window: panelWindowOfTierA,
    windowRule: {
      en: 'the newest finished subgroup of the current panel; limits go on over panels until the job changes',
      zh: '当前管屏最近完成的子组；控制限跨管屏沿用，直至任务更换',
    },
    coverageRule: 'measured distance with the arc on / length of the bins of the subgroup',
    inputs: {
      value: { pattern, unit, count: 'one', description: name },
      arcOn: {
        pattern: '{area}/{line}/{equipment}/arcOn',
        count: 'one',
        description: { en: 'arc is on', zh: '电弧接通' },
      },
      job: {
        pattern: '{area}/{line}/*/jobId',
        equipmentClass: 'weld_line',
        count: 'optional',
        description: {
          en: 'job, or WPS: another one begins limits anew',
          zh: '任务或 WPS：更换后重新建立控制限',
        },
      },
      ...panelInputs,
      panelPosition: { ...panelInputs.panelPosition, count: 'one' },
    },
    parts: partsOf(decimals),
    parametersSchema,
    build,
  });

export const spcHeatInput = spcOf({
  ...{ id: 'spcHeatInput', unit: 'kJ/mm', decimals: 4 },
  pattern: '{area}/{line}/{equipment}/heatInputBin',
  name: { en: 'heat input', zh: '热输入' },
});
export const spcCurrent = spcOf({
  ...{ id: 'spcCurrent', unit: 'A', decimals: 2 },
  pattern: '{area}/{line}/{equipment}/current',
  name: { en: 'arc current', zh: '焊接电流' },
});
/** The bias of tracking: a window that gets dirty shows here long before a limit of the offset does. */
export const spcOffset = spcOf({
  ...{ id: 'spcOffset', unit: 'mm', decimals: 3 },
  pattern: '{area}/{line}/{equipment}/offsetY',
  name: { en: 'lateral tracking offset', zh: '横向跟踪偏差' },
});
export const spcLeg = spcOf({
  ...{ id: 'spcLeg', unit: 'mm', decimals: 3 },
  pattern: '{area}/{line}/{equipment}/legLength',
  name: { en: 'leg length', zh: '焊脚尺寸' },
});
/** Noise of the arc within position bins: a clogged nozzle makes that of the voltage grow, a worn contact tip that of the current. */
export const spcVoltageDeviation = spcOf({
  ...{ id: 'spcVoltageDeviation', unit: 'V', decimals: 3 },
  pattern: '{area}/{line}/{equipment}/bin.voltage.deviation',
  name: { en: 'noise of the arc voltage', zh: '电弧电压波动' },
});
export const spcCurrentDeviation = spcOf({
  ...{ id: 'spcCurrentDeviation', unit: 'A', decimals: 3 },
  pattern: '{area}/{line}/{equipment}/bin.current.deviation',
  name: { en: 'noise of the arc current', zh: '焊接电流波动' },
});
