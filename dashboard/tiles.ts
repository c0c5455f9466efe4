import { element, setText } from './dom.ts';
import { formatValue, qualityOf, unitOf } from './format.ts';
import { type Current, localPath, type Point, type PointStore, placeOf } from './store.ts';
import { type Language, type TextKey, text } from './texts.ts';

export const setQuality = (node: HTMLElement, quality: string): void => {
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
const pointTile = (store: PointStore, { point, spec, language }: TileOptions): HTMLElement => {
  const value = element('span', {
    class: point.kind === 'string' ? 'number words' : 'number',
    'data-path': point.path,
  });
  const shown = (current: Current): Current =>
    spec.sign === undefined || typeof current.value !== 'number'
      ? current
      : { ...current, value: spec.sign * current.value };
  store.watch([point], () => {
    const current = store.current(point);
    setText(value, formatValue(point, shown(current), language));
    setQuality(value, qualityOf(current));
  });
  return element('div', { class: 'tile', title: point.description[language] }, [
    element('div', { class: 'label' }, text(spec.label, language)),
    value,
    element('span', { class: 'unit' }, ` ${unitOf(point)}`),
  ]);
};

/** The points of `specs` that the site has. */
export const tileSection = (
  store: PointStore,
  title: string,
  specs: readonly TileSpec[],
  language: Language,
): HTMLElement | undefined => {
  const tiles = specs.flatMap((spec) => {
    const point = store.find(spec.path);
    return point === undefined ? [] : [pointTile(store, { point, spec, language })];
  });
  if (tiles.length === 0) return undefined;
  return element('section', {}, [
    element('h2', {}, title),
    element('div', { class: 'tiles' }, tiles),
  ]);
};

/** Front and back rows of seams in their physical order: current, heat input and whether the arc burns. */
export const seamSection = (store: PointStore, language: Language): HTMLElement | undefined => {
  const currents = store.points.filter(
    (point) => point.equipmentClass === 'weld_seam' && point.path.endsWith('/current'),
  );
  if (currents.length === 0) return undefined;
  const row = (face: string, title: string): readonly HTMLElement[] => {
    const tiles = currents
      .filter((point) => placeOf(point).equipment.startsWith(face))
      .map((point) => seamTile(store, point, language));
    if (tiles.length === 0) return [];
    return [element('h3', {}, title), element('div', { class: 'seams' }, tiles)];
  };
  return element('section', {}, [
    element('h2', {}, text('seams', language)),
    ...row('f', text('front', language)),
    ...row('b', text('back', language)),
  ]);
};

const seamTile = (store: PointStore, current: Point, language: Language): HTMLElement => {
  const { equipment } = placeOf(current);
  const sibling = (point: string): Point | undefined =>
    store.find(localPath(current).replace(/current$/, point));
  const heat = sibling('heatInput');
  const arc = sibling('arcOn');
  const amperes = element('span', { class: 'number', 'data-path': current.path });
  const heatText = element('div', { class: 'detail' });
  const arcText = element('span', { class: 'label' });
  const shown = [current, heat, arc].filter((point) => point !== undefined);
  store.watch(shown, () => {
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
  });
  return element('div', { class: 'tile', 'data-seam': equipment }, [
    element('div', { class: 'label' }, [
      element('strong', {}, `${equipment.toUpperCase()} `),
      arcText,
    ]),
    amperes,
    element('span', { class: 'unit' }, ` ${unitOf(current)}`),
    heatText,
  ]);
};
