import type { EquipmentPath, RegisteredGroup } from '../core/point.ts';
import { type Conversion, conversionBetween, findUnit } from '../hot-path/units.ts';

/** What the frames of a group are to the records of a welding line. */
export type GroupRole =
  | {
      readonly kind: 'line';
      readonly line: string;
      readonly panelIdChannel: number | undefined;
      readonly position: (Conversion & { readonly channel: number }) | undefined;
    }
  | { readonly kind: 'bins'; readonly line: string; readonly seam: string }
  | {
      readonly kind: 'profile';
      readonly line: string;
      readonly place: Conversion & { readonly channel: number };
      /** In the order of their names. */
      readonly heights: readonly (Conversion & { readonly channel: number })[];
    }
  | {
      readonly kind: 'results';
      readonly line: string;
      readonly equipment: string;
      readonly isOfSeam: boolean;
    };

export const lineClass = 'weld_line';
const seamClass = 'weld_seam';
const binsGroup = 'bins';
/** Windows of panels that have ended: they come when the next one is under the torches already. */
const windowsGroup = 'panels';
const computed = new Set(['kpi', 'calculated']);

/** `enterprise/site/area/line` */
export const linePath = ({ enterprise, site, area, line }: EquipmentPath): string =>
  `${enterprise}/${site}/${area}/${line}`;

/** The seams of each line, each once. */
export const seamsByLine = (
  groups: readonly RegisteredGroup[],
): ReadonlyMap<string, readonly string[]> => {
  const seams = groups.filter(({ equipmentClass }) => equipmentClass === seamClass);
  const byLine = Map.groupBy(seams, ({ equipment }) => linePath(equipment));
  return new Map(
    [...byLine].map(([line, own]) => [
      line,
      [...new Set(own.map(({ equipment }) => equipment.equipment))],
    ]),
  );
};

/** Undefined where a group has nothing to tell. */
export const roleOf = (group: RegisteredGroup): GroupRole | undefined => {
  const { equipmentClass, equipment, name, producer, channels } = group;
  if (equipmentClass !== lineClass && equipmentClass !== seamClass) return undefined;
  const line = linePath(equipment);
  if (computed.has(producer)) {
    if (name === windowsGroup) return undefined;
    const isOfSeam = equipmentClass === seamClass;
    return name === binsGroup
      ? { kind: 'bins', line, seam: equipment.equipment }
      : { kind: 'results', line, equipment: equipment.equipment, isOfSeam };
  }
  if (equipmentClass !== lineClass) return undefined;
  const profile = profileOf(group, line);
  if (profile !== undefined) return profile;
  const idChannel = channels.findIndex(
    ({ point, kind }) => point === 'panelId' && kind === 'string',
  );
  const channel = channels.findIndex(({ point }) => point === 'panelPosition');
  const conversion = channel < 0 ? undefined : toMillimetres(channels[channel]?.unit ?? '');
  if (idChannel < 0 && conversion === undefined) return undefined;
  return {
    ...{ kind: 'line', line },
    panelIdChannel: idChannel < 0 ? undefined : idChannel,
    position: conversion && { ...conversion, channel },
  };
};

const placePoint = 'deformation.x';
const heightPrefix = 'deformation.z.';

/** The group that the machine's profile behind the arcs comes in. */
const profileOf = ({ channels }: RegisteredGroup, line: string): GroupRole | undefined => {
  const inMillimetres = channels.flatMap(({ point, unit }, channel) => {
    const conversion = toMillimetres(unit);
    return conversion === undefined ? [] : [{ ...conversion, point, channel }];
  });
  const place = inMillimetres.find(({ point }) => point === placePoint);
  const heights = inMillimetres.filter(({ point }) => point.startsWith(heightPrefix));
  if (place === undefined || heights.length === 0) return undefined;
  return {
    ...{ kind: 'profile', line, place },
    heights: heights.toSorted((a, b) => (a.point < b.point ? -1 : 1)),
  };
};

const toMillimetres = (unit: string): Conversion | undefined => {
  const from = findUnit(unit);
  const to = findUnit('mm');
  return from === undefined || to === undefined ? undefined : conversionBetween(from, to);
};
