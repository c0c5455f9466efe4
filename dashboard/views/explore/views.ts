import type { View } from '../../shell/view.ts';

export const exploreViews: readonly View[] = [
  {
    path: '/explore',
    name: 'explore',
    title: { en: 'Explore', zh: '数据探索' },
    load: () => import('./ExplorePage.vue'),
  },
];
