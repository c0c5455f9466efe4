import type { Point } from '../../api/types.ts';
import { localPath } from '../../live/point-store.ts';

const words = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[\s,，、]+/)
    .filter(Boolean);

/** Everything about a point that people may look for it by, in both languages. */
const searchText = (point: Point): string =>
  [localPath(point), point.description.en, point.description.zh, point.equipmentClass, point.unit]
    .join(' ')
    .toLowerCase();

/** Points whose path or description, in either language, has every word; those whose path has them come first. */
export const searchPoints = (
  points: readonly Point[],
  text: string,
  limit: number,
): readonly Point[] => {
  const wanted = words(text);
  if (wanted.length === 0) return [];
  const found = points.filter((point) => {
    const all = searchText(point);
    return wanted.every((word) => all.includes(word));
  });
  const rank = (point: Point): number => {
    const path = localPath(point).toLowerCase();
    return wanted.filter((word) => !path.includes(word)).length;
  };
  return found
    .map((point) => ({ point, rank: rank(point) }))
    .sort((a, b) => a.rank - b.rank || a.point.path.length - b.point.path.length)
    .slice(0, limit)
    .map(({ point }) => point);
};
