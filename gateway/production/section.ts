import { z } from 'zod';
import type { ConfigSection } from '../core/adapter.ts';
import { formatEquipmentPath, type GroupSpec } from '../core/point.ts';
import { productionGroup } from './line-points.ts';

const lineClass = 'weld_line';

const schema = z
  .strictObject({
    points: z
      .boolean()
      .default(true)
      .describe(
        'Whether each welding line has points of what an MES told: order, plan, quantities',
      ),
  })
  .optional()
  .describe('What an MES or a clerk tells of production; left out: no points of it');

const linesOf = (groups: readonly GroupSpec[]): readonly GroupSpec[] => [
  ...new Map(
    groups
      .filter(({ equipmentClass }) => equipmentClass === lineClass)
      .map((group) => [formatEquipmentPath(group.equipment), group]),
  ).values(),
];

/** The section `production` of the site file, to be checked before the KPIs, which read its points. */
export const productionSection: ConfigSection = {
  key: 'production',
  schema,
  check: ({ value, groups, isPartial }) => {
    const parsed = schema.parse(value);
    if (parsed?.points !== true) return { issues: [], groups: [] };
    const lines = linesOf(groups);
    const issues =
      lines.length > 0 || isPartial
        ? []
        : [{ path: [], found: 'no welding line', expected: `equipment of class ${lineClass}` }];
    return {
      issues,
      groups: lines.map(({ equipment, equipmentClass }) =>
        productionGroup(equipment, equipmentClass),
      ),
    };
  },
};
