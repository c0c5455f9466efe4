import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { buildCombined, kpiInputs } from '../combined.ts';
import { defineKpi, type KpiContext, type ResolvedInput } from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcOnInput, arcStateIndex, arcsInput, isAnyOn, travelSpeedInput } from './arc.ts';
import { panelInputs } from './panel.ts';
import {
  type Collector,
  finishSteps,
  type PanelSteps,
  panelSteps,
  readInput,
} from './panel-steps.ts';

const parametersSchema = z.strictObject({
  /** An arc that stays off counts once the line has travelled so far, others still burning: ends are staggered too. */
  travelMm: z.number().positive().max(10_000).default(50),
});
type Parameters = z.infer<typeof parametersSchema>;

type Interruptions = Collector & { readonly countIndex: number };

const interruptionSteps = (context: KpiContext<Parameters>): PanelSteps<Interruptions> => {
  const arcOn = context.one('arcOn');
  const speed = context.one('travelSpeed');
  const arcs = context.many('arcs');
  const { travelMm } = context.parameters;
  const arcIndex = arcStateIndex(context, arcOn);
  const arcCells = arcs.map((arc) => arcStateIndex(context, arc));
  return panelSteps(context, {
    name: `arc interruptions ${travelMm}`,
    clock: arcOn,
    isState: true,
    partners: [{ input: speed, needs: 'usable' }],
    others: arcs,
    collect: ({ stepMsIndex, isHeld }) => {
      const counting: Counting = {
        ...{ speed, arcIndex, arcCells, travelMm, stepMsIndex, isHeld },
        wasAnyOnIndex: context.reserve(1),
        countIndex: context.reserve(1),
        hasBurnedIndex: context.reserve(1),
        outIndex: context.reserve(1),
        travelledIndex: context.reserve(1),
        lastSpeedIndex: context.reserve(1),
      };
      return {
        countIndex: counting.countIndex,
        reset: (memory) => {
          memory[counting.countIndex] = 0;
          memory[counting.hasBurnedIndex] = 0;
          memory[counting.outIndex] = 0;
        },
        push: (memory) => {
          takeArc(memory, counting);
        },
      };
    },
  });
};

type Counting = {
  readonly speed: ResolvedInput;
  /** Cells with the state of the arc, and of all of the line. */
  readonly arcIndex: number;
  readonly arcCells: readonly number[];
  readonly travelMm: number;
  readonly stepMsIndex: number;
  /** Of a step counts what was told before it. */
  readonly isHeld: boolean;
  readonly wasAnyOnIndex: number;
  readonly countIndex: number;
  readonly hasBurnedIndex: number;
  /** While the arc is out after it has burned: 1, and 2 once that is counted. */
  readonly outIndex: number;
  readonly travelledIndex: number;
  readonly lastSpeedIndex: number;
};

const takeArc = (memory: Float64Array, counting: Counting): void => {
  const { countIndex, outIndex, travelledIndex, lastSpeedIndex } = counting;
  const before = memory[lastSpeedIndex] as number;
  readInput(memory, counting.speed, lastSpeedIndex);
  const mean = counting.isHeld ? before : ((memory[lastSpeedIndex] as number) + before) / 2;
  const isAnyOnNow = isAnyOn(memory, counting.arcCells);
  const isOthersOn = counting.isHeld ? memory[counting.wasAnyOnIndex] === 1 : isAnyOnNow;
  memory[counting.wasAnyOnIndex] = isAnyOnNow ? 1 : 0;
  if (memory[counting.arcIndex] === 1) {
    if (memory[outIndex] === 1) memory[countIndex] = (memory[countIndex] as number) + 1;
    memory[counting.hasBurnedIndex] = 1;
    memory[outIndex] = 0;
    memory[travelledIndex] = 0;
    return;
  }
  if (memory[counting.hasBurnedIndex] !== 1 || memory[outIndex] === 2) return;
  const isOutSince = memory[outIndex] === 1;
  memory[outIndex] = 1;
  if (!isOthersOn || (counting.isHeld && !isOutSince)) return;
  const travelled =
    (memory[travelledIndex] as number) + (mean * (memory[counting.stepMsIndex] as number)) / 1000;
  memory[travelledIndex] = travelled;
  if (travelled < counting.travelMm) return;
  memory[countIndex] = (memory[countIndex] as number) + 1;
  memory[outIndex] = 2;
};

const common = {
  version: 1,
  equipmentClass: 'weld_seam',
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel', zh: '当前管屏' },
} as const;

/** How often the arc of a seam went out in the panel before the seam's end. */
export const arcInterruptions = defineKpi<Parameters>({
  ...common,
  version: 2,
  id: 'arcInterruptions',
  point: 'arcInterruptions',
  unit: '1',
  decimals: 0,
  description: { en: 'Arc interruptions of the panel so far', zh: '当前管屏断弧次数' },
  formula: {
    en: 'number of times the arc went out and burned again, or stays out while the line travels on welding',
    zh: '电弧熄灭后再次燃烧，或产线继续焊接行走而电弧未复燃的次数',
  },
  standard: { en: 'own definition', zh: '本项目定义' },
  coverageRule: 'time with a known arc state and travel speed / elapsed time of the panel',
  inputs: {
    arcOn: arcOnInput,
    arcs: arcsInput,
    travelSpeed: travelSpeedInput,
    ...panelInputs,
  },
  parametersSchema,
  build: (context) => {
    const steps = interruptionSteps(context);
    finishSteps(context, steps, (memory) => {
      memory[context.value + valueCell] = memory[steps.collected.countIndex] as number;
    });
  },
});

/** Arc interruptions by length: seams of unlike length compare. */
export const arcInterruptionsPerMetre = defineKpi({
  ...common,
  id: 'arcInterruptionsPerMetre',
  point: 'arcInterruptionsPerMetre',
  unit: '1/m',
  decimals: 3,
  description: { en: 'Arc interruptions per metre of weld', zh: '每米焊缝断弧次数' },
  formula: { en: 'arcInterruptions / weldLength', zh: '断弧次数 / 焊缝长度' },
  standard: { en: 'own definition', zh: '本项目定义' },
  coverageRule: 'the smaller of the coverages of arcInterruptions and weldLength',
  inputs: {
    ...kpiInputs('arcInterruptions', '1', { en: 'arc interruptions', zh: '断弧次数' }),
    ...kpiInputs('weldLength', 'm', { en: 'weld length of the seam', zh: '焊缝长度' }),
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    buildCombined(
      context,
      ['arcInterruptions', 'weldLength'],
      (memory, [count = 0, m = 0], out) => {
        memory[out] = (memory[count] as number) / (memory[m] as number);
      },
    );
  },
});
