import { type ComputedRef, computed } from 'vue';
import type { Point } from '../../../api/types.ts';
import { useGateway } from '../../../live/gateway.ts';
import { localPath } from '../../../live/point-store.ts';
import type { Park } from '../park.ts';
import { numberOf } from '../quantities.ts';
import { type ChargerState, chargerStateOf } from './charger-state.ts';

export type Charger = {
  /** `area/line/equipment` */
  readonly path: string;
  readonly name: string;
  readonly status: Point | undefined;
  readonly state: ChargerState;
};

const usuallyBusy = [2];

/** All chargers of the site with what they do now. */
export const useChargers = (park: Park | undefined): ComputedRef<readonly Charger[]> => {
  const { store } = useGateway();
  const given = park?.kpi('chargerUtilisation')?.parameters['busyStatuses'];
  const busy: readonly unknown[] = Array.isArray(given) ? given : usuallyBusy;
  const paths = [
    ...new Set(
      store.points
        .filter(({ equipmentClass }) => equipmentClass === 'charger')
        .map((point) => localPath(point).split('/').slice(0, 3).join('/')),
    ),
  ];
  return computed(() =>
    paths.map((path) => {
      const status = store.find(`${path}/status`);
      const value = numberOf(store, status);
      const label = status?.labels?.[String(value)]?.en;
      return {
        ...{ path, status, name: path.split('/').at(-1) ?? path },
        state: chargerStateOf(value, busy, label),
      };
    }),
  );
};
