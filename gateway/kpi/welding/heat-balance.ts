import { z } from 'zod';
import { statusCodes } from '../../core/quality.ts';
import { intervalCoveredIndex, intervalElapsedIndex } from '../../hot-path/operators/interval.ts';
import type { FrameRing } from '../../hot-path/ring.ts';
import { valueCell } from '../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiDefinition,
  type KpiInput,
} from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcStateIndex } from './arc.ts';
import { panelInputs } from './panel.ts';
import {
  type Collector,
  collectTotals,
  finishSteps,
  inputValue,
  type PanelSteps,
  panelSteps,
  type StepCells,
  type Totals,
} from './panel-steps.ts';

const seamsOf = (
  prefix: 'f' | 'b',
  point: 'arcPower' | 'arcOn',
  description: KpiInput['description'],
): KpiInput => ({
  pattern: `{area}/{line}/${prefix}*/${point}`,
  equipmentClass: 'weld_seam',
  ...(point === 'arcPower' ? { unit: 'W' } : {}),
  count: 'many',
  description,
});

const inputs: Readonly<Record<string, KpiInput>> = {
  frontPower: seamsOf('f', 'arcPower', {
    en: 'arc power of the front seams',
    zh: '正面焊缝电弧功率',
  }),
  frontArcOn: seamsOf('f', 'arcOn', { en: 'arcs of the front', zh: '正面电弧接通' }),
  backPower: seamsOf('b', 'arcPower', {
    en: 'arc power of the back seams',
    zh: '背面焊缝电弧功率',
  }),
  backArcOn: seamsOf('b', 'arcOn', { en: 'arcs of the back', zh: '背面电弧接通' }),
  ...panelInputs,
};

type Faces = {
  /** Cells with the power of all arcs of front and back, in W; an arc that is off gives nothing. */
  readonly frontIndex: number;
  readonly backIndex: number;
  readonly add: (memory: Float64Array) => void;
};

const readFaces = (context: KpiContext<unknown>): Faces => {
  const frontIndex = context.reserve(1);
  const backIndex = context.reserve(1);
  const face = (name: 'front' | 'back', sumIndex: number) => {
    const powers = context.many(`${name}Power`);
    const arcs = Uint32Array.from(context.many(`${name}ArcOn`), (arc) =>
      arcStateIndex(context, arc),
    );
    return (memory: Float64Array): void => {
      let watts = 0;
      for (let seam = 0; seam < powers.length; seam++) {
        if (memory[arcs[seam] as number] === 0) continue;
        watts += inputValue(memory, powers[seam] as (typeof powers)[number]);
      }
      memory[sumIndex] = watts;
    };
  };
  const [addFront, addBack] = [face('front', frontIndex), face('back', backIndex)];
  return {
    frontIndex,
    backIndex,
    add: (memory) => {
      addFront(memory);
      addBack(memory);
    },
  };
};

const balanceSteps = <C extends Collector>(
  context: KpiContext<unknown>,
  name: string,
  collect: (cells: StepCells, faces: Faces) => C,
): PanelSteps<C> => {
  const powers = [...context.many('frontPower'), ...context.many('backPower')];
  const arcs = [...context.many('frontArcOn'), ...context.many('backArcOn')];
  // The seam that is read last in a round of the source: then the others are up to date.
  const [clock, ...others] = powers.toReversed();
  if (clock === undefined) throw new Error(`${context.equipment} has no arc power`);
  return panelSteps(context, {
    name,
    clock,
    partners: others.map((input) => ({ input, needs: 'measured' })),
    others: arcs,
    arcs,
    collect: (cells) => collect(cells, readFaces(context)),
  });
};

const index = (front: number, back: number): number => (100 * (front - back)) / (front + back);

const common = {
  version: 2,
  equipmentClass: 'weld_line',
  unit: '%',
  decimals: 2,
  formula: {
    en: 'HBI = 100 * (Q_front - Q_back) / (Q_front + Q_back), Q = sum of integral(IP dt) of the arcs of a face',
    zh: 'HBI = 100 * (Q正 - Q背) / (Q正 + Q背)，Q 为一面各电弧 ∫IP dt 之和',
  },
  standard: {
    en: 'own definition; leading indicator of bow (Okerblom: curvature by the difference of heats)',
    zh: '本项目定义；挠曲变形的先行指标（Okerblom：曲率正比于两面热量之差）',
  },
  coverageRule: 'time with measured arc power of all seams / elapsed time with any arc on',
  inputs,
  parametersSchema: z.strictObject({}),
} as const satisfies Partial<KpiDefinition>;

/** Heat balance of front and back over the panel so far: what the bow of the panel follows. */
export const heatBalanceIndex: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'heatBalanceIndex',
  point: 'heatBalanceIndex',
  description: {
    en: 'Heat balance of front and back, panel so far',
    zh: '当前管屏正背面热平衡指数',
  },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, any arc on', zh: '当前管屏，任一电弧燃烧期间' },
  build: (context) => {
    const steps = balanceSteps(
      context,
      'heat balance',
      (cells, faces): Totals =>
        collectTotals(
          context,
          cells,
          [
            { source: faces.frontIndex, rule: 'trapezoid' },
            { source: faces.backIndex, rule: 'trapezoid' },
          ],
          faces.add,
        ),
    );
    const frontIndex = context.reserve(1);
    const backIndex = context.reserve(1);
    finishSteps(context, steps, (memory) => {
      steps.collected.read(memory, 0, frontIndex);
      steps.collected.read(memory, 1, backIndex);
      memory[context.value + valueCell] = index(
        memory[frontIndex] as number,
        memory[backIndex] as number,
      );
    });
  },
});

/** Channels of the ring: running totals at a sample, so that a window's are a difference. */
const lanes = { front: 0, back: 1, coveredMs: 2, elapsedMs: 3, uncertain: 4, count: 5 } as const;
/** A line is read so often at most. */
const shortestPeriodMs = 100;

type Recent = Collector & {
  /** Writes what the totals grew by within the newest `lengthMs` to the cells from `out` on, in the order of the lanes. */
  readonly read: (memory: Float64Array, out: number) => void;
};

const collectRecent = (
  context: KpiContext<unknown>,
  options: { readonly cells: StepCells; readonly faces: Faces; readonly lengthMs: number },
): Recent => {
  const { cells, faces, lengthMs } = options;
  const periodMs = context.many('frontPower')[0]?.periodMs ?? shortestPeriodMs;
  const ring = context.ring({
    width: lanes.count,
    minimumCapacity: Math.ceil(lengthMs / periodMs) + 2,
  });
  const rowIndex = context.reserve(lanes.count);
  const statusIndex = context.reserve(1, [statusCodes.good]);
  const lastIndex = context.reserve(2);
  const fromMsIndex = context.reserve(1);
  const coveredIndex = intervalCoveredIndex(cells.interval);
  const elapsedIndex = intervalElapsedIndex(cells.interval);
  const row = { source: rowIndex, timeIndex: cells.timeIndex, statusIndex };
  const add = (memory: Float64Array, lane: number, amount: number): void => {
    memory[rowIndex + lane] = (memory[rowIndex + lane] as number) + amount;
  };
  return {
    reset: (memory) => {
      ring.clear();
      memory.fill(0, rowIndex, rowIndex + lanes.count);
    },
    push: (memory) => {
      faces.add(memory);
      const stepMs = memory[cells.stepMsIndex] as number;
      const front = memory[faces.frontIndex] as number;
      const back = memory[faces.backIndex] as number;
      add(memory, lanes.front, ((front + (memory[lastIndex] as number)) / 2) * stepMs);
      add(memory, lanes.back, ((back + (memory[lastIndex + 1] as number)) / 2) * stepMs);
      memory[lastIndex] = front;
      memory[lastIndex + 1] = back;
      memory[rowIndex + lanes.coveredMs] = memory[coveredIndex] as number;
      memory[rowIndex + lanes.elapsedMs] = memory[elapsedIndex] as number;
      add(memory, lanes.uncertain, memory[cells.isUncertainIndex] as number);
      // The clock was set back: what is in the ring has not happened yet.
      const isSetBack =
        (memory[cells.timeIndex] as number) < (ring.timeMs[ring.newestRow] as number);
      if (isSetBack) ring.clear();
      ring.pushCells(memory, row);
    },
    read: (memory, out) => {
      memory[fromMsIndex] = (memory[context.tickMsIndex] as number) - lengthMs;
      const count = ring.countAfter(memory, fromMsIndex);
      for (let lane = 0; lane < lanes.count; lane++) {
        memory[out + lane] = count === 0 ? 0 : difference(ring, lane, count);
      }
    },
  };
};

/** What a running total grew by between the oldest of the newest `count` frames and the newest. */
const difference = (ring: FrameRing, lane: number, count: number): number =>
  (ring.values[ring.newestRow * ring.width + lane] as number) -
  (ring.values[ring.rowAt(count - 1) * ring.width + lane] as number);

/** Heat balance of the newest seconds: shows a face that has begun to lag long before the panel's mean does. */
export const heatBalanceNow: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'heatBalanceNow',
  point: 'heatBalanceNow',
  description: { en: 'Heat balance of front and back, sliding', zh: '正背面热平衡指数（滑动）' },
  window: { tier: 'a', lengthMs: 10_000 },
  windowRule: {
    en: 'up to now, within the current panel, any arc on',
    zh: '截至当前，当前管屏内任一电弧燃烧期间',
  },
  build: (context) => {
    const lengthMs = 'lengthMs' in context.window ? context.window.lengthMs : 0;
    const steps = balanceSteps(context, `heat balance ${lengthMs}`, (cells, faces) =>
      collectRecent(context, { cells, faces, lengthMs }),
    );
    const grown = context.reserve(lanes.count);
    context.onTick((memory) => {
      steps.startPanel(memory);
      steps.collected.read(memory, grown);
      const elapsedMs = memory[grown + lanes.elapsedMs] as number;
      const coveredMs = memory[grown + lanes.coveredMs] as number;
      memory[context.value + valueCell] = index(
        memory[grown + lanes.front] as number,
        memory[grown + lanes.back] as number,
      );
      memory[context.coverage + valueCell] = elapsedMs > 0 ? coveredMs / elapsedMs : 0;
      finishResult(memory, context, grown + lanes.uncertain);
    });
  },
});
