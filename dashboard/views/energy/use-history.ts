import type { Ref } from 'vue';
import type { History, Point } from '../../api/types.ts';
import { usePolled } from '../../live/use-polled.ts';

const refreshMs = 60_000;

/** The roll-ups of a point over a time that may move on; undefined asks nothing. */
export const useHistory = (
  point: () => Point | undefined,
  range: () => { readonly fromMs: number; readonly toMs: number } | undefined,
  mostIntervals: number,
): Readonly<Ref<History | undefined>> =>
  usePolled<History>(() => {
    const asked = point();
    const span = range();
    if (asked === undefined || span === undefined) return undefined;
    const query = `fromMs=${Math.floor(span.fromMs)}&toMs=${Math.ceil(span.toMs)}`;
    return `api/v1/points/${asked.number}/history?${query}&maxIntervals=${mostIntervals}`;
  }, refreshMs).answer;
