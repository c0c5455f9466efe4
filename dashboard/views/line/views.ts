import type { View } from '../../shell/view.ts';

export const lineViews: readonly View[] = [
  {
    path: '/line',
    name: 'line',
    title: { en: 'Welding line', zh: '焊接产线' },
    load: () => import('./OperatorPage.vue'),
    needs: 'line',
  },
  {
    path: '/line/torches/:seam',
    name: 'torch',
    title: { en: 'Torch', zh: '焊枪' },
    load: () => import('../torch/TorchPage.vue'),
    isDetail: true,
    needs: 'line',
  },
];
