import { z } from 'zod';
import { intervalCoveredIndex } from '../../hot-path/operators/interval.ts';
import { valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiInput,
  type ResolvedInput,
} from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, travelSpeedInput } from './arc.ts';
import { panelInputs } from './panel.ts';
import {
  collectTotals,
  finishSteps,
  type PanelSteps,
  panelSteps,
  readInput,
  type Totals,
} from './panel-steps.ts';

const seamFoundInput: KpiInput = {
  pattern: '{area}/{line}/{equipment}/seamFound',
  count: 'one',
  description: { en: 'vision has found the seam', zh: '视觉已识别焊缝' },
};

/** Integrates, while the seam is lost, 1 or the travel speed. What a sample says holds until the next one. */
const lostSteps = (context: KpiContext<unknown>, isByLength: boolean): PanelSteps<Totals> => {
  const found = context.one('seamFound');
  const arcOn = context.one('arcOn');
  const speed = isByLength ? context.one('travelSpeed') : undefined;
  return panelSteps(context, {
    name: 'seam lost',
    clock: found,
    isState: true,
    partners: [
      { input: arcOn, needs: 'state' },
      ...(speed === undefined ? [] : [{ input: speed, needs: 'usable' } as const]),
    ],
    arcs: [arcOn],
    collect: (cells) => {
      const lostIndex = context.reserve(1);
      const lost = { foundIndex: found.slot + valueCell, speed, lostIndex };
      return collectTotals(context, cells, [{ source: lostIndex, rule: 'hold' }], (memory) => {
        takeLost(memory, lost);
      });
    },
  });
};

const takeLost = (
  memory: Float64Array,
  lost: {
    readonly foundIndex: number;
    readonly speed: ResolvedInput | undefined;
    readonly lostIndex: number;
  },
): void => {
  const { speed, lostIndex } = lost;
  const isLost = memory[lost.foundIndex] === 0;
  memory[lostIndex] = isLost ? 1 : 0;
  if (isLost && speed !== undefined) readInput(memory, speed, lostIndex);
};

const common = {
  version: 2,
  equipmentClass: 'weld_seam',
  standard: { en: 'own definition', zh: '本项目定义' },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
  parametersSchema: z.strictObject({}),
} as const;

/** Share of the arc time in which the vision had lost the seam, in %. */
export const seamLostRatio: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'seamLostRatio',
  point: 'seamLostRatio',
  unit: '%',
  decimals: 3,
  description: { en: 'Arc time with the seam lost, panel so far', zh: '当前管屏焊缝丢失时间占比' },
  formula: {
    en: '100 * time(arc on, seam not found) / arc time',
    zh: '100 * 燃弧且未识别焊缝的时间 / 燃弧时间',
  },
  coverageRule: 'arc-on time with a known seamFound / elapsed arc-on time of the panel',
  inputs: { seamFound: seamFoundInput, arcOn: arcOnInput, ...panelInputs },
  build: (context) => {
    const steps = lostSteps(context, false);
    const lostIndex = context.reserve(1);
    const coveredIndex = intervalCoveredIndex(steps.interval);
    finishSteps(context, steps, (memory) => {
      steps.collected.read(memory, 0, lostIndex);
      memory[context.value + valueCell] =
        (100 * (memory[lostIndex] as number)) / (memory[coveredIndex] as number);
    });
  },
});

/** Length that was welded while the vision had lost the seam, in mm. */
export const seamLostLength: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'seamLostLength',
  point: 'seamLostLength',
  unit: 'mm',
  decimals: 1,
  description: { en: 'Length welded with the seam lost, panel so far', zh: '当前管屏焊缝丢失长度' },
  formula: {
    en: 'integral(v dt) while the arc is on and the seam not found',
    zh: '燃弧且未识别焊缝期间的 ∫v dt',
  },
  coverageRule:
    'arc-on time with a known seamFound and travel speed / elapsed arc-on time of the panel',
  inputs: {
    seamFound: seamFoundInput,
    arcOn: arcOnInput,
    travelSpeed: travelSpeedInput,
    ...panelInputs,
  },
  build: (context) => {
    const steps = lostSteps(context, true);
    const lengthIndex = context.reserve(1);
    finishSteps(context, steps, (memory) => {
      steps.collected.read(memory, 0, lengthIndex);
      memory[context.value + valueCell] = (memory[lengthIndex] as number) / 1000;
    });
  },
});
