import { type ComputedRef, computed } from 'vue';
import { dateAfter, dateText, timeOfWall } from '../../components/zone-time.ts';
import { useGateway } from '../../live/gateway.ts';

/** The site's day by the gateway's clock; another one after midnight. */
export const useDay = (): ComputedRef<{ readonly fromMs: number; readonly toMs: number }> => {
  const { nowMs, site } = useGateway();
  // Of the whole clock only the date counts: what depends on it is not asked anew each second.
  const date = computed(() => dateText(nowMs.value, site.timeZone));
  return computed(() => ({
    fromMs: timeOfWall(date.value, site.timeZone) ?? 0,
    toMs: timeOfWall(dateAfter(date.value, 1), site.timeZone) ?? 0,
  }));
};
