import { z } from 'zod';
import { valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiInput } from '../definition.ts';
import {
  registersCoverage,
  type StorageRegister,
  watchRegister,
} from '../energy/storage/storage-inputs.ts';
import { finishParts, finishResult } from '../result.ts';
import { emissionFactorSchema } from './emission-factors.ts';

/** Windows of the mix, aligned to the epoch: each ends with the first tick behind it. */
export const minuteMs = 60_000;
const none = Number.NEGATIVE_INFINITY;

const register = (
  pattern: string,
  options: Pick<KpiInput, 'count' | 'description'> & { readonly equipmentClass: string },
): KpiInput => ({ pattern, unit: 'kWh', ...options });

const parametersSchema = z.strictObject({
  /** Life-cycle factors: none is assumed, so that each record names those it was made with. */
  grid: emissionFactorSchema,
  /** Without one it counts as the grid. */
  photovoltaics: emissionFactorSchema.optional(),
  wind: emissionFactorSchema.optional(),
  /** Of what is charged, the share that comes out again. */
  roundTripEfficiency: z.number().min(0.3).max(1).default(0.9),
  /** What the storage holds when this begins to be computed; what nobody knows of counts as grid electricity. */
  opening: z
    .strictObject({
      /** That can be discharged, kWh. */
      energyKwh: z.number().nonnegative(),
      /** With it, kg. */
      carbonKg: z.number().nonnegative(),
    })
    .default({ energyKwh: 0, carbonKg: 0 }),
});

/**
 * Carbon of a kWh that the site uses or feeds in, minute by minute. Storage keeps the carbon of what it was charged with: the stock
 * counts what can come out again, and what comes out carries the stock's average.
 */
export const carbonIntensity = defineKpi<z.infer<typeof parametersSchema>>({
  id: 'carbonIntensity',
  version: 1,
  equipmentClass: 'park',
  point: 'carbonIntensity',
  unit: 'kg/kWh',
  decimals: 5,
  description: { en: "Carbon of the site's electricity", zh: '站点用电碳强度' },
  formula: {
    en: '(E_grid * f_grid + E_pv * f_pv + E_wind * f_wind + E_discharge * f_stock) / (E_grid + E_pv + E_wind + E_discharge)',
    zh: '（购电量 × 电网因子 + 光伏 × 光伏因子 + 风电 × 风电因子 + 放电量 × 储能存量碳强度）/（购电量 + 光伏 + 风电 + 放电量）',
  },
  standard: {
    en: 'ISO 14067: life-cycle factors; not for Scope 2 of an inventory',
    zh: 'ISO 14067：全生命周期因子；不用于清单范围二',
  },
  window: { tier: 'b', lengthMs: minuteMs },
  windowRule: { en: 'the minute that ended last', zh: '最近结束的一分钟' },
  coverageRule: 'the least of the registers: time spanned by its readings / time of the minute',
  inputs: {
    grid: register('{area}/*/grid/energyImport', {
      ...{ equipmentClass: 'meter', count: 'many' },
      description: { en: 'energy taken from the grid', zh: '电网购电量' },
    }),
    photovoltaics: register('{area}/*/pv/energyExport', {
      ...{ equipmentClass: 'meter', count: 'any' },
      description: { en: 'energy from photovoltaics', zh: '光伏发电量' },
    }),
    wind: register('{area}/*/wind/energyExport', {
      ...{ equipmentClass: 'meter', count: 'any' },
      description: { en: 'energy from wind', zh: '风力发电量' },
    }),
    charge: register('{area}/*/*/energyCharge', {
      ...{ equipmentClass: 'storage', count: 'any' },
      description: { en: 'energy into storage', zh: '储能充电量' },
    }),
    discharge: register('{area}/*/*/energyDischarge', {
      ...{ equipmentClass: 'storage', count: 'any' },
      description: { en: 'energy out of storage', zh: '储能放电量' },
    }),
  },
  parts: {
    carbonFree: {
      ...{ unit: '1', decimals: 3 },
      description: { en: 'share of photovoltaics and wind', zh: '光伏与风电占比' },
    },
    stored: {
      decimals: 5,
      description: { en: 'of what storage holds', zh: '储能存量碳强度' },
    },
    storedEnergy: {
      ...{ unit: 'kWh', decimals: 1 },
      description: {
        en: 'in storage, of known origin, that can come out',
        zh: '储能中来源已知的可放电量',
      },
    },
  },
  parametersSchema,
  build: (context) => {
    const { grid, photovoltaics = grid, wind = grid, ...stock } = context.parameters;
    const { roundTripEfficiency, opening } = stock;
    const uncertainIndex = context.reserve(1);
    const startIndex = context.reserve(1, [none]);
    const stockKwhIndex = context.reserve(1, [opening.energyKwh]);
    const stockKgIndex = context.reserve(1, [opening.carbonKg]);
    const intensityIndex = context.reserve(1, [Number.NaN]);
    const shareIndex = context.reserve(1, [Number.NaN]);
    const coverageIndex = context.reserve(1);
    const closedUncertainIndex = context.reserve(1);
    const parts = ['carbonFree', 'stored', 'storedEnergy'].map((name) => context.part(name));
    const [carbonFree = 0, stored = 0, storedEnergy = 0] = parts;
    const registers: StorageRegister[] = [];
    /** Energy of one kind in the minute that runs, kWh. */
    const count = (input: string): number => {
      const sum = context.reserve(1);
      for (const one of context.many(input)) {
        registers.push(
          watchRegister(context, one, {
            uncertainIndex,
            onStep: (memory, step) => {
              memory[sum] = (memory[sum] as number) + (memory[step] as number);
            },
          }),
        );
      }
      return sum;
    };
    const sums = {
      grid: count('grid'),
      photovoltaics: count('photovoltaics'),
      wind: count('wind'),
      charge: count('charge'),
      discharge: count('discharge'),
    };
    const coverageOf = registersCoverage(context, registers, startIndex);
    const stockIntensity = (memory: Float64Array): number => {
      const energy = memory[stockKwhIndex] as number;
      return energy > 0 ? (memory[stockKgIndex] as number) / energy : grid.value;
    };
    /** Takes energy out of the stock, and gives its carbon, kg. */
    const discharge = (memory: Float64Array, energy: number): number => {
      const held = memory[stockKwhIndex] as number;
      const known = Math.min(energy, held);
      const carbon = known * stockIntensity(memory);
      memory[stockKwhIndex] = held - known;
      memory[stockKgIndex] = known === held ? 0 : (memory[stockKgIndex] as number) - carbon;
      return carbon + (energy - known) * grid.value;
    };
    const closeMinute = (memory: Float64Array): void => {
      const bought = memory[sums.grid] as number;
      const sun = memory[sums.photovoltaics] as number;
      const air = memory[sums.wind] as number;
      const out = memory[sums.discharge] as number;
      const total = bought + sun + air + out;
      const carbon =
        bought * grid.value + sun * photovoltaics.value + air * wind.value + discharge(memory, out);
      // Where nothing flowed there is nothing new to say.
      if (total > 0) {
        memory[intensityIndex] = carbon / total;
        memory[shareIndex] = (sun + air) / total;
      }
      const charged = memory[sums.charge] as number;
      if (charged > 0 && Number.isFinite(memory[intensityIndex])) {
        memory[stockKwhIndex] = (memory[stockKwhIndex] as number) + roundTripEfficiency * charged;
        memory[stockKgIndex] =
          (memory[stockKgIndex] as number) + charged * (memory[intensityIndex] as number);
      }
      for (const sum of Object.values(sums)) memory[sum] = 0;
    };
    context.onTick((memory) => {
      const nowMs = memory[context.tickMsIndex] as number;
      const beganMs = memory[startIndex] as number;
      const coverage = coverageOf(memory);
      if (Math.floor(nowMs / minuteMs) !== Math.floor(beganMs / minuteMs)) {
        if (beganMs !== none) {
          memory[coverageIndex] = coverage;
          closeMinute(memory);
          memory[closedUncertainIndex] = memory[uncertainIndex] as number;
        }
        memory[startIndex] = nowMs;
        memory[uncertainIndex] = 0;
      }
      memory[context.value + valueCell] = memory[intensityIndex] as number;
      memory[carbonFree + valueCell] = memory[shareIndex] as number;
      memory[stored + valueCell] = stockIntensity(memory);
      memory[storedEnergy + valueCell] = memory[stockKwhIndex] as number;
      memory[context.coverage + valueCell] = memory[coverageIndex] as number;
      finishResult(memory, context, closedUncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
