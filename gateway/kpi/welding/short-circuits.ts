import { z } from 'zod';
import {
  maximumIndex,
  pushExtremes,
  reserveExtremes,
  resetExtremes,
} from '../../hot-path/operators/extremes.ts';
import { intervalCoveredIndex } from '../../hot-path/operators/interval.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiInput } from '../definition.ts';
import { finishParts } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput } from './arc.ts';
import { panelInputs } from './panel.ts';
import { collectTotals, finishSteps, panelSteps, readInput } from './panel-steps.ts';

/** A feature that the power source counts from the waveform: u below 12 V for more than 0.5 ms. */
export const shortCircuitsInput: KpiInput = {
  pattern: '{area}/{line}/{equipment}/shortCircuits',
  unit: '1/s',
  count: 'one',
  description: { en: 'short circuits a second', zh: '每秒短路次数' },
};

/**
 * How often the wire touched the pool, mean of the panel by arc time: a pulsed arc hardly does, and one that does more and more
 * is too short, or has too little gas. The largest of a second beside it.
 */
export const shortCircuitRate: AnyKpiDefinition = defineKpi({
  id: 'shortCircuitRate',
  version: 2,
  equipmentClass: 'weld_seam',
  point: 'shortCircuitRate',
  unit: '1/s',
  decimals: 2,
  description: { en: 'Short circuits a second, panel so far', zh: '当前管屏每秒短路次数' },
  formula: {
    en: 'integral(short circuits a second dt) / arc-on time',
    zh: '∫每秒短路次数 dt / 燃弧时间',
  },
  standard: { en: 'own definition, after weld monitors', zh: '本项目定义，参照焊接监控仪' },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
  coverageRule: 'arc-on time with a measured rate / elapsed arc-on time of the panel',
  inputs: { shortCircuits: shortCircuitsInput, arcOn: arcOnInput, ...panelInputs },
  parts: {
    maximum: { decimals: 0, description: { en: 'largest of a second', zh: '单秒最大值' } },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const rate = context.one('shortCircuits');
    const arcOn = context.one('arcOn');
    const steps = panelSteps(context, {
      name: 'short circuits',
      clock: rate,
      partners: [{ input: arcOn, needs: 'state' }],
      arcs: [arcOn],
      collect: (cells) => {
        const totals = collectTotals(context, cells, [
          { source: rate.slot + valueCell, rule: 'trapezoid' },
        ]);
        const extremes = reserveExtremes(context);
        const valueIndex = context.reserve(1);
        return {
          ...{ extremes, read: totals.read },
          reset: (memory) => {
            totals.reset(memory);
            resetExtremes(memory, extremes);
          },
          push: (memory) => {
            totals.push(memory);
            if (memory[cells.countsIndex] !== 1) return;
            readInput(memory, rate, valueIndex);
            pushExtremes(memory, extremes, valueIndex);
          },
        };
      },
    });
    const { extremes, read } = steps.collected;
    const totalIndex = context.reserve(1);
    const coveredIndex = intervalCoveredIndex(steps.interval);
    const scale = rate.multiply / rate.divide;
    const maximum = context.part('maximum');
    const parts = [maximum];
    finishSteps(context, steps, (memory) => {
      read(memory, 0, totalIndex);
      memory[context.value + valueCell] =
        ((memory[totalIndex] as number) * scale) / (memory[coveredIndex] as number);
      memory[maximum + valueCell] = memory[maximumIndex(extremes)] as number;
    });
    context.onTick((memory) => {
      finishParts(memory, context.value, parts);
    });
  },
});
