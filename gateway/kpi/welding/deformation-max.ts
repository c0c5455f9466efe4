import { z } from 'zod';
import {
  maximumIndex,
  pushExtremes,
  reserveExtremes,
  resetExtremes,
} from '../../hot-path/operators/extremes.ts';
import {
  activeFlag,
  pushInterval,
  readCoverage,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import {
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import { defineKpi, type ResolvedInput } from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelInputs, panelWindow } from './panel.ts';

/** Largest |z| of the deformation profiles of the panel, against the machine datum. */
export const deformationMax = defineKpi({
  id: 'deformationMax',
  version: 1,
  equipmentClass: 'weld_line',
  point: 'deformationMax',
  unit: 'mm',
  decimals: 2,
  description: { en: 'largest deformation of the panel so far', zh: '当前管屏最大变形' },
  formula: 'max |z| over all profile points of the panel',
  standard: 'own definition; datum: machine',
  tier: 'a',
  window: 'the current panel',
  coverageRule: 'time between measured profiles / elapsed time of the panel',
  inputs: {
    z: {
      pattern: '{area}/{line}/{equipment}/deformation.z.*',
      unit: 'mm',
      count: 'many',
      description: { en: 'profile heights', zh: '变形轮廓高度' },
    },
    ...panelInputs,
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const heights = context.many('z');
    const first = heights[0] as ResolvedInput;
    const panel = panelWindow(context);
    const interval = reserveInterval(context, {
      timeIndex: first.slot + timeCell,
      gapMs: first.staleMs,
    });
    const extremes = reserveExtremes(context);
    const epochIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const heightIndex = context.reserve(1);
    const coverageCells = { nowIndex: context.tickMsIndex, outIndex: context.coverage + valueCell };

    const startPanel = (memory: Float64Array): void => {
      if (memory[epochIndex] === memory[panel.epochIndex]) return;
      memory[epochIndex] = memory[panel.epochIndex] as number;
      memory[uncertainIndex] = 0;
      resetInterval(memory, interval);
      resetExtremes(memory, extremes);
    };

    context.onSample(first.slot, (memory) => {
      startPanel(memory);
      const isMeasured = isMeasuredSlot(memory, first.slot);
      pushInterval(memory, interval, activeFlag | (isMeasured ? usableFlag : 0));
    });
    for (const height of heights) {
      context.onSample(height.slot, (memory) => {
        startPanel(memory);
        if (!isUsableSlot(memory, height.slot)) return;
        if (isUncertainSlot(memory, height.slot)) memory[uncertainIndex] = 1;
        const value = memory[height.slot + valueCell] as number;
        memory[heightIndex] = Math.abs((value * height.multiply) / height.divide);
        pushExtremes(memory, extremes, heightIndex);
      });
    }

    context.onTick((memory) => {
      startPanel(memory);
      memory[context.value + valueCell] = memory[maximumIndex(extremes)] as number;
      readCoverage(memory, interval, coverageCells);
      finishResult(memory, context, uncertainIndex);
    });
  },
});
