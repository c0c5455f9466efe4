import { z } from 'zod';
import { expectedWords } from '../../core/input-words.ts';
import { longestStepMm } from '../../core/panel.ts';
import type { LocalText } from '../../core/point.ts';
import {
  compensatedSumSize,
  pushCompensatedSum,
  readCompensatedSum,
  resetCompensatedSum,
} from '../../hot-path/operators/compensated-sum.ts';
import { valueCell } from '../../hot-path/slot.ts';
import type { KpiContext, KpiInput, SiteContext } from '../definition.ts';
import { arcOnInput, travelSpeedInput } from './arc.ts';
import { panelInputs } from './panel.ts';
import {
  type Collector,
  collectTotals,
  inputValue,
  type PanelSteps,
  panelSteps,
  type StepCells,
} from './panel-steps.ts';
import {
  type Process,
  processFactorIndex,
  processFacts,
  processInput,
  processParameters,
} from './process.ts';

export const efficiencyParameters = processParameters.extend({
  /** Overrides the efficiency of the configured process. */
  thermalEfficiency: z.number().positive().max(1).optional(),
});
type EfficiencyParameters = z.infer<typeof efficiencyParameters>;

/** k of a process, at a site with these parameters. */
const efficiencyOf = (
  { process: configured, thermalEfficiency }: EfficiencyParameters,
  process: Process,
): number =>
  (process === configured ? thermalEfficiency : undefined) ??
  processFacts[process].thermalEfficiency;

/** A cell with the k of the process that the line welds by. */
export const efficiencyIndex = (context: SiteContext<EfficiencyParameters>): number =>
  processFactorIndex(context, context.parameters.process, (process) =>
    efficiencyOf(context.parameters, process),
  );

const methods = ['A', 'B', 'C'] as const;
type HeatMethod = (typeof methods)[number];

/** Mean voltage times mean current is not the power of an arc that pulses. */
const isValid = (method: HeatMethod, process: Process, pulsed: boolean | undefined): boolean =>
  method !== 'A' || !(pulsed ?? processFacts[process].canPulse);

export const heatParameters = efficiencyParameters
  .extend({
    /** Of ISO/TR 18491: A mean voltage times mean current, B energy over length, C instantaneous power over speed. */
    method: z.enum(methods).default('C'),
    /** Whether the current pulses; taken for so where the process can, unless it is said. */
    pulsed: z.boolean().optional(),
  })
  .superRefine(({ method, process, pulsed }, { addIssue }) => {
    if (isValid(method, process, pulsed)) return;
    addIssue({
      code: 'custom',
      path: ['method'],
      message: expectedWords({
        en: 'B or C: method A (mean U * mean I) does not hold for a pulsed arc; say pulsed: false if it is not',
        zh: 'B 或 C：方法 A（平均电压×平均电流）不适用于脉冲电弧；若非脉冲，请注明 pulsed: false',
      }),
    });
  });
type HeatParameters = z.infer<typeof heatParameters>;

/** A cell with what makes Q, or with k left out E, of the energy that the method gives; NaN where it does not hold. */
export const heatFactorIndex = (context: SiteContext<HeatParameters>, hasK: boolean): number => {
  const { parameters } = context;
  const { method, process: configured, pulsed } = parameters;
  return processFactorIndex(context, configured, (process) => {
    // What was said of pulses was said of the configured process.
    const isPulsed = process === configured || pulsed === true ? pulsed : undefined;
    if (!isValid(method, process, isPulsed)) return Number.NaN;
    return hasK ? efficiencyOf(parameters, process) : 1;
  });
};

export const heatInputs = {
  arcPower: {
    pattern: '{area}/{line}/{equipment}/arcPower',
    unit: 'W',
    count: 'one',
    description: { en: 'mean instantaneous arc power IP', zh: '电弧瞬时功率均值 IP' },
  },
  arcOn: arcOnInput,
  travelSpeed: travelSpeedInput,
  process: processInput,
  ...panelInputs,
  current: {
    pattern: '{area}/{line}/{equipment}/current',
    unit: 'A',
    count: 'one',
    description: { en: 'mean arc current', zh: '焊接电流均值' },
  },
  voltage: {
    pattern: '{area}/{line}/{equipment}/voltage',
    unit: 'V',
    count: 'one',
    description: { en: 'mean arc voltage', zh: '电弧电压均值' },
  },
  position: { ...panelInputs.panelPosition, count: 'one' },
} as const satisfies Readonly<Record<string, KpiInput>>;

const usedInputs: Readonly<Record<HeatMethod, readonly (keyof typeof heatInputs)[]>> = {
  A: ['current', 'voltage', 'arcOn', 'travelSpeed', 'process', 'panelId', 'panelPosition'],
  B: ['arcPower', 'arcOn', 'position', 'process', 'panelId', 'panelPosition'],
  C: ['arcPower', 'arcOn', 'travelSpeed', 'process', 'panelId', 'panelPosition'],
};

/** The inputs that a method reads: a site needs no others. */
export const heatInputsOf = ({ method }: HeatParameters): readonly string[] => usedInputs[method];

/** How each method gets at E, to be explained with the result. */
export const methodTexts: Readonly<
  Record<HeatMethod, { readonly formula: LocalText; readonly standard: LocalText }>
> = {
  A: {
    formula: {
      en: 'E = integral(U I dt) / integral(v dt), arc on (method A)',
      zh: 'E = ∫U·I dt / ∫v dt，燃弧期间（方法 A）',
    },
    standard: {
      en: 'ISO/TR 18491:2015 method A (arc not pulsed)',
      zh: 'ISO/TR 18491:2015 方法 A（非脉冲电弧）',
    },
  },
  B: {
    formula: {
      en: 'E = integral(IP dt) / weld length by the encoder, arc on (method B)',
      zh: 'E = ∫IP dt / 编码器焊缝长度，燃弧期间（方法 B）',
    },
    standard: {
      en: 'ISO/TR 18491:2015 method B; ASME IX QW-409.1 (c)(1)',
      zh: 'ISO/TR 18491:2015 方法 B；ASME IX QW-409.1 (c)(1)',
    },
  },
  C: {
    formula: {
      en: 'E = integral(IP dt) / integral(v dt), arc on (method C)',
      zh: 'E = ∫IP dt / ∫v dt，燃弧期间（方法 C）',
    },
    standard: {
      en: 'ISO/TR 18491:2015 method C; ASME IX QW-409.1 (c)(2)',
      zh: 'ISO/TR 18491:2015 方法 C；ASME IX QW-409.1 (c)(2)',
    },
  },
};

type Heat = Collector & {
  /** Writes energy and length, in the units that `scale` makes kJ/mm of, to the cells `out` and `out + 1`. */
  readonly read: (memory: Float64Array, out: number) => void;
};

/** Arc energy of the panel so far. */
export type ArcHeat = {
  readonly steps: PanelSteps<Heat>;
  /** What makes kJ/mm of energy by length. */
  readonly scale: number;
};

/** Energy and length over exactly the same steps, so that a gap biases neither and arc-off time never enters. */
export const arcHeat = (context: KpiContext<HeatParameters>): ArcHeat => {
  const { method } = context.parameters;
  return method === 'B' ? heatByLength(context) : heatBySpeed(context, method);
};

const heatBySpeed = (context: KpiContext<unknown>, method: 'A' | 'C'): ArcHeat => {
  const arcOn = context.one('arcOn');
  const speed = context.one('travelSpeed');
  const clock = context.one(method === 'A' ? 'current' : 'arcPower');
  const voltage = method === 'A' ? context.one('voltage') : undefined;
  const steps = panelSteps(context, {
    name: `heat ${method}`,
    clock,
    partners: [
      { input: arcOn, needs: 'state' },
      { input: speed, needs: 'usable' },
      ...(voltage === undefined ? [] : [{ input: voltage, needs: 'measured' } as const]),
    ],
    arcs: [arcOn],
    collect: (cells): Heat => {
      const powerIndex = voltage === undefined ? clock.slot + valueCell : context.reserve(1);
      const totals = collectTotals(
        context,
        cells,
        [
          { source: powerIndex, rule: 'trapezoid' },
          { source: speed.slot + valueCell, rule: 'trapezoid' },
        ],
        voltage === undefined
          ? undefined
          : (memory) => {
              memory[powerIndex] =
                (memory[clock.slot + valueCell] as number) * inputValue(memory, voltage);
            },
      );
      return {
        ...totals,
        read: (memory, out) => {
          totals.read(memory, 0, out);
          totals.read(memory, 1, out + 1);
        },
      };
    },
  });
  /** W ms over mm/s ms is J/mm; a thousand of them are a kJ/mm. */
  const scale = ((clock.multiply / clock.divide) * speed.divide) / speed.multiply / 1000;
  return { steps, scale };
};

const heatByLength = (context: KpiContext<unknown>): ArcHeat => {
  const arcOn = context.one('arcOn');
  const position = context.one('position');
  const power = context.one('arcPower');
  const steps = panelSteps(context, {
    name: 'heat B',
    clock: power,
    partners: [
      { input: arcOn, needs: 'state' },
      { input: position, needs: 'usable' },
    ],
    arcs: [arcOn],
    collect: ({ stepMsIndex }: StepCells): Heat => {
      const lastMmIndex = context.reserve(1);
      const lastPowerIndex = context.reserve(1);
      const termIndex = context.reserve(1);
      const energy = context.reserve(compensatedSumSize);
      const length = context.reserve(compensatedSumSize);
      return {
        reset: (memory) => {
          resetCompensatedSum(memory, energy);
          resetCompensatedSum(memory, length);
        },
        push: (memory) => {
          const watts = inputValue(memory, power);
          const positionMm = inputValue(memory, position);
          const stepMs = memory[stepMsIndex] as number;
          const stepMm = positionMm - (memory[lastMmIndex] as number);
          if (stepMs > 0 && Math.abs(stepMm) <= longestStepMm) {
            memory[termIndex] = (((memory[lastPowerIndex] as number) + watts) / 2) * stepMs;
            pushCompensatedSum(memory, energy, termIndex);
            memory[termIndex] = stepMm;
            pushCompensatedSum(memory, length, termIndex);
          }
          memory[lastMmIndex] = positionMm;
          memory[lastPowerIndex] = watts;
        },
        read: (memory, out) => {
          readCompensatedSum(memory, energy, out);
          readCompensatedSum(memory, length, out + 1);
        },
      };
    },
  });
  /** W ms over mm is mJ/mm. */
  return { steps, scale: 1e-6 };
};
