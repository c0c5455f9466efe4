import { linePath } from '../../records/group-roles.ts';
import type { GatewayView, KpiExplanation } from '../../runtime/view.ts';
import { findPoint } from '../point-lookup.ts';
import { presentSample } from '../present.ts';
import { describePoint } from '../series/series-desk.ts';
import type { Why, WhyInput } from '../why-contract.ts';
import { factorsIn } from './factors.ts';
import { type WindowNow, windowNow } from './window-now.ts';

/** Of one KPI; the widest of the demo has 152. */
const mostInputs = 200;
/** Of all KPIs together: a tree of a park could be without end. */
const mostExplained = 100;
/** Longer, and only roll-ups can be had in one go. */
const longestSamplesMs = 3_600_000;

const kpisByPlace = (view: GatewayView): ReadonlyMap<number, KpiExplanation> => {
  const places = new Map<number, KpiExplanation>();
  for (const kpi of view.kpis) {
    const number = kpi.group.pointNumbers[kpi.group.channels.findIndex(is(kpi.point))];
    const index = number === undefined ? undefined : view.latest.indexOf(number);
    if (index !== undefined) places.set(index, kpi);
  }
  return places;
};

const is =
  (name: string) =>
  ({ point }: { readonly point: string }): boolean =>
    point === name;

/** Explains KPIs to people as they stand at one moment. */
export class KpiExplainer {
  readonly #view: GatewayView;
  readonly #nowMs: number;
  readonly #kpis: ReadonlyMap<number, KpiExplanation>;
  /** How many more are explained. */
  #left = mostExplained;

  constructor(view: GatewayView) {
    this.#view = view;
    this.#nowMs = view.nowMs();
    this.#kpis = kpisByPlace(view);
  }

  /** The KPI whose point stands at `index`, and `depth` KPIs deep those that it is made of; undefined where there is none. */
  explain(index: number, depth: number): Why | undefined {
    const kpi = this.#kpis.get(index);
    if (kpi === undefined || this.#left === 0) return undefined;
    this.#left -= 1;
    const { window, parameters, formula, standard } = kpi;
    const now = this.#windowNow(kpi);
    const own = this.#inputsOf(index);
    const roles = this.#rolesOf(kpi);
    return {
      kpi: kpi.kpi,
      ...this.#point(index),
      ...{ formula, standard, coverage: this.#coverageOf(kpi) },
      window: { ...window, ...now },
      parameters: { ...parameters },
      sources: factorsIn(parameters),
      tariff: this.#tariffFor(own),
      parts: this.#partsOf(kpi).map((part) => this.#point(part)),
      inputs: own.slice(0, mostInputs).map((place) => ({
        ...this.#input(place, now),
        roles: roles.get(place) ?? [],
        why: depth === 0 ? null : (this.explain(place, depth - 1) ?? null),
      })),
      inputsLeftOut: Math.max(0, own.length - mostInputs),
    };
  }

  /** Without coverages: they are told with what they cover. */
  #inputsOf(index: number): readonly number[] {
    return (this.#kpis.get(index)?.inputs ?? []).flatMap((path) => {
      const place = findPoint(this.#view.latest, path);
      return place === undefined || path.endsWith('.coverage') ? [] : [place];
    });
  }

  #point(index: number) {
    return { ...describePoint(this.#view, index), latest: presentSample(this.#view, index) };
  }

  #input(index: number, now: WindowNow): Omit<WhyInput, 'roles' | 'why'> {
    const group = this.#view.latest.points[index]?.group;
    const point = this.#point(index);
    const { timeMs } = point.latest;
    return {
      ...point,
      device: group?.producer ?? '',
      periodMs: group?.periodMs ?? null,
      ageMs: timeMs === null ? null : Math.max(0, this.#nowMs - timeMs),
      raw: this.#rawPath(point.number, now),
      isKpi: this.#kpis.has(index),
    };
  }

  /** What each input is to the KPI. */
  #rolesOf({ inputRoles }: KpiExplanation): ReadonlyMap<number, string[]> {
    const roles = new Map<number, string[]>();
    for (const [role, paths] of Object.entries(inputRoles)) {
      for (const path of paths) {
        const place = findPoint(this.#view.latest, path);
        if (place !== undefined) roles.set(place, [...(roles.get(place) ?? []), role]);
      }
    }
    return roles;
  }

  #rawPath(number: number, { fromMs, toMs }: WindowNow): string {
    const untilMs = Math.ceil(toMs ?? this.#nowMs);
    const sinceMs = Math.floor(fromMs ?? untilMs - longestSamplesMs / 4);
    const isShort = untilMs - sinceMs <= longestSamplesMs;
    return isShort
      ? `/api/v1/points/${number}/samples?fromMs=${sinceMs}&toMs=${untilMs}`
      : `/api/v1/series?points=${number}&fromMs=${sinceMs}&toMs=${untilMs}`;
  }

  #windowNow(kpi: KpiExplanation): WindowNow {
    const isOfPanel = kpi.window.over === 'panel';
    const line = linePath(kpi.group.equipment);
    const progress = isOfPanel
      ? this.#view.records?.inProgress(line, { afterSeq: Number.MAX_SAFE_INTEGER, maxRows: 1 })
      : undefined;
    const { timeZone } = this.#view.site;
    return windowNow(kpi, { nowMs: this.#nowMs, timeZone, panelStartMs: progress?.startMs });
  }

  #coverageOf({ group, point }: KpiExplanation): number | null {
    const index = this.#placeIn(group, `${point}.coverage`);
    if (index === undefined) return null;
    const { value } = presentSample(this.#view, index);
    return typeof value === 'number' ? value : null;
  }

  #partsOf({ group, point }: KpiExplanation): readonly number[] {
    return group.channels.flatMap((channel) => {
      if (!channel.point.startsWith(`${point}.`) || channel.point === `${point}.coverage`)
        return [];
      const index = this.#placeIn(group, channel.point);
      // Another KPI's point may begin alike.
      return index === undefined || this.#kpis.has(index) ? [] : [index];
    });
  }

  #placeIn(group: KpiExplanation['group'], point: string): number | undefined {
    const number = group.pointNumbers[group.channels.findIndex(is(point))];
    return number === undefined ? undefined : this.#view.latest.indexOf(number);
  }

  #tariffFor(inputs: readonly number[]): Why['tariff'] {
    const isPriced = inputs.some((index) => {
      const { group, channel } = this.#view.latest.points[index] ?? {};
      return group?.channels[channel ?? -1]?.point.startsWith('tariff.') === true;
    });
    if (!isPriced) return null;
    const found = this.#view.tariffAt(this.#nowMs);
    if (found === undefined) return null;
    const { tariff, version, title, source, confidence, validFrom, validTo = null } = found;
    return { tariff, version, title, source, confidence, validFrom, validTo };
  }
}
