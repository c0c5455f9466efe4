import type { View } from '../../shell/view.ts';

export const accessViews: readonly View[] = [
  {
    path: '/access',
    name: 'access',
    title: { en: 'Access', zh: '访问权限' },
    load: () => import('./AccessPage.vue'),
  },
];
