import { element, setText } from './dom.ts';
import { formatPercent, formatQuantity, formatValue, qualityOf, unitOf } from './format.ts';
import { type Current, equipmentOf, type Kpi, type Point, type PointStore } from './store.ts';
import { type Language, type TextKey, text } from './texts.ts';

/** A part of the page that shows points: built once, then refreshed. */
export type View = { readonly node: HTMLElement; refresh(): void };

const setQuality = (node: HTMLElement, quality: string): void => {
  for (const name of ['uncertain', 'bad']) node.classList.toggle(name, name === quality);
};

/** What a tile shows; `sign` -1 for a quantity that people read the other way round than its meter. */
export type TileSpec = {
  readonly path: string;
  readonly label: TextKey;
  readonly sign?: -1;
};

type TileOptions = { readonly point: Point; readonly spec: TileSpec; readonly language: Language };

/** One point with its name, value and unit; a bad one is hatched and shows `?`. */
const pointTile = (store: PointStore, { point, spec, language }: TileOptions): View => {
  const value = element('span', {
    class: point.kind === 'string' ? 'number words' : 'number',
    'data-path': point.path,
  });
  const node = element('div', { class: 'tile', title: point.description[language] }, [
    element('div', { class: 'label' }, text(spec.label, language)),
    value,
    element('span', { class: 'unit' }, ` ${unitOf(point)}`),
  ]);
  const shown = (current: Current): Current =>
    spec.sign === undefined || typeof current.value !== 'number'
      ? current
      : { ...current, value: spec.sign * current.value };
  return {
    node,
    refresh: () => {
      const current = store.current(point);
      setText(value, formatValue(point, shown(current), language));
      setQuality(value, qualityOf(current));
    },
  };
};

/** The points of `specs` that the site has. */
export const tileSection = (
  store: PointStore,
  title: string,
  specs: readonly TileSpec[],
  language: Language,
): View | undefined => {
  const tiles = specs.flatMap((spec) => {
    const point = store.find(spec.path);
    return point === undefined ? [] : [pointTile(store, { point, spec, language })];
  });
  if (tiles.length === 0) return undefined;
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
  const node = element('section', { class: 'kpis' }, [
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
  const isShare = kpi.unit === '1';
  const value = element('span', { class: 'number', 'data-path': kpi.path });
  const quality = element('span', { class: 'unit' });
  const coverage = element('td', { class: 'numeric' });
  const coveragePoint = store.points.find((other) => other.path === `${kpi.path}.coverage`);
  const node = element('tr', {}, [
    element('td', { class: 'name' }, kpi.description[language]),
    element('td', { class: 'numeric' }, [
      value,
      element('span', { class: 'unit' }, isShare ? '' : ` ${unitOf(kpi)}`),
      quality,
    ]),
    coverage,
    element('td', { class: 'explanation' }, `${kpi.formula[language]} · ${kpi.standard[language]}`),
  ]);
  const refresh = (): void => {
    const current = store.current(point);
    const number = typeof current.value === 'number' ? current.value : null;
    setText(
      value,
      number === null || isShare
        ? formatPercent(number, language)
        : formatQuantity(number, kpi, language),
    );
    const state = qualityOf(current);
    setQuality(value, state);
    setText(quality, state === 'good' ? '' : ` ${text(state, language)}`);
    const share = coveragePoint === undefined ? null : store.current(coveragePoint).value;
    setText(coverage, formatPercent(typeof share === 'number' ? share : null, language));
  };
  return { node, refresh };
};
