import type { ConfigIssue, SiteIdentity } from '../core/adapter.ts';
import type { EquipmentPath, GroupSpec, ValueKind } from '../core/point.ts';

/** `isMissing` where more points could mend it. */
export type PointIssue = ConfigIssue & { readonly isMissing?: boolean };

/** What the planner knows of a point, whoever produces it. */
export type KnownPoint = {
  /** `area/line/equipment/point` */
  readonly reference: string;
  readonly equipmentClass: string;
  readonly kind: ValueKind;
  readonly unit: string;
  readonly periodMs: number | undefined;
  /** Of a group with a period that tells changes only; one without a period does so anyway. */
  readonly comesOnChange?: true;
  readonly rolloverAt: number | undefined;
  readonly maximumRatePerSecond: number | undefined;
};

const staleFactor = 3;
const minimumStaleMs = 1000;
/** Points that come on change have no period: silence is normal, up to this. */
const onChangeStaleMs = 10_000;

type Rhythm = Pick<KnownPoint, 'periodMs' | 'comesOnChange'>;

/** Whether a sample holds until the next: silence says only that nothing has changed. */
export const isHeldPoint = ({ periodMs, comesOnChange }: Rhythm): boolean =>
  periodMs === undefined || comesOnChange === true;

/** Age from which a sample says nothing about now: three periods, at least a second, or ten where it comes on change. */
export const staleMsOf = (rhythm: Rhythm): number =>
  Math.max(
    staleFactor * (rhythm.periodMs ?? 0),
    isHeldPoint(rhythm) ? onChangeStaleMs : minimumStaleMs,
  );

/** `area/line/equipment`: how the site file names equipment. */
export const relativePath = (path: EquipmentPath): string =>
  `${path.area}/${path.line}/${path.equipment}`;

/** The equipment `area/line/equipment` of this site. */
export const absolutePath = (relative: string, site: SiteIdentity): EquipmentPath => {
  const [area = '', line = '', equipment = ''] = relative.split('/');
  return { enterprise: site.enterprise, site: site.site, area, line, equipment };
};

/** `*` stands for anything within one part of a path. */
export const matchGlob = (pattern: string): ((text: string) => boolean) => {
  if (!pattern.includes('*')) return (text) => text === pattern;
  const source = pattern
    .split('*')
    .map((text) => text.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('[^/]*');
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
};

/** The equipment of a reference, or of a pattern of references. */
const equipmentPart = (reference: string): string =>
  reference.slice(0, Math.max(0, reference.lastIndexOf('/')));

/** All points of a site by reference, and its equipment with its class. */
export class PointTable {
  readonly #points = new Map<string, KnownPoint>();
  readonly #byEquipment = new Map<string, Set<string>>();
  readonly #classes = new Map<string, string>();
  /** References by the patterns that were asked for, of the points known so far. */
  readonly #matched = new Map<string, readonly string[]>();

  addGroup(group: GroupSpec): void {
    const equipment = relativePath(group.equipment);
    this.#classes.set(equipment, group.equipmentClass);
    this.#matched.clear();
    const references = this.#byEquipment.get(equipment) ?? new Set();
    this.#byEquipment.set(equipment, references);
    for (const channel of group.channels) {
      const reference = `${equipment}/${channel.point}`;
      references.add(reference);
      this.#points.set(reference, {
        reference,
        equipmentClass: group.equipmentClass,
        kind: channel.kind,
        unit: channel.unit,
        periodMs: group.periodMs,
        ...(group.periodMs !== undefined && group.comesOnChange === true
          ? { comesOnChange: true as const }
          : {}),
        rolloverAt: channel.rolloverAt,
        maximumRatePerSecond: channel.maximumRatePerSecond,
      });
    }
  }

  find(reference: string): KnownPoint | undefined {
    return this.#points.get(reference);
  }

  classOf(equipment: string): string | undefined {
    return this.#classes.get(equipment);
  }

  /** Points that match, in the order of their references, so that the order of sources does not matter. */
  match(pattern: string, equipmentClass: string | undefined): readonly KnownPoint[] {
    return this.#references(pattern)
      .flatMap((reference) => this.#points.get(reference) ?? [])
      .filter((point) => equipmentClass === undefined || point.equipmentClass === equipmentClass)
      .sort((a, b) => (a.reference < b.reference ? -1 : 1));
  }

  /** A large site has thousands of points and asks thousands of times, mostly by a name or for what was asked before. */
  #references(pattern: string): readonly string[] {
    if (!pattern.includes('*')) return [pattern];
    const known = this.#matched.get(pattern);
    if (known !== undefined) return known;
    const [isEquipment, isPoint] = [matchGlob(equipmentPart(pattern)), matchGlob(pattern)];
    const matched = [...this.#byEquipment]
      .filter(([equipment]) => isEquipment(equipment))
      .flatMap(([, references]) => [...references].filter(isPoint));
    this.#matched.set(pattern, matched);
    return matched;
  }

  equipmentOfClass(equipmentClass: string, pattern: string): readonly string[] {
    const matches = matchGlob(pattern);
    return [...this.#classes]
      .filter(([equipment, known]) => known === equipmentClass && matches(equipment))
      .map(([equipment]) => equipment)
      .sort();
  }
}
