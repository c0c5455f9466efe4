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

const minutesPerHour = 60;

const machine = (point: string, unit: string, en: string, zh: string): KpiInput => ({
  ...toldInput(point, unit, en, zh),
  count: 'one',
});

const elementNames = ['timeElements', 'timeElements.aust', 'timeElements.adet'] as const;
/** What an MES or people have to say, in the order of the bits of `missing`. */
const toldNames = [
  'orderExecutionTime',
  'producedQuantity',
  'scrapQuantity',
  'reworkQuantity',
  'inspectedQuantity',
  'goodFirstTimeQuantity',
  'workTime',
  'attendanceTime',
] as const;

/** What the ratios are made of, minutes and numbers of items; NaN where it is not known. */
export type OrderTerms = {
  /** Actual unit busy time. */
  readonly aubt: number;
  /** Actual order execution time. */
  readonly aoet: number;
  readonly pq: number;
  readonly sq: number;
  readonly rq: number;
  readonly inspected: number;
  readonly goodFirstTime: number;
  /** Actual personnel work time, and attendance time. */
  readonly apwt: number;
  readonly apat: number;
};

const ratioNames = [
  'allocationRatio',
  'scrapRatio',
  'reworkRatio',
  'firstPassYield',
  'workerEfficiency',
] as const;

/** ISO 22400-2; nothing is clamped, and what lacks a term is NaN. Throughput in items an hour. */
export const orderRatios = (
  terms: OrderTerms,
): Readonly<Record<(typeof ratioNames)[number] | 'throughputPerHour', number>> => {
  const { aubt, aoet, pq, sq, rq, inspected, goodFirstTime, apwt, apat } = terms;
  return {
    throughputPerHour: (pq / aoet) * minutesPerHour,
    allocationRatio: aubt / aoet,
    scrapRatio: sq / pq,
    reworkRatio: rq / pq,
    firstPassYield: goodFirstTime / inspected,
    workerEfficiency: apwt / apat,
  };
};

/**
 * What the orders of the day gave. Busy time comes from the machine; orders, quantities, inspection and attendance from an MES
 * or from people: without them the ratios that need them have no data, and `missing` says which are not there.
 */
export const throughput = defineKpi({
  id: 'throughput',
  version: 2,
  equipmentClass: 'weld_line',
  point: 'throughput',
  unit: '/h',
  decimals: 2,
  description: { en: 'Panels an hour of the orders of the day', zh: '当日订单每小时产出管屏数' },
  formula: {
    en: 'PQ / AOET; allocation ratio AUBT / AOET, scrap SQ / PQ, rework RQ / PQ, first-pass yield good first time / inspected, worker efficiency APWT / APAT',
    zh: 'PQ / AOET；分配比 AUBT / AOET，报废率 SQ / PQ，返修率 RQ / PQ，一次合格率 = 首检合格 / 检验数，人员效率 APWT / APAT',
  },
  standard: { en: 'ISO 22400-2', zh: 'ISO 22400-2' },
  window: dayOfRegisters,
  windowRule: { en: "the site's day", zh: '站点当日' },
  coverageRule: 'that of timeElements',
  inputs: {
    timeElements: machine('timeElements', 'min', 'actual production time', '实际生产时间'),
    'timeElements.coverage': machine('timeElements.coverage', '1', 'its coverage', '其覆盖率'),
    'timeElements.aust': machine('timeElements.aust', 'min', 'actual setup time', '实际设置时间'),
    'timeElements.adet': machine('timeElements.adet', 'min', 'actual delay time', '实际延误时间'),
    orderExecutionTime: toldInput(
      'orderExecutionTime',
      'min',
      'actual order execution time (AOET)',
      '实际订单执行时间（AOET）',
    ),
    producedQuantity: toldInput('producedQuantity', '1', 'produced (PQ)', '产出数量（PQ）'),
    scrapQuantity: toldInput('scrapQuantity', '1', 'scrapped (SQ)', '报废数量（SQ）'),
    reworkQuantity: toldInput('reworkQuantity', '1', 'to be repaired (RQ)', '返修数量（RQ）'),
    inspectedQuantity: toldInput('inspectedQuantity', '1', 'inspected', '检验数量'),
    goodFirstTimeQuantity: toldInput(
      'goodFirstTimeQuantity',
      '1',
      'good at the first inspection',
      '首检合格数量',
    ),
    workTime: toldInput('workTime', 'min', 'personnel work time (APWT)', '人员作业时间（APWT）'),
    attendanceTime: toldInput(
      'attendanceTime',
      'min',
      'personnel attendance time (APAT)',
      '人员出勤时间（APAT）',
    ),
  },
  parts: {
    allocationRatio: ratioPart('allocation ratio', '分配比'),
    scrapRatio: ratioPart('scrap ratio', '报废率'),
    reworkRatio: ratioPart('rework ratio', '返修率'),
    firstPassYield: ratioPart('first-pass yield of panels', '管屏一次合格率'),
    workerEfficiency: ratioPart('worker efficiency', '人员效率'),
    missing: {
      unit: '1',
      decimals: 0,
      description: {
        en: 'what is missing: bit 0 order execution time, 1 produced, 2 scrapped, 3 to be repaired, 4 inspected, 5 good first time, 6 work time, 7 attendance time',
        zh: '缺少的输入：位 0 订单执行时间，1 产出，2 报废，3 返修，4 检验，5 首检合格，6 作业时间，7 出勤时间',
      },
    },
  },
  parametersSchema: z.strictObject({}),
  build: (context) => {
    const { known, certain } = termReaders(context, [...elementNames, ...toldNames]);
    const ratiosBy = (memory: Float64Array, read: TermReader) =>
      orderRatios({
        aubt: read(memory, 0) + read(memory, 1) + read(memory, 2),
        ...{ aoet: read(memory, 3), pq: read(memory, 4), sq: read(memory, 5) },
        ...{ rq: read(memory, 6), inspected: read(memory, 7), goodFirstTime: read(memory, 8) },
        ...{ apwt: read(memory, 9), apat: read(memory, 10) },
      });
    const coverage = context.one('timeElements.coverage');
    const parts = ratioNames.map((name) => context.part(name));
    const missing = context.part('missing');
    const uncertainIndex = context.reserve(1);

    context.onTick((memory) => {
      const isKnown = !isBad(memory[coverage.slot + statusCell] as number);
      memory[context.coverage + valueCell] = isKnown
        ? (memory[coverage.slot + valueCell] as number)
        : 0;
      const ratios = ratiosBy(memory, known);
      const sure = ratiosBy(memory, certain);
      memory[context.value + valueCell] = ratios.throughputPerHour;
      memory[uncertainIndex] = Number.isFinite(sure.throughputPerHour) ? 0 : 1;
      finishResult(memory, context, uncertainIndex);
      for (const [index, name] of ratioNames.entries()) {
        writeRatio(memory, context, parts[index] as number, {
          value: ratios[name],
          certain: sure[name],
        });
      }
      writeMissing(memory, missing, {
        count: toldNames.length,
        read: (at) => known(memory, elementNames.length + at),
      });
    });
  },
});
