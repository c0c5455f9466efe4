import { z } from 'zod';
import {
  activeFlag,
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
import {
  isFreshSlot,
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import { defineKpi } from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcStateIndex } from './arc.ts';
import { panelInputs, panelWindow } from './panel.ts';

/**
 * Thermal efficiency k of a welding process (numbers of ISO 4063) after EN 1011-1 and ISO/TR 17671-1.
 * @see docs/formulas.md
 */
export const thermalEfficiencies = {
  '111': 0.8,
  '114': 0.8,
  '121': 1.0,
  '131': 0.8,
  '135': 0.8,
  '136': 0.8,
  '141': 0.6,
  '15': 0.6,
} as const satisfies Readonly<Record<string, number>>;

const processes = Object.keys(thermalEfficiencies) as (keyof typeof thermalEfficiencies)[];

export const heatParameters = z.strictObject({
  process: z.enum(processes).default('135'),
  /** Overrides the efficiency of the process. */
  thermalEfficiency: z.number().positive().max(1).optional(),
});

export const efficiencyOf = (parameters: z.infer<typeof heatParameters>): number =>
  parameters.thermalEfficiency ?? thermalEfficiencies[parameters.process];

/**
 * Heat input of one seam: Q = k * E, E = integral(IP dt) / integral(v dt) over the time with the arc on (ISO/TR 18491
 * method C; IP is the instantaneous power that the source averages itself, so it holds for pulsed arcs too). Power and speed
 * are integrated over exactly the same intervals, so a gap biases neither, and arc-off time never enters.
 */
export const heatInput = defineKpi({
  id: 'heatInput',
  version: 1,
  equipmentClass: 'weld_seam',
  point: 'heatInput',
  unit: 'kJ/mm',
  decimals: 4,
  description: { en: 'Heat input of the panel so far', zh: '当前管屏热输入' },
  formula: {
    en: 'Q = k * integral(IP dt) / integral(v dt), arc on',
    zh: 'Q = k * ∫IP dt / ∫v dt，燃弧期间',
  },
  standard: {
    en: 'ISO/TR 18491:2015 method C; k after EN 1011-1, ISO/TR 17671-1',
    zh: 'ISO/TR 18491:2015 方法 C；k 按 EN 1011-1、ISO/TR 17671-1',
  },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
  coverageRule: 'measured arc-on time / elapsed arc-on time of the panel',
  inputs: {
    arcPower: {
      pattern: '{area}/{line}/{equipment}/arcPower',
      unit: 'W',
      count: 'one',
      description: { en: 'mean instantaneous arc power IP', zh: '电弧瞬时功率均值 IP' },
    },
    arcOn: {
      pattern: '{area}/{line}/{equipment}/arcOn',
      count: 'one',
      description: { en: 'arc is on', zh: '电弧接通' },
    },
    travelSpeed: {
      pattern: '{area}/{line}/*/travelSpeed',
      equipmentClass: 'weld_line',
      unit: 'mm/s',
      count: 'one',
      description: { en: 'travel speed', zh: '焊接速度' },
    },
    ...panelInputs,
  },
  parametersSchema: heatParameters,
  build: (context) => {
    const efficiency = efficiencyOf(context.parameters);
    const power = context.one('arcPower');
    const arcOn = context.one('arcOn');
    const speed = context.one('travelSpeed');
    const panel = panelWindow(context);
    const arcIndex = arcStateIndex(context, arcOn);
    const timeIndex = power.slot + timeCell;
    const interval = reserveInterval(context, { timeIndex, gapMs: power.staleMs });
    const energy = reserveTimeIntegral(context, {
      interval,
      source: power.slot + valueCell,
      rule: 'trapezoid',
    });
    const length = reserveTimeIntegral(context, {
      interval,
      source: speed.slot + valueCell,
      rule: 'trapezoid',
    });
    const epochIndex = context.reserve(1);
    const uncertainIndex = context.reserve(1);
    const energyIndex = context.reserve(1);
    const lengthIndex = context.reserve(1);
    const speedAge = { timeIndex, limitMs: speed.staleMs };
    /** W ms over mm/s ms is J/mm; a thousand of them are a kJ/mm. */
    const scale =
      (((efficiency * power.multiply) / power.divide) * speed.divide) / speed.multiply / 1000;
    const coverageCells = {
      nowIndex: context.tickMsIndex,
      outIndex: context.coverage + valueCell,
    };

    const startPanel = (memory: Float64Array): void => {
      if (memory[epochIndex] === memory[panel.epochIndex]) return;
      memory[epochIndex] = memory[panel.epochIndex] as number;
      memory[uncertainIndex] = 0;
      resetInterval(memory, interval);
      resetTimeIntegral(memory, energy);
      resetTimeIntegral(memory, length);
    };

    context.onSample(power.slot, (memory) => {
      startPanel(memory);
      const isOn = memory[arcIndex] === 1;
      const isMeasured =
        isMeasuredSlot(memory, power.slot) &&
        isUsableSlot(memory, arcOn.slot) &&
        isUsableSlot(memory, speed.slot) &&
        isFreshSlot(memory, speed.slot, speedAge);
      pushInterval(memory, interval, (isOn ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
      pushTimeIntegral(memory, energy);
      pushTimeIntegral(memory, length);
      if (isOn && isMeasured) {
        const isUncertain =
          isUncertainSlot(memory, power.slot) || isUncertainSlot(memory, speed.slot);
        if (isUncertain) memory[uncertainIndex] = 1;
      }
    });

    context.onTick((memory) => {
      startPanel(memory);
      readTimeIntegral(memory, energy, energyIndex);
      readTimeIntegral(memory, length, lengthIndex);
      memory[context.value + valueCell] =
        ((memory[energyIndex] as number) / (memory[lengthIndex] as number)) * scale;
      readCoverage(memory, interval, coverageCells);
      finishResult(memory, context, uncertainIndex);
    });
  },
});
