import { useGateway } from '../../live/gateway.ts';
import { type Park, parksOf } from './park.ts';

/** The park of the site; where there are several, the first that KPIs are computed for. */
export const usePark = (): Park | undefined => {
  const { store, kpis } = useGateway();
  return parksOf(kpis, (path) => store.find(path))[0];
};
