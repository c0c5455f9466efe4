import { type ComputedRef, computed, type Ref } from 'vue';
import type { Kpi, Point } from '../../../api/types.ts';
import { qualityOf } from '../../../components/format.ts';
import { useGateway } from '../../../live/gateway.ts';
import { localPath, type PointStore, placeOf } from '../../../live/point-store.ts';
import { numberOf } from '../quantities.ts';
import { judgePeer, medianOf, type PeerJudgement } from './peers.ts';

export type Peer = {
  readonly name: string;
  readonly point: Point;
  readonly value: number | null;
  readonly judgement: PeerJudgement;
  readonly state: string | undefined;
};

export const peerMeasures = ['performanceIndex', 'finalYield'] as const;
export type PeerMeasure = (typeof peerMeasures)[number];

const kpiOf = { performanceIndex: 'inverterPerformanceIndex', finalYield: 'inverterFinalYield' };

/** States that mean that it does not run, by the parameters of the KPI. */
const downStates = (kpi: Kpi): readonly unknown[] => {
  const { states } = kpi.parameters as { readonly states?: { readonly down?: unknown } };
  return Array.isArray(states?.down) ? states.down : [];
};

type Inverter = {
  readonly name: string;
  readonly kpi: Kpi;
  readonly point: Point;
  readonly status: Point | undefined;
};

const invertersOf = (store: PointStore, kpis: readonly Kpi[], kpi: string): readonly Inverter[] =>
  kpis
    .filter((candidate) => candidate.kpi === kpi)
    .flatMap((own) => {
      const point = store.find(localPath(own));
      const { area, line, equipment } = placeOf(own);
      const status = store.find(`${area}/${line}/${equipment}/status`);
      return point === undefined ? [] : [{ name: equipment, kpi: own, point, status }];
    });

/** All inverters with how each stands beside the median of them. */
export const usePeers = (
  measure: Readonly<Ref<PeerMeasure>>,
): {
  readonly peers: ComputedRef<readonly Peer[]>;
  readonly median: ComputedRef<number | null>;
} => {
  const { store, kpis } = useGateway();
  const inverters = computed(() => invertersOf(store, kpis, kpiOf[measure.value]));
  const isSilent = ({ status }: Inverter): boolean =>
    status !== undefined && qualityOf(store.current(status)) === 'bad';
  const isDown = ({ status, kpi }: Inverter): boolean =>
    status !== undefined && downStates(kpi).includes(store.current(status).value);
  /** By night all of them rest, and none stands out by that. */
  const doesAnyRun = computed(() =>
    inverters.value.some((inverter) => !isSilent(inverter) && !isDown(inverter)),
  );
  const isUnavailable = (inverter: Inverter): boolean =>
    isSilent(inverter) || (doesAnyRun.value && isDown(inverter));
  const values = computed(() => inverters.value.map(({ point }) => numberOf(store, point)));
  const median = computed(() => medianOf(values.value));
  const peers = computed(() =>
    inverters.value.map((inverter, index): Peer => {
      const value = values.value[index] ?? null;
      const { name, point, status } = inverter;
      const state = status === undefined ? undefined : store.current(status).value;
      return {
        ...{ name, point, value },
        judgement: judgePeer(value, median.value, isUnavailable(inverter)),
        state: state === null || state === undefined ? undefined : String(state),
      };
    }),
  );
  return { peers, median };
};
