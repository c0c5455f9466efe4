import { z } from 'zod';
import type { ConfigSection } from '../core/adapter.ts';
import { formatEquipmentPath, type GroupSpec } from '../core/point.ts';
import { lineInspectionGroup, seamInspectionGroup } from './inspection-points.ts';
import { productionGroup } from './line-points.ts';

const lineClass = 'weld_line';
const seamClass = 'weld_seam';

const schema = z
  .strictObject({
    points: z
      .boolean()
      .default(true)
      .describe(
        'Whether each welding line has points of what an MES told: order, plan, quantities, inspections',
      ),
  })
  .optional()
  .describe('What an MES or a clerk tells of production; left out: no points of it');

/** One group of each equipment of a class. */
const equipmentOf = (groups: readonly GroupSpec[], wanted: string): readonly GroupSpec[] => [
  ...new Map(
    groups
      .filter(({ equipmentClass }) => equipmentClass === wanted)
      .map((group) => [formatEquipmentPath(group.equipment), group]),
  ).values(),
];

/** Where a device brings one of the points of inspection itself, what it tells counts. */
const isBroughtByDevice = (group: GroupSpec, groups: readonly GroupSpec[]): boolean => {
  const path = formatEquipmentPath(group.equipment);
  const own = new Set(group.channels.map(({ point }) => point));
  return groups.some(
    ({ equipment, channels }) =>
      formatEquipmentPath(equipment) === path && channels.some(({ point }) => own.has(point)),
  );
};

const groupsOf = (groups: readonly GroupSpec[]): readonly GroupSpec[] => {
  const lines = equipmentOf(groups, lineClass);
  const seams = equipmentOf(groups, seamClass);
  const inspection = [
    ...lines.map(({ equipment, equipmentClass }) => lineInspectionGroup(equipment, equipmentClass)),
    ...seams.map(({ equipment, equipmentClass }) => seamInspectionGroup(equipment, equipmentClass)),
  ].filter((group) => !isBroughtByDevice(group, groups));
  return [
    ...lines.map(({ equipment, equipmentClass }) => productionGroup(equipment, equipmentClass)),
    ...inspection,
  ];
};

/** The section `production` of the site file, to be checked before the KPIs, which read its points. */
export const productionSection: ConfigSection = {
  key: 'production',
  schema,
  check: ({ value, groups }) => ({
    issues: [],
    groups: schema.parse(value)?.points === true ? groupsOf(groups) : [],
  }),
};
