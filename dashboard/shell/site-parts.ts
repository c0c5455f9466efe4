import type { PointStore } from '../live/point-store.ts';
import type { ViewNeed } from './view.ts';

/** What this site has: a site may be a line, a park, both, or something else. */
export const needsOf = (store: PointStore): ReadonlySet<ViewNeed> => {
  const classes = new Set(store.points.map(({ equipmentClass }) => equipmentClass));
  const found = new Set<ViewNeed>();
  if (classes.has('weld_seam') || classes.has('weld_line')) found.add('line');
  const ofPark = ['park', 'meter', 'pv_inverter', 'pv_plant', 'storage', 'charger'];
  if (ofPark.some((name) => classes.has(name))) found.add('park');
  return found;
};
