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
import { arcStateIndex, arcsInput, isAnyOn } from './arc.ts';
import { panelInputs, panelWindow } from './panel.ts';

/** Mean travel speed over the panel, by time, while any arc of the line is on. */
export const travelSpeedMean = defineKpi({
  id: 'travelSpeedMean',
  version: 2,
  equipmentClass: 'weld_line',
  point: 'travelSpeedMean',
  unit: 'm/min',
  decimals: 3,
  description: { en: 'Mean travel speed of the panel so far', zh: '当前管屏平均焊接速度' },
  formula: { en: 'integral(v dt) / integral(dt), any arc on', zh: '∫v dt / ∫dt，任一电弧燃烧期间' },
  standard: { en: 'own definition', zh: '本项目定义' },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, any arc on', zh: '当前管屏，任一电弧燃烧期间' },
  coverageRule: 'time with a measured speed / elapsed time of the panel with any arc on',
  inputs: {
    travelSpeed: {
      pattern: '{area}/{line}/{equipment}/travelSpeed',
      unit: 'm/min',
      count: 'one',
      description: { en: 'travel speed', zh: '焊接速度' },
    },
    arcOn: arcsInput,
    ...panelInputs,
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const speed = context.one('travelSpeed');
    const arcs = context.many('arcOn').map((arc) => arcStateIndex(context, arc));
    const panel = panelWindow(context);
    const timeIndex = speed.slot + timeCell;
    const interval = reserveInterval(context, { timeIndex, gapMs: speed.staleMs });
    const distance = reserveTimeIntegral(context, {
      interval,
      source: speed.slot + valueCell,
      rule: 'trapezoid',
    });
    const epochIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const distanceIndex = context.reserve(1);
    const coveredIndex = intervalCoveredIndex(interval);
    const coverageCells = { nowIndex: context.tickMsIndex, outIndex: context.coverage + valueCell };

    const startPanel = (memory: Float64Array): void => {
      if (memory[epochIndex] === memory[panel.epochIndex]) return;
      memory[epochIndex] = memory[panel.epochIndex] as number;
      memory[uncertainIndex] = 0;
      resetInterval(memory, interval);
      resetTimeIntegral(memory, distance);
    };

    context.onSample(speed.slot, (memory) => {
      startPanel(memory);
      const isOn = isAnyOn(memory, arcs);
      const isMeasured = isMeasuredSlot(memory, speed.slot);
      pushInterval(memory, interval, (isOn ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
      pushTimeIntegral(memory, distance);
      if (isOn && isUncertainSlot(memory, speed.slot)) memory[uncertainIndex] = 1;
    });

    context.onTick((memory) => {
      startPanel(memory);
      readTimeIntegral(memory, distance, distanceIndex);
      const mean = (memory[distanceIndex] as number) / (memory[coveredIndex] as number);
      memory[context.value + valueCell] = (mean * speed.multiply) / speed.divide;
      readCoverage(memory, interval, coverageCells);
      finishResult(memory, context, uncertainIndex);
    });
  },
});
