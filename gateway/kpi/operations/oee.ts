import { z } from 'zod';
import { isBad, statusCodes } from '../../core/quality.ts';
import { isUsableSlot, measuredCell, statusCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiInput, type KpiPart } from '../definition.ts';
import { finishResult, minimumGoodCoverage } from '../result.ts';
import { dayOfRegisters } from '../window.ts';

const elementNames = ['timeElements', 'timeElements.aust', 'timeElements.adet'] as const;
/** What a plan or an MES has to say, in the order of the bits of `missing`. */
const planNames = [
  'plannedBusyTime',
  'producedQuantity',
  'goodQuantity',
  'plannedRunTimePerItem',
] as const;

const element = (point: string, en: string, zh: string): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/${point}`,
  unit: point.endsWith('coverage') ? '1' : 'min',
  count: 'one',
  description: { en, zh },
});
const plan = (point: string, unit: string, en: string, zh: string): KpiInput => ({
  pattern: `{area}/{line}/{equipment}/${point}`,
  unit,
  count: 'optional',
  description: { en, zh },
});
const ratio = (en: string, zh: string): KpiPart => ({ decimals: 4, description: { en, zh } });

/** What the ratios are made of, minutes and numbers of items; NaN where it is not known. */
export type OeeTerms = {
  readonly apt: number;
  readonly aust: number;
  readonly adet: number;
  readonly pbt: number;
  readonly pq: number;
  readonly gq: number;
  readonly pri: number;
};

/** In the order of the parts. */
const ratioNames = [
  'availability',
  'effectiveness',
  'quality',
  'nee',
  'technicalEfficiency',
  'utilisation',
  'allocation',
  'setup',
] as const;

type Ratios = Readonly<Record<(typeof ratioNames)[number] | 'oee', number>>;

/** ISO 22400-2; nothing is clamped, and what lacks a term is NaN. */
export const oeeRatios = ({ apt, aust, adet, pbt, pq, gq, pri }: OeeTerms): Ratios => {
  const aubt = apt + aust + adet;
  const availability = apt / pbt;
  const effectiveness = (pri * pq) / apt;
  const quality = gq / pq;
  return {
    availability,
    effectiveness,
    quality,
    oee: availability * effectiveness * quality,
    nee: ((apt + aust) / pbt) * effectiveness * quality,
    technicalEfficiency: apt / (apt + adet),
    utilisation: apt / aubt,
    allocation: aubt / pbt,
    setup: aust / (apt + aust),
  };
};

/**
 * Overall equipment effectiveness and its companions. Times come from the machine; plan and quantities from a calendar and an
 * MES: without them the ratios that need them have no data, and `missing` says which are not there.
 */
export const oee = defineKpi({
  id: 'oee',
  version: 1,
  equipmentClass: 'weld_line',
  point: 'oee',
  unit: '1',
  decimals: 4,
  description: { en: 'Overall equipment effectiveness of the day', zh: '当日设备综合效率' },
  formula: {
    en: 'OEE = A * E * QR; A = APT / PBT, E = PRI * PQ / APT, QR = GQ / PQ',
    zh: 'OEE = A × E × QR；A = APT / PBT，E = PRI × PQ / APT，QR = GQ / PQ',
  },
  standard: { en: 'ISO 22400-2', zh: 'ISO 22400-2' },
  window: dayOfRegisters,
  windowRule: { en: "the site's day", zh: '站点当日' },
  coverageRule: 'that of timeElements',
  inputs: {
    timeElements: element('timeElements', 'actual production time', '实际生产时间'),
    'timeElements.coverage': element('timeElements.coverage', 'its coverage', '其覆盖率'),
    'timeElements.aust': element('timeElements.aust', 'actual unit setup time', '实际设置时间'),
    'timeElements.adet': element('timeElements.adet', 'actual unit delay time', '实际延误时间'),
    plannedBusyTime: plan(
      'plannedBusyTime',
      'min',
      'planned busy time so far (PBT)',
      '截至当前的计划占用时间（PBT）',
    ),
    producedQuantity: plan('producedQuantity', '1', 'produced quantity (PQ)', '产出数量（PQ）'),
    goodQuantity: plan('goodQuantity', '1', 'good quantity (GQ)', '合格数量（GQ）'),
    plannedRunTimePerItem: plan(
      'plannedRunTimePerItem',
      'min',
      'planned run time per item (PRI)',
      '单件计划运行时间（PRI）',
    ),
  },
  parts: {
    availability: ratio('availability A', '可用率 A'),
    effectiveness: ratio('effectiveness E', '有效率 E'),
    quality: ratio('quality ratio QR', '合格率 QR'),
    nee: ratio('net equipment effectiveness NEE', '设备净效率 NEE'),
    technicalEfficiency: ratio('technical efficiency', '技术效率'),
    utilisation: ratio('utilisation efficiency', '利用效率'),
    allocation: ratio('allocation efficiency', '分配效率'),
    setup: ratio('setup ratio', '设置率'),
    isSlackPlan: {
      decimals: 0,
      description: {
        en: '1: E above 1, the planned run time is slack',
        zh: '1：E 大于 1，计划运行时间偏松',
      },
    },
    missing: {
      decimals: 0,
      description: {
        en: 'what is missing: bit 0 planned busy time, 1 produced, 2 good quantity, 3 run time per item',
        zh: '缺少的输入：位 0 计划占用时间，1 产出数量，2 合格数量，3 单件计划运行时间',
      },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const inputs = [...elementNames, ...planNames].map((name) => context.optional(name));
    const coverage = context.one('timeElements.coverage');
    const parts = ratioNames.map((name) => context.part(name));
    const [slack, missing] = [context.part('isSlackPlan'), context.part('missing')];
    const uncertainIndex = context.reserve(1);

    const read = (memory: Float64Array, at: number): number => {
      const input = inputs[at];
      if (input === undefined || !isUsableSlot(memory, input.slot)) return Number.NaN;
      return ((memory[input.slot + valueCell] as number) * input.multiply) / input.divide;
    };
    /** A ratio is known by itself: technical efficiency needs no plan. */
    const write = (memory: Float64Array, part: number, value: number): void => {
      const isKnown =
        Number.isFinite(value) && (memory[context.coverage + valueCell] as number) > 0;
      const isCovered = (memory[context.coverage + valueCell] as number) >= minimumGoodCoverage;
      memory[part + valueCell] = isKnown ? value : 0;
      memory[part + statusCell] = isKnown
        ? isCovered
          ? statusCodes.good
          : statusCodes.uncertain
        : statusCodes.badNoData;
      memory[part + measuredCell] = 1;
    };

    context.onTick((memory) => {
      const isKnown = !isBad(memory[coverage.slot + statusCell] as number);
      memory[context.coverage + valueCell] = isKnown
        ? (memory[coverage.slot + valueCell] as number)
        : 0;
      const ratios = oeeRatios({
        ...{ apt: read(memory, 0), aust: read(memory, 1), adet: read(memory, 2) },
        ...{ pbt: read(memory, 3), pq: read(memory, 4), gq: read(memory, 5), pri: read(memory, 6) },
      });
      memory[context.value + valueCell] = ratios.oee;
      finishResult(memory, context, uncertainIndex);
      for (const [index, name] of ratioNames.entries()) {
        write(memory, parts[index] as number, ratios[name]);
      }
      const { effectiveness } = ratios;
      write(memory, slack, Number.isNaN(effectiveness) ? effectiveness : Number(effectiveness > 1));
      let bits = 0;
      for (let at = 0; at < planNames.length; at++) {
        if (Number.isNaN(read(memory, elementNames.length + at))) bits |= 1 << at;
      }
      memory[missing + valueCell] = bits;
      memory[missing + statusCell] = statusCodes.good;
      memory[missing + measuredCell] = 1;
    });
  },
});
