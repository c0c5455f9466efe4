import { computed, type Ref } from 'vue';
import type { Point } from '../api/types.ts';
import { qualityOf } from '../components/format.ts';
import { useGateway } from '../live/gateway.ts';
import type { PointStore } from '../live/point-store.ts';

/** The newest value of a point that is not bad: null without one, undefined without the point. Follows it inside of an effect. */
export const numberIn = (
  store: PointStore,
  point: Point | undefined,
): number | null | undefined => {
  if (point === undefined) return undefined;
  const current = store.current(point);
  return qualityOf(current) === 'bad' || typeof current.value !== 'number' ? null : current.value;
};

/** The same as a reference. */
export const useNumber = (
  point: () => Point | undefined,
): Readonly<Ref<number | null | undefined>> => {
  const { store } = useGateway();
  return computed(() => numberIn(store, point()));
};
