import type { LocalText } from '../../gateway/core/point.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import type { GroupFrame } from '../shared/group-frame.ts';
import { BlockRead, type ReadOwner, type ReadPart } from './block-read.ts';
import { type DecodeInput, DecodeProgram } from './decode.ts';
import { DeviceClock } from './device-clock.ts';
import type { BlockGroup, DeviceLayout, LayoutGroup, ModelGroup } from './device-layout.ts';
import type { ModbusConfig } from './modbus-config.ts';
import type { PlannedRead } from './planner.ts';
import type { Table } from './profile-point.ts';
import { planModel } from './sunspec/model-plan.ts';
import type { ModelVariant } from './sunspec/model-points.ts';
import { ModelRead } from './sunspec/model-read.ts';
import type { FoundModel, ModelChain } from './sunspec/walk.ts';
import type { ReadFunction } from './transport.ts';

export type DeviceReadsOptions = {
  readonly layout: DeviceLayout;
  readonly config: ModbusConfig;
  readonly context: Pick<SourceContext, 'intern' | 'clockSeen' | 'event'>;
  /** All of the source, by `groupIndex`. */
  readonly frames: readonly GroupFrame[];
  /** Of the member, one a task. */
  readonly periodsMs: readonly number[];
};

/** A group that this device cannot fill. */
export type MissingGroup = { readonly group: ModelGroup; readonly reason: LocalText };

const functionCodes: Readonly<Record<Table, ReadFunction>> = {
  coil: 1,
  discrete: 2,
  holding: 3,
  input: 4,
};

/** Makes the reads of a device, with what is done with their answers. */
export class DeviceReads {
  readonly #owner: ReadOwner;
  readonly #options: DeviceReadsOptions;

  constructor(owner: ReadOwner, options: DeviceReadsOptions) {
    this.#owner = owner;
    this.#options = options;
  }

  blocks(): readonly BlockRead[] {
    return this.#options.layout.reads.map((planned) => this.#block(planned));
  }

  /** @param chain the models that the device was found to have */
  models(chain: ModelChain): {
    readonly reads: readonly BlockRead[];
    readonly missing: readonly MissingGroup[];
  } {
    const reads: BlockRead[] = [];
    const missing: MissingGroup[] = [];
    for (const group of this.#options.layout.models) {
      const found = findModel(group, chain);
      const made = found === undefined ? missingModel(group) : this.#model(group, found);
      if (made instanceof BlockRead) reads.push(made);
      else missing.push({ group, reason: made });
    }
    return { reads, missing };
  }

  #block(planned: PlannedRead): BlockRead {
    const { layout, config, periodsMs } = this.#options;
    return new BlockRead(this.#owner, {
      name: `${layout.name} ${planned.table} ${planned.address}`,
      task: periodsMs.indexOf(planned.periodMs),
      request: {
        unitId: layout.config.unitId,
        functionCode: functionCodes[planned.table],
        address: planned.address,
        quantity: planned.length,
        timeoutMs: config.timeoutMs,
      },
      parts: planned.parts.map(({ item, ranges }) => {
        const group = layout.groups[item];
        if (group === undefined) throw new Error(`the plan of ${layout.name} names item ${item}`);
        return this.#blockPart(group, { planned, ranges });
      }),
    });
  }

  #blockPart(
    group: BlockGroup,
    read: { readonly planned: PlannedRead; readonly ranges: readonly number[] },
  ): ReadPart {
    const { frames, config, context, layout } = this.#options;
    const { points, tornReadCheck, deviceTime } = group.block;
    const place = group.baseAddress - read.planned.address;
    const isBitTable = read.planned.table === 'coil' || read.planned.table === 'discrete';
    const channels = read.ranges.filter((range) => range < points.length);
    const inputs = channels.flatMap((channel): DecodeInput[] => {
      const point = points[channel];
      if (point === undefined) return [];
      const { scaleFactorAddress } = point;
      const scaleFactorPlace =
        scaleFactorAddress === undefined ? undefined : place + scaleFactorAddress;
      return [{ point, channel, place: place + point.address, scaleFactorPlace, isBitTable }];
    });
    const frame = frames[group.groupIndex] as GroupFrame;
    return {
      frame,
      channels,
      absent: [],
      program: this.#program(inputs, frame),
      clock:
        deviceTime === undefined
          ? undefined
          : new DeviceClock({
              deviceTime,
              place,
              maxClockSkewMs: config.maxClockSkewMs,
              subject: layout.name,
              isStamping: config.timestamps === 'device',
              seen: (skewMs) => context.clockSeen(layout.name, skewMs),
              event: (event) => context.event(event),
            }),
      tornReadCheck:
        tornReadCheck === undefined
          ? undefined
          : [(place + tornReadCheck[0]) * 2, (place + tornReadCheck[1]) * 2],
    };
  }

  /** The read, or why there can be none. */
  #model(
    group: ModelGroup,
    found: { readonly variant: ModelVariant; readonly model: FoundModel },
  ): BlockRead | LocalText {
    const { layout, config, frames, periodsMs } = this.#options;
    const { variant, model } = found;
    const plan = planModel(variant, {
      length: model.length,
      maxRegisters: layout.limits.maxRegisters,
    });
    const [first] = plan.segments;
    if (first === undefined) return shortModel(model);
    const forbidden = layout.limits.forbidden.find(({ table, from, to }) =>
      plan.segments.some(({ at, length }) => {
        const start = model.address + at;
        return table === 'holding' && from < start + length && to >= start;
      }),
    );
    if (forbidden !== undefined) return forbiddenModel(model);
    const inputs = plan.channels.flatMap((channel): DecodeInput[] => {
      const point = variant.points[channel]?.point;
      if (point === undefined) return [];
      const { address, scaleFactorAddress } = point;
      const place = { place: address, scaleFactorPlace: scaleFactorAddress };
      return [{ point, channel, ...place, isBitTable: false }];
    });
    const frame = frames[group.groupIndex] as GroupFrame;
    return new ModelRead(this.#owner, {
      name: `${layout.name} model ${model.id} at ${model.address}`,
      task: periodsMs.indexOf(groupPeriodMs(group, layout)),
      plan,
      model,
      request: {
        unitId: layout.config.unitId,
        functionCode: functionCodes.holding,
        address: model.address + first.at,
        quantity: first.length,
        timeoutMs: config.timeoutMs,
      },
      parts: [
        {
          frame,
          channels: [...plan.channels, ...plan.absent],
          absent: plan.absent,
          program: this.#program(inputs, frame),
          clock: undefined,
          tornReadCheck: undefined,
        },
      ],
    });
  }

  #program(inputs: readonly DecodeInput[], frame: GroupFrame): DecodeProgram {
    const { context } = this.#options;
    return new DecodeProgram(inputs, {
      values: frame.values,
      status: frame.status,
      intern: (text) => context.intern(text),
    });
  }
}

/** How often a group is read, in ms. */
export const groupPeriodMs = (group: LayoutGroup, { config }: DeviceLayout): number =>
  config.periodMs ?? ('model' in group ? group.model.entry.periodMs : group.block.periodMs);

/** The first of the group's models that the device has. */
const findModel = (
  { model }: ModelGroup,
  chain: ModelChain,
): { readonly variant: ModelVariant; readonly model: FoundModel } | undefined => {
  for (const variant of model.variants) {
    const same = chain.models.filter(({ id }) => id === variant.model);
    const found = same[model.entry.occurrence - 1];
    if (found !== undefined) return { variant, model: found };
  }
  return undefined;
};

const missingModel = ({ model: { entry } }: ModelGroup): LocalText => {
  const nth = entry.occurrence === 1 ? '' : ` (${entry.occurrence})`;
  return {
    en: `the device has no model ${entry.models.join(' or ')}${nth}`,
    zh: `设备没有模型 ${entry.models.join(' 或 ')}${nth}`,
  };
};

const shortModel = ({ id, length }: FoundModel): LocalText => ({
  en: `model ${id} has only ${length} registers, and none of the points is among them`,
  zh: `模型 ${id} 只有 ${length} 个寄存器，所需测点都不在其中`,
});

const forbiddenModel = ({ id, address }: FoundModel): LocalText => ({
  en: `model ${id} lies at ${address}, among the forbidden addresses`,
  zh: `模型 ${id} 位于 ${address}，属于禁止读取的地址`,
});
