import { element, setText } from './dom.ts';
import { formatPercent, formatPlain, plainUnitOf, qualityOf } from './format.ts';
import { coverageOf, isCoverage, type Point, type PointStore, placeOf } from './store.ts';
import { type Language, text } from './texts.ts';
import { setQuality } from './tiles.ts';

/** A site with more points shows its equipment closed; a closed one costs next to nothing. */
const mostOpenPoints = 150;

/** Which equipment people have opened or closed themselves, by path; kept when the language changes. */
export type Choices = Map<string, boolean>;

const equipmentPath = (point: Point): string => {
  const { area, line, equipment } = placeOf(point);
  return `${area}/${line}/${equipment}`;
};

const placeText = (point: Point): string => {
  const { area, line } = placeOf(point);
  return `${area} / ${line}`;
};

/** Name, value with unit, and quality in words where it is not good. */
const pointRow = (store: PointStore, point: Point, language: Language) => {
  const value = element('span', { class: 'number', 'data-point': point.path });
  const note = element('td', { class: 'note' });
  const coverage = coverageOf(store, point);
  const release = store.watch(coverage === undefined ? [point] : [point, coverage], () => {
    const current = store.current(point);
    const quality = qualityOf(current);
    setText(value, formatPlain(point, current, language));
    setQuality(value, quality);
    const words = quality === 'good' ? [] : [text(quality, language)];
    if (coverage !== undefined) {
      const share = store.current(coverage).value;
      const percent = formatPercent(typeof share === 'number' ? share : null, language);
      words.push(`${text('coverage', language)} ${percent}`);
    }
    setText(note, words.join(text('semicolon', language)));
  });
  const row = element('tr', { title: point.path }, [
    element('td', {}, point.description[language]),
    element('td', { class: 'numeric' }, [
      value,
      element('span', { class: 'unit' }, ` ${plainUnitOf(point)}`),
    ]),
    note,
  ]);
  return { row, release };
};

/** How many points the equipment has, and how many of them are not good. */
const countText = (store: PointStore, points: readonly Point[], language: Language): string => {
  const counts = { good: 0, uncertain: 0, bad: 0 };
  for (const point of points) counts[qualityOf(store.current(point))] += 1;
  const noun = text(points.length === 1 ? 'point' : 'points', language);
  const parts = [`${points.length} ${noun}`];
  for (const quality of ['uncertain', 'bad'] as const) {
    if (counts[quality] > 0) parts.push(`${counts[quality]} ${text(quality, language)}`);
  }
  return parts.join(text('comma', language));
};

type CardOptions = {
  readonly path: string;
  readonly points: readonly Point[];
  readonly choices: Choices;
  readonly isOpen: boolean;
  readonly language: Language;
};

/** One piece of equipment; its rows exist, and follow their points, only while it is open. */
const card = (store: PointStore, options: CardOptions): HTMLElement => {
  const { path, points, choices, isOpen, language } = options;
  const [first] = points;
  const count = element('span', { class: 'unit' });
  const body = element('tbody', {});
  store.watch(points, () => setText(count, countText(store, points, language)));
  const node = element('details', { class: 'card', 'data-equipment': path }, [
    element('summary', {}, [
      element('strong', {}, first === undefined ? path : placeOf(first).equipment),
      element('span', { class: 'unit' }, ` ${first?.equipmentClass ?? ''} · `),
      count,
    ]),
    element('table', {}, [body]),
  ]) as HTMLDetailsElement;
  let releases: readonly (() => void)[] = [];
  const show = (): void => {
    for (const release of releases) release();
    const rows = node.open ? points.map((point) => pointRow(store, point, language)) : [];
    releases = rows.map(({ release }) => release);
    body.replaceChildren(...rows.map(({ row }) => row));
  };
  node.open = choices.get(path) ?? isOpen;
  show();
  node.addEventListener('toggle', () => {
    if (node.open === releases.length > 0) return;
    choices.set(path, node.open);
    show();
  });
  return node;
};

/** All that the site has, whatever it is: equipment by area and line, each with its points. */
export const equipmentSection = (
  store: PointStore,
  choices: Choices,
  language: Language,
): HTMLElement => {
  const points = store.points.filter((point) => !isCoverage(point));
  const isOpen = points.length <= mostOpenPoints;
  const places = [...Map.groupBy(points, placeText)].flatMap(([place, here]) => [
    element('h3', {}, place),
    element(
      'div',
      { class: 'cards' },
      [...Map.groupBy(here, equipmentPath)].map(([path, own]) =>
        card(store, { path, points: own, choices, isOpen, language }),
      ),
    ),
  ]);
  return element('section', { class: 'equipment' }, [
    element('h2', {}, text('equipment', language)),
    ...(places.length > 0 ? places : [element('p', {}, text('noPoints', language))]),
  ]);
};
