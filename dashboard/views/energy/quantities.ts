import type { Point } from '../../api/types.ts';
import { qualityOf } from '../../components/format.ts';
import type { PointStore } from '../../live/point-store.ts';

const kilo: Readonly<Record<string, number>> = {
  W: 0.001,
  kW: 1,
  MW: 1000,
  Wh: 0.001,
  kWh: 1,
  MWh: 1000,
};

/** The newest value as a number in the point's own unit; null where there is none. Follows the point. */
export const numberOf = (store: PointStore, point: Point | undefined): number | null => {
  if (point === undefined) return null;
  const current = store.current(point);
  return typeof current.value === 'number' && qualityOf(current) !== 'bad' ? current.value : null;
};

/** The same in kW or kWh. */
export const kiloOf = (store: PointStore, point: Point | undefined): number | null => {
  const value = numberOf(store, point);
  return value === null || point === undefined ? null : value * (kilo[point.unit] ?? 1);
};

/** Of several meters the sum, null as soon as one is not known; undefined where there is none. */
export const kiloSum = (store: PointStore, points: readonly Point[]): number | null | undefined => {
  if (points.length === 0) return undefined;
  const values = points.map((point) => kiloOf(store, point));
  return values.includes(null)
    ? null
    : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
};
