import { z } from 'zod';
import type { LocalText } from '../../../core/point.ts';
import { statusCodes } from '../../../core/quality.ts';
import { statusCell, valueCell } from '../../../hot-path/slot.ts';
import { defineKpi, type KpiPart } from '../../definition.ts';
import { finishParts, finishResult, minimumGoodCoverage } from '../../result.ts';
import type { KpiWindow } from '../../window.ts';
import { methods } from '../energy-quarter.ts';
import { onRows, quarterRows, rowCoverage, rowInputs } from '../quarter/rows.ts';
import { terms } from '../quarter/terms.ts';
import { methodInput } from './balance-residual.ts';
import {
  balanceCellCount,
  balanceCells,
  balanceTaker,
  residualOf,
  toleranceOf,
} from './balance-sums.ts';
import { classesSchema, floorSchema, meters, meterTexts } from './meters.ts';
import { type Evidence, judgeMeters, wrongs } from './suspects.ts';

/** A day of quarter hours. */
const heldQuarters = 96;

const parametersSchema = z.strictObject({
  classes: classesSchema,
  floorKwh: floorSchema,
  /** Quarter hours of evidence before anybody is named. */
  minimumQuarters: z.int().min(2).max(heldQuarters).default(8),
});

const window: KpiWindow = { tier: 'c', folds: 'b', over: 'day' };

const noLabel: LocalText = { en: 'nobody', zh: '无' };
const suspectLabels: Readonly<Record<string, LocalText>> = {
  0: noLabel,
  ...Object.fromEntries(meters.map((meter, index) => [index + 1, meterTexts[meter]])),
};

const wrongLabels: Readonly<Record<string, LocalText>> = {
  [wrongs.none]: { en: 'nothing', zh: '无' },
  [wrongs.reversed]: { en: 'current transformers reversed', zh: '电流互感器反接' },
  [wrongs.phaseReversed]: {
    en: 'one phase reversed (shows a third)',
    zh: '一相反接（示值为三分之一）',
  },
  [wrongs.phaseMissing]: {
    en: 'one phase missing (shows two thirds)',
    zh: '缺一相（示值为三分之二）',
  },
  [wrongs.multiplier]: { en: 'wrong multiplier', zh: '倍率错误' },
  [wrongs.nothing]: {
    en: 'shows nothing: stands still, or two phases interchanged',
    zh: '无示值：停走或两相接错',
  },
};

const score = (meter: (typeof meters)[number]): KpiPart => ({
  unit: '1',
  decimals: 3,
  description: {
    en: `share of the residual that ${meterTexts[meter].en} explain`,
    zh: `${meterTexts[meter].zh}电表可解释的平衡差比例`,
  },
});

/** The meter that lies, where the pattern of the residual shows it; with the score of each as the evidence. */
export const meterSuspect = defineKpi({
  id: 'meterSuspect',
  version: 1,
  equipmentClass: 'park',
  point: 'meterSuspect',
  unit: '1',
  decimals: 0,
  labels: suspectLabels,
  description: { en: 'Meter that lies', zh: '疑似有误的电表' },
  formula: {
    en: 'regression of the residual against each meter; named when one alone explains it within the tolerance',
    zh: '平衡差对各电表电量回归；仅当唯一一块电表能在允差内解释时才指名',
  },
  standard: { en: 'own definition', zh: '本项目定义' },
  window,
  windowRule: {
    en: 'the newest 96 quarter hours, from the first one out of tolerance on',
    zh: '最近 96 个刻钟中，自首个超差刻钟起',
  },
  coverageRule: 'quarter hours of the evidence that were fully metered by registers / 96',
  inputs: { ...rowInputs(...terms), method: methodInput },
  parts: {
    wrong: {
      ...{ unit: '1', decimals: 0, labels: wrongLabels },
      description: { en: 'what is wrong with it', zh: '错误类型' },
    },
    ratio: {
      ...{ unit: '1', decimals: 3 },
      description: { en: 'what it shows over what is true', zh: '示值与真值之比' },
    },
    quarters: {
      ...{ unit: '1', decimals: 0 },
      description: { en: 'quarter hours of evidence', zh: '证据刻钟数' },
    },
    ...Object.fromEntries(meters.map((meter) => [`score-${meter}`, score(meter)])),
  },
  parametersSchema,
  build: (context) => {
    const { classes, floorKwh, minimumQuarters } = context.parameters;
    const rows = quarterRows(context, terms);
    const method = context.one('method').slot;
    const held = context.reserve(heldQuarters * balanceCellCount);
    const countIndex = context.reserve(1);
    const certainIndex = context.reserve(1);
    const take = balanceTaker(context, classes);
    const [wrong, ratio, quarters] = ['wrong', 'ratio', 'quarters'].map((n) => context.part(n)) as [
      number,
      number,
      number,
    ];
    const scores = meters.map((meter) => context.part(`score-${meter}`));
    const at = (count: number) => balanceCells(held + (count % heldQuarters) * balanceCellCount);
    const evidenceOf = (memory: Float64Array): readonly Evidence[] => {
      const count = memory[countIndex] as number;
      const cells = Array.from({ length: Math.min(count, heldQuarters) }, (_, index) =>
        at(count - Math.min(count, heldQuarters) + index),
      );
      const first = cells.findIndex(
        (one) => Math.abs(residualOf(memory, one)) > toleranceOf(memory, one, floorKwh),
      );
      return first < 0
        ? []
        : cells.slice(first).map(({ given, variances }) => ({
            given: [...memory.subarray(given, given + meters.length)],
            variances: [...memory.subarray(variances, variances + meters.length)],
          }));
    };
    onRows(context, rows, {
      take: (memory) => {
        const isMetered = rowCoverage(memory, rows) >= minimumGoodCoverage;
        // What is no reading of registers is no evidence against one.
        if (!isMetered || memory[method + valueCell] !== methods.registers) return;
        take(memory, at(memory[countIndex] as number));
        memory[countIndex] = (memory[countIndex] as number) + 1;
      },
      write: (memory) => {
        const evidence = evidenceOf(memory);
        const isEnough = evidence.length >= minimumQuarters;
        const verdict = judgeMeters(evidence, floorKwh);
        const meter = isEnough ? verdict.meter : -1;
        memory[context.value + valueCell] = meter + 1;
        memory[wrong + valueCell] = meter < 0 ? wrongs.none : verdict.wrong;
        memory[ratio + valueCell] = meter < 0 ? Number.NaN : verdict.ratio;
        memory[quarters + valueCell] = evidence.length;
        for (const [index, slot] of scores.entries()) {
          memory[slot + valueCell] = verdict.scores[index] ?? 0;
        }
        memory[context.coverage + valueCell] =
          Math.min(memory[countIndex] as number, heldQuarters) / heldQuarters;
        finishResult(memory, context, certainIndex);
        // What was found is found, however little of a day has been looked at.
        if ((memory[countIndex] as number) > 0) {
          memory[context.value + statusCell] = statusCodes.good;
        }
        finishParts(memory, context.value, [wrong, ratio, quarters, ...scores]);
      },
    });
  },
});
