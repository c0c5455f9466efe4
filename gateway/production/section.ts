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
  check: ({ value, groups }) => ({
    issues: [],
    groups:
      schema.parse(value)?.points === true
        ? linesOf(groups).map(({ equipment, equipmentClass }) =>
            productionGroup(equipment, equipmentClass),
          )
        : [],
  }),
};
