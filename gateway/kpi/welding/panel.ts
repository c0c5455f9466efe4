import { panelRestartDropMm } from '../../core/panel.ts';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import type { KpiInput, SiteContext } from '../definition.ts';

/**
 * The window of most welding KPIs is the current panel. A new one begins when the panel id changes; while none is told, when the
 * position falls back by more than 100 mm (encoder noise is 0.2 mm). Both may be missing at a line that has neither.
 */
export const panelInputs: Readonly<Record<'panelId' | 'panelPosition', KpiInput>> = {
  panelId: {
    pattern: '{area}/{line}/*/panelId',
    equipmentClass: 'weld_line',
    count: 'optional',
    description: { en: 'panel under the torches', zh: '当前焊接管屏编号' },
  },
  panelPosition: {
    pattern: '{area}/{line}/*/panelPosition',
    equipmentClass: 'weld_line',
    unit: 'mm',
    count: 'optional',
    description: { en: 'position along the panel', zh: '管屏位置' },
  },
};

/** How long the panel under the torches is to become. */
export const panelLengthInput: KpiInput = {
  pattern: '{area}/{line}/*/panelLength',
  equipmentClass: 'weld_line',
  unit: 'mm',
  count: 'optional',
  description: { en: 'length of the panel', zh: '管屏长度' },
};

/** A cell with the length of the panel in mm: the one told last, before the first `otherwiseMm`. */
export const panelLengthIndex = (context: SiteContext<unknown>, otherwiseMm: number): number => {
  const input = context.optional('panelLength');
  return context.shared(`panel length ${input?.key} ${otherwiseMm}`, () => {
    const lengthIndex = context.reserve(1, [otherwiseMm]);
    if (input === undefined) return lengthIndex;
    context.onSample(input.slot, (memory) => {
      const told = memory[input.slot + valueCell] as number;
      if (!isUsableSlot(memory, input.slot) || !(told > 0)) return;
      memory[lengthIndex] = (told * input.multiply) / input.divide;
    });
    return lengthIndex;
  });
};

/** Cells with the number of the panel (counts up) and the tick time at which it began. */
export type PanelWindow = { readonly epochIndex: number; readonly key: string };

/** The panel window of the KPI's line, shared by all KPIs that read the same points. */
export const panelWindow = (context: SiteContext<unknown>): PanelWindow => {
  const panelId = context.optional('panelId');
  const position = context.optional('panelPosition');
  const key = `panel ${panelId?.key} ${position?.key}`;
  return context.shared(key, () => {
    const epochIndex = context.reserve(1);
    const lastIdIndex = context.reserve(1, [Number.NaN]);
    if (panelId !== undefined) {
      context.onSample(panelId.slot, (memory) => {
        if (!isUsableSlot(memory, panelId.slot)) return;
        const id = memory[panelId.slot + valueCell] as number;
        const last = memory[lastIdIndex] as number;
        memory[lastIdIndex] = id;
        if (!Number.isNaN(last) && id !== last) {
          memory[epochIndex] = (memory[epochIndex] as number) + 1;
        }
      });
    }
    if (position !== undefined) {
      const furthestIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
      context.onSample(position.slot, (memory) => {
        if (!isUsableSlot(memory, position.slot)) return;
        const raw = memory[position.slot + valueCell] as number;
        const positionMm = (raw * position.multiply) / position.divide;
        const furthestMm = memory[furthestIndex] as number;
        if (furthestMm - positionMm > panelRestartDropMm) {
          memory[furthestIndex] = positionMm;
          // A carriage that returns, or backs up to weld again, is at the same panel for as long as its id says so.
          if (panelId !== undefined && isUsableSlot(memory, panelId.slot)) return;
          memory[epochIndex] = (memory[epochIndex] as number) + 1;
          // The id that is told next is this panel's.
          memory[lastIdIndex] = Number.NaN;
        } else if (positionMm > furthestMm) {
          memory[furthestIndex] = positionMm;
        }
      });
    }
    return { epochIndex, key };
  });
};
