import { z } from 'zod';
import { isBad, statusCodes } from '../../../core/quality.ts';
import { isUncertainSlot, statusCell, valueCell } from '../../../hot-path/slot.ts';
import { defineKpi, type KpiInput } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { quarterHourWindow } from '../../window.ts';
import { methods } from '../energy-quarter.ts';
import {
  dayFold,
  foldRow,
  onRows,
  quarterRows,
  rowCoverage,
  rowInputs,
  rowValue,
} from '../quarter/rows.ts';
import { terms } from '../quarter/terms.ts';
import {
  balanceCellCount,
  balanceCells,
  balanceTaker,
  residualOf,
  toleranceOf,
} from './balance-sums.ts';
import { classesSchema, contributions, floorSchema, meters } from './meters.ts';

const parametersSchema = z.strictObject({ classes: classesSchema, floorKwh: floorSchema });

/** How the energies of a row were found. */
export const methodInput: KpiInput = {
  pattern: '{area}/{line}/{equipment}/quarter.method',
  count: 'one',
  description: { en: 'how the energies were found', zh: '电量取得方法' },
};

/** Whether the load of a row is the remainder of its balance, which then proves nothing. */
export const isRemainder = (memory: Float64Array, method: number): boolean =>
  ((memory[method + valueCell] as number) & methods.remainder) !== 0;

const part = (en: string, zh: string, unit = 'kWh', decimals = 2) => ({
  ...{ unit, decimals },
  description: { en, zh },
});

/** What the meters of the park leave unexplained, beside what their classes allow. */
export const balanceResidual = defineKpi({
  id: 'balanceResidual',
  version: 1,
  equipmentClass: 'park',
  point: 'balanceResidual',
  unit: 'kWh',
  decimals: 2,
  description: { en: 'Balance residual of the last quarter hour', zh: '上一刻钟电量平衡差' },
  formula: {
    en: 'r = PV + import + discharge - (load + EV + export + charge); tolerance 2 * sqrt(sum (class * E)^2)',
    zh: 'r = 光伏 + 购电 + 放电 - (建筑 + 充电桩 + 上网 + 充电)；允差 2·√Σ(等级·电量)²',
  },
  standard: {
    en: 'conservation of energy at the bus; classes as of IEC 62053',
    zh: '母线能量守恒；电表等级按 IEC 62053',
  },
  window: quarterHourWindow,
  windowRule: { en: 'the newest closed quarter hour', zh: '最近结束的一刻钟' },
  coverageRule: 'coverage of the quarter hour',
  inputs: { ...rowInputs(...terms), method: methodInput },
  parts: {
    tolerance: part('what the classes of the meters allow', '电表等级允许的偏差'),
    ratio: part('residual over tolerance', '平衡差与允差之比', '1'),
    outOfTolerance: part('time out of tolerance without a break', '连续超差时间', 'min', 0),
    derived: part('1 when the load is the remainder', '建筑用电为差额时为 1', '1', 0),
    day: part('residual of the day', '当日平衡差', 'kWh', 1),
    dayTolerance: part('what the classes allow over the day', '当日允差', 'kWh', 1),
  },
  parametersSchema,
  build: (context) => {
    const { classes, floorKwh } = context.parameters;
    const rows = quarterRows(context, terms);
    const method = context.one('method').slot;
    const now = balanceCells(context.reserve(balanceCellCount));
    const inputs = terms.map((term) => context.one(term));
    const take = balanceTaker(context, classes);
    const day = dayFold(context, terms.length);
    const outIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const names = ['tolerance', 'ratio', 'outOfTolerance', 'derived', 'day', 'dayTolerance'];
    const parts = names.map((name) => context.part(name));
    const [tolerance = 0, ratio = 0, out = 0, derived = 0, ofDay = 0, dayTolerance = 0] = parts;
    onRows(context, rows, {
      take: (memory) => {
        take(memory, now);
        memory[uncertainIndex] = inputs.some(({ slot }) => isUncertainSlot(memory, slot)) ? 1 : 0;
        const isOut = Math.abs(residualOf(memory, now)) > toleranceOf(memory, now, floorKwh);
        const isKnown = rowCoverage(memory, rows) > 0;
        memory[outIndex] = isOut && isKnown ? (memory[outIndex] as number) + 15 : 0;
        if (!isKnown || !foldRow(memory, day, rows)) return;
        for (const [sum, input] of inputs.entries()) {
          memory[day.sums + sum] = (memory[day.sums + sum] as number) + rowValue(memory, input);
        }
      },
      write: (memory) => {
        const residual = residualOf(memory, now);
        memory[context.value + valueCell] = residual;
        memory[tolerance + valueCell] = toleranceOf(memory, now, floorKwh);
        memory[ratio + valueCell] = residual / (memory[tolerance + valueCell] as number);
        memory[out + valueCell] = memory[outIndex] as number;
        const isDerived = isRemainder(memory, method);
        memory[derived + valueCell] = isDerived ? 1 : 0;
        if (isDerived) memory[uncertainIndex] = 1;
        const total = ofSums(memory, day.sums, classes);
        memory[ofDay + valueCell] = total.residual;
        memory[dayTolerance + valueCell] = Math.max(floorKwh, 2 * Math.sqrt(total.variance));
        const isTold = !isBad(memory[rows.whole.slot + statusCell] as number);
        memory[context.coverage + valueCell] = isTold ? rowCoverage(memory, rows) : 0;
        finishResult(memory, context, uncertainIndex);
        finishParts(memory, context.value, parts);
        memory[derived + statusCell] = statusCodes.good;
      },
    });
  },
});

/** Residual and variance of sums in the order of `terms`. */
const ofSums = (
  memory: Float64Array,
  sums: number,
  classes: Readonly<Record<(typeof meters)[number], number>>,
): { readonly residual: number; readonly variance: number } => {
  let residual = 0;
  let variance = 0;
  for (const meter of meters) {
    for (const [term, sign] of contributions[meter]) {
      const energy = memory[sums + terms.indexOf(term)] as number;
      residual += sign * energy;
      variance += ((classes[meter] / 100) * energy) ** 2;
    }
  }
  return { residual, variance };
};
