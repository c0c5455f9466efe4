import type { PanelFacts } from '../../records/panel-facts.ts';
import {
  type Baseline,
  count,
  type Figure,
  figureOf,
  lacking,
  type Member,
  member,
  missingOf,
  share,
  sum,
} from './figure.ts';

/** Headline figures of panels (own definitions). Pure: what they are of is given. */

export type InspectedPanel = Pick<PanelFacts, 'id' | 'wholeWeldM' | 'inspectedM'>;
type KnownPanel = { readonly id: string; readonly wholeWeldM: number; readonly inspectedM: number };

const isInspectable = (panel: InspectedPanel): panel is KnownPanel =>
  panel.wholeWeldM !== null && panel.inspectedM !== null;

const unmeasured = (panels: readonly InspectedPanel[]): readonly Member[] =>
  panels.filter((panel) => !isInspectable(panel)).map(({ id }) => member(id, 'not-measured'));

const lacksInspection = (panels: readonly InspectedPanel[], unknown: readonly Member[]) => [
  ...(panels.length === 0 ? [missingOf('panels')] : []),
  ...lacking(
    'vision',
    unknown.map(({ id }) => id),
  ),
];

/** Weld length with valid samples of vision and profile, at least / weld length, in %; what passed unseen has none. */
export const inLineInspection = (panels: readonly InspectedPanel[]): Figure => {
  const known = panels.filter(isInspectable);
  const unknown = unmeasured(panels);
  const inspected = known.length === 0 ? null : sum(known.map(({ inspectedM }) => inspectedM));
  const welded = known.length === 0 ? null : sum(known.map(({ wholeWeldM }) => wholeWeldM));
  return figureOf({
    ...{ id: 'inLineInspection', unit: '%', unknown },
    value: share(inspected, welded),
    numerator: { value: inspected, unit: 'm' },
    denominator: { value: welded, unit: 'm' },
    counted: known.map(({ id, inspectedM }) => member(id, null, inspectedM)),
    missing: lacksInspection(panels, unknown),
  });
};

/** Panels inspected over at least `fullShare` of their weld / panels, in %. */
export const inspectedPanels = (panels: readonly InspectedPanel[], fullShare: number): Figure => {
  const known = panels.filter(isInspectable);
  const unknown = unmeasured(panels);
  const [full, rest] = [true, false].map((isFull) =>
    known.filter(({ wholeWeldM, inspectedM }) => inspectedM >= fullShare * wholeWeldM === isFull),
  ) as [typeof known, typeof known];
  return figureOf({
    ...{ id: 'inspectedPanels', unit: '%', unknown },
    value: share(full.length, known.length),
    numerator: count(known.length === 0 ? null : full.length),
    denominator: count(known.length === 0 ? null : known.length),
    counted: full.map(({ id }) => member(id)),
    notCounted: rest.map(({ id }) => member(id, 'not-fully-inspected')),
    missing: lacksInspection(panels, unknown),
  });
};

/** Panels within the contractual deformation / panels of which it was measured, in %. */
export const straightPanels = (
  panels: readonly Pick<PanelFacts, 'id' | 'deformationMm' | 'deformationMarginMm'>[],
): Figure => {
  const known = panels.filter(({ deformationMarginMm }) => deformationMarginMm !== null);
  const unknown = panels
    .filter(({ deformationMarginMm }) => deformationMarginMm === null)
    .map(({ id }) => member(id, 'not-measured'));
  const straight = known.filter(({ deformationMarginMm }) => (deformationMarginMm ?? -1) >= 0);
  const bent = known.filter(({ deformationMarginMm }) => (deformationMarginMm ?? -1) < 0);
  return figureOf({
    ...{ id: 'straightPanels', unit: '%', unknown },
    value: share(straight.length, known.length),
    numerator: count(known.length === 0 ? null : straight.length),
    denominator: count(known.length === 0 ? null : known.length),
    counted: straight.map(({ id, deformationMm }) => member(id, null, deformationMm)),
    notCounted: bent.map(({ id, deformationMm }) => member(id, 'bent', deformationMm)),
    missing: [
      ...(panels.length === 0 ? [missingOf('panels')] : []),
      ...lacking(
        'deformation',
        unknown.map(({ id }) => id),
      ),
    ],
  });
};

/** Arc time without manual intervention / arc time, in %. */
export const unmannedShare = (
  panels: readonly Pick<PanelFacts, 'id' | 'unmannedPercent' | 'arcHours'>[],
): Figure => {
  const known = panels.flatMap(({ id, unmannedPercent, arcHours }) =>
    unmannedPercent === null || arcHours === null
      ? []
      : [{ id, arcHours, aloneHours: (arcHours * unmannedPercent) / 100 }],
  );
  const unknown = panels
    .filter(({ unmannedPercent, arcHours }) => unmannedPercent === null || arcHours === null)
    .map(({ id }) => member(id, 'not-measured'));
  const alone = known.length === 0 ? null : sum(known.map(({ aloneHours }) => aloneHours));
  const all = known.length === 0 ? null : sum(known.map(({ arcHours }) => arcHours));
  return figureOf({
    ...{ id: 'unmannedRatio', unit: '%', unknown },
    value: share(alone, all),
    numerator: { value: alone, unit: 'h' },
    denominator: { value: all, unit: 'h' },
    counted: known.map(({ id, aloneHours }) => member(id, null, aloneHours)),
    missing: [
      ...(panels.length === 0 ? [missingOf('panels')] : []),
      ...lacking(
        'unmanned-ratio',
        unknown.map(({ id }) => id),
      ),
    ],
  });
};

/** Panels whose footprint has every element, measured in full and with the source of its factor / panels, in %. */
export const carbonCoverage = (panels: readonly Pick<PanelFacts, 'id' | 'footprint'>[]): Figure => {
  const without = panels.filter(({ footprint }) => footprint === null).map(({ id }) => id);
  const known = panels.flatMap(({ footprint }) =>
    (footprint?.parts ?? []).filter(({ carbonKg }) => carbonKg !== null),
  );
  const isCovered = ({ footprint }: Pick<PanelFacts, 'footprint'>): boolean =>
    footprint?.parts.every(({ carbonKg, isUncertain }) => carbonKg !== null && !isUncertain) ===
    true;
  const covered = panels.filter(isCovered);
  const hasAny = panels.length > without.length;
  const primary = known.filter(({ isPrimary }) => isPrimary).length;
  return figureOf({
    ...{ id: 'carbonCoverage', unit: '%' },
    value: hasAny ? share(covered.length, panels.length) : null,
    numerator: count(hasAny ? covered.length : null),
    denominator: count(panels.length === 0 ? null : panels.length),
    counted: covered.map(({ id }) => member(id)),
    notCounted: panels
      .filter((panel) => panel.footprint !== null && !isCovered(panel))
      .map(({ id }) => member(id, 'footprint-incomplete')),
    unknown: without.map((id) => member(id, 'not-measured')),
    missing: [
      ...(panels.length === 0 ? [missingOf('panels')] : []),
      ...(without.length > 0 ? [missingOf('product-footprint', hasAny ? without : [])] : []),
    ],
    parts: hasAny ? { primaryDataShare: { value: share(primary, known.length), unit: '%' } } : {},
  });
};

export type DecidedPanel = Pick<PanelFacts, 'id' | 'status' | 'netMassKg' | 'weldM'>;

/** By what was decided on it: good is what was released. */
export const byStatus = (panels: readonly DecidedPanel[]) => ({
  good: panels.filter(({ status }) => status === 'released'),
  bad: panels.flatMap(({ id, status }) =>
    status === 'hold' || status === 'scrap' ? [member(id, status)] : [],
  ),
  undecided: panels
    .filter(({ status }) => status === null)
    .map(({ id }) => member(id, 'undecided')),
});

const lacksDecision = (panels: readonly DecidedPanel[], undecided: readonly Member[]) => [
  ...(panels.length === 0 ? [missingOf('panels')] : []),
  ...lacking(
    'dispositions',
    undecided.map(({ id }) => id),
  ),
];

/** (P1 / P0 - 1) * 100, P = metres of good weld in an hour of actual production time (APT of ISO 22400-2). */
export const efficiencyGain = (
  panels: readonly DecidedPanel[],
  aptHours: number | null,
  baseline: Baseline | null,
): Figure => {
  const { good, bad, undecided } = byStatus(panels);
  const known = good.filter(({ weldM }) => weldM !== null);
  // All of the time went into all panels: what is not decided yet would make the gain too low.
  const isDecided = undecided.length === 0 && known.length === good.length;
  const goodM = known.length === 0 ? null : sum(known.map(({ weldM }) => weldM ?? 0));
  const now = aptHours === null ? null : share(goodM, aptHours, 1);
  const gain = baseline === null ? null : share(now, baseline.value);
  return figureOf({
    ...{ id: 'efficiencyGain', unit: '%', baseline },
    value: gain === null || !isDecided ? null : gain - 100,
    numerator: { value: now, unit: 'm/h' },
    denominator: { value: baseline?.value ?? null, unit: 'm/h' },
    counted: known.map(({ id, weldM }) => member(id, null, weldM)),
    notCounted: bad,
    unknown: [
      ...undecided,
      ...good.filter(({ weldM }) => weldM === null).map(({ id }) => member(id, 'not-measured')),
    ],
    missing: [
      ...lacksDecision(panels, undecided),
      ...(aptHours === null || aptHours === 0 ? [missingOf('production-time')] : []),
      ...(baseline === null ? [missingOf('baseline')] : []),
    ],
    parts: {
      goodWeld: { value: goodM, unit: 'm' },
      productionTime: { value: aptHours, unit: 'h' },
    },
  });
};

export type Headcount = { readonly people: number | null; readonly days: number };
export type OutputBaseline = Baseline & {
  readonly panels: number;
  readonly people: number;
  readonly days: number;
};

/** (Q1 / N1) / (Q0 / N0), Q = good panels in a day, N = people. */
export const perCapitaOutput = (
  panels: readonly DecidedPanel[],
  { people, days }: Headcount,
  baseline: OutputBaseline | null,
): Figure => {
  const { good, bad, undecided } = byStatus(panels);
  const isKnown = good.length + bad.length > 0;
  const now = people === null || !isKnown ? null : share(good.length, people * days, 1);
  const before =
    baseline === null ? null : share(baseline.panels, baseline.people * baseline.days, 1);
  return figureOf({
    ...{ id: 'perCapitaOutput', unit: '1', baseline },
    // People made the undecided ones, too.
    value: undecided.length > 0 ? null : share(now, before, 1),
    numerator: { value: now, unit: '{panel}/d' },
    denominator: { value: before, unit: '{panel}/d' },
    counted: good.map(({ id }) => member(id)),
    notCounted: bad,
    unknown: undecided,
    missing: [
      ...lacksDecision(panels, undecided),
      ...(people === null ? [missingOf('people')] : []),
      ...(baseline === null ? [missingOf('baseline')] : []),
    ],
    parts: {
      panels: count(isKnown ? good.length : null),
      people: count(people),
      days: { value: days, unit: 'd' },
    },
  });
};
