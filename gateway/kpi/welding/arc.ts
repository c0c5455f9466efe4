import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import type { KpiInput, ResolvedInput, SiteContext } from '../definition.ts';

export const arcOnInput: KpiInput = {
  pattern: '{area}/{line}/{equipment}/arcOn',
  count: 'one',
  description: { en: 'arc is on', zh: '电弧接通' },
};

/** The arcs of the KPI's line. */
export const arcsInput: KpiInput = {
  pattern: '{area}/{line}/*/arcOn',
  equipmentClass: 'weld_seam',
  count: 'many',
  description: { en: 'arcs of the line', zh: '各焊缝电弧接通' },
};

export const travelSpeedInput: KpiInput = {
  pattern: '{area}/{line}/*/travelSpeed',
  equipmentClass: 'weld_line',
  unit: 'mm/s',
  count: 'one',
  description: { en: 'travel speed', zh: '焊接速度' },
};

/**
 * The last known state of an arc, shared by all KPIs that read it: a cell with 1 while the arc is on. A bad sample does not
 * switch the arc off: the time without knowledge must count as elapsed, or a dead device would look fully covered.
 */
export const arcStateIndex = (context: SiteContext<unknown>, arcOn: ResolvedInput): number =>
  context.shared(`arc ${arcOn.key}`, () => {
    const index = context.reserve(1);
    context.onSample(arcOn.slot, (memory) => {
      if (!isUsableSlot(memory, arcOn.slot)) return;
      memory[index] = memory[arcOn.slot + valueCell] === 0 ? 0 : 1;
    });
    return index;
  });

/** Whether any of these cells, each with the state of an arc, says that it is on. */
export const isAnyOn = (memory: Float64Array, arcCells: readonly number[]): boolean => {
  for (let arc = 0; arc < arcCells.length; arc++) {
    if (memory[arcCells[arc] as number] === 1) return true;
  }
  return false;
};

/** Tells whether any arc of several is on by its last known state. */
export const isAnyArcOn = (
  context: SiteContext<unknown>,
  arcs: readonly ResolvedInput[],
): ((memory: Float64Array) => boolean) => {
  const arcCells = arcs.map((arc) => arcStateIndex(context, arc));
  return (memory) => isAnyOn(memory, arcCells);
};
