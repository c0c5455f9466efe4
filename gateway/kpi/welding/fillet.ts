import { z } from 'zod';
import {
  momentsCountIndex,
  momentsMeanIndex,
  momentsSize,
  pushMoments,
  resetMoments,
} from '../../hot-path/operators/moments.ts';
import type { Step } from '../../hot-path/program.ts';
import { isFreshSlot, isMeasuredSlot, valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiDefinition,
  type KpiPart,
  type ResolvedInput,
  validMsOf,
} from '../definition.ts';
import { finishParts } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, travelSpeedInput } from './arc.ts';
import { readFactoredTotal, reserveFactoredTotal } from './factored-total.ts';
import { panelInputs } from './panel.ts';
import {
  type Collector,
  collectTotals,
  finishSteps,
  type PanelSteps,
  panelSteps,
  readInput,
} from './panel-steps.ts';
import { processInput } from './process.ts';
import { wireAreaIndex, wireParameters } from './wire.ts';

const parametersSchema = wireParameters.extend({
  /** Area of the reinforcement over that of the triangle below it. */
  reinforcementRatio: z.number().min(0).max(2).default(0.1),
  /** Share of the arc time that a measured bead must be known of, to go before the wire balance. */
  measuredShare: z.number().positive().max(1).default(0.5),
});
type Parameters = z.infer<typeof parametersSchema>;

type Deposit = Collector & {
  /** Writes wire and travel, both in mm/s times ms, to the cells `out` and `out + 1`. */
  readonly read: (memory: Float64Array, out: number) => void;
  /** Moments of gap and of measured leg, by the steps in which they were known. */
  readonly gap: number;
  readonly bead: number;
  /** Cell with the number of steps that count. */
  readonly stepsIndex: number;
};

/** A point that is read beside the steps, where it is known. */
type Beside = {
  readonly input: ResolvedInput;
  readonly age: { readonly timeIndex: number; readonly limitMs: number };
  readonly moments: number;
  readonly valueIndex: number;
};

const takeBeside = (memory: Float64Array, beside: Beside): void => {
  const { input, valueIndex } = beside;
  if (!isMeasuredSlot(memory, input.slot) || !isFreshSlot(memory, input.slot, beside.age)) return;
  readInput(memory, input, valueIndex);
  pushMoments(memory, beside.moments, valueIndex);
};

/** Wire and travel of the panel, with gap and bead where they are measured. */
const depositSteps = (context: KpiContext<Parameters>): PanelSteps<Deposit> => {
  const wire = context.one('wireFeedSpeed');
  const speed = context.one('travelSpeed');
  const arcOn = context.one('arcOn');
  const inputs = [context.optional('gap'), context.optional('beadLeg')];
  return panelSteps(context, {
    name: 'deposit',
    clock: wire,
    partners: [
      { input: arcOn, needs: 'state' },
      { input: speed, needs: 'usable' },
    ],
    others: inputs,
    arcs: [arcOn],
    collect: (cells): Deposit => {
      const { timeIndex, countsIndex } = cells;
      const totals = collectTotals(context, cells, [
        { source: wire.slot + valueCell, rule: 'trapezoid' },
        { source: speed.slot + valueCell, rule: 'trapezoid' },
      ]);
      const [gap, bead] = [context.reserve(momentsSize), context.reserve(momentsSize)];
      const stepsIndex = context.reserve(1);
      const valueIndex = context.reserve(1);
      const besides = inputs.flatMap((input, place): Beside[] => {
        if (input === undefined) return [];
        const age = { timeIndex, limitMs: validMsOf(input) };
        return [{ input, age, moments: place === 0 ? gap : bead, valueIndex }];
      });
      return {
        ...{ gap, bead, stepsIndex },
        reset: (memory) => {
          totals.reset(memory);
          resetMoments(memory, gap);
          resetMoments(memory, bead);
          memory[stepsIndex] = 0;
        },
        push: (memory) => {
          totals.push(memory);
          if (memory[countsIndex] !== 1) return;
          memory[stepsIndex] = (memory[stepsIndex] as number) + 1;
          for (let at = 0; at < besides.length; at++) takeBeside(memory, besides[at] as Beside);
        },
        read: (memory, out) => {
          totals.read(memory, 0, out);
          totals.read(memory, 1, out + 1);
        },
      };
    },
  });
};

/** Cells with the leg that holds of the panel so far and with what it comes of, mm; NaN where there is none. */
type Legs = {
  readonly steps: PanelSteps<Deposit>;
  readonly leg: number;
  readonly balance: number;
  readonly measured: number;
  readonly gap: number;
  readonly update: Step;
};

const meanOf = (memory: Float64Array, moments: number): number =>
  (memory[momentsCountIndex(moments)] as number) > 0
    ? (memory[momentsMeanIndex(moments)] as number)
    : Number.NaN;

/**
 * The leg of the panel: as the bead was measured where it was throughout enough of the arc time, else from the wire that went
 * into its length; less the mean gap, over which the leg lies, where one is measured.
 */
const legsOf = (context: KpiContext<Parameters>): Legs => {
  const steps = depositSteps(context);
  const { read, gap: gaps, bead: beads, stepsIndex } = steps.collected;
  const { depositionEfficiency, reinforcementRatio, measuredShare } = context.parameters;
  const [wire, speed] = [context.one('wireFeedSpeed'), context.one('travelSpeed')];
  const feed = (wire.multiply / wire.divide) * (speed.divide / speed.multiply);
  const factored = reserveFactoredTotal(context, wireAreaIndex(context));
  const totals = context.reserve(2);
  const inPlace = { total: totals, out: totals };
  const first = context.reserve(4);
  const [leg, balance, measured, gap] = [first, first + 1, first + 2, first + 3] as const;
  const update: Step = (memory) => {
    read(memory, totals);
    readFactoredTotal(memory, factored, inPlace);
    const deposit =
      (((memory[totals] as number) * feed) / (memory[totals + 1] as number)) * depositionEfficiency;
    memory[balance] = Math.sqrt((2 * deposit) / (1 + reinforcementRatio));
    memory[measured] = meanOf(memory, beads);
    memory[gap] = meanOf(memory, gaps);
    const known = memory[momentsCountIndex(beads)] as number;
    const isMeasured = known > 0 && known >= measuredShare * (memory[stepsIndex] as number);
    const hasGap = (memory[momentsCountIndex(gaps)] as number) > 0;
    memory[leg] = (memory[isMeasured ? measured : balance] as number) - (hasGap ? memory[gap] : 0);
  };
  return { steps, leg, balance, measured, gap, update };
};

const part = (en: string, zh: string): KpiPart => ({ decimals: 2, description: { en, zh } });

const legParts = {
  balance: part('by wire balance, gap not taken off', '焊丝平衡值，未扣间隙'),
  measured: part('as the bead was measured, gap not taken off', '焊道实测值，未扣间隙'),
  gap: part('mean gap that is taken off', '所扣除的平均间隙'),
} as const;

const filletKpi = (options: {
  readonly id: string;
  readonly description: KpiDefinition['description'];
  readonly formula: KpiDefinition['formula'];
  readonly perLeg: number;
  readonly parts?: typeof legParts;
}): AnyKpiDefinition =>
  defineKpi<Parameters>({
    id: options.id,
    version: 3,
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
      beadLeg: {
        pattern: '{area}/{line}/{equipment}/beadLeg',
        unit: 'mm',
        count: 'optional',
        description: { en: 'leg by the measured bead profile', zh: '焊道轮廓实测焊脚' },
      },
      process: processInput,
      ...panelInputs,
    },
    parametersSchema,
    build: (context) => {
      const { steps, update, leg, ...legs } = legsOf(context);
      finishSteps(context, steps, (memory) => {
        update(memory);
        memory[context.value + valueCell] = (memory[leg] as number) * options.perLeg;
      });
      if (options.parts === undefined) return;
      const names = Object.keys(options.parts) as (keyof typeof legParts)[];
      const shown = names.map((name) => context.part(name));
      const copies = names.map((name) => [legs[name], context.part(name) + valueCell] as const);
      context.onTick((memory) => {
        for (const [from, to] of copies) memory[to] = memory[from] as number;
        finishParts(memory, context.value, shown);
      });
    },
    ...(options.parts === undefined ? {} : { parts: options.parts }),
  });

/** Leg of the fillet weld, mean of the panel so far. */
export const legLength = filletKpi({
  id: 'legLength',
  description: {
    en: 'Leg of the weld, panel so far',
    zh: '当前管屏焊脚尺寸',
  },
  formula: {
    en: 'z = sqrt(2 A / (1 + r)) - gap, A = WFS * Awire * eta / v; measured leg - gap where the bead is measured',
    zh: 'z = sqrt(2 A / (1 + r)) - 间隙，A = WFS * Awire * eta / v；有焊道实测时为实测焊脚 - 间隙',
  },
  perLeg: 1,
  parts: legParts,
});

/** Throat of the fillet weld, mean of the panel so far. */
export const throat = filletKpi({
  id: 'throat',
  description: {
    en: 'Throat of the weld, panel so far',
    zh: '当前管屏焊喉厚度',
  },
  formula: { en: 'a = z / sqrt(2), z as legLength', zh: 'a = z / sqrt(2)，z 同 legLength' },
  perLeg: Math.SQRT1_2,
});
