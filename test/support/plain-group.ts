import type { GroupSpec } from '../../gateway/core/point.ts';

/** A group with `channels` channels named c0, c1, ... */
export const plainGroup = (equipment: string, channels: number): GroupSpec => ({
  equipment: { enterprise: 'seamwatt', site: 'demo', area: 'welding', line: 'mpm01', equipment },
  equipmentClass: 'weld_seam',
  name: 'signals',
  producer: 'plc',
  channels: Array.from({ length: channels }, (_, index) => ({
    point: `c${index}`,
    kind: 'number' as const,
    unit: '1',
    description: { en: `c${index}`, zh: `c${index}` },
  })),
});
