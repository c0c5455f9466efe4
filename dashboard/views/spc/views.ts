import type { View } from '../../shell/view.ts';

export const spcViews: readonly View[] = [
  {
    path: '/spc',
    name: 'spc',
    title: { en: 'SPC', zh: '统计过程控制' },
    load: () => import('./SpcPage.vue'),
    needs: 'line',
  },
];
