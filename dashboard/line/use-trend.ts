import { onScopeDispose, type Ref, readonly, ref, watch } from 'vue';
import { ask } from '../api/client.ts';
import type { Point, Series } from '../api/types.ts';
import { qualityOf } from '../components/format.ts';
import { useGateway } from '../live/gateway.ts';
import { TrendWindow } from './trend-window.ts';

export type Trend = {
  readonly windows: ReadonlyMap<number, TrendWindow>;
  /** Counts up when there is something new to draw, at most once a second. */
  readonly revision: Readonly<Ref<number>>;
  /** Why what was before is not there. */
  readonly failure: Readonly<Ref<unknown>>;
};

const drawMs = 1000;
const retryMs = 5000;
const mostRows = 2000;

/** The last minutes of points: what the gateway has of them, then what comes live. */
export const useTrend = (
  points: readonly Point[],
  lengthMs: number,
  source: 'auto' | 'samples' = 'auto',
): Trend => {
  const { store, nowMs, feedState } = useGateway();
  const windows = new Map(points.map(({ number }) => [number, new TrendWindow(lengthMs)]));
  const revision = ref(0);
  const failure = ref<unknown>();
  const abort = new AbortController();
  let isNew = false;

  const stops = points.map((point) =>
    store.listen(point, (current) => {
      const { timeMs, value } = current;
      if (timeMs === null) return;
      const isUsable = qualityOf(current) !== 'bad' && typeof value === 'number';
      windows.get(point.number)?.append(timeMs, isUsable ? value : null);
      isNew = true;
    }),
  );
  const load = async (): Promise<void> => {
    if (points.length === 0) return;
    const toMs = Math.ceil(nowMs.value);
    const query = new URLSearchParams({
      points: points.map(({ number }) => number).join(','),
      fromMs: String(toMs - lengthMs),
      toMs: String(toMs),
      maxPoints: String(mostRows),
      source,
    });
    const { series } = await ask<Series>(`api/v1/series?${query}`, { signal: abort.signal });
    for (const { number, timeMs, values } of series) {
      windows.get(number)?.fill(
        timeMs.map((time, index) => {
          const value = values[index];
          return [time, typeof value === 'number' ? value : null] as const;
        }),
      );
    }
    failure.value = undefined;
    isNew = true;
  };
  let again: ReturnType<typeof setTimeout> | undefined;
  /** A busy gateway may need longer than a question waits for: what was before is worth another try. */
  const begin = (): void => {
    clearTimeout(again);
    load().catch((error: unknown) => {
      if (abort.signal.aborted) return;
      failure.value = error;
      again = setTimeout(begin, retryMs);
    });
  };
  begin();
  // What is missed while the feed is away is asked for when it is back.
  watch(feedState, (state, before) => {
    if (before === 'live') {
      for (const window of windows.values()) window.interrupt();
      isNew = true;
    } else if (state === 'live' && before !== 'connecting') {
      begin();
    }
  });
  const timer = setInterval(() => {
    if (!isNew) return;
    isNew = false;
    revision.value += 1;
  }, drawMs);
  onScopeDispose(() => {
    clearInterval(timer);
    clearTimeout(again);
    abort.abort();
    for (const stop of stops) stop();
  });
  return { windows, revision: readonly(revision), failure };
};
