import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { statusCodes } from '../../core/quality.ts';
import { measuredCell, statusCell, valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpiTable,
  type KpiColumn,
  type KpiTableContext,
  type ResolvedInput,
} from '../definition.ts';
import { minimumGoodCoverage } from '../result.ts';
import { quarterHourWindow } from '../window.ts';
import { splitFlows } from './quarter/flow-split.ts';
import { countRegister, integratePower } from './quarter/lanes.ts';
import {
  closeQuarterWindows,
  laneAt,
  laneCells,
  nextClosedWindow,
  type QuarterWindows,
  reserveQuarterWindows,
  unassignedAt,
} from './quarter/quarter-windows.ts';
import {
  balanceTerms,
  flows,
  flowTexts,
  type PowerName,
  powerNames,
  powerOf,
  quarterInputs,
  type Term,
  terms,
  termTexts,
} from './quarter/terms.ts';
import { quarterMs } from './quarter-hours.ts';

const parametersSchema = z.strictObject({
  /** Sign of the power of the photovoltaic feeder while it feeds in. */
  pvPowerSign: z.union([z.literal(1), z.literal(-1)]).default(-1),
});
type Parameters = z.infer<typeof parametersSchema>;
type Context = KpiTableContext<Parameters>;

/** What `quarter.method` says. */
export const methods = { registers: 0, power: 1, remainder: 2, powerAndRemainder: 3 } as const;

const methodLabels: Readonly<Record<string, LocalText>> = {
  0: { en: 'registers', zh: '计数器' },
  1: { en: 'integrated power in part', zh: '部分由功率积分' },
  2: { en: 'buildings as the remainder', zh: '建筑用电为差额' },
  3: {
    en: 'integrated power in part, buildings as the remainder',
    zh: '部分由功率积分，建筑用电为差额',
  },
};

const energyColumn = (point: string, description: LocalText, formula: LocalText): KpiColumn => ({
  ...{ point: `quarter.${point}`, kind: 'number', unit: 'kWh', decimals: 3, description, formula },
});

const splitFormula: LocalText = {
  en: 'the site is served by photovoltaics first, then by the grid, then by storage',
  zh: '站内用电依次由光伏、电网、储能供给',
};

const columns: readonly KpiColumn[] = [
  ...terms.map((term) =>
    energyColumn(term, termTexts[term], {
      en: 'sum of non-negative register steps, cut where the quarter hour ends',
      zh: '计数器非负增量之和，在刻钟边界处切分',
    }),
  ),
  ...flows.map((flow) => energyColumn(flow, flowTexts[flow], splitFormula)),
  ...balanceTerms.map(
    (term): KpiColumn => ({
      ...{ point: `quarter.${term}.coverage`, kind: 'number', unit: '1', decimals: 3 },
      description: { en: `${termTexts[term].en}: coverage`, zh: `${termTexts[term].zh}（覆盖率）` },
      formula: undefined,
    }),
  ),
  energyColumn(
    'unassigned',
    { en: 'energy of quarter hours that had closed', zh: '属于已结束刻钟的电量' },
    {
      en: 'counted over gaps, read too late for its quarter hour',
      zh: '中断期间计数器所计、读到时其刻钟已结束的电量',
    },
  ),
  {
    ...{ point: 'quarter.method', kind: 'enum', unit: '1', decimals: 0, labels: methodLabels },
    description: { en: 'how the energies were found', zh: '电量取得方法' },
    formula: { en: 'registers first', zh: '优先采用计数器' },
  },
  {
    ...{ point: 'quarter.coverage', kind: 'number', unit: '1', decimals: 3 },
    description: { en: 'coverage of the quarter hour', zh: '该刻钟覆盖率' },
    formula: undefined,
  },
];

/** Energies and flows of each quarter hour, once, as a row that has the time at which the quarter hour began. */
export const energyQuarter: AnyKpiDefinition = defineKpiTable({
  id: 'energyQuarter',
  version: 1,
  equipmentClass: 'park',
  group: 'quarter',
  description: { en: 'Energies and flows by quarter hours', zh: '各刻钟电量与能流' },
  formula: splitFormula,
  standard: {
    en: 'register deltas; the split is an own definition, as energy management systems show it',
    zh: '取计数器读数之差；能流拆分为本项目定义，与常见能量管理系统一致',
  },
  window: quarterHourWindow,
  windowRule: { en: 'one row for each quarter hour that has closed', zh: '每个已结束的刻钟一行' },
  coverageRule: 'the smallest share of the quarter hour that a term was metered for',
  inputs: quarterInputs,
  parametersSchema,
  columns,
  build: (context) => {
    const { windows, sources, close } = openLanes(context);
    context.onTick(close);
    const timeIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    context.rows({ timeIndex, next: rowWriter(context, { windows, sources, timeIndex }) });
  },
});

/** The lanes of a term. */
type Source = { readonly registers: readonly number[]; readonly powers: readonly number[] };

const openLanes = (
  context: Context,
): {
  readonly windows: QuarterWindows;
  readonly sources: readonly Source[];
  readonly close: (memory: Float64Array) => void;
} => {
  const registers = new Map(terms.map((term) => [term, context.many(term)]));
  const powers = new Map(powerNames.map((name) => [name, context.many(name)]));
  const powerFor = (term: Term): readonly [PowerName, 1 | -1] | undefined =>
    term === 'pv' ? ['pvPower', context.parameters.pvPowerSign] : powerOf[term];
  const inputsOf = (term: Term): readonly ResolvedInput[] => registers.get(term) ?? [];
  const powersOf = (term: Term): readonly ResolvedInput[] => {
    const from = powerFor(term);
    return from === undefined ? [] : (powers.get(from[0]) ?? []);
  };
  const count = terms.reduce((sum, of) => sum + inputsOf(of).length + powersOf(of).length, 0);
  const windows = reserveQuarterWindows(context, count);
  const lastMsIndexes: number[] = [];
  let lagMs = 0;
  let lane = 0;
  const sources = terms.map((term): Source => {
    const ofRegisters = inputsOf(term).map((input) => {
      lastMsIndexes.push(countRegister({ context, windows, lane }, input));
      lagMs = Math.min(quarterMs, Math.max(lagMs, input.staleMs));
      return lane++;
    });
    const ofPowers = powersOf(term).map((input) => {
      integratePower({ context, windows, lane }, input, powerFor(term)?.[1] ?? 1);
      return lane++;
    });
    return { registers: ofRegisters, powers: ofPowers };
  });
  const clock = {
    nowIndex: context.tickMsIndex,
    watermarkIndex: context.watermarkMsIndex,
    lastMsIndexes,
    lagMs,
  };
  return { windows, sources, close: (memory) => closeQuarterWindows(memory, windows, clock) };
};

type Found = { energy: number; coverage: number; uncertain: boolean };

/** Sum over lanes, and the mean of what was covered; coverage 0 without lanes. */
const sumLanes = (memory: Float64Array, base: number, lanes: readonly number[]): Found => {
  const found: Found = { energy: 0, coverage: 0, uncertain: false };
  for (const lane of lanes) {
    const cells = laneAt(base, lane);
    found.energy += memory[cells + laneCells.amount] as number;
    found.coverage += (memory[cells + laneCells.coveredMs] as number) / quarterMs / lanes.length;
    if (memory[cells + laneCells.uncertain] !== 0) found.uncertain = true;
  }
  return found;
};

/** Rows come four times an hour: what they allocate is no cost. */
const rowWriter = (
  context: Context,
  parts: {
    readonly windows: QuarterWindows;
    readonly sources: readonly Source[];
    readonly timeIndex: number;
  },
): ((memory: Float64Array) => boolean) => {
  const { windows, sources, timeIndex } = parts;
  const slots = terms.map((term) => context.column(`quarter.${term}`));
  const coverageSlots = balanceTerms.map((term) => context.column(`quarter.${term}.coverage`));
  const flowSlots = flows.map((flow) => context.column(`quarter.${flow}`));
  const unassigned = context.column('quarter.unassigned');
  const method = context.column('quarter.method');
  const coverageSlot = context.column('quarter.coverage');
  const energies = context.reserve(terms.length);
  const split = context.reserve(flows.length);
  const isRemainder = sourceOf(sources, 'load').every((lanes) => lanes.length === 0);

  const write = (memory: Float64Array, slot: number, value: number, status: number): void => {
    memory[slot + valueCell] = status === statusCodes.badNoData ? 0 : value;
    memory[slot + statusCell] = status;
    memory[slot + measuredCell] = 1;
  };

  return (memory) => {
    const base = nextClosedWindow(memory, windows);
    if (base < 0) return false;
    memory[timeIndex] = memory[base] as number;
    let coverage = 1;
    let isUncertain = false;
    let hasPower = false;
    const writeTerm = (index: number): void => {
      const { registers, powers } = sources[index] as Source;
      const isMetered = registers.length + powers.length > 0;
      const counted = sumLanes(memory, base, registers);
      const integrated = sumLanes(memory, base, powers);
      const isFallback =
        counted.coverage < minimumGoodCoverage && integrated.coverage > counted.coverage;
      const found = isFallback ? integrated : counted;
      const share = isMetered ? Math.min(1, found.coverage) : 1;
      memory[energies + index] = found.energy;
      const isDoubtful = found.uncertain || isFallback || share < minimumGoodCoverage;
      const status =
        share > 0 ? (isDoubtful ? statusCodes.uncertain : statusCodes.good) : statusCodes.badNoData;
      write(memory, slots[index] as number, found.energy, status);
      if (index >= reverseFrom) return;
      write(memory, coverageSlots[index] as number, share, statusCodes.good);
      coverage = Math.min(coverage, share);
      isUncertain ||= isDoubtful;
      hasPower ||= isFallback;
    };
    for (let index = 0; index < terms.length; index++) writeTerm(index);
    const status =
      coverage > 0
        ? isUncertain
          ? statusCodes.uncertain
          : statusCodes.good
        : statusCodes.badNoData;
    if (isRemainder) {
      memory[energies + loadAt] = remainderOf(memory, energies);
      write(memory, slots[loadAt] as number, memory[energies + loadAt] as number, status);
      write(memory, coverageSlots[loadAt] as number, coverage, statusCodes.good);
    }
    splitFlows(memory, energies, split);
    for (let flow = 0; flow < flowSlots.length; flow++) {
      write(memory, flowSlots[flow] as number, memory[split + flow] as number, status);
    }
    write(memory, unassigned, memory[unassignedAt(windows, base)] as number, statusCodes.good);
    const how = (hasPower ? methods.power : 0) + (isRemainder ? methods.remainder : 0);
    write(memory, method, how, statusCodes.good);
    write(memory, coverageSlot, coverage, statusCodes.good);
    return true;
  };
};

/** Places of terms. */
const loadAt = terms.indexOf('load');
const reverseFrom = terms.indexOf('pvReverse');

const sourceOf = (sources: readonly Source[], term: Term): readonly (readonly number[])[] =>
  Object.values(sources[terms.indexOf(term)] as Source);

/** What the buildings must have used when nothing meters them. */
const remainderOf = (memory: Float64Array, energies: number): number => {
  const of = (term: Term): number => memory[energies + terms.indexOf(term)] as number;
  return of('pv') + of('import') + of('discharge') - of('ev') - of('export') - of('charge');
};
