import type { ZodType } from 'zod';
import type { LocalText } from '../../../core/point.ts';
import { valueCell } from '../../../hot-path/slot.ts';
import {
  type AnyKpiDefinition,
  defineKpi,
  type KpiContext,
  type KpiInput,
  type KpiPart,
} from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import {
  dayOfQuarterHours,
  type KpiWindow,
  monthOfQuarterHours,
  yearOfQuarterHours,
} from '../../window.ts';
import {
  addToFold,
  calendarFold,
  calendarInput,
  dayFold,
  foldCoverage,
  foldRow,
  lacksTime,
  onRows,
  quarterRows,
  rowInputs,
} from './rows.ts';
import type { Flow, Term } from './terms.ts';

/** Writes the value and the parts of a KPI from the sums of its terms. */
export type FoldedWriter = (
  memory: Float64Array,
  cells: {
    readonly sums: number;
    readonly value: number;
    readonly parts: readonly number[];
    /** Cells with the start of the window and the end of its newest quarter hour. */
    readonly startIndex: number;
    readonly endIndex: number;
  },
) => void;

const windows = {
  day: {
    window: dayOfQuarterHours,
    rule: { en: "closed quarter hours of the site's day", zh: '站点当日已结束的各刻钟' },
  },
  month: {
    window: monthOfQuarterHours,
    rule: { en: "closed quarter hours of the site's month", zh: '站点当月已结束的各刻钟' },
  },
  year: {
    window: yearOfQuarterHours,
    rule: { en: "closed quarter hours of the site's year", zh: '站点当年已结束的各刻钟' },
  },
} as const satisfies Record<string, { readonly window: KpiWindow; readonly rule: LocalText }>;

/**
 * A KPI that is a formula of sums over the quarter hours of the day, of the month or of the year; of the year it is Uncertain when
 * any time of it was not metered.
 */
export const defineFolded = <Parameters>(options: {
  readonly id: string;
  readonly over: keyof typeof windows;
  /** 2 unless given. */
  readonly version?: number;
  readonly points: readonly (Term | Flow)[];
  readonly unit: string;
  readonly decimals: number;
  readonly description: LocalText;
  readonly formula: LocalText;
  readonly standard: LocalText;
  readonly parts?: Readonly<Record<string, KpiPart>>;
  readonly inputs?: Readonly<Record<string, KpiInput>>;
  readonly parametersSchema: ZodType<Parameters>;
  writer(context: KpiContext<Parameters>): FoldedWriter;
}): AnyKpiDefinition => {
  const { over, points, inputs, writer, ...described } = options;
  const names = Object.keys(options.parts ?? {});
  return defineKpi<Parameters>({
    version: 2,
    ...described,
    equipmentClass: 'park',
    point: options.id,
    window: windows[over].window,
    windowRule: windows[over].rule,
    coverageRule: 'metered time of the quarter hours / time since the window began',
    inputs: {
      ...rowInputs(...points),
      ...(over === 'day' ? {} : { [`${over}Start`]: calendarInput(`${over}Start`) }),
      ...inputs,
    },
    build: (context) => {
      const rows = quarterRows(context, points, { needsAll: true });
      const terms = points.map((point) => context.one(point));
      const fold =
        over === 'day'
          ? dayFold(context, points.length)
          : calendarFold(context, points.length, `${over}Start`);
      const parts = names.map((name) => context.part(name));
      const { sums, startIndex, endIndex } = fold;
      const cells = { sums, startIndex, endIndex, value: context.value, parts };
      const write = writer(context);
      onRows(context, rows, {
        take: (memory) => {
          if (!foldRow(memory, fold, rows)) return;
          for (const [sum, input] of terms.entries()) addToFold(memory, fold, sum, input);
        },
        write: (memory) => {
          write(memory, cells);
          memory[context.coverage + valueCell] = foldCoverage(memory, fold);
          if (over === 'year' && lacksTime(memory, fold)) memory[fold.uncertainIndex] = 1;
          finishResult(memory, context, fold.uncertainIndex);
          finishParts(memory, context.value, parts);
        },
      });
    },
  });
};
