import type { ConfigIssue, SourceInput } from '../../gateway/core/adapter.ts';
import {
  type ChannelSpec,
  formatPointPath,
  type GroupSpec,
  groupKey,
} from '../../gateway/core/point.ts';
import { screeningOf } from '../../gateway/core/point-screening.ts';
import type { DeviceConfig, ModbusConfig } from './modbus-config.ts';
import { type PlanItem, type PlannedRead, planReads, type Range } from './planner.ts';
import { type ProfileBlock, type ProfilePoint, pointKind, pointLength } from './profile-point.ts';
import type { Limits, Profile } from './profile-schema.ts';
import { planModel, requestsOf } from './sunspec/model-plan.ts';
import { resolveEntry, type SunSpecGroup } from './sunspec/model-points.ts';

type GroupBase = {
  /** Index into the groups of the source. */
  readonly groupIndex: number;
  readonly spec: GroupSpec;
  /** Parallel to the channels. */
  readonly points: readonly ProfilePoint[];
};

/** One instance of a block of a device: one group of points. */
export type BlockGroup = GroupBase & {
  readonly block: ProfileBlock;
  readonly baseAddress: number;
};

/** Points of a SunSpec model, whose place is found when the connection begins. */
export type ModelGroup = GroupBase & { readonly model: SunSpecGroup };

export type LayoutGroup = BlockGroup | ModelGroup;

export type DeviceLayout = {
  /** Names the device in member states and messages. */
  readonly name: string;
  readonly config: DeviceConfig;
  readonly profile: Profile;
  readonly limits: Limits;
  readonly groups: readonly BlockGroup[];
  /** Parallel to `groups`. */
  readonly items: readonly PlanItem[];
  /** `parts[].item` is a place in `groups`. Ranges before `block.points.length` are the points, in order. */
  readonly reads: readonly PlannedRead[];
  readonly models: readonly ModelGroup[];
  /** What `models` will take, by what is known before the device is asked. */
  readonly modelReads: readonly PlannedRead[];
};

/** All reads of a device. */
export const readsOf = ({ reads, modelReads }: DeviceLayout): readonly PlannedRead[] => [
  ...reads,
  ...modelReads,
];

/** All groups of a device, those of blocks first. */
export const groupsOf = ({ groups, models }: DeviceLayout): readonly LayoutGroup[] => [
  ...groups,
  ...models,
];

export type SourceLayout = {
  readonly devices: readonly DeviceLayout[];
  readonly groups: readonly GroupSpec[];
  readonly issues: readonly ConfigIssue[];
};

/** Joins a source's entry with its profiles: what is read from where, and which groups come of it. */
export const layoutSource = (input: SourceInput<ModbusConfig>): SourceLayout => {
  const issues: ConfigIssue[] = [];
  const groups: GroupSpec[] = [];
  const devices: DeviceLayout[] = [];
  for (const [index, config] of input.config.devices.entries()) {
    const profile = input.profiles.get(config.profile) as Profile | undefined;
    if (profile === undefined) {
      const found = `the profile ${config.profile}, which is not loaded`;
      issues.push({ path: ['devices', index, 'profile'], found, expected: 'a known profile' });
      continue;
    }
    const device = layoutDevice({ input, config, profile, firstGroup: groups.length });
    devices.push(device.layout);
    groups.push(...groupsOf(device.layout).map((group) => group.spec));
    for (const issue of device.issues) {
      issues.push({ ...issue, path: ['devices', index, ...issue.path] });
    }
  }
  return { devices, groups, issues: [...issues, ...duplicateGroups(devices, input.config)] };
};

type DeviceInput = {
  readonly input: SourceInput<ModbusConfig>;
  readonly config: DeviceConfig;
  readonly profile: Profile;
  readonly firstGroup: number;
};

type Issues = ConfigIssue[];

const layoutDevice = (
  device: DeviceInput,
): { readonly layout: DeviceLayout; readonly issues: readonly ConfigIssue[] } => {
  const { config, profile, firstGroup } = device;
  const issues: Issues = [];
  const groups = blockGroups(device, issues);
  const models = modelGroups({ ...device, firstGroup: firstGroup + groups.length }, issues);
  const limits = mergeLimits(profile.limits, config.limits);
  const items = groups.map((group) => planItem(group, config));
  const plan = planReads(items, limits);
  for (const { item, found, expected } of plan.issues) {
    const block = groups[item]?.block.name ?? '';
    issues.push({ path: ['profile'], found: `${found} (block ${block})`, expected });
  }
  const first = [...groups, ...models][0]?.spec.equipment.equipment ?? profile.profile;
  const name = `unit ${config.unitId} (${config.area}/${config.line}/${config.equipment ?? first})`;
  const modelReads = models.flatMap((group, index) =>
    expectedReads(group, { item: groups.length + index, periodMs: config.periodMs, limits }),
  );
  return {
    layout: { name, config, profile, limits, groups, items, reads: plan.reads, models, modelReads },
    issues,
  };
};

const expectedReads = (
  { model }: ModelGroup,
  {
    item,
    periodMs,
    limits,
  }: { readonly item: number; readonly periodMs: number | undefined; readonly limits: Limits },
): readonly PlannedRead[] => {
  const [variant] = model.variants;
  if (variant === undefined) return [];
  const { maxRegisters } = limits;
  const plan = planModel(variant, { length: Number.POSITIVE_INFINITY, maxRegisters });
  let left = plan.wanted;
  return requestsOf(plan).map(({ at, length }) => {
    const wanted = Math.min(length, left);
    left -= wanted;
    return {
      table: 'holding',
      model: variant.model,
      periodMs: periodMs ?? model.entry.periodMs,
      address: at,
      length,
      parts: [{ item, ranges: [] }],
      wanted,
    };
  });
};

const missingEquipment = (config: DeviceConfig, block: string): ConfigIssue => ({
  path: ['equipment'],
  found: 'nothing',
  expected: `a name: the block ${block} of the profile ${config.profile} has none`,
});

const blockGroups = (
  { input, config, profile, firstGroup }: DeviceInput,
  issues: Issues,
): readonly BlockGroup[] => {
  const groups: BlockGroup[] = [];
  for (const block of profile.blocks) {
    for (const instance of block.instances) {
      const equipment = instance.equipment ?? config.equipment;
      if (equipment === undefined) {
        issues.push(missingEquipment(config, block.name));
        continue;
      }
      const { points } = block;
      groups.push({
        groupIndex: firstGroup + groups.length,
        baseAddress: instance.address,
        block,
        points,
        spec: groupSpec(input, { config, block, points, equipment }),
      });
    }
  }
  return groups;
};

const modelGroups = (
  { input, config, profile, firstGroup }: DeviceInput,
  issues: Issues,
): readonly ModelGroup[] => {
  const groups: ModelGroup[] = [];
  for (const entry of profile.sunspec) {
    const { equipment } = config;
    if (equipment === undefined) {
      issues.push(missingEquipment(config, entry.name));
      continue;
    }
    const model = resolveEntry(entry);
    const points = model.channels;
    groups.push({
      groupIndex: firstGroup + groups.length,
      model,
      points,
      spec: groupSpec(input, { config, block: entry, points, equipment }),
    });
  }
  return groups;
};

const mergeLimits = (profile: Limits, own: DeviceConfig['limits']): Limits => ({
  maxRegisters: own?.maxRegisters ?? profile.maxRegisters,
  maxBits: own?.maxBits ?? profile.maxBits,
  maxGap: own?.maxGap ?? profile.maxGap,
  forbidden: own?.forbidden ?? profile.forbidden,
});

const groupSpec = (
  { site, id }: SourceInput<ModbusConfig>,
  part: {
    readonly config: DeviceConfig;
    readonly block: Pick<ProfileBlock, 'name' | 'class' | 'periodMs'>;
    readonly points: readonly ProfilePoint[];
    readonly equipment: string;
  },
): GroupSpec => ({
  equipment: {
    enterprise: site.enterprise,
    site: site.site,
    area: part.config.area,
    line: part.config.line,
    equipment: part.equipment,
  },
  equipmentClass: part.block.class,
  name: part.block.name,
  producer: id,
  device: `unit ${part.config.unitId}`,
  periodMs: part.config.periodMs ?? part.block.periodMs,
  channels: part.points.map(channelSpec),
});

const channelSpec = (point: ProfilePoint): ChannelSpec => ({
  point: point.point,
  kind: pointKind(point),
  unit: point.unit,
  description: point.description,
  ...(point.labels === undefined ? {} : { labels: point.labels }),
  ...(point.rolloverAt === undefined ? {} : { rolloverAt: point.rolloverAt }),
  ...(point.deadband === undefined ? {} : { deadband: point.deadband }),
  ...(point.decimals === undefined ? {} : { decimals: point.decimals }),
  ...(point.minimum === undefined ? {} : { minimum: point.minimum }),
  ...(point.maximum === undefined ? {} : { maximum: point.maximum }),
  ...screeningOf(point),
});

const planItem = ({ block, baseAddress }: BlockGroup, config: DeviceConfig): PlanItem => {
  const at = (address: number, length: number): Range => ({
    address: baseAddress + address,
    length,
  });
  const points = block.points.map((point) => at(point.address, pointLength(point)));
  const beside: Range[] = [];
  for (const { scaleFactorAddress } of block.points) {
    if (scaleFactorAddress !== undefined) beside.push(at(scaleFactorAddress, 1));
  }
  for (const address of block.tornReadCheck ?? []) beside.push(at(address, 1));
  if (block.deviceTime !== undefined) {
    beside.push(at(block.deviceTime.epochSeconds, 2));
    const { milliseconds } = block.deviceTime;
    if (milliseconds !== undefined) beside.push(at(milliseconds, 1));
  }
  return {
    table: block.table,
    periodMs: config.periodMs ?? block.periodMs,
    // A value and its scale factor, or its time, that were read apart do not belong together.
    atomic: block.atomic || beside.length > 0,
    ranges: [...points, ...beside],
  };
};

const duplicateGroups = (
  devices: readonly DeviceLayout[],
  config: ModbusConfig,
): readonly ConfigIssue[] => {
  const issues: ConfigIssue[] = [];
  const keys = new Set<string>();
  const paths = new Set<string>();
  for (const device of devices) {
    const index = config.devices.indexOf(device.config);
    for (const { spec } of groupsOf(device)) {
      const key = groupKey(spec);
      if (keys.has(key)) {
        issues.push({
          path: ['devices', index],
          found: `the points of ${key} for a second time`,
          expected: 'each equipment and block once',
        });
        continue;
      }
      keys.add(key);
      for (const { point } of spec.channels) {
        const path = formatPointPath(spec.equipment, point);
        if (paths.has(path)) {
          issues.push({
            path: ['devices', index],
            found: `the point ${path} in two blocks`,
            expected: 'each point of an equipment once',
          });
        }
        paths.add(path);
      }
    }
  }
  return issues;
};
