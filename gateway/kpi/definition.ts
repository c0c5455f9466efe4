import type { ZodType } from 'zod';
import type { LocalText } from '../core/point.ts';
import type { CounterLimits } from '../hot-path/operators/counter-step.ts';
import type { BuildContext } from '../hot-path/program.ts';
import type { KpiWindow } from './window.ts';

/** A point that a KPI reads. */
export type KpiInput = {
  /**
   * Where it is looked for unless the site file says otherwise: `area/line/equipment/point`, where `{area}`, `{line}` and
   * `{equipment}` are those of the KPI's equipment and `*` stands for anything within a part.
   */
  readonly pattern: string;
  /** Only equipment of this class is taken by the pattern; undefined: any. */
  readonly equipmentClass?: string;
  /** Unit that the formula uses; what the point brings is converted. Undefined: the number is a state or an id. */
  readonly unit?: string;
  /** How many points may match; `one` and `many` need at least one, `optional` takes at most one, `any` as many as there are. */
  readonly count: 'one' | 'many' | 'optional' | 'any';
  readonly description: LocalText;
};

/** An input as it was found at this site. */
export type ResolvedInput = {
  readonly slot: number;
  /** `area/line/equipment/point` */
  readonly reference: string;
  /** Names the point and how it is read, the same in every program: for keys of shared state. */
  readonly key: string;
  /** `value * multiply / divide` has the unit of the formula. */
  readonly multiply: number;
  readonly divide: number;
  /** Whether that is another number than `value`. */
  readonly isConverted: boolean;
  /** How often it is sampled at most; undefined: whenever it changes. */
  readonly periodMs: number | undefined;
  /** Comes on change, with a period or without: it holds until its source says otherwise. */
  readonly isHeld: boolean;
  /** Samples further apart than this leave a gap, in ms. */
  readonly staleMs: number;
  /** Of a register, in the point's own unit. */
  readonly limits: CounterLimits;
};

/**
 * How old a sample may be, in ms, to stand for now beside another. What comes on change stands for ever: its source marks it bad
 * when it no longer knows.
 */
export const validMsOf = ({ isHeld, staleMs }: ResolvedInput): number =>
  isHeld ? Number.POSITIVE_INFINITY : staleMs;

/** A point that a KPI writes. */
export type KpiColumn = {
  readonly point: string;
  readonly kind: 'number' | 'string' | 'enum';
  readonly unit: string;
  readonly decimals: number;
  /** Only of kind enum: what each number means. */
  readonly labels?: Readonly<Record<string, LocalText>>;
  readonly description: LocalText;
  /** Undefined: it belongs to the column before, as a coverage does. */
  readonly formula: LocalText | undefined;
};

/** A further point of a KPI of one point: the bounds of an interval, the signals of a chart. */
export type KpiPart = {
  /** UCUM code; undefined: that of the KPI. */
  readonly unit?: string;
  readonly decimals: number;
  readonly description: LocalText;
  /** What each number means, where it stands for something. */
  readonly labels?: Readonly<Record<string, LocalText>>;
};

/** What a KPI finds when it builds its steps. */
export interface SiteContext<Parameters> extends BuildContext {
  readonly parameters: Parameters;
  /** As it applies: the definition's, or that of the site file. */
  readonly window: KpiWindow;
  /** `area/line/equipment` of the KPI. */
  readonly equipment: string;
  /** The points of an input, in the order of their paths. */
  many(input: string): readonly ResolvedInput[];
  one(input: string): ResolvedInput;
  optional(input: string): ResolvedInput | undefined;
}

/** What a KPI of one point builds its steps with. */
export interface KpiContext<Parameters> extends SiteContext<Parameters> {
  /** Slots of the value and of its coverage. */
  readonly value: number;
  readonly coverage: number;
  /** Slot of a part. */
  part(name: string): number;
}

/** What a KPI of many points builds its steps with. */
export interface KpiTableContext<Parameters> extends SiteContext<Parameters> {
  /** Slot of a column. */
  column(point: string): number;
}

/** What every KPI says of itself, and how it is wired. */
type KpiDescription<Parameters> = {
  readonly id: string;
  /** Raised when the same inputs give another result. */
  readonly version: number;
  readonly equipmentClass: string;
  readonly description: LocalText;
  readonly formula: LocalText;
  readonly standard: LocalText;
  /** Of tier (a) with a length: what applies unless the site file says otherwise. */
  readonly window: KpiWindow;
  /** What of the window counts. */
  readonly windowRule: LocalText;
  readonly coverageRule: string;
  readonly inputs: Readonly<Record<string, KpiInput>>;
  readonly parametersSchema: ZodType<Parameters>;
  /** Names of the inputs that these parameters use, where that is not all of them: the others are not looked for. */
  inputsOf?(parameters: Parameters): readonly string[];
  /** What is explained with these parameters, where `formula` and `standard` cannot say it for all. */
  textsOf?(parameters: Parameters): Readonly<Record<'formula' | 'standard', LocalText>>;
};

/** A KPI of one point: what it means, for people, and how it is computed, as operators over slots. */
export type KpiDefinition<Parameters = unknown> = KpiDescription<Parameters> & {
  /** Name of the point; its coverage is `<point>.coverage`, its parts are `<point>.<part>`. */
  readonly point: string;
  readonly unit: string;
  readonly decimals: number;
  /** What each number means, where it stands for something. */
  readonly labels?: Readonly<Record<string, LocalText>>;
  readonly parts?: Readonly<Record<string, KpiPart>>;
  build(context: KpiContext<Parameters>): void;
};

/** A KPI of several points that belong together, in a group of their own: one row for each position bin, for example. */
export type KpiTableDefinition<Parameters = unknown> = KpiDescription<Parameters> & {
  readonly group: string;
  readonly columns: readonly KpiColumn[];
  build(context: KpiTableContext<Parameters>): void;
};

/** A KPI as the catalogue has it: its parameter type is hidden, and one point is a table with its coverage and parts. */
export type AnyKpiDefinition = KpiDescription<unknown> & {
  readonly group: string;
  readonly columns: readonly KpiColumn[];
  build(context: KpiTableContext<unknown>): void;
};

const kindOf = (labels: KpiPart['labels']): Pick<KpiColumn, 'kind' | 'labels'> =>
  labels === undefined ? { kind: 'number' } : { kind: 'enum', labels };

const coverageOf = (description: LocalText): LocalText => ({
  en: `${description.en}: coverage`,
  zh: `${description.zh}（覆盖率）`,
});

const partOf = (description: LocalText, part: LocalText): LocalText => ({
  en: `${description.en}: ${part.en}`,
  zh: `${description.zh}：${part.zh}`,
});

/** Hides the parameter type; `build` is only ever called with what `parametersSchema` returned. */
export const defineKpi = <Parameters>(definition: KpiDefinition<Parameters>): AnyKpiDefinition => {
  const { point, unit, decimals, description, formula, labels, parts, build, ...described } =
    definition;
  const coverage = `${point}.coverage`;
  return {
    ...{ ...described, description, formula, group: 'kpi' },
    columns: [
      { ...kindOf(labels), point, unit, decimals, description, formula },
      {
        ...{ kind: 'number', point: coverage, unit: '1', decimals: 3, formula: undefined },
        description: coverageOf(description),
      },
      ...Object.entries(parts ?? {}).map(([name, part]) => ({
        ...{ ...kindOf(part.labels), unit, ...part, point: `${point}.${name}`, formula: undefined },
        description: partOf(description, part.description),
      })),
    ],
    build: (context) => {
      build({
        ...(context as KpiTableContext<Parameters>),
        value: context.column(point),
        coverage: context.column(coverage),
        part: (name) => context.column(`${point}.${name}`),
      });
    },
  };
};

/** As `defineKpi`, for a KPI of several points. */
export const defineKpiTable = <Parameters>(
  definition: KpiTableDefinition<Parameters>,
): AnyKpiDefinition => ({
  ...definition,
  build: (context) => {
    definition.build(context as KpiTableContext<Parameters>);
  },
});
