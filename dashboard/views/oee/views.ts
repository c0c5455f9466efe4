import type { View } from '../../shell/view.ts';

export const oeeViews: readonly View[] = [
  {
    path: '/oee',
    name: 'oee',
    title: { en: 'OEE and figures', zh: 'OEE 与指标' },
    load: () => import('./OeePage.vue'),
    needs: 'line',
  },
];
