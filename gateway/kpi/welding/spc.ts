import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { largestSubgroup } from '../../hot-path/operators/control-limits.ts';
import type { Step } from '../../hot-path/program.ts';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiInput,
  type ResolvedInput,
  type SiteContext,
} from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { panelInputs, panelLengthInput } from './panel.ts';
import { processFactorIndex, processInput, processParameters } from './process.ts';
import { reserveSeamValues } from './seam-values.ts';
import { type ChartOptions, reserveSpcChart } from './spc-chart.ts';
import { chartPartsOf, showChart } from './spc-parts.ts';

/** Runs on one side that rule 2 takes: after Nelson, and after Western Electric, who have fewer rules too. */
const ruleSets = {
  nelson: { rules: [1, 2, 3, 5, 6], sameSide: 9 },
  westernElectric: { rules: [1, 2, 5, 6], sameSide: 8 },
} as const;

/** What charts of all kinds are told. */
export const chartParameters = processParameters.extend({
  /** Centre and standard deviation of a value by the process, in the unit of the point; what is missing is learnt. */
  target: z.number().optional(),
  sigma: z.number().positive().optional(),
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
});

/** The options of the chart itself, as told. */
export const chartOptionsOf = (
  context: SiteContext<z.infer<typeof chartParameters>>,
): Omit<ChartOptions, 'subgroup' | 'learn'> => {
  const { parameters } = context;
  const { process: configured, target, sigma, ruleSet, rules, ewma, cusum } = parameters;
  const set = ruleSets[ruleSet];
  const givenIndex = processFactorIndex(context, configured, (process) =>
    process === configured ? 1 : 0,
  );
  return {
    ...{ target, sigma, givenIndex, ewma, cusum },
    ...{ rules: rules ?? set.rules, sameSide: set.sameSide },
  };
};

export const hasSpecification = ({
  lower,
  upper,
}: {
  readonly lower?: number | undefined;
  readonly upper?: number | undefined;
}): boolean => lower === undefined || upper === undefined || lower < upper;

const parametersSchema = chartParameters
  .extend({
    /** Weld over which samples are averaged to one value, mm; values in a subgroup, 1 for individuals and moving range. */
    binMm: z.number().min(2).max(5000).default(100),
    subgroup: z.number().int().min(1).max(largestSubgroup).default(5),
    /** Not charted: after the arc begins, and before the end of the panel, mm; the panel's length where the line tells none. */
    suspendMm: z.number().min(0).max(5000).default(50),
    panelLengthMm: z.number().min(100).max(100_000).default(18_000),
    /** Subgroups that limits are learnt from. */
    learn: z.number().int().min(2).max(10_000).default(25),
    /** What begins limits anew; left out: the WPS where the line tells it, else the job order. */
    resetBy: z.enum(['wps', 'job', 'either']).optional(),
  })
  .refine(hasSpecification, {
    message: 'lower must be below upper',
    path: ['lower'],
  });

type Parameters = z.infer<typeof parametersSchema>;

/** The points whose change begins limits anew; no limits of one process are those of another. */
const resettingInputs = (
  context: SiteContext<unknown>,
  resetBy: Parameters['resetBy'],
): readonly ResolvedInput[] => {
  const [wps, job] = [context.optional('wps'), context.optional('job')];
  const asked = { wps: [wps], job: [job], either: [wps, job] };
  const inputs = resetBy === undefined ? [wps ?? job] : asked[resetBy];
  inputs.push(context.optional('process'));
  return inputs.filter((input) => input !== undefined);
};

/** Runs `step` when another text or number stands in a point than the one that stood there before. */
export const onChange = (context: SiteContext<unknown>, input: ResolvedInput, step: Step): void => {
  const lastIndex = context.reserve(1, [Number.NaN]);
  context.onSample(input.slot, (memory) => {
    if (!isUsableSlot(memory, input.slot)) return;
    const now = memory[input.slot + valueCell] as number;
    const before = memory[lastIndex] as number;
    memory[lastIndex] = now;
    if (!Number.isNaN(before) && before !== now) step(memory);
  });
};

const build = (context: KpiContext<Parameters>): void => {
  const { subgroup, learn } = context.parameters;
  const chart = reserveSpcChart(context, {
    ...chartOptionsOf(context),
    subgroup,
    learn,
  });
  const signalX = context.reserve(1, [Number.NaN]);
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
  const begin: Step = (memory) => {
    values.discard(memory);
    chart.reset(memory);
    memory.fill(0, open, open + 2);
    memory.fill(0, shown, shown + 2);
    memory[signalX] = Number.NaN;
  };
  for (const input of resettingInputs(context, context.parameters.resetBy)) {
    onChange(context, input, begin);
  }
  const show = showChart(context, chart, context.parameters);
  const parts = Object.keys(chartPartsOf(0)).map((name) => context.part(name));
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

/** The procedure that is welded by, where the line tells it. */
export const wpsInput: KpiInput = {
  pattern: '{area}/{line}/*/wps',
  equipmentClass: 'weld_line',
  count: 'optional',
  description: {
    en: 'WPS: another one begins limits anew',
    zh: 'WPS：更换后重新建立控制限',
  },
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
    version: 4,
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
      en: 'the newest finished subgroup of the current panel; limits go on over panels until the WPS changes (resetBy)',
      zh: '当前管屏最近完成的子组；控制限跨管屏沿用，直至 WPS 更换（resetBy）',
    },
    coverageRule: 'measured distance with the arc on / length of the bins of the subgroup',
    inputs: {
      value: { pattern, unit, count: 'one', description: name },
      arcOn: {
        pattern: '{area}/{line}/{equipment}/arcOn',
        count: 'one',
        description: { en: 'arc is on', zh: '电弧接通' },
      },
      wps: wpsInput,
      process: processInput,
      job: {
        pattern: '{area}/{line}/*/jobOrder',
        equipmentClass: 'weld_line',
        count: 'optional',
        description: { en: 'job order of the panel', zh: '管屏生产订单号' },
      },
      panelLength: panelLengthInput,
      ...panelInputs,
      panelPosition: { ...panelInputs.panelPosition, count: 'one' },
    },
    parts: chartPartsOf(decimals),
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
