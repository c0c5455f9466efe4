import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import { statusCodes } from '../../core/quality.ts';
import type { Step } from '../../hot-path/program.ts';
import { isUsableSlot, statusCell, timeCell, valueCell } from '../../hot-path/slot.ts';
import {
  defineKpiTable,
  type KpiColumn,
  type KpiTableContext,
  type ResolvedInput,
} from '../definition.ts';
import { panelWindowOfTierA } from '../window.ts';
import { arcsInput } from './arc.ts';
import { panelInputs, panelWindow } from './panel.ts';

/** Windows held until a tick brings them: more end between two ticks only when the machine's id flickers. */
const heldWindows = 8;
/** Places of the fields of a window. */
const fields = { id: 0, startMs: 1, endMs: 2, arcStartMs: 3, arcEndMs: 4, isFirst: 5 } as const;
const fieldCount = 6;

const instant = (
  point: string,
  texts: { readonly description: LocalText; readonly formula: LocalText },
): KpiColumn => ({ point, kind: 'number', unit: 'ms', decimals: 0, ...texts });

/**
 * When each panel was under the torches, once, as a row that comes when it has ended. With them anything that is known by time,
 * such as where the energy of a minute came from, is known by panel.
 */
export const panelWindows = defineKpiTable({
  id: 'panelWindows',
  version: 2,
  equipmentClass: 'weld_line',
  group: 'panels',
  description: { en: 'Windows of the panels', zh: '各管屏的时间窗口' },
  formula: {
    en: 'from the reading with which a panel begins to that with which the next one does',
    zh: '自管屏开始的读数起，至下一管屏开始的读数止',
  },
  standard: { en: 'own definition', zh: '本项目定义' },
  window: panelWindowOfTierA,
  windowRule: { en: 'one row for each panel that has ended', zh: '每张已结束的管屏一行' },
  coverageRule: 'none: a window is known or not',
  inputs: {
    arcOn: arcsInput,
    ...panelInputs,
    panelId: { ...panelInputs.panelId, count: 'one' },
  },
  parametersSchema: z.strictObject({}),
  columns: [
    {
      ...{ point: 'panel.id', kind: 'string', unit: '1', decimals: 0 },
      description: { en: 'panel of the window', zh: '窗口所属管屏' },
      formula: { en: 'the panel under the torches then', zh: '当时焊接的管屏' },
    },
    instant('panel.start', {
      description: { en: 'when the panel came under the torches', zh: '管屏进入焊接工位的时刻' },
      formula: {
        en: 'ms since 1970 (UTC) of the first reading of the panel',
        zh: '该管屏首个读数的时刻，自 1970 年起的毫秒数（UTC）',
      },
    }),
    instant('panel.end', {
      description: { en: 'when the next panel came', zh: '下一管屏到来的时刻' },
      formula: {
        en: 'ms since 1970 (UTC) of the first reading of the next panel',
        zh: '下一管屏首个读数的时刻，自 1970 年起的毫秒数（UTC）',
      },
    }),
    instant('panel.arcStart', {
      description: { en: 'when the first arc of the panel burned', zh: '首个电弧燃烧的时刻' },
      formula: {
        en: 'ms since 1970 (UTC) of the first reading with any arc on',
        zh: '首个有电弧燃烧的读数时刻，自 1970 年起的毫秒数（UTC）',
      },
    }),
    instant('panel.arcEnd', {
      description: { en: 'when the last arc of the panel burned', zh: '末个电弧燃烧的时刻' },
      formula: {
        en: 'ms since 1970 (UTC) of the last reading with any arc on',
        zh: '最后一个有电弧燃烧的读数时刻，自 1970 年起的毫秒数（UTC）',
      },
    }),
  ],
  build: (context) => {
    const windows = reserveWindows(context);
    watchPanels(context, windows);
    for (const arc of context.many('arcOn')) watchArc(context, windows, arc);
    context.rows({ timeIndex: windows.timeIndex, next: rowWriter(context, windows) });
  },
});

/** Indices of cells. */
type Windows = {
  /** The window that is open, and those that ended and wait. */
  readonly open: number;
  readonly held: number;
  /** Windows that ended, and that were brought, counted on for ever. */
  readonly endedIndex: number;
  readonly broughtIndex: number;
  readonly timeIndex: number;
};

const reserveWindows = (context: KpiTableContext<unknown>): Windows => ({
  open: context.reserve(fieldCount, [Number.NaN, Number.NaN, 0, Number.NaN, Number.NaN, 1]),
  held: context.reserve(heldWindows * fieldCount),
  endedIndex: context.reserve(1),
  broughtIndex: context.reserve(1),
  timeIndex: context.reserve(1, [Number.NEGATIVE_INFINITY]),
});

const heldAt = ({ held }: Windows, count: number): number =>
  held + ((count % heldWindows) | 0) * fieldCount;

const watchPanels = (context: KpiTableContext<unknown>, windows: Windows): void => {
  const panelId = context.one('panelId');
  const position = context.optional('panelPosition');
  const { epochIndex } = panelWindow(context);
  const knownEpochIndex = context.reserve(1);
  const { open } = windows;

  const end = (memory: Float64Array, timeMs: number): void => {
    // Id and position of one frame both tell of the same panel.
    if (timeMs > (memory[open + fields.startMs] as number)) {
      memory[open + fields.endMs] = timeMs;
      const ended = memory[windows.endedIndex] as number;
      memory.copyWithin(heldAt(windows, ended), open, open + fieldCount);
      memory[windows.endedIndex] = ended + 1;
    }
    memory[open + fields.startMs] = timeMs;
    memory[open + fields.arcStartMs] = Number.NaN;
    memory[open + fields.arcEndMs] = Number.NaN;
    memory[open + fields.isFirst] = 0;
  };

  const watch = (input: ResolvedInput): void => {
    context.onSample(input.slot, (memory) => {
      if (!isUsableSlot(memory, input.slot)) return;
      const timeMs = memory[input.slot + timeCell] as number;
      if (Number.isNaN(memory[open + fields.startMs])) memory[open + fields.startMs] = timeMs;
      if (memory[knownEpochIndex] !== memory[epochIndex]) {
        memory[knownEpochIndex] = memory[epochIndex] as number;
        end(memory, timeMs);
      }
      if (input === panelId) memory[open + fields.id] = memory[panelId.slot + valueCell] as number;
    });
  };
  watch(panelId);
  if (position !== undefined) watch(position);
};

const watchArc = (
  context: KpiTableContext<unknown>,
  { open }: Windows,
  { slot }: ResolvedInput,
): void => {
  const note: Step = (memory) => {
    if (memory[slot + valueCell] === 0 || !isUsableSlot(memory, slot)) return;
    const timeMs = memory[slot + timeCell] as number;
    memory[open + fields.arcEndMs] = timeMs;
    if (Number.isNaN(memory[open + fields.arcStartMs])) memory[open + fields.arcStartMs] = timeMs;
  };
  context.onSample(slot, note);
};

/** Writes the next window that ended to the columns. */
const rowWriter = (
  context: KpiTableContext<unknown>,
  windows: Windows,
): ((memory: Float64Array) => boolean) => {
  const columns = (['id', 'startMs', 'endMs', 'arcStartMs', 'arcEndMs'] as const).map(
    (field, index) => ({
      field,
      slot: context.column(
        ['panel.id', 'panel.start', 'panel.end', 'panel.arcStart', 'panel.arcEnd'][index] as string,
      ),
    }),
  );
  return (memory) => {
    const ended = memory[windows.endedIndex] as number;
    const next = Math.max(memory[windows.broughtIndex] as number, ended - heldWindows);
    if (next >= ended) return false;
    memory[windows.broughtIndex] = next + 1;
    const base = heldAt(windows, next);
    memory[windows.timeIndex] = memory[base + fields.endMs] as number;
    for (const { field, slot } of columns) {
      const value = memory[base + fields[field]] as number;
      const isKnown = Number.isFinite(value);
      memory[slot + valueCell] = isKnown ? value : 0;
      memory[slot + statusCell] = isKnown ? statusCodes.good : statusCodes.badNoData;
    }
    // It was there before anybody looked.
    if (memory[base + fields.isFirst] === 1) {
      memory[context.column('panel.start') + statusCell] = statusCodes.uncertain;
    }
    return true;
  };
};
