import { formatPointPath } from '../../core/point.ts';
import type { LatestValues } from '../../runtime/latest-values.ts';

/** Points of a group that were asked for, as places among the points of the site. */
type SelectedGroup = { readonly place: number; readonly indices: Uint32Array };

/** The points that paths name, kept by group, so that what has nothing new is passed over as a whole. */
export class PointSelection {
  readonly #latest: LatestValues;
  readonly #groups: readonly SelectedGroup[];
  readonly length: number;

  /** Patterns are paths whose parts may be `*`; shorter ones (`area/line/equipment/point`) leave out enterprise and site. */
  constructor(latest: LatestValues, patterns: readonly string[]) {
    this.#latest = latest;
    this.#groups = selectGroups(latest, patterns);
    this.length = this.#groups.reduce((sum, { indices }) => sum + indices.length, 0);
  }

  /** Calls `visit` for each point whose newest sample came after `revision`; for each at all with -1. */
  changedSince(revision: number, visit: (index: number) => void): void {
    const latest = this.#latest;
    for (const { place, indices } of this.#groups) {
      if (latest.groupRevision(place) <= revision) continue;
      for (let at = 0; at < indices.length; at += 1) {
        const index = indices[at] as number;
        if (latest.revisionOf(index) > revision) visit(index);
      }
    }
  }
}

const selectGroups = (
  latest: LatestValues,
  patterns: readonly string[],
): readonly SelectedGroup[] => {
  const tests = patterns.map((pattern) => pathTest(pattern.split('/')));
  const found: { place: number; indices: number[] }[] = [];
  let place = -1;
  let before: object | undefined;
  for (const [index, { group, channel }] of latest.points.entries()) {
    if (group !== before) {
      before = group;
      place = latest.placeOf(group.number);
      found.push({ place, indices: [] });
    }
    const spec = group.channels[channel];
    if (spec === undefined) continue;
    const parts = formatPointPath(group.equipment, spec.point).split('/');
    if (tests.some((test) => test(parts))) found.at(-1)?.indices.push(index);
  }
  return found
    .filter(({ indices }) => indices.length > 0)
    .map(({ place, indices }) => ({ place, indices: Uint32Array.from(indices) }));
};

const pathTest =
  (pattern: readonly string[]): ((parts: readonly string[]) => boolean) =>
  (parts) => {
    const skipped = Math.max(0, parts.length - pattern.length);
    return (
      parts.length - skipped === pattern.length &&
      pattern.every((part, index) => part === '*' || part === parts[skipped + index])
    );
  };
