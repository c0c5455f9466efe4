import type { View } from '../../shell/view.ts';

export const lineViews: readonly View[] = [
  {
    path: '/line',
    name: 'line',
    title: { en: 'Welding line', zh: '焊接产线' },
    load: () => import('./OperatorPage.vue'),
    needs: 'line',
  },
];
