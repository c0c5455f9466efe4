import type { ConfigIssue, ConfigSection } from '../core/adapter.ts';
import { type ChannelSpec, formatPointPath, type GroupSpec } from '../core/point.ts';
import { conversionBetween, findUnit } from '../hot-path/units.ts';
import { type Dated, type EnergyConfig, energySchema, type MeterConfig } from './energy-config.ts';

const key = 'energy';

/** `area/line/equipment/point` of a register within the site. */
export const registerPath = (group: GroupSpec, point: string): string =>
  formatPointPath(group.equipment, point).split('/').slice(2).join('/');

export const findRegister = <Group extends GroupSpec>(
  groups: readonly Group[],
  register: string,
): { readonly group: Group; readonly channel: number } | undefined => {
  for (const group of groups) {
    const channel = group.channels.findIndex(
      ({ point }) => registerPath(group, point) === register,
    );
    if (channel >= 0) return { group, channel };
  }
  return undefined;
};

/** How a register's unit becomes kWh; undefined where it counts no energy. */
export const toKwh = (unit: string) => {
  const [from, to] = [findUnit(unit), findUnit('kW.h')];
  return from && to && conversionBetween(from, to);
};

type Found = Omit<ConfigIssue, 'path'>;

const issuesOf = (
  { meters, tenants }: EnergyConfig,
  groups: readonly GroupSpec[],
  isPartial: boolean,
): readonly ConfigIssue[] => {
  const meterIds = meters.map(({ id }) => id);
  const tenantIds = tenants.map(({ id }) => id);
  const repeated = (list: string, ids: readonly string[]): readonly ConfigIssue[] =>
    ids.flatMap((id, index) =>
      ids.indexOf(id) === index
        ? []
        : [{ path: [list, index, 'id'], found: id, expected: 'an id of its own' }],
    );
  const ofMeters = meters.flatMap((meter, index) => {
    const at = (path: readonly (string | number)[], issue: Found | undefined) =>
      issue === undefined ? [] : [{ path: ['meters', index, ...path], ...issue }];
    return [
      ...at(['register'], registerIssue(meter, groups, isPartial)),
      ...at(['parent'], parentIssue(meter, meters, meterIds)),
      ...meter.multipliers.flatMap((dated, place) =>
        at(['multipliers', place, 'until'], orderIssue(dated)),
      ),
      ...meter.tenants.flatMap((dated, place) => [
        ...at(['tenants', place, 'until'], orderIssue(dated)),
        ...at(['tenants', place, 'tenant'], knownIssue(dated.tenant, tenantIds)),
      ]),
    ];
  });
  return [...repeated('meters', meterIds), ...repeated('tenants', tenantIds), ...ofMeters];
};

const registerIssue = (
  { register }: MeterConfig,
  groups: readonly GroupSpec[],
  isPartial: boolean,
): Found | undefined => {
  const found = findRegister(groups, register);
  if (found === undefined) {
    return isPartial ? undefined : { found: register, expected: 'a point of this site' };
  }
  const { kind, unit } = found.group.channels[found.channel] as ChannelSpec;
  if (kind === 'counter' && toKwh(unit) !== undefined) return undefined;
  return {
    found: `${register} (${kind}, ${unit})`,
    expected: 'a register of energy: a point of kind counter in Wh, kWh, MWh or J',
  };
};

const parentIssue = (
  { id, parent }: MeterConfig,
  meters: readonly MeterConfig[],
  ids: readonly string[],
): Found | undefined => {
  if (parent === undefined) return undefined;
  if (!ids.includes(parent)) return knownIssue(parent, ids);
  let above: string | undefined = parent;
  for (let steps = 0; above !== undefined && steps <= meters.length; steps++) {
    if (above === id) return { found: parent, expected: 'a meter that is not below this one' };
    above = meters.find((meter) => meter.id === above)?.parent;
  }
  return undefined;
};

const knownIssue = (id: string, known: readonly string[]): Found | undefined =>
  known.includes(id)
    ? undefined
    : {
        found: id,
        expected:
          known.length === 0 ? 'an id; none is defined' : `one of ${known.slice(0, 20).join(', ')}`,
      };

const orderIssue = ({ from, until }: Dated): Found | undefined =>
  from === undefined || until === undefined || from < until
    ? undefined
    : { found: until, expected: `a day after ${from}` };

/** The section `energy` of the site file. */
export const energySection: ConfigSection = {
  key,
  schema: energySchema,
  check: ({ value, groups, isPartial }) => ({
    issues: issuesOf(energySchema.parse(value ?? {}), groups, isPartial),
    groups: [],
  }),
};
