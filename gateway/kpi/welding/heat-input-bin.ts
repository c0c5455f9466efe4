import { z } from 'zod';
import { longestStepMm } from '../../core/panel.ts';
import type { Step } from '../../hot-path/program.ts';
import { isFreshSlot, isMeasuredSlot, isUncertainSlot, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type ResolvedInput } from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { heatInput } from './heat-input.ts';
import { efficiencyIndex, efficiencyParameters, heatInputs } from './heat-methods.ts';
import { panelInputs } from './panel.ts';
import { onPass, panelPlaces } from './panel-places.ts';
import { type Collector, type PanelSteps, panelSteps, readInput } from './panel-steps.ts';
import {
  newestClosedBin,
  pushSeamBins,
  readSeamBin,
  reserveSeamBins,
  resetSeamBins,
  type SeamBins,
} from './seam-bins.ts';

const parametersSchema = efficiencyParameters.extend({
  /** Width of a bin along the panel. */
  binMm: z.number().min(2).max(1000).default(10),
});

type Parameters = z.infer<typeof parametersSchema>;

/** What decides k, for the keys of what is shared. */
const efficiencyOf = ({ process, thermalEfficiency }: Parameters): string =>
  JSON.stringify([process, thermalEfficiency]);

const mjPerKj = 1e6;

/** Energy in mJ, distance in mm, whether it is uncertain and k, of the bin that the result is of. */
type HeldBin = Collector & {
  readonly widthMm: number;
  readonly heldIndex: number;
  /** Takes the newest closed bin, should there be another one. */
  readonly hold: (memory: Float64Array) => void;
};

const binSteps = (context: KpiContext<Parameters>): PanelSteps<HeldBin> => {
  const { binMm } = context.parameters;
  const power = context.one('arcPower');
  const arcOn = context.one('arcOn');
  const position = context.one('panelPosition');
  return panelSteps(context, {
    name: `heat bins ${binMm} ${efficiencyOf(context.parameters)}`,
    clock: power,
    others: [context.optional('process')],
    partners: [
      { input: arcOn, needs: 'state' },
      { input: position, needs: 'usable' },
    ],
    arcs: [arcOn],
    collect: ({ stepMsIndex }) => {
      const bins = reserveSeamBins(context, {
        widthMm: binMm,
        efficiencyIndex: efficiencyIndex(context),
      });
      const lastIndex = context.reserve(3, [Number.NaN]);
      const { restart, ...held } = heldBin(context, bins);
      const places = panelPlaces(context);
      const { isAgainIndex } = places;
      const stepping: Stepping = { bins, power, position, stepMsIndex, lastIndex, isAgainIndex };
      const startPass = onPass(context, places, restart);
      return {
        ...held,
        push: (memory) => {
          startPass(memory);
          takeStep(memory, stepping);
        },
      };
    },
  });
};

type Stepping = {
  readonly bins: SeamBins;
  readonly power: ResolvedInput;
  readonly position: ResolvedInput;
  readonly stepMsIndex: number;
  /** Cells of the sample before: place in mm, power in W, whether uncertain. */
  readonly lastIndex: number;
  readonly isAgainIndex: number;
};

const takeStep = (memory: Float64Array, stepping: Stepping): void => {
  const { bins, power, position, lastIndex } = stepping;
  const { step } = bins;
  readInput(memory, power, step.power);
  readInput(memory, position, step.toMm);
  const watts = memory[step.power] as number;
  const toMm = memory[step.toMm] as number;
  const fromMm = memory[lastIndex] as number;
  // What lies where this panel was before has been counted.
  const ms = memory[stepping.isAgainIndex] === 1 ? 0 : (memory[stepping.stepMsIndex] as number);
  const isUncertain =
    isUncertainSlot(memory, power.slot) || isUncertainSlot(memory, position.slot) ? 1 : 0;
  memory[step.fromMm] = fromMm;
  memory[step.power] = ((memory[lastIndex + 1] as number) + watts) / 2;
  memory[step.ms] = ms;
  memory[step.isUncertain] = memory[lastIndex + 2] === 1 ? 1 : isUncertain;
  memory[lastIndex] = toMm;
  memory[lastIndex + 1] = watts;
  memory[lastIndex + 2] = isUncertain;
  if (ms > 0 && Math.abs(toMm - fromMm) <= longestStepMm) pushSeamBins(memory, bins);
};

const heldBin = (
  context: KpiContext<unknown>,
  bins: SeamBins,
): Omit<HeldBin, 'push'> & { readonly restart: Step } => {
  const heldIndex = context.reserve(4);
  const heldBinIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
  const held = { from: heldBinIndex, out: heldIndex };
  return {
    widthMm: bins.widthMm,
    heldIndex,
    reset: (memory) => {
      memory[heldBinIndex] = Number.NEGATIVE_INFINITY;
      memory.fill(0, heldIndex, heldIndex + 4);
      resetSeamBins(memory, bins);
    },
    restart: (memory) => {
      memory[heldBinIndex] = Number.NEGATIVE_INFINITY;
      resetSeamBins(memory, bins);
    },
    hold: (memory) => {
      const bin = newestClosedBin(memory, bins);
      if (!(bin > (memory[heldBinIndex] as number))) return;
      memory[heldBinIndex] = bin;
      readSeamBin(memory, bins, held);
    },
  };
};

/**
 * Heat input of the newest closed position bin of one seam: where along the panel it was out of range. Energy and distance
 * are those of exactly the same steps, as for heatInput, but the distance is the encoder's.
 */
export const heatInputBin = defineKpi({
  id: 'heatInputBin',
  version: 4,
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
    arcPower: heatInputs.arcPower,
    arcOn: heatInputs.arcOn,
    process: heatInputs.process,
    ...panelInputs,
    panelPosition: heatInputs.position,
  },
  parametersSchema,
  build: (context) => {
    const steps = binSteps(context);
    const power = context.one('arcPower');
    const powerAge = { timeIndex: context.tickMsIndex, limitMs: power.staleMs };
    const { heldIndex, widthMm, hold } = steps.collected;
    context.onTick((memory) => {
      steps.startPanel(memory);
      hold(memory);
      // Without measured power no bin closes any more, and the last one is of a place long ago.
      const isCurrent =
        isMeasuredSlot(memory, power.slot) && isFreshSlot(memory, power.slot, powerAge);
      const distanceMm = isCurrent ? Math.max(0, memory[heldIndex + 1] as number) : 0;
      memory[context.value + valueCell] = isCurrent
        ? (((memory[heldIndex] as number) / distanceMm) * (memory[heldIndex + 3] as number)) /
          mjPerKj
        : Number.NaN;
      memory[context.coverage + valueCell] = Math.min(1, distanceMm / widthMm);
      finishResult(memory, context, heldIndex + 2);
    });
  },
});
