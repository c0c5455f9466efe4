import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi } from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcsInput, travelSpeedInput } from './arc.ts';
import { panelInputs } from './panel.ts';
import { finishSteps, inputValue, panelSteps } from './panel-steps.ts';

const parametersSchema = z.strictObject({
  /** A sample conforms up to so much off the set speed, in %. */
  tolerancePercent: z.number().positive().max(100).default(5),
});

/** Against rounding of a sample that lies on the edge itself. */
const edge = 1e-9;

/** Share of the samples with any arc on whose travel speed is within the tolerance of what is set, in %. */
export const speedConformity = defineKpi<z.infer<typeof parametersSchema>>({
  id: 'speedConformity',
  version: 2,
  equipmentClass: 'weld_line',
  point: 'speedConformity',
  unit: '%',
  decimals: 2,
  description: { en: 'Travel-speed conformity of the panel so far', zh: '当前管屏焊接速度符合率' },
  formula: {
    en: '100 * samples(|v - vset| / vset <= tolerance) / samples, any arc on',
    zh: '100 * 满足 |v - vset| / vset <= 容差 的采样数 / 采样数，任一电弧燃烧期间',
  },
  standard: {
    en: 'own definition; samples of equal weight',
    zh: '本项目定义；各采样等权',
  },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, any arc on', zh: '当前管屏，任一电弧燃烧期间' },
  coverageRule: 'time with a measured speed and a known set speed / elapsed time with any arc on',
  inputs: {
    travelSpeed: travelSpeedInput,
    travelSpeedSet: {
      pattern: '{area}/{line}/*/travelSpeedSet',
      equipmentClass: 'weld_line',
      unit: 'mm/s',
      count: 'one',
      description: { en: 'travel speed wanted', zh: '焊接速度设定值' },
    },
    arcOn: arcsInput,
    ...panelInputs,
  },
  parametersSchema,
  build: (context) => {
    const speed = context.one('travelSpeed');
    const wanted = context.one('travelSpeedSet');
    const arcs = context.many('arcOn');
    const share = context.parameters.tolerancePercent / 100 + edge;
    const steps = panelSteps(context, {
      name: `speed conformity ${share}`,
      clock: speed,
      partners: [{ input: wanted, needs: 'state' }],
      others: arcs,
      arcs,
      collect: ({ countsIndex }) => {
        const samples = context.reserve(2);
        return {
          samples,
          reset: (memory) => {
            memory.fill(0, samples, samples + 2);
          },
          push: (memory) => {
            if (memory[countsIndex] !== 1) return;
            const set = inputValue(memory, wanted);
            memory[samples] = (memory[samples] as number) + 1;
            if (!(Math.abs(inputValue(memory, speed) - set) <= share * Math.abs(set))) return;
            memory[samples + 1] = (memory[samples + 1] as number) + 1;
          },
        };
      },
    });
    const { samples } = steps.collected;
    finishSteps(context, steps, (memory) => {
      memory[context.value + valueCell] =
        (100 * (memory[samples + 1] as number)) / (memory[samples] as number);
    });
  },
});
