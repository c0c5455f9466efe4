import type { z } from 'zod';
import type * as contract from '../gateway/api/contract.ts';

export type Point = z.infer<typeof contract.point>;
export type Kpi = z.infer<typeof contract.kpi>;
export type Device = z.infer<typeof contract.device>;
export type Sink = z.infer<typeof contract.sink>;
export type Readiness = z.infer<typeof contract.readiness>;
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

/** The points of the site with their newest values, by permanent number and by path below the site. */
export class PointStore {
  readonly points: readonly Point[];
  readonly #byPath: ReadonlyMap<string, Point>;
  readonly #current = new Map<number, Current>();

  constructor(points: readonly Point[]) {
    this.points = points;
    this.#byPath = new Map(points.map((point) => [localPath(point), point]));
    for (const { number, latest } of points) this.#current.set(number, latest);
  }

  find(path: string): Point | undefined {
    return this.#byPath.get(path);
  }

  current(point: Point): Current {
    return this.#current.get(point.number) ?? point.latest;
  }

  set(number: number, current: Current): void {
    this.#current.set(number, current);
  }
}

/** `area/line/equipment/point` */
export const localPath = (point: { readonly path: string }): string =>
  point.path.split('/').slice(2).join('/');

export const equipmentOf = (point: Point): string => localPath(point).split('/')[2] ?? '';
