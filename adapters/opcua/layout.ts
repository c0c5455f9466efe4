import type { ConfigIssue, SourceInput } from '../../gateway/core/adapter.ts';
import {
  type ChannelSpec,
  formatEquipmentPath,
  formatPointPath,
  type GroupSpec,
  groupKey,
  pointNamePattern,
  type ValueKind,
} from '../../gateway/core/point.ts';
import { screeningOf } from '../../gateway/core/point-screening.ts';
import { identifierWords, isIdentifier } from './address-schema.ts';
import { layoutMachine, type MachineSpec } from './machine/machine-layout.ts';
import type { MachineConfig } from './machine/machine-schema.ts';
import { describeAddress, type NodeAddress, pathOf } from './node-address.ts';
import type { OpcuaConfig } from './opcua-config.ts';
import type { PointConfig, Profile, ProfileBlock } from './profile-schema.ts';

/** One node that is read, and where its value goes. */
export type NodeTarget = {
  /** Its place in the list of all; also its client handle. */
  readonly index: number;
  readonly groupIndex: number;
  /** The first of its channels. */
  readonly channel: number;
  /** How many channels it fills: more than one only of an array. */
  readonly width: number;
  readonly isArray: boolean;
  readonly kind: ValueKind;
  readonly multiplier: number;
  readonly divisor: number;
  readonly offset: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly address: NodeAddress;
  /** For messages: `f01/current (s=M.T1.Current)`. */
  readonly name: string;
};

export type OpcuaLayout = {
  readonly groups: readonly GroupSpec[];
  readonly targets: readonly NodeTarget[];
  /** What machines show beside their points. */
  readonly machines: readonly MachineSpec[];
  readonly issues: readonly ConfigIssue[];
};

/** Joins a source's entry with its profiles: which nodes are read, and which groups come of it. */
export const layoutSource = (input: SourceInput<OpcuaConfig>): OpcuaLayout => {
  const layout = new LayoutBuilder(input);
  for (const [index, device] of input.config.devices.entries()) {
    layout.addDevice(device, ['devices', index]);
  }
  for (const [index, equipment] of input.config.equipment.entries()) {
    layout.addGroup({
      path: ['equipment', index],
      area: equipment.area,
      line: equipment.line,
      equipment: equipment.equipment,
      name: equipment.name,
      equipmentClass: equipment.class,
      periodMs: equipment.periodMs,
      namespaceUri: equipment.namespaceUri ?? input.config.namespaceUri,
      points: equipment.points,
      identify: (point) => point.node,
    });
  }
  for (const [index, machine] of input.config.machines.entries()) {
    const uri = machine.namespaceUri ?? input.config.namespaceUri;
    layout.addMachine(machine, { ...machine, namespaceUri: uri }, ['machines', index]);
  }
  return layout;
};

type GroupInput = {
  readonly path: readonly (string | number)[];
  readonly area: string;
  readonly line: string;
  readonly equipment: string;
  readonly name: string;
  readonly equipmentClass: string;
  readonly periodMs: number | undefined;
  readonly namespaceUri: string | undefined;
  readonly points: readonly PointConfig[];
  /** The whole identifier of a point; undefined when it has none. */
  identify(point: PointConfig): string | undefined;
};

class LayoutBuilder implements OpcuaLayout {
  readonly groups: GroupSpec[] = [];
  readonly targets: NodeTarget[] = [];
  readonly machines: MachineSpec[] = [];
  readonly issues: ConfigIssue[] = [];
  readonly #input: SourceInput<OpcuaConfig>;
  readonly #groupKeys = new Set<string>();
  readonly #pointPaths = new Set<string>();

  constructor(input: SourceInput<OpcuaConfig>) {
    this.#input = input;
  }

  addDevice(device: OpcuaConfig['devices'][number], path: readonly (string | number)[]): void {
    const profile = this.#input.profiles.get(device.profile) as Profile | undefined;
    if (profile === undefined) {
      this.#refuse([...path, 'profile'], {
        found: `the profile ${device.profile}, which is not loaded`,
        expected: 'a known profile',
      });
      return;
    }
    if (profile.machine !== undefined && device.machine) {
      const uri = device.namespaceUri ?? profile.namespaceUri;
      this.addMachine(profile.machine, { ...device, namespaceUri: uri }, path);
    }
    for (const block of profile.blocks) {
      for (const instance of block.instances) {
        const equipment = instance.equipment ?? device.equipment;
        if (equipment === undefined) {
          this.#refuse([...path, 'equipment'], {
            found: 'nothing',
            expected: `a name: the block ${block.name} of the profile ${device.profile} has none`,
          });
          continue;
        }
        this.addGroup({
          path,
          area: device.area,
          line: device.line,
          equipment,
          name: block.name,
          equipmentClass: block.class,
          periodMs: block.periodMs,
          namespaceUri: device.namespaceUri ?? block.namespaceUri ?? profile.namespaceUri,
          points: block.points,
          identify: (point) => identifyInstance(instance, point),
        });
      }
    }
  }

  addMachine(
    machine: MachineConfig,
    place: Omit<MachineSpec, 'nodes'> & { readonly namespaceUri: string | undefined },
    path: readonly (string | number)[],
  ): void {
    const { spec, found } = layoutMachine(machine, place);
    if (found !== undefined)
      this.#refuse(path, { found, expected: 'a namespaceUri for each node' });
    this.machines.push(spec);
  }

  addGroup(input: GroupInput): void {
    const { site, id, config } = this.#input;
    const groupIndex = this.groups.length;
    const channels: ChannelSpec[] = [];
    const equipment = {
      enterprise: site.enterprise,
      site: site.site,
      area: input.area,
      line: input.line,
      equipment: input.equipment,
    };
    for (const [index, point] of input.points.entries()) {
      const address = this.#address(input, point);
      const path = [...input.path, 'points', index];
      if (typeof address === 'string') {
        this.#refuse(path, { found: address, expected: identifierWords });
        continue;
      }
      this.targets.push({
        index: this.targets.length,
        groupIndex,
        channel: channels.length,
        width: point.arrayElements?.count ?? 1,
        isArray: point.arrayElements !== undefined,
        kind: point.kind,
        ...scaling(point),
        address,
        name: `${input.equipment}/${point.point} (${describeAddress(address)})`,
      });
      for (const name of channelNames(point)) {
        if (!pointNamePattern.test(name)) {
          this.#refuse(path, { found: `the point ${name}`, expected: 'names that fit a point' });
        }
        channels.push(channelSpec(point, name));
      }
    }
    const spec: GroupSpec = {
      equipment,
      equipmentClass: input.equipmentClass,
      name: input.name,
      producer: id,
      ...period(config, input.periodMs),
      comesOnChange: comesOnChange(config),
      channels,
    };
    this.#checkUnique(spec, input.path);
    this.groups.push(spec);
  }

  /** The address of a point, or what was found instead of one. */
  #address(input: GroupInput, point: PointConfig): NodeAddress | string {
    const uri = point.namespaceUri ?? input.namespaceUri;
    if (uri === undefined) return `no namespaceUri for ${point.point}`;
    const identifier = input.identify(point);
    if (identifier !== undefined) {
      if (!isIdentifier(identifier)) return `${JSON.stringify(identifier)} for ${point.point}`;
      return { type: 'identifier', identifier, namespaceUri: uri };
    }
    if (point.path === undefined) return `no node and no path for ${point.point}`;
    return { type: 'path', elements: pathOf(point.path, uri) };
  }

  #checkUnique(group: GroupSpec, path: readonly (string | number)[]): void {
    const key = groupKey(group);
    if (this.#groupKeys.has(key)) {
      this.#refuse(path, {
        found: `the group ${group.name} of ${formatEquipmentPath(group.equipment)} again`,
        expected: 'each equipment and group once',
      });
    }
    this.#groupKeys.add(key);
    for (const { point } of group.channels) {
      const pointPath = formatPointPath(group.equipment, point);
      if (this.#pointPaths.has(pointPath)) {
        this.#refuse(path, {
          found: `the point ${pointPath} twice`,
          expected: 'each point of an equipment once',
        });
      }
      this.#pointPaths.add(pointPath);
    }
  }

  #refuse(path: readonly (string | number)[], words: Omit<ConfigIssue, 'path'>): void {
    this.issues.push({ path, ...words });
  }
}

const identifyInstance = (
  instance: ProfileBlock['instances'][number],
  point: PointConfig,
): string | undefined => {
  const own = instance.nodes[point.point];
  if (own !== undefined) return own;
  return point.node === undefined ? undefined : `${instance.identifierPrefix ?? ''}${point.node}`;
};

const channelNames = (point: PointConfig): readonly string[] => {
  const { arrayElements } = point;
  if (arrayElements === undefined) return [point.point];
  const { count, names } = arrayElements;
  const digits = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, i) => {
    const last = names?.[i] ?? String(i + 1).padStart(digits, '0');
    return `${point.point}.${last}`;
  });
};

const channelSpec = (point: PointConfig, name: string): ChannelSpec => ({
  point: name,
  kind: point.kind,
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

/** A scale such as 0.1 has no exact float64, but its inverse has: dividing by 10 gives the decimal that is meant. */
const scaling = (point: PointConfig) => {
  const inverse = 1 / point.scale;
  const isInverse = Number.isInteger(inverse) && !Number.isInteger(point.scale);
  return {
    multiplier: isInverse ? 1 : point.scale,
    divisor: isInverse ? inverse : 1,
    offset: point.offset,
    minimum: point.minimum ?? Number.NEGATIVE_INFINITY,
    maximum: point.maximum ?? Number.POSITIVE_INFINITY,
  };
};

/** Polling with gateway time tells every reading, a subscription only where it is asked to. */
const comesOnChange = ({ read, timestamps }: OpcuaConfig): boolean =>
  read.mode === 'polling' ? timestamps !== 'gateway' : !read.reportUnchanged;

/** What the profile knows of the device, else how often it is read; on change there is no period. */
const period = (
  { read }: OpcuaConfig,
  ownMs: number | undefined,
): { readonly periodMs?: number } => {
  if (ownMs !== undefined) return { periodMs: ownMs };
  if (read.mode === 'polling') return { periodMs: read.periodMs };
  return read.reportUnchanged ? { periodMs: Math.max(read.samplingIntervalMs, 1) } : {};
};
