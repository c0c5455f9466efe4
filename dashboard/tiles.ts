import { element, setText } from './dom.ts';
import { formatNumber, formatPercent, formatValue, qualityOf, unitOf } from './format.ts';
import { equipmentOf, type Kpi, type Point, type PointStore } from './store.ts';
import { type Language, text } from './texts.ts';

/** A part of the page that shows points: built once, then refreshed. */
export type View = { readonly node: HTMLElement; refresh(): void };

const setQuality = (node: HTMLElement, quality: string): void => {
  const classes = `number ${quality === 'good' ? '' : quality}`.trim();
  if (node.className !== classes) node.className = classes;
};

/** One point with its description, value and unit; a bad one is hatched and shows `?`. */
export const pointTile = (store: PointStore, point: Point, language: Language): View => {
  const value = element('span', { class: 'number', 'data-path': point.path });
  const node = element('div', { class: 'tile' }, [
    element('div', { class: 'label' }, point.description[language]),
    value,
    element('span', { class: 'unit' }, ` ${unitOf(point)}`),
  ]);
  return {
    node,
    refresh: () => {
      const current = store.current(point);
      setText(value, formatValue(point, current, language));
      setQuality(value, qualityOf(current));
    },
  };
};

/** The points at `paths` that the site has. */
export const tileSection = (
  store: PointStore,
  title: string,
  paths: readonly string[],
  language: Language,
): View | undefined => {
  const points = paths.map((path) => store.find(path)).filter((point) => point !== undefined);
  if (points.length === 0) return undefined;
  const tiles = points.map((point) => pointTile(store, point, language));
  const node = element('section', {}, [
    element('h2', {}, title),
    element(
      'div',
      { class: 'tiles' },
      tiles.map((tile) => tile.node),
    ),
  ]);
  return { node, refresh: () => tiles.forEach((tile) => void tile.refresh()) };
};

/** Front and back rows of seams in their physical order: current, heat input and whether the arc burns. */
export const seamSection = (store: PointStore, language: Language): View | undefined => {
  const currents = store.points.filter(
    (point) => point.equipmentClass === 'weld_seam' && point.path.endsWith('/current'),
  );
  if (currents.length === 0) return undefined;
  const tiles = currents.map((point) => seamTile(store, point, language));
  const row = (face: string, title: string): readonly HTMLElement[] => [
    element('h3', {}, title),
    element(
      'div',
      { class: 'seams' },
      tiles.filter((tile) => tile.name.startsWith(face)).map((tile) => tile.node),
    ),
  ];
  const node = element('section', {}, [
    element('h2', {}, text('seams', language)),
    ...row('f', text('front', language)),
    ...row('b', text('back', language)),
  ]);
  return { node, refresh: () => tiles.forEach((tile) => void tile.refresh()) };
};

const seamTile = (
  store: PointStore,
  current: Point,
  language: Language,
): View & { readonly name: string } => {
  const name = equipmentOf(current);
  const sibling = (point: string): Point | undefined =>
    store.points.find((other) => other.path === current.path.replace(/current$/, point));
  const heat = sibling('heatInput');
  const arc = sibling('arcOn');
  const amperes = element('span', { class: 'number', 'data-path': current.path });
  const heatText = element('div', { class: 'detail' });
  const arcText = element('span', { class: 'label' });
  const node = element('div', { class: 'tile', 'data-seam': name }, [
    element('div', { class: 'label' }, [element('strong', {}, `${name.toUpperCase()} `), arcText]),
    amperes,
    element('span', { class: 'unit' }, ` ${unitOf(current)}`),
    heatText,
  ]);
  const refresh = (): void => {
    const value = store.current(current);
    setText(amperes, formatValue(current, value, language));
    setQuality(amperes, qualityOf(value));
    if (heat !== undefined) {
      setText(heatText, `${formatValue(heat, store.current(heat), language)} ${unitOf(heat)}`);
    }
    if (arc !== undefined) {
      const { value: on } = store.current(arc);
      setText(arcText, on === null ? '?' : text(on === 0 ? 'arcOff' : 'arcOn', language));
    }
  };
  return { node, name, refresh };
};

/** KPIs outside of the seams, each with coverage and how it is computed. */
export const kpiSection = (
  store: PointStore,
  kpis: readonly Kpi[],
  language: Language,
): View | undefined => {
  const shown = kpis.filter((kpi) => kpi.equipmentClass !== 'weld_seam');
  const rows = shown.flatMap((kpi) => {
    const point = store.points.find((candidate) => candidate.number === kpi.number);
    return point === undefined ? [] : [kpiRow(store, kpi, point, language)];
  });
  if (rows.length === 0) return undefined;
  const head = (['name', 'value', 'coverage', 'explanation'] as const).map((key) =>
    element('th', {}, text(key, language)),
  );
  const node = element('section', {}, [
    element('h2', {}, text('kpis', language)),
    element('table', {}, [
      element('thead', {}, [element('tr', {}, head)]),
      element(
        'tbody',
        {},
        rows.map((row) => row.node),
      ),
    ]),
  ]);
  return { node, refresh: () => rows.forEach((row) => void row.refresh()) };
};

const kpiRow = (store: PointStore, kpi: Kpi, point: Point, language: Language): View => {
  const value = element('span', { class: 'number', 'data-path': kpi.path });
  const coverage = element('td', { class: 'numeric' });
  const coveragePoint = store.points.find((other) => other.path === `${kpi.path}.coverage`);
  const node = element('tr', {}, [
    element('td', {}, kpi.description[language]),
    element('td', { class: 'numeric' }, [
      value,
      element('span', { class: 'unit' }, ` ${unitOf(kpi)}`),
    ]),
    coverage,
    element('td', {}, `${kpi.formula} · ${kpi.standard}`),
  ]);
  const refresh = (): void => {
    const current = store.current(point);
    setText(
      value,
      typeof current.value === 'number'
        ? formatNumber(current.value, kpi.decimals, language)
        : (current.value ?? '?'),
    );
    setQuality(value, qualityOf(current));
    const share = coveragePoint === undefined ? null : store.current(coveragePoint).value;
    setText(coverage, formatPercent(typeof share === 'number' ? share : null, language));
  };
  return { node, refresh };
};
