import { type ShallowRef, shallowRef } from 'vue';
import type { LiveValues, Point } from '../api/types.ts';

export type Current = {
  readonly timeMs: number | null;
  readonly value: number | string | null;
  readonly status: number;
};

/**
 * The points of the site with their newest values, by permanent number and by path below the site. Each has a reactive
 * reference of its own, made when somebody first looks at it, so that a message touches only what it changes.
 */
export class PointStore {
  readonly points: readonly Point[];
  readonly #byPath: ReadonlyMap<string, Point>;
  readonly #byNumber: ReadonlyMap<number, Point>;
  readonly #current = new Map<number, Current>();
  readonly #references = new Map<number, ShallowRef<Current>>();
  readonly #listeners = new Map<number, Set<(current: Current) => void>>();

  constructor(points: readonly Point[]) {
    this.points = points;
    this.#byPath = new Map(points.map((point) => [localPath(point), point]));
    this.#byNumber = new Map(points.map((point) => [point.number, point]));
    for (const { number, latest } of points) this.#current.set(number, latest);
  }

  /** By `area/line/equipment/point`. */
  find(path: string): Point | undefined {
    return this.#byPath.get(path);
  }

  byNumber(number: number): Point | undefined {
    return this.#byNumber.get(number);
  }

  /** The newest value, without following it. */
  peek(point: Point): Current {
    return this.#current.get(point.number) ?? point.latest;
  }

  /** The newest value, reactive. */
  reference(point: Point): Readonly<ShallowRef<Current>> {
    const known = this.#references.get(point.number);
    if (known !== undefined) return known;
    const reference = shallowRef(this.peek(point));
    this.#references.set(point.number, reference);
    return reference;
  }

  /** The newest value inside of an effect or template, which follows it. */
  current(point: Point): Current {
    return this.reference(point).value;
  }

  /** Calls `listener` with each new value, for what is drawn by hand; gives what ends that. */
  listen(point: Point, listener: (current: Current) => void): () => void {
    const listeners = this.#listeners.get(point.number) ?? new Set();
    this.#listeners.set(point.number, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  apply(values: LiveValues['values']): void {
    for (const [number, timeMs, value, status] of values) {
      const current: Current = { timeMs, value, status };
      this.#current.set(number, current);
      const reference = this.#references.get(number);
      if (reference !== undefined) reference.value = current;
      for (const listener of this.#listeners.get(number) ?? []) listener(current);
    }
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
