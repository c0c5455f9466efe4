import { z } from 'zod';
import { isBad } from '../../core/quality.ts';
import type { Step } from '../../hot-path/program.ts';
import { isUncertainSlot, statusCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type KpiPart } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import { panelInputs, panelLengthIndex, panelLengthInput, panelWindow } from './panel.ts';
import { panelPlaces } from './panel-places.ts';
import { reservePanelSeen } from './panel-seen.ts';
import { processInput } from './process.ts';
import { chartOptionsOf, chartParameters, hasSpecification, onChange, wpsInput } from './spc.ts';
import { reserveSpcChart } from './spc-chart.ts';
import { chartPartsOf, showChart } from './spc-parts.ts';

const parametersSchema = chartParameters
  .extend({
    /** What the contract allows, mm. */
    upper: z.number().positive().max(1000).default(6),
    /** Panels that limits are learnt from. */
    learn: z.number().int().min(2).max(10_000).default(20),
    /** Of the panel's length that must have been seen: a panel that was broken off says nothing of whole ones. */
    leastShare: z.number().positive().max(1).default(0.9),
    /** Where the line does not tell it, mm. */
    panelLengthMm: z.number().min(100).max(100_000).default(18_000),
  })
  .refine(hasSpecification, { message: 'lower must be below upper', path: ['lower'] });
type Parameters = z.infer<typeof parametersSchema>;

/** The outcome of each panel: what the KPI said of it last before the next one began. All are indices of cells. */
type Outcome = {
  readonly value: number;
  readonly coverage: number;
  readonly uncertain: number;
  /** Takes the newest; `onPanel` runs when a panel has ended of which enough was seen. */
  readonly update: Step;
};

const reserveOutcome = (context: KpiContext<Parameters>, onPanel: Step): Outcome => {
  const [value, coverage] = [context.one('value'), context.one('value.coverage')];
  const panel = panelWindow(context);
  const lengthIndex = panelLengthIndex(context, context.parameters.panelLengthMm);
  const epochIndex = context.reserve(1);
  const first = context.reserve(3, [Number.NaN]);
  const outcome = { value: first, coverage: first + 1, uncertain: first + 2 };
  const seen = reservePanelSeen(context, panelPlaces(context));
  const endPanel: Step = (memory) => {
    // As it was at the tick before: by now the next panel has been seen.
    const isWhole =
      (memory[seen.mmIndex] as number) >=
      context.parameters.leastShare * (memory[lengthIndex] as number);
    if (isWhole && !Number.isNaN(memory[outcome.value])) onPanel(memory);
    memory[outcome.value] = Number.NaN;
  };
  return {
    ...outcome,
    update: (memory) => {
      if (memory[epochIndex] !== memory[panel.epochIndex]) {
        memory[epochIndex] = memory[panel.epochIndex] as number;
        endPanel(memory);
      }
      seen.read(memory);
      if (isBad(memory[value.slot + statusCell] as number)) return;
      memory[outcome.value] =
        ((memory[value.slot + valueCell] as number) * value.multiply) / value.divide;
      memory[outcome.coverage] = memory[coverage.slot + valueCell] as number;
      memory[outcome.uncertain] = isUncertainSlot(memory, value.slot) ? 1 : 0;
    },
  };
};

const deformationOf = { en: 'deformation of the panel', zh: '管屏变形量' };

/** A panel has no place along itself at which it signals. */
const { signalX: _, ...chartParts } = chartPartsOf(3);

const shownParts: Readonly<Record<string, KpiPart>> = {
  ...chartParts,
  panels: {
    ...{ unit: '1', decimals: 0 },
    description: { en: 'panels since limits began', zh: '本组控制限以来的管屏数' },
  },
};

/** Control chart of what panels end with, one value each: individuals and moving range, and capability against the contract. */
export const spcDeformation = defineKpi<Parameters>({
  id: 'spcDeformation',
  version: 3,
  equipmentClass: 'weld_line',
  point: 'spcDeformation',
  unit: 'mm',
  decimals: 3,
  description: { en: 'Control chart of the deformation of panels', zh: '管屏变形量控制图' },
  formula: {
    en: 'individuals and moving range of finished panels; limits mean +- 2.66 MRbar; Ppk with one limit is Ppu = (upper - mean) / (3 s)',
    zh: '已完成管屏的单值与移动极差；控制限为均值 ± 2.66·MR̄；仅有上限时 Ppk 即 Ppu =（上限 - 均值）/（3 s）',
  },
  standard: {
    en: 'ISO 7870-2 (Shewhart), -4 (CUSUM), -6 (EWMA); ISO 22514-2 (capability)',
    zh: 'ISO 7870-2（休哈特）、-4（CUSUM）、-6（EWMA）；ISO 22514-2（过程能力）',
  },
  window: panelWindowOfTierA,
  windowRule: {
    en: 'the newest finished panel of which enough was seen; limits go on over panels until the WPS changes',
    zh: '最近一张观测足够完整的已完成管屏；控制限跨管屏沿用，直至 WPS 更换',
  },
  coverageRule: 'that of the deformation of the panel',
  inputs: {
    value: {
      ...{ pattern: '{area}/{line}/{equipment}/deformation', unit: 'mm', count: 'one' },
      description: deformationOf,
    },
    'value.coverage': {
      ...{ pattern: '{area}/{line}/{equipment}/deformation.coverage', unit: '1', count: 'one' },
      description: {
        en: `coverage of ${deformationOf.en}`,
        zh: `${deformationOf.zh}（覆盖率）`,
      },
    },
    wps: wpsInput,
    process: processInput,
    panelLength: panelLengthInput,
    ...panelInputs,
    panelPosition: { ...panelInputs.panelPosition, count: 'one' },
  },
  parts: shownParts,
  parametersSchema,
  build: (context) => {
    const { learn } = context.parameters;
    const chart = reserveSpcChart(context, { ...chartOptionsOf(context), subgroup: 1, learn });
    /** Of the newest panel: coverage, and whether uncertain. */
    const shown = context.reserve(2);
    const outcome = reserveOutcome(context, (memory) => {
      chart.push(memory, outcome.value);
      memory[shown] = memory[outcome.coverage] as number;
      memory[shown + 1] = memory[outcome.uncertain] as number;
    });
    const isDueIndex = context.reserve(1);
    for (const name of ['wps', 'process']) {
      const input = context.optional(name);
      if (input === undefined) continue;
      // The panel that has ended belongs to what was before: it is taken at the next tick.
      onChange(context, input, (memory) => {
        memory[isDueIndex] = 1;
      });
    }
    const show = showChart(context, chart, { ...context.parameters, subgroup: 1 });
    const parts = Object.keys(shownParts).map((name) => context.part(name));
    const panels = context.part('panels');
    context.onTick((memory) => {
      outcome.update(memory);
      if (memory[isDueIndex] === 1) {
        memory[isDueIndex] = 0;
        chart.reset(memory);
        memory.fill(0, shown, shown + 2);
      }
      show(memory);
      memory[panels + valueCell] = memory[chart.subgroups] as number;
      memory[context.value + valueCell] = memory[chart.mean] as number;
      memory[context.coverage + valueCell] = memory[shown] as number;
      finishResult(memory, context, shown + 1);
      finishParts(memory, context.value, parts);
    });
  },
});
