import type { Kpi, Point } from '../../api/types.ts';
import { localPath } from '../../live/point-store.ts';

/** What meters around the bus of a park count, as the balance of energies names it. */
export const feeders = ['pv', 'grid', 'load', 'ev', 'storage'] as const;
export type Feeder = (typeof feeders)[number];

/** As of what share of what a meter shows it may be wrong, unless the site says otherwise; per cent, IEC 62053. */
const usualClass = 0.5;

/**
 * A park by its KPIs, which know which meter serves for what: sites name their equipment as they like, KPIs and their parts
 * have the same names everywhere.
 */
export type Park = {
  /** `area/line/equipment` whose KPIs these are. */
  readonly base: string;
  /** A result by its name: `demandForecast`, `demandForecast.countdown`. */
  point(name: string): Point | undefined;
  kpi(name: string): Kpi | undefined;
  /** Points that serve a KPI as that input, such as `gridPower` of `energyQuarter`. */
  inputs(kpi: string, role: string): readonly Point[];
  /** Power of each feeder, as its meter tells it; empty where there is none. */
  readonly powers: Readonly<Record<Feeder, readonly Point[]>>;
  /** Sign of the power of the photovoltaics while it feeds in. */
  readonly pvSign: 1 | -1;
  /** Accuracy class of the meter of each feeder, per cent. */
  readonly classes: Readonly<Record<Feeder, number>>;
};

type Find = (path: string) => Point | undefined;

const equipmentOf = (point: { readonly path: string }): string =>
  localPath(point).split('/').slice(0, 3).join('/');

const classesOf = (kpi: Kpi | undefined): Park['classes'] => {
  const given = kpi?.parameters['classes'];
  const told: Readonly<Record<string, unknown>> =
    typeof given === 'object' && given !== null ? { ...given } : {};
  const entries = feeders.map((feeder) => {
    const own = told[feeder];
    return [feeder, typeof own === 'number' ? own : usualClass] as const;
  });
  return Object.fromEntries(entries) as Record<Feeder, number>;
};

/** The parks of the site, each a piece of equipment that KPIs of a park are computed for. */
export const parksOf = (kpis: readonly Kpi[], find: Find): readonly Park[] => {
  const ofParks = kpis.filter(({ equipmentClass }) => equipmentClass === 'park');
  return [...Map.groupBy(ofParks, equipmentOf)].map(([base, own]) => parkOf(base, own, find));
};

const parkOf = (base: string, kpis: readonly Kpi[], find: Find): Park => {
  const kpi: Park['kpi'] = (name) => kpis.find((candidate) => candidate.kpi === name);
  const inputs: Park['inputs'] = (name, role) =>
    (kpi(name)?.inputRoles[role] ?? []).flatMap((path) => find(path) ?? []);
  const powers = feeders.map((feeder) => [feeder, inputs('energyQuarter', `${feeder}Power`)]);
  return {
    ...{ base, kpi, inputs },
    point: (name) => find(`${base}/${name}`),
    powers: Object.fromEntries(powers) as Record<Feeder, readonly Point[]>,
    pvSign: kpi('energyQuarter')?.parameters['pvPowerSign'] === 1 ? 1 : -1,
    classes: classesOf(kpi('balanceResidual')),
  };
};
