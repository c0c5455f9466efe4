import { z } from 'zod';
import {
  compensatedSumSize,
  pushCompensatedSum,
  readCompensatedSum,
  resetCompensatedSum,
} from '../../hot-path/operators/compensated-sum.ts';
import { counterStepIndex, pushCounter, reserveCounter } from '../../hot-path/operators/counter.ts';
import { isUsableSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiInput } from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcsInput, isAnyArcOn } from './arc.ts';
import { panelInputs } from './panel.ts';
import { buildPanelRegister } from './panel-register.ts';
import { collectTotals, finishSteps, panelSteps } from './panel-steps.ts';

const lineEnergy: KpiInput = {
  pattern: '{area}/{line}/*/lineEnergy',
  equipmentClass: 'weld_line',
  unit: 'kWh',
  count: 'one',
  description: { en: 'energy register of the line', zh: '产线电能累计值' },
};

const common = {
  version: 2,
  equipmentClass: 'weld_line',
  standard: {
    en: 'register deltas; integrated power only as a cross-check',
    zh: '取计数器读数之差；功率积分仅用于核对',
  },
  window: panelWindowOfTierA,
  parametersSchema: z.strictObject({}),
} as const;

/** All that the line took in the panel's cycle, loading and unloading included: nothing between two panels is lost. */
export const panelEnergy = defineKpi({
  ...common,
  id: 'panelEnergy',
  point: 'panelEnergy',
  unit: 'kWh',
  decimals: 3,
  description: { en: 'Energy of the panel so far, whole cycle', zh: '当前管屏整个循环电量' },
  formula: {
    en: 'E = sum of non-negative register steps of the panel',
    zh: 'E = 当前管屏各计数器非负增量之和',
  },
  windowRule: { en: 'the current panel', zh: '当前管屏' },
  coverageRule: 'time spanned by readings of one segment / elapsed time of the panel',
  inputs: { lineEnergy, ...panelInputs },
  build: (context) => {
    buildPanelRegister(context, { register: context.one('lineEnergy') });
  },
});

/** What the line took while any of its arcs was on. */
export const weldingEnergy = defineKpi({
  ...common,
  id: 'weldingEnergy',
  point: 'weldingEnergy',
  unit: 'kWh',
  decimals: 3,
  description: { en: 'Energy of the panel so far, while welding', zh: '当前管屏焊接期间电量' },
  formula: {
    en: 'E = sum of non-negative register steps while any arc is on',
    zh: 'E = 任一电弧燃烧期间各计数器非负增量之和',
  },
  windowRule: { en: 'the current panel, any arc on', zh: '当前管屏，任一电弧燃烧期间' },
  coverageRule: 'time spanned by readings of one segment / elapsed time with any arc on',
  inputs: { lineEnergy, arcOn: arcsInput, ...panelInputs },
  build: (context) => {
    const register = context.one('lineEnergy');
    buildPanelRegister(context, { register, isActive: isAnyArcOn(context, context.many('arcOn')) });
  },
});

/** How far the integrated power is off the register over the same time, in %: either of them is wrong when it is much. */
export const panelEnergyDeviation = defineKpi({
  ...common,
  id: 'panelEnergyDeviation',
  point: 'panelEnergyDeviation',
  unit: '%',
  decimals: 2,
  description: {
    en: 'Integrated power against the register, panel so far',
    zh: '当前管屏功率积分与计数器的偏差',
  },
  formula: {
    en: '100 * (integral(P dt) - register steps) / register steps',
    zh: '100 * (∫P dt - 计数器增量) / 计数器增量',
  },
  windowRule: { en: 'the current panel', zh: '当前管屏' },
  coverageRule: 'time with measured power and register / elapsed time of the panel',
  inputs: {
    linePower: {
      pattern: '{area}/{line}/*/linePower',
      equipmentClass: 'weld_line',
      unit: 'kW',
      count: 'one',
      description: { en: 'active power of the line', zh: '产线有功功率' },
    },
    lineEnergy,
    ...panelInputs,
  },
  build: (context) => {
    const power = context.one('linePower');
    const register = context.one('lineEnergy');
    const steps = panelSteps(context, {
      name: 'energy deviation',
      clock: power,
      partners: [{ input: register, needs: 'usable' }],
      collect: (cells) => {
        const source = { source: power.slot + valueCell, rule: 'trapezoid' } as const;
        const totals = collectTotals(context, cells, [source]);
        const counter = reserveCounter(context, {
          valueIndex: register.slot + valueCell,
          timeIndex: register.slot + timeCell,
          ...register.limits,
        });
        const counted = context.reserve(compensatedSumSize);
        const stepIndex = counterStepIndex(counter);
        return {
          ...totals,
          counted,
          reset: (memory) => {
            totals.reset(memory);
            resetCompensatedSum(memory, counted);
          },
          push: (memory) => {
            totals.push(memory);
            if (!isUsableSlot(memory, register.slot)) return;
            pushCounter(memory, counter);
            if ((memory[cells.stepMsIndex] as number) > 0) {
              pushCompensatedSum(memory, counted, stepIndex);
            }
          },
        };
      },
    });
    const { read, counted } = steps.collected;
    const powerIndex = context.reserve(1);
    const countedIndex = context.reserve(1);
    const hourMs = 3_600_000;
    finishSteps(context, steps, (memory) => {
      read(memory, 0, powerIndex);
      readCompensatedSum(memory, counted, countedIndex);
      const integrated = ((memory[powerIndex] as number) * power.multiply) / power.divide / hourMs;
      const kwh = ((memory[countedIndex] as number) * register.multiply) / register.divide;
      memory[context.value + valueCell] = (100 * (integrated - kwh)) / kwh;
    });
  },
});
