import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import type { ResolvedInput, SiteContext } from '../definition.ts';

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
