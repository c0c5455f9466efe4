import { z } from 'zod';
import {
  activeFlag,
  intervalStepIndex,
  pushInterval,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
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
import { efficiencyOf, heatInput, heatParameters } from './heat-input.ts';
import { panelInputs, panelWindow } from './panel.ts';
import { reserveSeamBins } from './seam-bins.ts';

const parametersSchema = heatParameters.extend({
  /** Width of a bin along the panel. */
  binMm: z.number().min(2).max(1000).default(10),
});

/** Between two samples; further, the encoder did not count, it was set. */
const longestStepMm = 100;

/**
 * Heat input of the newest closed position bin of one seam: where along the panel it was out of range. Energy and distance
 * are those of exactly the same steps, as for heatInput, but the distance is the encoder's.
 */
export const heatInputBin = defineKpi({
  id: 'heatInputBin',
  version: 1,
  equipmentClass: 'weld_seam',
  point: 'heatInputBin',
  unit: 'kJ/mm',
  decimals: 4,
  description: { en: 'Heat input of the last 10 mm', zh: '最近 10 mm 热输入' },
  formula: {
    en: 'Q = k * integral(IP dt) / distance, in a position bin, arc on',
    zh: 'Q = k * ∫IP dt / 行走距离，取一个位置区间，燃弧期间',
  },
  standard: heatInput.standard,
  window: panelWindowOfTierA,
  windowRule: {
    en: 'the newest closed position bin of the current panel, arc on',
    zh: '当前管屏最近走完的位置区间，燃弧期间',
  },
  coverageRule: 'measured distance with the arc on / width of the bin',
  inputs: {
    arcPower: heatInput.inputs['arcPower'] as (typeof heatInput.inputs)[string],
    arcOn: heatInput.inputs['arcOn'] as (typeof heatInput.inputs)[string],
    ...panelInputs,
    panelPosition: { ...panelInputs.panelPosition, count: 'one' },
  },
  parametersSchema,
  build: (context) => {
    const power = context.one('arcPower');
    const arcOn = context.one('arcOn');
    const position = context.one('panelPosition');
    const panel = panelWindow(context);
    const arcIndex = arcStateIndex(context, arcOn);
    const timeIndex = power.slot + timeCell;
    const interval = reserveInterval(context, { timeIndex, gapMs: power.staleMs });
    const bins = reserveSeamBins(context, context.parameters.binMm);
    const { step } = bins;
    const lastMmIndex = context.reserve(1, [Number.NaN]);
    const lastPowerIndex = context.reserve(1);
    const lastUncertainIndex = context.reserve(1);
    const epochIndex = context.reserve(1);
    /** Energy in mJ, distance in mm and whether it is uncertain, of the bin that the result is of. */
    const heldIndex = context.reserve(3);
    const heldBinIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const uncertainIndex = heldIndex + 2;
    const positionAge = { timeIndex, limitMs: position.staleMs };
    const scale = efficiencyOf(context.parameters) / 1e6;
    const held = { bin: 0, out: heldIndex };

    const startPanel = (memory: Float64Array): void => {
      if (memory[epochIndex] === memory[panel.epochIndex]) return;
      memory[epochIndex] = memory[panel.epochIndex] as number;
      memory[heldBinIndex] = Number.NEGATIVE_INFINITY;
      memory.fill(0, heldIndex, heldIndex + 3);
      resetInterval(memory, interval);
      bins.reset(memory);
    };

    context.onSample(power.slot, (memory) => {
      startPanel(memory);
      const isMeasured =
        isMeasuredSlot(memory, power.slot) &&
        isUsableSlot(memory, arcOn.slot) &&
        isUsableSlot(memory, position.slot) &&
        isFreshSlot(memory, position.slot, positionAge);
      const isOn = memory[arcIndex] === 1;
      pushInterval(memory, interval, (isOn ? activeFlag : 0) | (isMeasured ? usableFlag : 0));
      const watts = ((memory[power.slot + valueCell] as number) * power.multiply) / power.divide;
      const toMm =
        ((memory[position.slot + valueCell] as number) * position.multiply) / position.divide;
      const fromMm = memory[lastMmIndex] as number;
      const isUncertain =
        isUncertainSlot(memory, power.slot) || isUncertainSlot(memory, position.slot) ? 1 : 0;
      memory[step.fromMm] = fromMm;
      memory[step.toMm] = toMm;
      memory[step.power] = ((memory[lastPowerIndex] as number) + watts) / 2;
      memory[step.ms] = memory[intervalStepIndex(interval)] as number;
      memory[step.isUncertain] = memory[lastUncertainIndex] === 1 ? 1 : isUncertain;
      memory[lastMmIndex] = toMm;
      memory[lastPowerIndex] = watts;
      memory[lastUncertainIndex] = isUncertain;
      if ((memory[step.ms] as number) > 0 && Math.abs(toMm - fromMm) <= longestStepMm) {
        bins.push(memory);
      }
    });

    context.onTick((memory) => {
      startPanel(memory);
      const bin = bins.newestClosed(memory);
      if (bin > (memory[heldBinIndex] as number)) {
        memory[heldBinIndex] = bin;
        held.bin = bin;
        bins.read(memory, held);
      }
      const distanceMm = Math.max(0, memory[heldIndex + 1] as number);
      memory[context.value + valueCell] = ((memory[heldIndex] as number) / distanceMm) * scale;
      memory[context.coverage + valueCell] = Math.min(1, distanceMm / bins.widthMm);
      finishResult(memory, context, uncertainIndex);
    });
  },
});
