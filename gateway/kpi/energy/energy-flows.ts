import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpiTable, type KpiColumn } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { dayOfQuarterHours } from '../window.ts';
import {
  addToFold,
  dayFold,
  foldCoverage,
  foldRow,
  onRows,
  quarterRows,
  rowInputs,
} from './quarter/rows.ts';
import { balanceTerms, flows, flowTexts, termTexts } from './quarter/terms.ts';

const summed = [...balanceTerms, ...flows] as const;
const texts: Readonly<Record<string, LocalText>> = { ...termTexts, ...flowTexts };

const column = (point: string): KpiColumn => ({
  ...{ point: `day.${point}`, kind: 'number', unit: 'kWh', decimals: 1 },
  description: texts[point] as LocalText,
  formula: { en: 'sum over the quarter hours of the day', zh: '当日各刻钟之和' },
});

/** Energies and flows of the site's day: exactly the sum of its quarter hours. */
export const energyFlows: AnyKpiDefinition = defineKpiTable({
  id: 'energyFlows',
  version: 1,
  equipmentClass: 'park',
  group: 'day',
  description: { en: 'Energies and flows of the day', zh: '当日电量与能流' },
  formula: { en: 'sum over the quarter hours of the day', zh: '当日各刻钟之和' },
  standard: { en: 'folded from quarter hours', zh: '由刻钟数据汇总' },
  window: dayOfQuarterHours,
  windowRule: {
    en: "closed quarter hours of the site's day that the newest of them began in",
    zh: '最近结束的刻钟所在站点日内已结束的各刻钟',
  },
  coverageRule: 'metered time of the quarter hours / time since the day began',
  inputs: rowInputs(...summed),
  parametersSchema: z.strictObject({}),
  columns: [
    ...summed.map(column),
    {
      ...{ point: 'day.coverage', kind: 'number', unit: '1', decimals: 3, formula: undefined },
      description: { en: 'coverage of the day', zh: '当日覆盖率' },
    },
  ],
  build: (context) => {
    const rows = quarterRows(context, summed);
    const inputs = summed.map((point) => context.one(point));
    const slots = summed.map((point) => context.column(`day.${point}`));
    const [first = 0, ...others] = slots;
    const fold = dayFold(context, summed.length);
    const result = { value: first, coverage: context.column('day.coverage') };
    onRows(context, rows, {
      take: (memory) => {
        if (!foldRow(memory, fold, rows)) return;
        for (const [sum, input] of inputs.entries()) addToFold(memory, fold, sum, input);
      },
      write: (memory) => {
        for (const [sum, slot] of slots.entries()) {
          memory[slot + valueCell] = memory[fold.sums + sum] as number;
        }
        memory[result.coverage + valueCell] = foldCoverage(memory, fold);
        finishResult(memory, result, fold.uncertainIndex);
        finishParts(memory, first, others);
      },
    });
  },
});
