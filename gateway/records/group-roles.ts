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

const toMillimetres = (unit: string): Conversion | undefined => {
  const from = findUnit(unit);
  const to = findUnit('mm');
  return from === undefined || to === undefined ? undefined : conversionBetween(from, to);
};
