import { type EntryBatch, frameEntry, originCodes, type TickRecord } from '../core/entry.ts';
import type { GroupNumber, RegisteredGroup } from '../core/point.ts';
import { absentStatus, isBad, statusCodes } from '../core/quality.ts';
import type { ComputedEmit, Continuation, HotPathProgram, RowSource, Step } from './program.ts';
import type { FrameRing } from './ring.ts';
import { measuredCell, statusCell, timeCell, valueCell } from './slot.ts';
import { decodeSnapshot, encodeSnapshot, packState, unpackState } from './snapshot.ts';

/** What a frame of one group sets off. `stepChannels[i]` is the place in `channels` that sets off `steps[i]`. */
export type FramePlan = {
  readonly channels: Uint16Array;
  readonly slots: Uint32Array;
  readonly stepChannels: Uint16Array;
  readonly steps: readonly Step[];
};

export type OutputPlan = {
  readonly group: RegisteredGroup;
  /** Slot of each channel; -1 when no node writes it. */
  readonly slots: Int32Array;
  readonly values: Float64Array;
  readonly status: Uint32Array;
};

/** One node at a tick: its steps, the slots they fill, then the steps that wait for samples in these slots. */
export type TickStep = {
  readonly steps: readonly Step[];
  readonly outputSlots: readonly number[];
  readonly dependents: readonly Step[];
  /** Of a node whose outputs are rows. */
  readonly rows: (RowSource & { readonly output: OutputPlan }) | undefined;
};

/** Runs of cells of the arena, and rings, that go on in another program together or not at all. */
export type StatePart = {
  readonly cells: { readonly base: number; readonly size: number }[];
  readonly rings: FrameRing[];
};

export type ProgramPlan = {
  readonly programId: string;
  readonly memory: Float64Array;
  readonly rings: readonly FrameRing[];
  readonly frames: ReadonlyMap<GroupNumber, FramePlan>;
  readonly ticks: readonly TickStep[];
  /** In the order in which they come out; rows come before. */
  readonly outputs: readonly OutputPlan[];
  /** All cells and rings, by what decides their content. */
  readonly stateParts: ReadonlyMap<string, StatePart>;
  /** By the id of each node, what decides its content. */
  readonly nodeKeys: ReadonlyMap<string, string>;
  readonly tickMsIndex: number;
  readonly watermarkMsIndex: number;
  readonly dayStartMsIndex: number;
  /** Cell that counts samples not later than the newest of their channel. */
  readonly ignoredIndex: number;
};

export class CompiledProgram implements HotPathProgram {
  readonly programId: string;
  readonly outputs: readonly RegisteredGroup[];
  readonly #plan: ProgramPlan;
  readonly #memory: Float64Array;
  /** By group number. */
  readonly #frames: readonly (FramePlan | undefined)[];
  /** Whether each channel of the plan brought a sample in the frame at hand. */
  readonly #present: Uint8Array;

  constructor(plan: ProgramPlan) {
    this.programId = plan.programId;
    this.outputs = [
      ...plan.outputs,
      ...plan.ticks.flatMap(({ rows }) => (rows === undefined ? [] : [rows.output])),
    ].map((output) => output.group);
    this.#plan = plan;
    this.#memory = plan.memory;
    const frames: (FramePlan | undefined)[] = [];
    for (const [group, frame] of plan.frames) frames[group] = frame;
    this.#frames = Array.from(frames);
    this.#present = new Uint8Array(
      Math.max(1, ...[...plan.frames.values()].map((frame) => frame.channels.length)),
    );
  }

  get ignoredSamples(): number {
    return this.#memory[this.#plan.ignoredIndex] as number;
  }

  onEntry(batch: EntryBatch, index: number): void {
    if (batch.kind[index] !== frameEntry) return;
    const group = batch.group[index] as number;
    const frame = group < this.#frames.length ? this.#frames[group] : undefined;
    if (frame === undefined || batch.origin[index] === originCodes.late) return;
    const memory = this.#memory;
    const { steps, stepChannels } = frame;
    if (this.#fillSlots(frame, batch, index)) {
      for (let step = 0; step < steps.length; step++) (steps[step] as Step)(memory);
      return;
    }
    const present = this.#present;
    for (let step = 0; step < steps.length; step++) {
      if (present[stepChannels[step] as number] === 1) (steps[step] as Step)(memory);
    }
  }

  /** Takes the samples of a frame; tells whether all its channels brought one. */
  #fillSlots({ channels, slots }: FramePlan, batch: EntryBatch, index: number): boolean {
    const memory = this.#memory;
    const present = this.#present;
    const { values, status: statuses } = batch;
    const start = batch.offset[index] as number;
    const timeMs = batch.timeMs[index] as number;
    const measured = batch.origin[index] === originCodes.estimated ? 0 : 1;
    let isWhole = true;
    for (let place = 0; place < channels.length; place++) {
      const at = start + (channels[place] as number);
      const slot = slots[place] as number;
      const status = statuses[at] as number;
      present[place] = 0;
      if (status === absentStatus || !(timeMs > (memory[slot + timeCell] as number))) {
        isWhole = false;
        if (status !== absentStatus) this.#ignore();
        continue;
      }
      const value = values[at] as number;
      const isNumber = Number.isFinite(value);
      memory[slot + valueCell] = isNumber ? value : 0;
      memory[slot + statusCell] = isNumber || isBad(status) ? status : statusCodes.badOutOfRange;
      memory[slot + timeCell] = timeMs;
      memory[slot + measuredCell] = measured;
      present[place] = 1;
    }
    return isWhole;
  }

  /** Counts a sample that is not later than the newest of its channel. */
  #ignore(): void {
    const { ignoredIndex } = this.#plan;
    this.#memory[ignoredIndex] = (this.#memory[ignoredIndex] as number) + 1;
  }

  onTick(tick: TickRecord, emit: ComputedEmit): void {
    this.#moveTime(tick);
    const memory = this.#memory;
    for (const tickStep of this.#plan.ticks) {
      for (const step of tickStep.steps) step(memory);
      if (tickStep.rows === undefined) this.#passOn(tickStep, this.#plan.tickMsIndex);
      else this.#emitRows(tickStep, tickStep.rows, emit);
    }
    for (const output of this.#plan.outputs) {
      this.#fillOutput(output);
      emit(output.group, tick.timeMs, output.values, output.status);
    }
  }

  #emitRows(tickStep: TickStep, rows: NonNullable<TickStep['rows']>, emit: ComputedEmit): void {
    const { output, timeIndex } = rows;
    while (rows.next(this.#memory)) {
      this.#passOn(tickStep, timeIndex);
      this.#fillOutput(output);
      emit(output.group, this.#memory[timeIndex] as number, output.values, output.status);
    }
  }

  /** Gives the outputs of a node to those that wait for them. */
  #passOn({ outputSlots, dependents }: TickStep, timeIndex: number): void {
    const memory = this.#memory;
    for (const slot of outputSlots) {
      memory[slot + timeCell] = memory[timeIndex] as number;
      memory[slot + measuredCell] = 1;
    }
    for (const step of dependents) step(memory);
  }

  #moveTime(tick: TickRecord): void {
    const memory = this.#memory;
    const plan = this.#plan;
    if (tick.timeMs < (memory[plan.tickMsIndex] as number)) this.#forgetLaterTimes(tick);
    memory[plan.tickMsIndex] = tick.timeMs;
    memory[plan.watermarkMsIndex] = tick.watermarkMs;
    memory[plan.dayStartMsIndex] = tick.dayStartMs;
  }

  /** The clock was set back: without this, samples would be ignored until time has caught up. */
  #forgetLaterTimes(tick: TickRecord): void {
    const memory = this.#memory;
    for (const frame of this.#frames) {
      for (const slot of frame?.slots ?? []) {
        if ((memory[slot + timeCell] as number) > tick.timeMs) {
          memory[slot + timeCell] = Number.NEGATIVE_INFINITY;
        }
      }
    }
  }

  #fillOutput(output: OutputPlan): void {
    const memory = this.#memory;
    for (let channel = 0; channel < output.slots.length; channel++) {
      const slot = output.slots[channel] as number;
      if (slot < 0) {
        output.values[channel] = 0;
        output.status[channel] = statusCodes.badConfigurationError;
        continue;
      }
      const status = memory[slot + statusCell] as number;
      output.values[channel] = isBad(status) ? 0 : (memory[slot + valueCell] as number);
      output.status[channel] = status;
    }
  }

  snapshot(): Uint8Array {
    return encodeSnapshot(this.programId, packState(this.#memory, this.#plan.rings));
  }

  restore(bytes: Uint8Array): boolean {
    const cells = packState(this.#memory, this.#plan.rings);
    if (!decodeSnapshot(this.programId, bytes, cells)) return false;
    unpackState(cells, this.#memory, this.#plan.rings);
    return true;
  }

  takeOver(before: HotPathProgram): Continuation {
    const ids = [...this.#plan.nodeKeys.keys()];
    if (!(before instanceof CompiledProgram)) return { continued: [], begun: ids, ended: [] };
    for (const [key, part] of this.#plan.stateParts) {
      const old = before.#plan.stateParts.get(key);
      if (old !== undefined && haveSameShape(old, part)) this.#copy(old, before.#memory, part);
    }
    const { nodeKeys } = this.#plan;
    const old = before.#plan.nodeKeys;
    return {
      continued: ids.filter((id) => old.get(id) === nodeKeys.get(id)),
      begun: ids.filter((id) => old.get(id) !== nodeKeys.get(id)),
      ended: [...old.keys()].filter((id) => !nodeKeys.has(id)),
    };
  }

  #copy(from: StatePart, memory: Float64Array, to: StatePart): void {
    for (const [index, { base, size }] of from.cells.entries()) {
      const cells = to.cells[index] as StatePart['cells'][number];
      this.#memory.set(memory.subarray(base, base + size), cells.base);
    }
    for (const [index, ring] of from.rings.entries()) (to.rings[index] as FrameRing).copy(ring);
  }
}

const haveSameShape = (a: StatePart, b: StatePart): boolean =>
  a.cells.length === b.cells.length &&
  a.cells.every(({ size }, index) => size === b.cells[index]?.size) &&
  a.rings.length === b.rings.length &&
  a.rings.every(({ width, capacity }, index) => {
    const other = b.rings[index];
    return width === other?.width && capacity === other.capacity;
  });
