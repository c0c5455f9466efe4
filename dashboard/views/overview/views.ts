import type { View } from '../../shell/view.ts';

export const overviewViews: readonly View[] = [
  {
    path: '/',
    name: 'overview',
    title: { en: 'Overview', zh: '总览' },
    load: () => import('./OverviewPage.vue'),
  },
];
