import { z } from 'zod';
import { isBad } from '../../core/quality.ts';
import { isMeasuredSlot, isUncertainSlot, statusCell, valueCell } from '../../hot-path/slot.ts';
import { kpiInputs } from '../combined.ts';
import { defineKpi, type KpiContext, type ResolvedInput } from '../definition.ts';
import { finishParts, finishResult, minimumGoodCoverage } from '../result.ts';
import { panelInputs, panelWindow } from '../welding/panel.ts';
import { panelWindowOfTierA } from '../window.ts';
import { minuteMs } from './carbon-intensity.ts';
import { emissionFactorSchema } from './emission-factors.ts';

/** Of a material, kg CO2e by kg; of gas by m3. */
const materialFactorSchema = z
  .strictObject({
    value: z.number().min(0).max(1000),
    /** The supplier's declaration (EPD), or a database. */
    source: z.string().min(1).max(400),
    /** Whether it is the supplier's own, for this very material. */
    isPrimary: z.boolean().default(false),
  })
  .optional();

const parametersSchema = z.strictObject({
  /** Life-cycle factor: for `gridOnly`, and for all electricity where the site has no `carbonIntensity`. */
  grid: emissionFactorSchema,
  /** Volume share of CO2 in the shielding gas. */
  gasCo2Share: z.number().min(0).max(1).default(0.18),
  /** At 20 degC and 1013 hPa. */
  co2DensityKgPerM3: z.number().positive().max(3).default(1.83),
  /** Not for this KPI: the footprint of the record, which names how its KPIs were configured, takes them from there. */
  materials: z
    .strictObject({
      tube: materialFactorSchema,
      fin: materialFactorSchema,
      wire: materialFactorSchema,
      gas: materialFactorSchema,
    })
    .prefault({}),
});

/**
 * Electricity of the panel so far by the mix of the minute in which it was used. A minute's mix is known on the tick that ends it
 * and then counts for all of that minute; the minute that runs counts by the newest mix.
 */
const buildElectricity = (
  context: KpiContext<z.infer<typeof parametersSchema>>,
  options: { readonly energyIndex: number; readonly intensity: ResolvedInput | undefined },
) => {
  const { energyIndex, intensity } = options;
  const { grid } = context.parameters;
  const { epochIndex } = panelWindow(context);
  const seenEpochIndex = context.reserve(1, [-1]);
  const minuteIndex = context.reserve(1, [Number.NaN]);
  /** Energy and carbon up to the end of the last minute. */
  const baseIndex = context.reserve(1);
  const carbonIndex = context.reserve(1);
  /** Energy without a Good mix: up to the end of the last minute, and up to now. */
  const unmixedBaseIndex = context.reserve(1);
  const unmixedIndex = context.reserve(1);
  const isUnmixedIndex = context.reserve(1);
  /** The mix; the grid's factor, which is higher, where it is not known. */
  const readFactor = (memory: Float64Array): number => {
    memory[isUnmixedIndex] = 0;
    if (intensity === undefined) return grid.value;
    const { slot, multiply, divide } = intensity;
    const isKnown = isMeasuredSlot(memory, slot);
    if (!isKnown || isUncertainSlot(memory, slot)) memory[isUnmixedIndex] = 1;
    return isKnown ? ((memory[slot + valueCell] as number) * multiply) / divide : grid.value;
  };
  return {
    /** Share of the energy whose minutes had a Good mix; 1 of none. NaN where the site tells no mix. */
    mixedShare: (memory: Float64Array): number => {
      if (intensity === undefined) return Number.NaN;
      const energy = memory[energyIndex] as number;
      return energy > 0 ? 1 - (memory[unmixedIndex] as number) / energy : 1;
    },
    /** Carbon up to now, kg. To be called at each tick on which the energy is known. */
    read: (memory: Float64Array): number => {
      const energy = memory[energyIndex] as number;
      if (memory[seenEpochIndex] !== memory[epochIndex]) {
        memory[seenEpochIndex] = memory[epochIndex] as number;
        memory[baseIndex] = 0;
        memory[carbonIndex] = 0;
        memory[unmixedBaseIndex] = 0;
      }
      const factor = readFactor(memory);
      const used = energy - (memory[baseIndex] as number);
      const carbon = (memory[carbonIndex] as number) + factor * used;
      memory[unmixedIndex] =
        (memory[unmixedBaseIndex] as number) + (memory[isUnmixedIndex] === 1 ? used : 0);
      const minute = Math.floor((memory[context.tickMsIndex] as number) / minuteMs);
      if (memory[minuteIndex] !== minute) {
        memory[minuteIndex] = minute;
        memory[baseIndex] = energy;
        memory[carbonIndex] = carbon;
        memory[unmixedBaseIndex] = memory[unmixedIndex];
      }
      return carbon;
    },
  };
};

/** Carbon that making the panel gave off so far, gate to gate: electricity and the CO2 of the shielding gas. */
export const panelCarbon = defineKpi<z.infer<typeof parametersSchema>>({
  id: 'panelCarbon',
  version: 3,
  equipmentClass: 'weld_line',
  point: 'panelCarbon',
  unit: 'kg',
  decimals: 3,
  description: { en: 'CO2e of the panel so far, gate to gate', zh: '当前管屏碳排放（门到门）' },
  formula: {
    en: 'sum over minutes of (energy * carbonIntensity) + gas * CO2 share * CO2 density',
    zh: 'Σ（每分钟用电量 × 该分钟碳强度）+ 保护气体体积 × CO2 占比 × CO2 密度',
  },
  standard: {
    en: 'ISO 14067, gate-to-gate part; materials are not in it',
    zh: 'ISO 14067，门到门部分；不含材料',
  },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel', zh: '当前管屏' },
  coverageRule:
    'the smaller of the coverages of panelEnergy and panelGasVolume; mixed says of how much electricity the mix is known',
  inputs: {
    ...kpiInputs('panelEnergy', 'kWh', { en: 'energy of the panel', zh: '管屏电量' }),
    ...kpiInputs('panelGasVolume', 'm3', { en: 'gas of the panel', zh: '管屏保护气体用量' }),
    intensity: {
      pattern: '*/*/*/carbonIntensity',
      equipmentClass: 'park',
      unit: 'kg/kWh',
      count: 'optional',
      description: {
        en: "carbon of the site's electricity; without it the grid's factor counts",
        zh: '站点用电碳强度；缺省时采用电网因子',
      },
    },
    ...panelInputs,
  },
  parts: {
    electricity: { decimals: 3, description: { en: 'of electricity', zh: '用电部分' } },
    gridOnly: {
      decimals: 3,
      description: {
        en: 'of electricity, were all of it from the grid',
        zh: '用电部分（全部按电网计）',
      },
    },
    gas: { decimals: 3, description: { en: 'of shielding gas, direct', zh: '保护气体直接排放' } },
    mixed: {
      ...{ unit: '1', decimals: 3 },
      description: {
        en: 'share of the electricity whose mix is known',
        zh: '电源结构已知的用电量占比',
      },
    },
  },
  parametersSchema,
  build: (context) => {
    const { grid, gasCo2Share, co2DensityKgPerM3 } = context.parameters;
    const energy = context.one('panelEnergy');
    const gas = context.one('panelGasVolume');
    const shares = [context.one('panelEnergy.coverage'), context.one('panelGasVolume.coverage')];
    const energyIndex = context.reserve(1);
    const intensity = context.optional('intensity');
    const electricity = buildElectricity(context, { energyIndex, intensity });
    const flagIndex = context.reserve(1);
    const parts = ['electricity', 'gridOnly', 'gas', 'mixed'].map((name) => context.part(name));
    const [ofElectricity = 0, gridOnly = 0, ofGas = 0, mixed = 0] = parts;
    const amountOf = (memory: Float64Array, { slot, multiply, divide }: ResolvedInput): number =>
      ((memory[slot + valueCell] as number) * multiply) / divide;
    context.onTick((memory) => {
      const isKnown = [energy, gas].every(
        ({ slot }) => !isBad(memory[slot + statusCell] as number),
      );
      if (isKnown) {
        memory[energyIndex] = amountOf(memory, energy);
        memory[ofElectricity + valueCell] = electricity.read(memory);
        memory[mixed + valueCell] = electricity.mixedShare(memory);
        memory[gridOnly + valueCell] = memory[energyIndex] * grid.value;
        memory[ofGas + valueCell] = amountOf(memory, gas) * gasCo2Share * co2DensityKgPerM3;
      }
      memory[context.value + valueCell] =
        (memory[ofElectricity + valueCell] as number) + (memory[ofGas + valueCell] as number);
      const isUncertain = [energy, gas].some(({ slot }) => isUncertainSlot(memory, slot));
      const isMixed =
        intensity === undefined || (memory[mixed + valueCell] as number) >= minimumGoodCoverage;
      memory[flagIndex] = isUncertain || !isMixed ? 1 : 0;
      memory[context.coverage + valueCell] = isKnown
        ? Math.min(...shares.map(({ slot }) => memory[slot + valueCell] as number))
        : 0;
      finishResult(memory, context, flagIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
