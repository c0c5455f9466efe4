import { element, setText } from './dom.ts';
import { formatPercent, formatPlain, formatQuantity, qualityOf, unitOf } from './format.ts';
import {
  type Current,
  coverageOf,
  type Kpi,
  localPath,
  type Point,
  type PointStore,
  placeOf,
} from './store.ts';
import { type Language, text } from './texts.ts';
import { setQuality } from './tiles.ts';

/** Welding lines have twenty of each; they stand with their seams. */
const isShown = (kpi: Kpi): boolean => kpi.equipmentClass !== 'weld_seam';

/** KPIs outside of the seams, each with coverage and how it is computed. */
export const kpiSection = (
  store: PointStore,
  kpis: readonly Kpi[],
  language: Language,
): HTMLElement | undefined => {
  const shown = kpis.filter(isShown);
  const times = Map.groupBy(shown, ({ kpi }) => kpi);
  const rows = shown.flatMap((kpi) => {
    const point = store.find(localPath(kpi));
    const isRepeated = (times.get(kpi.kpi)?.length ?? 0) > 1;
    return point === undefined ? [] : [kpiRow(store, { kpi, point, isRepeated, language })];
  });
  if (rows.length === 0) return undefined;
  const head = (['name', 'value', 'coverage', 'explanation'] as const).map((key) =>
    element('th', {}, text(key, language)),
  );
  return element('section', { class: 'kpis' }, [
    element('h2', {}, text('kpis', language)),
    element('table', {}, [
      element('thead', {}, [element('tr', {}, head)]),
      element('tbody', {}, rows),
    ]),
  ]);
};

type RowOptions = {
  readonly kpi: Kpi;
  readonly point: Point;
  /** Several pieces of equipment have it: it is then named with its place. */
  readonly isRepeated: boolean;
  readonly language: Language;
};

const nameOf = ({ kpi, isRepeated, language }: RowOptions): string => {
  if (!isRepeated) return kpi.description[language];
  const { area, line, equipment } = placeOf(kpi);
  return `${kpi.description[language]} · ${area}/${line}/${equipment}`;
};

/** What has words for its values is said in them; of other numbers without a unit the page shows percent. */
const isShare = ({ kpi, point }: RowOptions): boolean => kpi.unit === '1' && point.kind !== 'enum';

const valueText = (options: RowOptions, current: Current): string => {
  const { kpi, point, language } = options;
  if (point.kind === 'enum') return formatPlain(point, current, language);
  const number = typeof current.value === 'number' ? current.value : null;
  return number === null || isShare(options)
    ? formatPercent(number, language)
    : formatQuantity(number, kpi, language);
};

const kpiRow = (store: PointStore, options: RowOptions): HTMLElement => {
  const { kpi, point, language } = options;
  const value = element('span', { class: 'number', 'data-path': kpi.path });
  const quality = element('span', { class: 'unit' });
  const coverage = element('td', { class: 'numeric' });
  const coveragePoint = coverageOf(store, kpi);
  store.watch(coveragePoint === undefined ? [point] : [point, coveragePoint], () => {
    const current = store.current(point);
    setText(value, valueText(options, current));
    const state = qualityOf(current);
    setQuality(value, state);
    setText(quality, state === 'good' ? '' : ` ${text(state, language)}`);
    const share = coveragePoint === undefined ? null : store.current(coveragePoint).value;
    setText(coverage, formatPercent(typeof share === 'number' ? share : null, language));
  });
  return element('tr', {}, [
    element('td', { class: 'name' }, nameOf(options)),
    element('td', { class: 'numeric' }, [
      value,
      element('span', { class: 'unit' }, isShare(options) ? '' : ` ${unitOf(kpi)}`),
      quality,
    ]),
    coverage,
    element('td', { class: 'explanation' }, `${kpi.formula[language]} · ${kpi.standard[language]}`),
  ]);
};
