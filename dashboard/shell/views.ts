import { accessViews } from '../views/access/views.ts';
import { devicesViews } from '../views/devices/views.ts';
import { energyViews } from '../views/energy/views.ts';
import { equipmentViews } from '../views/equipment/views.ts';
import { exploreViews } from '../views/explore/views.ts';
import { lineViews } from '../views/line/views.ts';
import { oeeViews } from '../views/oee/views.ts';
import { overviewViews } from '../views/overview/views.ts';
import { panelsViews } from '../views/panels/views.ts';
import { spcViews } from '../views/spc/views.ts';
import type { View } from './view.ts';

/** All pages, in the order of the navigation. */
export const views: readonly View[] = [
  ...overviewViews,
  ...lineViews,
  ...panelsViews,
  ...spcViews,
  ...oeeViews,
  ...energyViews,
  ...exploreViews,
  ...devicesViews,
  ...equipmentViews,
  ...accessViews,
];
