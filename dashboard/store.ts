import type { z } from 'zod';
import type * as contract from '../gateway/api/contract.ts';
import type { LiveValues } from '../gateway/api/contract.ts';

export type Point = z.infer<typeof contract.point>;
export type Kpi = z.infer<typeof contract.kpi>;
export type Device = z.infer<typeof contract.device>;
export type Sink = z.infer<typeof contract.sink>;
export type GatewayEvent = z.infer<typeof contract.event>;
export type Readiness = z.infer<typeof contract.readiness>;
export type ReloadState = z.infer<typeof contract.reloadState>;
export type Site = z.infer<typeof contract.site>;

export type Current = {
  readonly timeMs: number | null;
  readonly value: number | string | null;
  readonly status: number;
};

/** Below the page's own address, so that the page works behind a sub-path too. */
const request = (path: string): Promise<Response> =>
  fetch(new URL(path, document.baseURI), { signal: AbortSignal.timeout(5000) });

const unavailable = 503;

/** A gateway that is not ready says why in an answer that is not OK. */
export const getReadiness = async (): Promise<Readiness> => {
  const response = await request('readyz');
  if (!response.ok && response.status !== unavailable) {
    throw new Error(`readyz: ${response.status}`);
  }
  return (await response.json()) as Readiness;
};

export const getJson = async <T>(path: string): Promise<T> => {
  const response = await request(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
};

/**
 * The points of the site with their newest values, by permanent number and by path below the site. Whoever shows a point
 * watches it, so that a message touches only what it changes.
 */
export class PointStore {
  readonly points: readonly Point[];
  readonly #byPath: ReadonlyMap<string, Point>;
  readonly #current = new Map<number, Current>();
  readonly #watchers = new Map<number, Set<() => void>>();

  constructor(points: readonly Point[]) {
    this.points = points;
    this.#byPath = new Map(points.map((point) => [localPath(point), point]));
    for (const { number, latest } of points) this.#current.set(number, latest);
  }

  /** By `area/line/equipment/point`. */
  find(path: string): Point | undefined {
    return this.#byPath.get(path);
  }

  current(point: Point): Current {
    return this.#current.get(point.number) ?? point.latest;
  }

  /** Calls `update` now, and once for each message that changes one of the points; gives what ends that. */
  watch(points: readonly Point[], update: () => void): () => void {
    for (const { number } of points) {
      const watchers = this.#watchers.get(number) ?? new Set();
      this.#watchers.set(number, watchers.add(update));
    }
    update();
    return () => {
      for (const { number } of points) this.#watchers.get(number)?.delete(update);
    };
  }

  unwatchAll(): void {
    this.#watchers.clear();
  }

  apply(values: LiveValues['values']): void {
    const touched = new Set<() => void>();
    for (const [number, timeMs, value, status] of values) {
      this.#current.set(number, { timeMs, value, status });
      for (const update of this.#watchers.get(number) ?? []) touched.add(update);
    }
    for (const update of touched) update();
  }
}

/** `area/line/equipment/point` */
export const localPath = (point: { readonly path: string }): string =>
  point.path.split('/').slice(2).join('/');

export type Place = {
  readonly area: string;
  readonly line: string;
  readonly equipment: string;
  readonly point: string;
};

export const placeOf = (point: { readonly path: string }): Place => {
  const [, , area = '', line = '', equipment = '', name = ''] = point.path.split('/');
  return { area, line, equipment, point: name };
};

const coverageSuffix = '.coverage';

/** Coverage is shown beside its KPI, not as a point of its own. */
export const isCoverage = ({ path }: Point): boolean => path.endsWith(coverageSuffix);

export const coverageOf = (
  store: PointStore,
  point: { readonly path: string },
): Point | undefined => store.find(localPath(point) + coverageSuffix);
