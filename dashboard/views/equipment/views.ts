import type { View } from '../../shell/view.ts';

export const equipmentViews: readonly View[] = [
  {
    path: '/equipment',
    name: 'equipment',
    title: { en: 'All points', zh: '全部测点' },
    load: () => import('./EquipmentPage.vue'),
  },
];
