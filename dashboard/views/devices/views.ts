import type { View } from '../../shell/view.ts';

export const devicesViews: readonly View[] = [
  {
    path: '/devices',
    name: 'devices',
    title: { en: 'Devices and outputs', zh: '设备与数据输出' },
    load: () => import('./DevicesPage.vue'),
  },
];
