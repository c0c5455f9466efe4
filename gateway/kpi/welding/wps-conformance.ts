import type { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { statusCodes } from '../../core/quality.ts';
import { readCoverage } from '../../hot-path/operators/interval.ts';
import { measuredCell, statusCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpiTable, type KpiColumn } from '../definition.ts';
import { finishResult } from '../result.ts';
import { panelWindowOfTierA } from '../window.ts';
import {
  type Band,
  type WpsVariable,
  wpsInputs,
  wpsInputsOf,
  wpsParameters,
  wpsVariables,
} from './wps-bands.ts';
import { type BandedVariable, wpsLengths } from './wps-lengths.ts';

type Parameters = z.infer<typeof wpsParameters>;

const names: Readonly<Record<WpsVariable, LocalText>> = {
  current: { en: 'arc current', zh: '焊接电流' },
  voltage: { en: 'arc voltage', zh: '电弧电压' },
  wireFeedSpeed: { en: 'wire feed', zh: '送丝速度' },
  gasFlow: { en: 'gas flow', zh: '气体流量' },
  travelSpeed: { en: 'travel speed', zh: '焊接速度' },
  arcEnergy: { en: 'arc energy', zh: '电弧线能量' },
};

const point = 'wpsConformance';
const coveragePoint = `${point}.coverage`;
const outPoint = 'wpsOutLength';
const pointOf = (variable: WpsVariable): string => `${point}.${variable}`;

const description = {
  en: 'WPS conformance by length, panel so far',
  zh: '当前管屏 WPS 符合率（按长度）',
};
const formula = {
  en: '100 * length with all variables in their bands / length, arc on; short excursions are none',
  zh: '100 * 全部变量均在允许范围内的长度 / 燃弧长度；短时偏离不计',
};
const percent = { kind: 'number', unit: '%', decimals: 3 } as const;

const columns: readonly KpiColumn[] = [
  { ...percent, point, description, formula },
  {
    ...{ kind: 'number', point: coveragePoint, unit: '1', decimals: 3, formula: undefined },
    description: { en: `${description.en}: coverage`, zh: `${description.zh}（覆盖率）` },
  },
  {
    ...{ kind: 'number', point: outPoint, unit: 'mm', decimals: 1 },
    description: { en: 'Length out of the WPS, panel so far', zh: '当前管屏超出 WPS 的长度' },
    formula: {
      en: 'length with any variable out of its band, arc on; short excursions are none',
      zh: '燃弧期间任一变量超出允许范围的长度；短时偏离不计',
    },
  },
  ...wpsVariables.map((variable): KpiColumn => {
    const name = names[variable];
    return {
      ...{ ...percent, point: pointOf(variable) },
      description: {
        en: `WPS conformance of the ${name.en}, panel so far`,
        zh: `当前管屏${name.zh} WPS 符合率`,
      },
      formula: {
        en: `100 * length with the ${name.en} in its band / length, arc on; short excursions are none`,
        zh: `100 * ${name.zh}在允许范围内的长度 / 燃弧长度；短时偏离不计`,
      },
    };
  }),
];

/** `wpsParameters` has seen to it that no judged variable is without a band. */
const bandedVariables = ({ variables, bands }: Parameters): readonly BandedVariable[] =>
  [...new Set(variables)].map((variable) => ({ variable, band: bands[variable] as Band }));

/**
 * Share of the welded length on which every variable of the procedure that is judged was in its band, the length on which
 * any was not, and the share of each by itself. A variable that is not judged has no result.
 */
export const wpsConformance = defineKpiTable<Parameters>({
  id: point,
  version: 3,
  equipmentClass: 'weld_seam',
  group: 'wps',
  description,
  formula,
  columns,
  standard: {
    en: 'own definition; bands of the WPS (ISO 15609-1) or its qualification (ISO 15614-1)',
    zh: '本项目定义；范围取自 WPS（ISO 15609-1）或其评定（ISO 15614-1）',
  },
  window: panelWindowOfTierA,
  windowRule: { en: 'the current panel, arc on', zh: '当前管屏，燃弧期间' },
  coverageRule: 'arc-on time with measured variables and a known speed / elapsed arc-on time',
  inputs: wpsInputs,
  inputsOf: ({ variables }) => wpsInputsOf(variables),
  parametersSchema: wpsParameters,
  build: (context) => {
    const variables = bandedVariables(context.parameters);
    const { debounceMs, process } = context.parameters;
    const steps = wpsLengths(context, { variables, debounceMs, process });
    const { totalIndex, outIndex, judgedIndex, outOfIndex } = steps.collected;
    const coverage = context.column(coveragePoint);
    const coverageCells = { nowIndex: context.tickMsIndex, outIndex: coverage + valueCell };
    const [joint, outLength] = [context.column(point), context.column(outPoint)];
    const shares = [
      { value: joint, totalIndex, outIndex },
      ...variables.map(({ variable }, place) => ({
        value: context.column(pointOf(variable)),
        totalIndex: judgedIndex + place,
        outIndex: outOfIndex + place,
      })),
    ];
    const unjudged = wpsVariables
      .filter((variable) => !variables.some((judged) => judged.variable === variable))
      .map((variable) => context.column(pointOf(variable)));
    context.onTick((memory) => {
      steps.startPanel(memory);
      readCoverage(memory, steps.interval, coverageCells);
      memory[outLength + valueCell] = memory[outIndex] as number;
      finishResult(memory, { value: outLength, coverage }, steps.uncertainIndex);
      for (const { value, totalIndex: of, outIndex: out } of shares) {
        const total = memory[of] as number;
        memory[value + valueCell] = (100 * (total - (memory[out] as number))) / total;
        finishResult(memory, { value, coverage }, steps.uncertainIndex);
      }
      for (const value of unjudged) {
        memory[value + statusCell] = statusCodes.badNoData;
        memory[value + measuredCell] = 1;
      }
    });
  },
});
