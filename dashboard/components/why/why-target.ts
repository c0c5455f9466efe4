import type { Kpi } from '../../api/types.ts';

/**
 * The KPI that a point is a result of: the point itself, or, for a part such as `demandForecast.countdown`, the KPI that
 * gives it. Undefined for what no KPI gives.
 */
export const whyTarget = (
  point: { readonly path: string },
  kpis: readonly Pick<Kpi, 'path' | 'number'>[],
): Pick<Kpi, 'path' | 'number'> | undefined => {
  const byPath = new Map(kpis.map((kpi) => [kpi.path, kpi]));
  let { path } = point;
  for (;;) {
    const found = byPath.get(path);
    if (found !== undefined) return found;
    const dot = path.lastIndexOf('.');
    if (dot <= path.lastIndexOf('/')) return undefined;
    path = path.slice(0, dot);
  }
};
