import { z } from 'zod';
import { isBad } from '../../core/quality.ts';
import { statusCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiInput } from '../definition.ts';
import { finishResult } from '../result.ts';
import { dayOfRegisters } from '../window.ts';
import {
  ratioPart,
  type TermReader,
  termReaders,
  toldInput,
  writeMissing,
  writeRatio,
} from './terms.ts';

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
  version: 2,
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
    plannedBusyTime: toldInput(
      'plannedBusyTime',
      'min',
      'planned busy time so far (PBT)',
      '截至当前的计划占用时间（PBT）',
    ),
    producedQuantity: toldInput(
      'producedQuantity',
      '1',
      'produced quantity (PQ)',
      '产出数量（PQ）',
    ),
    goodQuantity: toldInput('goodQuantity', '1', 'good quantity (GQ)', '合格数量（GQ）'),
    plannedRunTimePerItem: toldInput(
      'plannedRunTimePerItem',
      'min',
      'planned run time per item (PRI)',
      '单件计划运行时间（PRI）',
    ),
  },
  parts: {
    availability: ratioPart('availability A', '可用率 A'),
    effectiveness: ratioPart('effectiveness E', '有效率 E'),
    quality: ratioPart('quality ratio QR', '合格率 QR'),
    nee: ratioPart('net equipment effectiveness NEE', '设备净效率 NEE'),
    technicalEfficiency: ratioPart('technical efficiency', '技术效率'),
    utilisation: ratioPart('utilisation efficiency', '利用效率'),
    allocation: ratioPart('allocation efficiency', '分配效率'),
    setup: ratioPart('setup ratio', '设置率'),
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
    const { known, certain } = termReaders(context, [...elementNames, ...planNames]);
    const ratiosBy = (memory: Float64Array, read: TermReader) =>
      oeeRatios({
        ...{ apt: read(memory, 0), aust: read(memory, 1), adet: read(memory, 2) },
        ...{ pbt: read(memory, 3), pq: read(memory, 4), gq: read(memory, 5), pri: read(memory, 6) },
      });
    const coverage = context.one('timeElements.coverage');
    const parts = ratioNames.map((name) => context.part(name));
    const [slack, missing] = [context.part('isSlackPlan'), context.part('missing')];
    const uncertainIndex = context.reserve(1);

    context.onTick((memory) => {
      const isKnown = !isBad(memory[coverage.slot + statusCell] as number);
      memory[context.coverage + valueCell] = isKnown
        ? (memory[coverage.slot + valueCell] as number)
        : 0;
      const ratios = ratiosBy(memory, known);
      const sure = ratiosBy(memory, certain);
      memory[context.value + valueCell] = ratios.oee;
      memory[uncertainIndex] = Number.isFinite(sure.oee) ? 0 : 1;
      finishResult(memory, context, uncertainIndex);
      for (const [index, name] of ratioNames.entries()) {
        writeRatio(memory, context, parts[index] as number, {
          value: ratios[name],
          certain: sure[name],
        });
      }
      const { effectiveness } = ratios;
      const isSlack = Number.isNaN(effectiveness) ? effectiveness : Number(effectiveness > 1);
      writeRatio(memory, context, slack, { value: isSlack, certain: sure.effectiveness });
      writeMissing(memory, missing, {
        count: planNames.length,
        read: (at) => known(memory, elementNames.length + at),
      });
    });
  },
});
