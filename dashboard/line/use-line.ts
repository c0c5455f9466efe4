import { computed, type Ref, ref } from 'vue';
import type { Kpi, Point } from '../api/types.ts';
import { type Gateway, useGateway } from '../live/gateway.ts';
import { placeOf } from '../live/point-store.ts';
import type { Band } from './bar-scale.ts';

/** A torch and the seam that it welds. */
export type Seam = {
  /** The equipment, such as `f01`. */
  readonly name: string;
  /** As people call it: `F01`. */
  readonly label: string;
  /** Torches of the back stand below those of the front. */
  readonly isBack: boolean;
  /** A point of the torch by its name; undefined where the machine has none. */
  point(name: string): Point | undefined;
  /** Bands of the welding procedure by quantity, as the site file has them. */
  readonly bands: Readonly<Record<string, Band | undefined>>;
};

/** A welding line: the equipment of class `weld_line` with the seams of class `weld_seam` beside it. */
export type WeldLine = {
  /** `area/line` */
  readonly path: string;
  /** The equipment of the line itself. */
  readonly equipment: string;
  readonly seams: readonly Seam[];
  point(name: string): Point | undefined;
  kpi(id: string): Kpi | undefined;
};

/** Kept while people go from view to view. */
const chosenPath = ref<string>();

const isBandTable = (value: unknown): value is Record<string, Band | undefined> =>
  typeof value === 'object' && value !== null;

const bandsOf = (kpis: readonly Kpi[]): Readonly<Record<string, Band | undefined>> => {
  const named = (kpi: Kpi): boolean => isBandTable(kpi.parameters['bands']);
  const kpi = kpis.find((each) => each.kpi === 'wpsConformance' && named(each)) ?? kpis.find(named);
  const bands = kpi?.parameters['bands'];
  return isBandTable(bands) ? bands : {};
};

const inOrder = new Intl.Collator('en', { numeric: true });

/** All lines of the site; those of a site never change while the page is there. */
export const linesOf = ({ store, kpis }: Pick<Gateway, 'store' | 'kpis'>): readonly WeldLine[] => {
  const pathOf = (point: { readonly path: string }): string => {
    const { area, line } = placeOf(point);
    return `${area}/${line}`;
  };
  const ofClass = (name: string): readonly Point[] =>
    store.points.filter(({ equipmentClass }) => equipmentClass === name);
  const seamPoints = Map.groupBy(ofClass('weld_seam'), pathOf);
  const kpisByEquipment = Map.groupBy(kpis, (kpi) => `${pathOf(kpi)}/${placeOf(kpi).equipment}`);
  const seamsOf = (path: string): readonly Seam[] => {
    const names = new Set((seamPoints.get(path) ?? []).map((point) => placeOf(point).equipment));
    const seams = [...names].sort(inOrder.compare).map((name) => ({
      name,
      label: name.toUpperCase(),
      isBack: name.startsWith('b'),
      point: (point: string) => store.find(`${path}/${name}/${point}`),
      bands: bandsOf(kpisByEquipment.get(`${path}/${name}`) ?? []),
    }));
    return [...seams.filter(({ isBack }) => !isBack), ...seams.filter(({ isBack }) => isBack)];
  };
  const paths = new Map<string, string>();
  for (const point of [...ofClass('weld_line')]) paths.set(pathOf(point), placeOf(point).equipment);
  for (const path of seamPoints.keys()) if (!paths.has(path)) paths.set(path, 'line');
  return [...paths].map(([path, equipment]) => ({
    path,
    equipment,
    seams: seamsOf(path),
    point: (name) => store.find(`${path}/${equipment}/${name}`),
    kpi: (id) => kpisByEquipment.get(`${path}/${equipment}`)?.find(({ kpi }) => kpi === id),
  }));
};

export type LineChoice = {
  readonly lines: readonly WeldLine[];
  /** Undefined at a site without a line. */
  readonly line: Readonly<Ref<WeldLine | undefined>>;
  choose(path: string): void;
};

/** The line that an address asks for, else the one that was chosen, else the first; an unknown one is none at all. */
export const lineAsked = <Line extends { readonly path: string }>(
  lines: readonly Line[],
  asked: string | undefined,
  chosen: string | undefined,
): Line | undefined => {
  const named = (wanted: string | undefined) => lines.find(({ path }) => path === wanted);
  return asked === undefined ? (named(chosen) ?? lines[0]) : named(asked);
};

/** The lines of this site, and the one that is looked at: the first until another is asked for or chosen. */
export const useLine = (asked: () => string | undefined = () => undefined): LineChoice => {
  const lines = linesOf(useGateway());
  return {
    lines,
    line: computed(() => lineAsked(lines, asked(), chosenPath.value)),
    choose: (path) => {
      chosenPath.value = path;
    },
  };
};
