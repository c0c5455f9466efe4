import type { View } from '../../shell/view.ts';

export const energyViews: readonly View[] = [
  {
    path: '/energy',
    name: 'energy',
    title: { en: 'Energy', zh: '能源' },
    load: () => import('./EnergyPage.vue'),
    needs: 'park',
  },
  {
    path: '/energy/photovoltaics',
    name: 'energy-photovoltaics',
    title: { en: 'Photovoltaics', zh: '光伏' },
    load: () => import('./photovoltaics/PhotovoltaicsPage.vue'),
    isDetail: true,
    needs: 'park',
  },
  {
    path: '/energy/storage',
    name: 'energy-storage',
    title: { en: 'Storage and chargers', zh: '储能与充电桩' },
    load: () => import('./storage/StoragePage.vue'),
    isDetail: true,
    needs: 'park',
  },
  {
    path: '/energy/meters',
    name: 'energy-meters',
    title: { en: 'Meters and tenants', zh: '电表与租户' },
    load: () => import('./meters/MetersPage.vue'),
    isDetail: true,
    needs: 'park',
  },
];
