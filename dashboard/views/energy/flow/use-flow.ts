import { type ComputedRef, computed } from 'vue';
import type { Point } from '../../../api/types.ts';
import { useGateway } from '../../../live/gateway.ts';
import type { Park } from '../park.ts';
import { kiloSum, numberOf } from '../quantities.ts';
import { type Balance, balanceOf } from './balance.ts';
import { type FlowLink, linksOf } from './geometry.ts';

/** As the KPI gridConnection tells it. */
export type ConnectionState = 'tied' | 'islanded' | 'transition' | 'dead' | 'unknown';

const connectionStates: readonly ConnectionState[] = ['tied', 'islanded', 'transition', 'dead'];

export type Flow = {
  readonly balance: ComputedRef<Balance>;
  readonly links: ComputedRef<readonly FlowLink[]>;
  /** Undefined where the site does not tell it. */
  readonly connection: ComputedRef<ConnectionState | undefined>;
  /** Of the newest whole quarter hour: out of what the classes of the meters allow. */
  readonly isOutOfTolerance: ComputedRef<boolean>;
  /** The meter that lies, where one is named. */
  readonly suspect: ComputedRef<Point | undefined>;
};

/** What flows between the feeders of a park now. */
export const useFlow = (park: Park): Flow => {
  const { store } = useGateway();
  const connection = park.point('gridConnection');
  const ratio = park.point('balanceResidual.ratio');
  const suspect = park.point('meterSuspect');
  const balance = computed(() => {
    const { pv, grid, load, ev, storage } = park.powers;
    const generated = kiloSum(store, pv);
    return balanceOf(
      {
        pv: typeof generated === 'number' ? park.pvSign * generated : generated,
        grid: kiloSum(store, grid),
        load: kiloSum(store, load),
        ev: kiloSum(store, ev),
        storage: kiloSum(store, storage),
      },
      park.classes,
    );
  });
  return {
    balance,
    links: computed(() => linksOf(balance.value)),
    connection: computed(() => {
      if (connection === undefined) return undefined;
      return connectionStates[numberOf(store, connection) ?? -1] ?? 'unknown';
    }),
    isOutOfTolerance: computed(() => Math.abs(numberOf(store, ratio) ?? 0) > 1),
    suspect: computed(() => ((numberOf(store, suspect) ?? 0) > 0 ? suspect : undefined)),
  };
};
