import type { ConfigIssue, SourceInput } from '../../gateway/core/adapter.ts';
import {
  type ChannelSpec,
  formatPointPath,
  type GroupSpec,
  groupKey,
} from '../../gateway/core/point.ts';
import { screeningOf } from '../../gateway/core/point-screening.ts';
import type { Dlt645Config, MeterConfig } from './dlt645-config.ts';
import { fieldBytes, fieldDecimals, fieldLimit, timeFormat } from './field-format.ts';
import type { Profile, ProfileGroup, ProfilePoint } from './profile-schema.ts';

/** A field of an answer and where its value goes. */
export type FieldLayout = {
  /** Index into the channels of the group. */
  readonly channel: number;
  /** First byte behind the identifier. */
  readonly at: number;
  readonly bytes: number;
  readonly isTime: boolean;
  readonly isSigned: boolean;
  /** The digits as a whole number are multiplied by `factor` and divided by `divisor`, in that order: both are whole mostly. */
  readonly factor: number;
  readonly divisor: number;
};

export type ReadLayout = {
  readonly identifier: string;
  readonly fields: readonly FieldLayout[];
  /** Of all fields. */
  readonly bytes: number;
  /** Several fields, of which a meter may have fewer or more. */
  readonly isBlock: boolean;
};

export type GroupLayout = {
  /** Index into the groups of the source. */
  readonly groupIndex: number;
  readonly spec: GroupSpec;
  readonly periodMs: number;
  readonly reads: readonly ReadLayout[];
  /** Parallel to the channels. */
  readonly points: readonly ProfilePoint[];
};

export type MeterLayout = {
  /** Names the meter in member states and messages. */
  readonly name: string;
  readonly config: MeterConfig;
  readonly profile: Profile;
  readonly groups: readonly GroupLayout[];
};

export type SourceLayout = {
  readonly meters: readonly MeterLayout[];
  readonly groups: readonly GroupSpec[];
  readonly issues: readonly ConfigIssue[];
};

/** Joins a source's entry with its profiles: what is asked of which meter, and which groups come of it. */
export const layoutSource = (input: SourceInput<Dlt645Config>): SourceLayout => {
  const issues: ConfigIssue[] = [];
  const groups: GroupSpec[] = [];
  const meters: MeterLayout[] = [];
  for (const [index, config] of input.config.devices.entries()) {
    const profile = input.profiles.get(config.profile) as Profile | undefined;
    if (profile === undefined) {
      const found = `the profile ${config.profile}, which is not loaded`;
      issues.push({ path: ['devices', index, 'profile'], found, expected: 'a known profile' });
      continue;
    }
    const meter = layoutMeter(input, { config, profile, firstGroup: groups.length });
    meters.push(meter);
    groups.push(...meter.groups.map(({ spec }) => spec));
  }
  return { meters, groups, issues: [...issues, ...duplicates(meters, input.config)] };
};

const layoutMeter = (
  input: SourceInput<Dlt645Config>,
  meter: {
    readonly config: MeterConfig;
    readonly profile: Profile;
    readonly firstGroup: number;
  },
): MeterLayout => {
  const { config, profile, firstGroup } = meter;
  const { address, area, line, equipment } = config;
  return {
    name: `meter ${address} (${area}/${line}/${equipment})`,
    config,
    profile,
    groups: profile.groups.map((group, index) => {
      const points = group.reads.flatMap((read) => read.points);
      return {
        groupIndex: firstGroup + index,
        spec: groupSpec(input, { config, group, points }),
        periodMs: config.periodMs ?? group.periodMs,
        reads: layoutReads(group, config),
        points,
      };
    }),
  };
};

const layoutReads = (group: ProfileGroup, config: MeterConfig): readonly ReadLayout[] => {
  let channel = 0;
  return group.reads.map(({ identifier, points }) => {
    let at = 0;
    const fields = points.map((point): FieldLayout => {
      const bytes = fieldBytes(point.format);
      const field = {
        channel,
        at,
        bytes,
        isTime: point.format === timeFormat,
        isSigned: point.signed,
        factor: point.scale * ratioOf(point, config),
        divisor: 10 ** fieldDecimals(point.format),
      };
      channel += 1;
      at += bytes;
      return field;
    });
    return { identifier, fields, bytes: at, isBlock: /^(?:..)*FF/.test(identifier) };
  });
};

const ratioOf = ({ ratio }: ProfilePoint, { currentRatio, voltageRatio }: MeterConfig): number => {
  switch (ratio) {
    case 'none':
      return 1;
    case 'current':
      return currentRatio;
    case 'voltage':
      return voltageRatio;
    case 'power':
      return currentRatio * voltageRatio;
  }
};

const groupSpec = (
  { site, id }: SourceInput<Dlt645Config>,
  part: {
    readonly config: MeterConfig;
    readonly group: ProfileGroup;
    readonly points: readonly ProfilePoint[];
  },
): GroupSpec => {
  const { config, group, points } = part;
  const { area, line, equipment } = config;
  return {
    equipment: { enterprise: site.enterprise, site: site.site, area, line, equipment },
    equipmentClass: group.class,
    name: group.name,
    producer: id,
    device: `meter ${config.address}`,
    periodMs: config.periodMs ?? group.periodMs,
    channels: points.map((point) => channelSpec(point, ratioOf(point, config))),
  };
};

/** Limits stand in the profile as the meter shows them; what is behind the transformers is as many times more. */
const channelSpec = (point: ProfilePoint, ratio: number): ChannelSpec => {
  const { format, kind, scale, minimum, maximum, deadband, decimals } = point;
  const { maximumRatePerSecond, frozen, ...screening } = screeningOf(point);
  const limited = (name: string, limit: number | undefined): Record<string, number> =>
    limit === undefined ? {} : { [name]: limit * ratio };
  return {
    point: point.point,
    kind: format === timeFormat ? 'string' : kind,
    unit: point.unit,
    description: point.description,
    ...(kind === 'counter' ? { rolloverAt: fieldLimit(format) * scale * ratio } : {}),
    ...limited('minimum', minimum),
    ...limited('maximum', maximum),
    ...limited('deadband', deadband),
    ...limited('maximumRatePerSecond', maximumRatePerSecond),
    ...(decimals === undefined ? {} : { decimals }),
    ...(frozen === undefined ? {} : { frozen }),
    ...screening,
  };
};

const duplicates = (
  meters: readonly MeterLayout[],
  config: Dlt645Config,
): readonly ConfigIssue[] => {
  const issues: ConfigIssue[] = [];
  const keys = new Set<string>();
  const paths = new Set<string>();
  for (const { config: meter, groups } of meters) {
    const path = ['devices', config.devices.indexOf(meter)];
    for (const { spec } of groups) {
      const key = groupKey(spec);
      if (keys.has(key)) {
        const found = `the points of ${key} for a second time`;
        issues.push({ path, found, expected: 'each equipment and block once' });
        continue;
      }
      keys.add(key);
      for (const { point } of spec.channels) {
        const name = formatPointPath(spec.equipment, point);
        const found = `the point ${name} in two blocks`;
        if (paths.has(name)) {
          issues.push({ path, found, expected: 'each point of an equipment once' });
        }
        paths.add(name);
      }
    }
  }
  return issues;
};
