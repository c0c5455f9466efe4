import { formatEquipmentPath, type GroupSpec, groupKey } from '../gateway/core/point.ts';
import type { ConfigPath } from './problem.ts';
import type { Report } from './report.ts';
import { listAlternatives } from './suggest.ts';

/** Groups, and the place in the site file that asks for them. */
export type ProducedGroups = {
  readonly path: ConfigPath;
  readonly producer: string;
  readonly groups: readonly GroupSpec[];
};

type Owners = { readonly points: Map<string, string>; readonly groups: Map<string, string> };

const describeTaken = (points: readonly string[]): string => {
  const shown = points.slice(0, 3);
  return points.length > shown.length
    ? `${shown.join(', ')} and ${points.length - shown.length} more`
    : listAlternatives(shown).replace(' or ', ' and ');
};

/** Points of `group` that another (or the same) producer has already; marks the others as taken. */
const claimPoints = (group: GroupSpec, producer: string, owners: Owners): Map<string, string[]> => {
  const equipment = formatEquipmentPath(group.equipment);
  const takenByOwner = new Map<string, string[]>();
  for (const channel of group.channels) {
    const point = `${equipment}/${channel.point}`;
    const owner = owners.points.get(point);
    if (owner === undefined) owners.points.set(point, producer);
    else takenByOwner.set(owner, [...(takenByOwner.get(owner) ?? []), channel.point]);
  }
  return takenByOwner;
};

const claimGroup = (
  group: GroupSpec,
  from: ProducedGroups,
  claim: { owners: Owners; report: Report },
) => {
  const { owners, report } = claim;
  const equipment = formatEquipmentPath(group.equipment);
  const takenByOwner = claimPoints(group, from.producer, owners);
  for (const [owner, points] of takenByOwner) {
    report.add(from.path, {
      path: [],
      found: `${describeTaken(points)} of ${equipment}, which ${owner} produces already`,
      expected: 'one producer for every point',
    });
  }
  const key = groupKey(group);
  const groupOwner = owners.groups.get(key);
  if (groupOwner === undefined) {
    owners.groups.set(key, from.producer);
  } else if (takenByOwner.size === 0) {
    report.add(from.path, {
      path: [],
      found: `the group ${group.name} of ${equipment}, which ${groupOwner} produces already`,
      expected: 'a group name of its own',
    });
  }
};

/** Reports points and groups that have two producers. */
export const reportClashes = (produced: readonly ProducedGroups[], report: Report): void => {
  const owners: Owners = { points: new Map(), groups: new Map() };
  for (const from of produced) {
    for (const group of from.groups) claimGroup(group, from, { owners, report });
  }
};
