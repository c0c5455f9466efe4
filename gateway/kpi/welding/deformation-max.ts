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
import { panelWindowOfTierA } from '../window.ts';
import { panelWindow } from './panel.ts';
import { profileInputs } from './profiles.ts';

/**
 * Largest |z| of the deformation profiles of the panel, against the machine datum. A profile stays readable until the next
 * one is taken: one that stands at the same place as when the panel began is of the panel before, and not counted.
 */
export const deformationMax = defineKpi({
  id: 'deformationMax',
  version: 3,
  equipmentClass: 'weld_line',
  point: 'deformationMax',
  unit: 'mm',
  decimals: 2,
  description: { en: 'Largest deformation of the panel so far', zh: '当前管屏最大变形' },
  formula: {
    en: 'max |z| over all profile points of the panel',
    zh: '管屏全部轮廓点 |z| 的最大值',
  },
  standard: { en: 'own definition; datum: machine', zh: '本项目定义；基准：机床' },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel', zh: '当前管屏' },
  coverageRule:
    'time between measured profiles / elapsed time since the first profile of the panel',
  inputs: { ...profileInputs, x: { ...profileInputs.x, count: 'optional' } },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const heights = context.many('z');
    const first = heights[0] as ResolvedInput;
    const place = context.optional('x');
    const panel = panelWindow(context);
    const interval = reserveInterval(context, {
      timeIndex: first.slot + timeCell,
      gapMs: first.staleMs,
    });
    const extremes = reserveExtremes(context);
    const epochIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const heightIndex = context.reserve(1);
    const oldPlaceIndex = context.reserve(1, [Number.NaN]);
    const coverageCells = { nowIndex: context.tickMsIndex, outIndex: context.coverage + valueCell };

    const startPanel = (memory: Float64Array): void => {
      if (memory[epochIndex] === memory[panel.epochIndex]) return;
      memory[epochIndex] = memory[panel.epochIndex] as number;
      memory[uncertainIndex] = 0;
      resetInterval(memory, interval);
      resetExtremes(memory, extremes);
      memory[oldPlaceIndex] = placeOf(memory);
    };
    const placeOf = (memory: Float64Array): number =>
      place !== undefined && isUsableSlot(memory, place.slot)
        ? (memory[place.slot + valueCell] as number)
        : Number.NaN;
    const isOfThisPanel = (memory: Float64Array): boolean => {
      if (placeOf(memory) === memory[oldPlaceIndex]) return false;
      // Once the place has changed, the new panel may bring a profile there too.
      memory[oldPlaceIndex] = Number.NaN;
      return true;
    };

    context.onSample(first.slot, (memory) => {
      startPanel(memory);
      const isActive = isOfThisPanel(memory);
      const isMeasured = isMeasuredSlot(memory, first.slot);
      pushInterval(memory, interval, (isActive ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
    });
    for (const height of heights) {
      context.onSample(height.slot, (memory) => {
        startPanel(memory);
        if (!isUsableSlot(memory, height.slot) || !isOfThisPanel(memory)) return;
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
