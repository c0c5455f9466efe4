import { z } from 'zod';
import { intervalCoveredIndex } from '../../hot-path/operators/interval.ts';
import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi } from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, arcStateIndex } from './arc.ts';
import { panelInputs } from './panel.ts';
import { collectTotals, finishSteps, panelSteps } from './panel-steps.ts';

/** Share of the panel's measured cycle time with the arc on. A sample's state holds until the next one. */
export const arcOnRatio = defineKpi({
  id: 'arcOnRatio',
  version: 2,
  equipmentClass: 'weld_seam',
  point: 'arcOnRatio',
  unit: '1',
  decimals: 3,
  description: { en: 'Arc-on ratio of the panel so far', zh: '当前管屏燃弧率' },
  formula: { en: 'arc-on time / cycle time', zh: '燃弧时间 / 循环时间' },
  standard: {
    en: 'own definition; arc duty cycle of weld monitors',
    zh: '本项目定义；即焊接监控仪的燃弧占空比',
  },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel', zh: '当前管屏' },
  coverageRule: 'time with a known arc state / elapsed time of the panel',
  inputs: { arcOn: arcOnInput, ...panelInputs },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const arcOn = context.one('arcOn');
    const arcIndex = arcStateIndex(context, arcOn);
    const steps = panelSteps(context, {
      name: 'arc on',
      clock: arcOn,
      isState: true,
      partners: [],
      collect: (cells) => collectTotals(context, cells, [{ source: arcIndex, rule: 'hold' }]),
    });
    const arcTimeIndex = context.reserve(1);
    const coveredIndex = intervalCoveredIndex(steps.interval);
    finishSteps(context, steps, (memory) => {
      steps.collected.read(memory, 0, arcTimeIndex);
      memory[context.value + valueCell] =
        (memory[arcTimeIndex] as number) / (memory[coveredIndex] as number);
    });
  },
});
