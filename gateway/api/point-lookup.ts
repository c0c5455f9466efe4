import { formatPointPath, type LocalText, type PointNumber } from '../core/point.ts';
import type { LatestValues } from '../runtime/latest-values.ts';

/** By path with and without enterprise and site; made when somebody asks by path first. */
const known = new WeakMap<LatestValues, ReadonlyMap<string, number>>();

const placesOf = (latest: LatestValues): ReadonlyMap<string, number> => {
  let places = known.get(latest);
  if (places === undefined) {
    const found = new Map<string, number>();
    for (const [index, { group, channel }] of latest.points.entries()) {
      const spec = group.channels[channel];
      if (spec === undefined) continue;
      const path = formatPointPath(group.equipment, spec.point);
      found.set(path, index);
      found.set(path.split('/').slice(2).join('/'), index);
    }
    places = found;
    known.set(latest, places);
  }
  return places;
};

/** Where a point stands that is named by its number or by its path, with or without enterprise and site. */
export const findPoint = (latest: LatestValues, id: string): number | undefined =>
  /^\d+$/.test(id) ? latest.indexOf(Number(id) as PointNumber) : placesOf(latest).get(id);

export const noPoint = (id: string): LocalText => ({
  en: `no point ${id}: /api/v1/points lists them`,
  zh: `没有测点 ${id}：/api/v1/points 可列出全部`,
});
