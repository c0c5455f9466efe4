import { type ComputedRef, computed, onScopeDispose, type Ref, ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { Point, Series } from '../../api/types.ts';
import { useGateway } from '../../live/gateway.ts';
import { localPath, type PointStore } from '../../live/point-store.ts';
import { usePolled } from '../../live/use-polled.ts';
import {
  type ExploreState,
  lengthOf,
  queryOf,
  type Range,
  rangeAt,
  stateOf,
} from './explore-state.ts';

export type Explore = {
  readonly state: ComputedRef<ExploreState>;
  readonly points: ComputedRef<readonly Point[]>;
  /** Asked for, but not of this site. */
  readonly unknown: ComputedRef<readonly string[]>;
  readonly range: ComputedRef<Range>;
  readonly series: Readonly<Ref<Series | undefined>>;
  readonly failure: Readonly<Ref<unknown>>;
  change(next: Partial<ExploreState>): void;
};

const shortestRefreshMs = 2000;
const longestRefreshMs = 60_000;
/** A chart has about so many pixels to draw them in. */
const mostRows = 1000;
const standingRefreshMs = 600_000;

/** By number, path, or path below the site. */
export const findPoint = (store: PointStore, asked: string): Point | undefined =>
  /^\d+$/.test(asked)
    ? store.byNumber(Number(asked))
    : (store.find(asked) ?? store.find(localPath({ path: asked })));

/** What the address asks for, and what the gateway answers; a range that ends now moves along. */
export const useExplore = (): Explore => {
  const { store, nowMs, site } = useGateway();
  const route = useRoute();
  const router = useRouter();
  const state = computed(() => stateOf(route.query, site.timeZone));
  const endMs = ref(Math.floor(nowMs.value));
  const refreshMs = computed(() => {
    const { range } = state.value;
    if (typeof range !== 'string') return standingRefreshMs;
    return Math.min(longestRefreshMs, Math.max(shortestRefreshMs, lengthOf(range) / mostRows));
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const move = (): void => {
    endMs.value = Math.floor(nowMs.value);
    timer = setTimeout(move, refreshMs.value);
  };
  move();
  onScopeDispose(() => clearTimeout(timer));

  const range = computed(() => rangeAt(state.value.range, endMs.value));
  const asked = computed(() =>
    state.value.points.map((text) => ({ text, point: findPoint(store, text) })),
  );
  const points = computed(() => asked.value.flatMap(({ point }) => point ?? []));
  const unknown = computed(() =>
    asked.value.filter(({ point }) => point === undefined).map(({ text }) => text),
  );
  const { answer, failure } = usePolled<Series>(
    () =>
      points.value.length === 0
        ? undefined
        : `api/v1/series?${seriesQuery(points.value, range.value)}&maxPoints=${mostRows}`,
    standingRefreshMs,
  );
  const change = (next: Partial<ExploreState>): void => {
    // Looking elsewhere may be undone by the browser's own way back, moving along may not.
    void router.push({ query: queryOf({ ...state.value, ...next }) });
    endMs.value = Math.floor(nowMs.value);
  };
  return { state, points, unknown, range, series: answer, failure, change };
};

export const seriesQuery = (points: readonly Point[], { fromMs, toMs }: Range): string => {
  const numbers = points.map(({ number }) => number).join(',');
  return `points=${numbers}&fromMs=${Math.floor(fromMs)}&toMs=${Math.ceil(toMs)}`;
};
