import { createHash } from 'node:crypto';
import type { GroupNumber, RegisteredGroup } from '../core/point.ts';
import { ArenaPlan } from './arena.ts';
import {
  CompiledProgram,
  type FramePlan,
  type OutputPlan,
  type StatePart,
  type TickStep,
} from './execute.ts';
import type {
  BuildContext,
  HotPathProgram,
  NodeSpec,
  PointReference,
  ProgramIssue,
  RowSource,
  Step,
} from './program.ts';
import { FrameRing } from './ring.ts';
import { slotInitial, slotSize } from './slot.ts';
import { type Channel, operatorVersion, StateKeys } from './state-keys.ts';
import { orderNodes } from './topology.ts';

export type ProgramInput = {
  /** Version of the definitions that the nodes come from. */
  readonly version: string;
  /** Groups that sources produce: what nodes may read. */
  readonly groups: readonly RegisteredGroup[];
  /** Groups of computed points; each of their channels is written by one node. */
  readonly outputGroups: readonly RegisteredGroup[];
  readonly nodes: readonly NodeSpec[];
};

export type CompiledInput = {
  readonly program: HotPathProgram;
  /** Nodes that are missing from the program, and why. */
  readonly issues: readonly ProgramIssue[];
  readonly outputGroups: readonly RegisteredGroup[];
};

export const pointReference = (group: RegisteredGroup, point: string): PointReference =>
  `${group.equipment.area}/${group.equipment.line}/${group.equipment.equipment}/${point}`;

const channelsOf = (groups: readonly RegisteredGroup[]): Map<PointReference, Channel> => {
  const channels = new Map<PointReference, Channel>();
  for (const group of groups) {
    for (const [index, channel] of group.channels.entries()) {
      channels.set(pointReference(group, channel.point), { group, index });
    }
  }
  return channels;
};

/** Leaves out nodes with an unknown point or an output that is written twice. */
const checkNodes = (
  nodes: readonly NodeSpec[],
  channels: {
    readonly sources: ReadonlyMap<PointReference, Channel>;
    readonly outputs: ReadonlyMap<PointReference, Channel>;
  },
): { readonly usable: readonly NodeSpec[]; readonly issues: readonly ProgramIssue[] } => {
  const issues: ProgramIssue[] = [];
  const written = new Set<PointReference>();
  const usable = nodes.filter((node) => {
    const problems: string[] = [];
    for (const output of node.outputs) {
      if (!channels.outputs.has(output)) problems.push(`no group has the output ${output}`);
      if (written.has(output)) problems.push(`${output} is computed twice`);
    }
    for (const input of node.inputs) {
      if (!channels.sources.has(input) && !channels.outputs.has(input)) {
        problems.push(`no point ${input}`);
      }
    }
    for (const message of problems) issues.push({ nodeId: node.id, message });
    if (problems.length > 0) return false;
    for (const output of node.outputs) written.add(output);
    return true;
  });
  return { usable, issues };
};

type BuiltNode = {
  readonly node: NodeSpec;
  readonly steps: readonly Step[];
  readonly outputSlots: readonly number[];
  readonly rows: RowSource | undefined;
};

/** Collects what the nodes build, and which cells belong together. */
class Builder {
  readonly plan = new ArenaPlan();
  /** The state by what decides its content: what has one key goes on in another program that has the key. */
  readonly stateParts = new Map<string, StatePart>();
  readonly #keys: StateKeys;
  #part = 'time';
  readonly tickMsIndex = this.#reserve(1, [Number.NEGATIVE_INFINITY]);
  readonly watermarkMsIndex = this.#reserve(1, [Number.NEGATIVE_INFINITY]);
  readonly dayStartMsIndex = this.#reserve(1);
  readonly ignoredIndex = this.#reserve(1);
  readonly slots = new Map<PointReference, number>();
  readonly sampleSteps = new Map<number, { readonly order: number; readonly step: Step }[]>();
  readonly nodes: BuiltNode[] = [];
  readonly rings: FrameRing[] = [];
  readonly #shared = new Map<string, unknown>();
  #order = 0;

  constructor(keys: StateKeys) {
    this.#keys = keys;
  }

  #reserve(size: number, initial?: readonly number[]): number {
    const base = this.plan.reserve(size, initial);
    this.#state().cells.push({ base, size });
    return base;
  }

  #ring(options: ConstructorParameters<typeof FrameRing>[0]): FrameRing {
    const ring = new FrameRing(options);
    this.rings.push(ring);
    this.#state().rings.push(ring);
    return ring;
  }

  #state(): StatePart {
    const known = this.stateParts.get(this.#part);
    if (known !== undefined) return known;
    const part: StatePart = { cells: [], rings: [] };
    this.stateParts.set(this.#part, part);
    return part;
  }

  #within<T>(part: string, action: () => T): T {
    const outer = this.#part;
    this.#part = part;
    try {
      return action();
    } finally {
      this.#part = outer;
    }
  }

  slotOf(reference: PointReference): number {
    const known = this.slots.get(reference);
    if (known !== undefined) return known;
    const slot = this.#within(`slot ${reference} ${this.#keys.ofPoint(reference)}`, () =>
      this.#reserve(slotSize, slotInitial),
    );
    this.slots.set(reference, slot);
    return slot;
  }

  build(node: NodeSpec): void {
    this.#within(`node ${this.#keys.ofNode(node)}`, () => this.#build(node));
  }

  #build(node: NodeSpec): void {
    const known = new Set([...node.inputs, ...node.outputs]);
    const outputSlots = node.outputs.map((output) => this.slotOf(output));
    const steps: Step[] = [];
    let rows: RowSource | undefined;
    const context: BuildContext = {
      tickMsIndex: this.tickMsIndex,
      watermarkMsIndex: this.watermarkMsIndex,
      dayStartMsIndex: this.dayStartMsIndex,
      reserve: (size, initial) => this.#reserve(size, initial),
      ring: (options) => this.#ring(options),
      slot: (reference) => {
        if (!known.has(reference)) throw new Error(`${node.id} did not declare ${reference}`);
        return this.slotOf(reference);
      },
      pointKey: (reference) => this.#keys.ofPoint(reference),
      onSample: (slot, step) => {
        const list = this.sampleSteps.get(slot) ?? [];
        list.push({ order: this.#order++, step });
        this.sampleSteps.set(slot, list);
      },
      onTick: (step) => {
        steps.push(step);
      },
      rows: (source) => {
        rows = source;
      },
      shared: <T>(key: string, make: () => T): T => {
        if (!this.#shared.has(key)) {
          this.#shared.set(key, this.#within(`shared ${key}`, make));
        }
        return this.#shared.get(key) as T;
      },
    };
    node.build(context);
    this.nodes.push({ node, steps, outputSlots, rows });
  }
}

const framePlans = (
  builder: Builder,
  sources: ReadonlyMap<PointReference, Channel>,
): ReadonlyMap<GroupNumber, FramePlan> => {
  const drafts = new Map<GroupNumber, { channel: number; slot: number }[]>();
  for (const [reference, slot] of builder.slots) {
    const channel = sources.get(reference);
    if (channel === undefined) continue;
    const list = drafts.get(channel.group.number) ?? [];
    list.push({ channel: channel.index, slot });
    drafts.set(channel.group.number, list);
  }
  const plans = new Map<GroupNumber, FramePlan>();
  for (const [group, draft] of drafts) {
    const steps = draft.flatMap(({ slot }, position) =>
      (builder.sampleSteps.get(slot) ?? []).map((entry) => ({ ...entry, position })),
    );
    steps.sort((a, b) => a.order - b.order);
    plans.set(group, {
      channels: Uint16Array.from(draft, ({ channel }) => channel),
      slots: Uint32Array.from(draft, ({ slot }) => slot),
      stepChannels: Uint16Array.from(steps, ({ position }) => position),
      steps: steps.map(({ step }) => step),
    });
  }
  return plans;
};

const outputPlan = (builder: Builder, group: RegisteredGroup): OutputPlan => ({
  group,
  slots: Int32Array.from(
    group.channels,
    (channel) => builder.slots.get(pointReference(group, channel.point)) ?? -1,
  ),
  values: new Float64Array(group.channels.length),
  status: new Uint32Array(group.channels.length),
});

/** The group that a node of rows fills alone. */
const rowGroup = (
  { id, outputs }: NodeSpec,
  channels: ReadonlyMap<PointReference, Channel>,
): RegisteredGroup => {
  const groups = new Set(outputs.map((output) => channels.get(output)?.group));
  const [group] = groups;
  if (group === undefined || groups.size > 1 || group.channels.length !== outputs.length) {
    throw new Error(`${id} brings rows, but does not write all channels of one group`);
  }
  return group;
};

/** What comes out at a tick: by nodes, and the groups that are not rows. */
const tickPlans = (
  builder: Builder,
  groups: readonly RegisteredGroup[],
): { readonly ticks: readonly TickStep[]; readonly outputs: readonly OutputPlan[] } => {
  const channels = channelsOf(groups);
  const ofRows = new Set<RegisteredGroup>();
  const ticks = builder.nodes.map(({ node, steps, outputSlots, rows }): TickStep => {
    const group = rows && rowGroup(node, channels);
    if (group !== undefined) ofRows.add(group);
    return {
      steps,
      outputSlots,
      dependents: outputSlots
        .flatMap((slot) => builder.sampleSteps.get(slot) ?? [])
        .sort((a, b) => a.order - b.order)
        .map(({ step }) => step),
      rows: rows && group && { ...rows, output: outputPlan(builder, group) },
    };
  });
  const others = groups.filter((group) => !ofRows.has(group));
  return { ticks, outputs: others.map((group) => outputPlan(builder, group)) };
};

const wiring = (
  node: NodeSpec,
  channels: readonly ReadonlyMap<PointReference, Channel>[],
): unknown => {
  const place = (reference: PointReference): unknown => {
    const found = channels.map((map) => map.get(reference)).find((item) => item !== undefined);
    return [reference, found?.group.number, found?.index];
  };
  return [node.id, node.definition, node.inputs.map(place), node.outputs.map(place)];
};

/** Compiles nodes once, so that a frame touches only what depends on it. What cannot be compiled is left out and told. */
export const compileProgram = (input: ProgramInput): CompiledInput => {
  const sources = channelsOf(input.groups);
  const outputs = channelsOf(input.outputGroups);
  const checked = checkNodes(input.nodes, { sources, outputs });
  const sorted = orderNodes(checked.usable);
  const keys = new StateKeys(input.version, sorted.ordered, { sources, outputs });
  const builder = new Builder(keys);
  for (const node of sorted.ordered) builder.build(node);
  const identity = JSON.stringify([
    operatorVersion,
    input.version,
    builder.plan.size,
    builder.rings.map(({ width, capacity }) => [width, capacity]),
    sorted.ordered.map((node) => wiring(node, [sources, outputs])),
  ]);
  const program = new CompiledProgram({
    programId: createHash('sha256').update(identity).digest('hex'),
    memory: builder.plan.allocate(),
    rings: builder.rings,
    frames: framePlans(builder, sources),
    ...tickPlans(builder, input.outputGroups),
    stateParts: builder.stateParts,
    nodeKeys: new Map(sorted.ordered.map((node) => [node.id, keys.ofNode(node)])),
    tickMsIndex: builder.tickMsIndex,
    watermarkMsIndex: builder.watermarkMsIndex,
    dayStartMsIndex: builder.dayStartMsIndex,
    ignoredIndex: builder.ignoredIndex,
  });
  return {
    program,
    issues: [...checked.issues, ...sorted.issues],
    outputGroups: input.outputGroups,
  };
};
