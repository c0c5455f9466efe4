import { onScopeDispose } from 'vue';
import { useGateway } from './gateway.ts';

/**
 * Asks the live feed for what a view shows, as long as the view is there. Patterns are `area/line/equipment/point`, with `*`
 * for one whole part.
 */
export const useLive = (points: readonly string[], intervalMs = 500): void => {
  const { feed } = useGateway();
  onScopeDispose(feed.subscribe({ points, intervalMs }));
};
