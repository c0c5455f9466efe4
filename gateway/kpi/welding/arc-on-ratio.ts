import { z } from 'zod';
import {
  activeFlag,
  intervalCoveredIndex,
  pushInterval,
  readCoverage,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import {
  pushTimeIntegral,
  readTimeIntegral,
  reserveTimeIntegral,
  resetTimeIntegral,
} from '../../hot-path/operators/time-integral.ts';
import { isMeasuredSlot, isUncertainSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi } from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, arcStateIndex } from './arc.ts';
import { panelInputs, panelWindow } from './panel.ts';

/** Share of the panel's measured cycle time with the arc on. A sample's state holds until the next one. */
export const arcOnRatio = defineKpi({
  id: 'arcOnRatio',
  version: 1,
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
    const panel = panelWindow(context);
    const arcIndex = arcStateIndex(context, arcOn);
    const timeIndex = arcOn.slot + timeCell;
    const interval = reserveInterval(context, { timeIndex, gapMs: arcOn.staleMs });
    const arcTime = reserveTimeIntegral(context, { interval, source: arcIndex, rule: 'hold' });
    const epochIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const arcTimeIndex = context.reserve(1);
    const coveredIndex = intervalCoveredIndex(interval);
    const coverageCells = { nowIndex: context.tickMsIndex, outIndex: context.coverage + valueCell };

    const startPanel = (memory: Float64Array): void => {
      if (memory[epochIndex] === memory[panel.epochIndex]) return;
      memory[epochIndex] = memory[panel.epochIndex] as number;
      memory[uncertainIndex] = 0;
      resetInterval(memory, interval);
      resetTimeIntegral(memory, arcTime);
    };

    context.onSample(arcOn.slot, (memory) => {
      startPanel(memory);
      const isMeasured = isMeasuredSlot(memory, arcOn.slot);
      pushInterval(memory, interval, activeFlag | (isMeasured ? usableFlag : 0));
      pushTimeIntegral(memory, arcTime);
      if (isUncertainSlot(memory, arcOn.slot)) memory[uncertainIndex] = 1;
    });

    context.onTick((memory) => {
      startPanel(memory);
      readTimeIntegral(memory, arcTime, arcTimeIndex);
      memory[context.value + valueCell] =
        (memory[arcTimeIndex] as number) / (memory[coveredIndex] as number);
      readCoverage(memory, interval, coverageCells);
      finishResult(memory, context, uncertainIndex);
    });
  },
});
