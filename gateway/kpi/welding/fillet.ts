import { z } from 'zod';
import {
  momentsCountIndex,
  momentsMeanIndex,
  momentsSize,
  pushMoments,
  resetMoments,
} from '../../hot-path/operators/moments.ts';
import { isFreshSlot, isMeasuredSlot, valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiDefinition,
  type ResolvedInput,
} from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, travelSpeedInput } from './arc.ts';
import { panelInputs } from './panel.ts';
import {
  type Collector,
  collectTotals,
  finishSteps,
  panelSteps,
  readInput,
} from './panel-steps.ts';
import { wireAreaMm2, wireParameters } from './wire.ts';

const parametersSchema = wireParameters.extend({
  /** Area of the reinforcement over that of the triangle below it. */
  reinforcementRatio: z.number().min(0).max(2).default(0.1),
});
type Parameters = z.infer<typeof parametersSchema>;

type Deposit = Collector & {
  /** Writes wire and travel, both in mm/s times ms, to the cells `out` and `out + 1`. */
  readonly read: (memory: Float64Array, out: number) => void;
  readonly gap: number;
};

/** The leg of the panel in mm, from the wire that went into its length; less the mean gap where one is measured. */
const legOf = (context: KpiContext<Parameters>) => {
  const wire = context.one('wireFeedSpeed');
  const speed = context.one('travelSpeed');
  const arcOn = context.one('arcOn');
  const gap = context.optional('gap');
  const steps = panelSteps(context, {
    name: 'deposit',
    clock: wire,
    partners: [
      { input: arcOn, needs: 'state' },
      { input: speed, needs: 'usable' },
    ],
    others: [gap],
    arcs: [arcOn],
    collect: (cells): Deposit => {
      const totals = collectTotals(context, cells, [
        { source: wire.slot + valueCell, rule: 'trapezoid' },
        { source: speed.slot + valueCell, rule: 'trapezoid' },
      ]);
      const gapIndex = context.reserve(1);
      const gaps = context.reserve(momentsSize);
      const age = { timeIndex: cells.timeIndex, limitMs: gap?.staleMs ?? 0 };
      const sampling: GapSampling = { gap, age, gaps, gapIndex, countsIndex: cells.countsIndex };
      return {
        gap: gaps,
        reset: (memory) => {
          totals.reset(memory);
          resetMoments(memory, gaps);
        },
        push: (memory) => {
          totals.push(memory);
          takeGap(memory, sampling);
        },
        read: (memory, out) => {
          totals.read(memory, 0, out);
          totals.read(memory, 1, out + 1);
        },
      };
    },
  });
  const { depositionEfficiency, reinforcementRatio } = context.parameters;
  const area = wireAreaMm2(context.parameters) * depositionEfficiency;
  const feed = (wire.multiply / wire.divide) * (speed.divide / speed.multiply);
  const cells = context.reserve(2);
  const leg = (memory: Float64Array): number => {
    steps.collected.read(memory, cells);
    const deposit = (((memory[cells] as number) * feed) / (memory[cells + 1] as number)) * area;
    const { gap: gaps } = steps.collected;
    const hasGap = (memory[momentsCountIndex(gaps)] as number) > 0;
    const gapMm = hasGap ? (memory[momentsMeanIndex(gaps)] as number) : 0;
    return Math.sqrt((2 * deposit) / (1 + reinforcementRatio)) - gapMm;
  };
  return { steps, leg };
};

type GapSampling = {
  readonly gap: ResolvedInput | undefined;
  readonly age: { readonly timeIndex: number; readonly limitMs: number };
  readonly gaps: number;
  readonly gapIndex: number;
  readonly countsIndex: number;
};

const takeGap = (memory: Float64Array, sampling: GapSampling): void => {
  const { gap, gapIndex } = sampling;
  if (gap === undefined || memory[sampling.countsIndex] !== 1) return;
  if (!isMeasuredSlot(memory, gap.slot) || !isFreshSlot(memory, gap.slot, sampling.age)) return;
  readInput(memory, gap, gapIndex);
  pushMoments(memory, sampling.gaps, gapIndex);
};

const filletKpi = (options: {
  readonly id: string;
  readonly description: KpiDefinition['description'];
  readonly formula: KpiDefinition['formula'];
  readonly perLeg: number;
}): AnyKpiDefinition =>
  defineKpi<Parameters>({
    id: options.id,
    version: 1,
    equipmentClass: 'weld_seam',
    point: options.id,
    unit: 'mm',
    decimals: 2,
    description: options.description,
    formula: options.formula,
    standard: {
      en: 'wire balance, own definition; leg z and throat a as in ISO 2553. A measured bead profile goes before it',
      zh: '焊丝平衡法，本项目定义；焊脚 z 与焊喉 a 同 ISO 2553。有实测焊道轮廓时以实测为准',
    },
    window: panelWindowOfTierA,
    windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
    coverageRule: 'arc-on time with measured wire feed and a known speed / elapsed arc-on time',
    inputs: {
      wireFeedSpeed: {
        pattern: '{area}/{line}/{equipment}/wireFeedSpeed',
        unit: 'mm/s',
        count: 'one',
        description: { en: 'wire feed speed', zh: '送丝速度' },
      },
      travelSpeed: travelSpeedInput,
      arcOn: arcOnInput,
      gap: {
        pattern: '{area}/{line}/{equipment}/gap',
        unit: 'mm',
        count: 'optional',
        description: { en: 'gap between tube and fin', zh: '管与扁钢的间隙' },
      },
      ...panelInputs,
    },
    parametersSchema,
    build: (context) => {
      const { steps, leg } = legOf(context);
      finishSteps(context, steps, (memory) => {
        memory[context.value + valueCell] = leg(memory) * options.perLeg;
      });
    },
  });

/** Leg of the fillet weld, mean of the panel so far. */
export const legLength = filletKpi({
  id: 'legLength',
  description: {
    en: 'Leg of the weld by wire balance, panel so far',
    zh: '当前管屏焊脚尺寸（焊丝平衡）',
  },
  formula: {
    en: 'z = sqrt(2 A / (1 + r)) - gap, A = WFS * Awire * eta / v',
    zh: 'z = sqrt(2 A / (1 + r)) - 间隙，A = WFS * Awire * eta / v',
  },
  perLeg: 1,
});

/** Throat of the fillet weld, mean of the panel so far. */
export const throat = filletKpi({
  id: 'throat',
  description: {
    en: 'Throat of the weld by wire balance, panel so far',
    zh: '当前管屏焊喉厚度（焊丝平衡）',
  },
  formula: { en: 'a = z / sqrt(2), z as legLength', zh: 'a = z / sqrt(2)，z 同 legLength' },
  perLeg: Math.SQRT1_2,
});
