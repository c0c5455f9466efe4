import type { View } from '../../shell/view.ts';

export const panelsViews: readonly View[] = [
  {
    path: '/panels',
    name: 'panels',
    title: { en: 'Panels', zh: '管屏档案' },
    load: () => import('./PanelsPage.vue'),
    needs: 'line',
  },
  {
    path: '/panels/:id',
    name: 'panel',
    title: { en: 'Panel', zh: '管屏' },
    load: () => import('./PanelPage.vue'),
    isDetail: true,
    needs: 'line',
  },
];
