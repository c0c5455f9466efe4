import type { EntryBatch, TickRecord } from '../core/entry.ts';
import type { RegisteredGroup } from '../core/point.ts';
import type { FrameRing } from './ring.ts';

/**
 * Receives a group of computed points: `values` and `status`, one item a channel, belong to the program and are used again
 * at the next tick; copy what must last.
 */
export type ComputedEmit = (
  group: RegisteredGroup,
  timeMs: number,
  values: Float64Array,
  status: Uint32Array,
) => void;

/** What became of nodes when one program followed another. */
export type Continuation = {
  /** Ids of nodes that go on where they were. */
  readonly continued: readonly string[];
  /** Of those that begin with an empty state. */
  readonly begun: readonly string[];
  /** Of those that are no more. */
  readonly ended: readonly string[];
};

/**
 * KPIs and calculated points compiled to a pure function of the journal: the same entries and ticks in the same order give
 * bit-identical outputs. Feeding it allocates nothing per sample.
 */
export interface HotPathProgram {
  /** Hash of definitions, wiring and version: two programs with one id compute the same from the same state. */
  readonly programId: string;
  /** The groups that `onTick` emits. */
  readonly outputs: readonly RegisteredGroup[];
  /** Samples that changed nothing, because they were not later than the newest of their channel. */
  readonly ignoredSamples: number;
  /** Takes entry `index` when it is a frame of a group that something depends on; late frames change nothing. */
  onEntry(batch: EntryBatch, index: number): void;
  /** Moves time on, emits the rows that closed since the tick before and then every other output group once. */
  onTick(tick: TickRecord, emit: ComputedEmit): void;
  /** The whole state; `restore` of it into a program of the same id continues as if nothing had happened. */
  snapshot(): Uint8Array;
  /** False, with the state untouched, when the bytes are not a snapshot of this very program. */
  restore(bytes: Uint8Array): boolean;
  /**
   * Goes on with the state of those nodes and points of another program that are the same in this one. To be called before
   * anything is fed; what has no counterpart keeps its first state.
   */
  takeOver(before: HotPathProgram): Continuation;
}

/** A step of the program: works on the arena only. */
export type Step = (memory: Float64Array) => void;

/** Brings results that have a time of their own, as a closed position bin has. */
export type RowSource = {
  /** Cell with the time of the row that `next` brought. */
  readonly timeIndex: number;
  /** Writes values and statuses of the next row to the node's outputs; false: there is none. */
  readonly next: (memory: Float64Array) => boolean;
};

/** `area/line/equipment/point`: a point within the site. */
export type PointReference = string;

/** What a node builds itself with. All cells are indices into the arena. */
export interface BuildContext {
  reserve(size: number, initial?: readonly number[]): number;
  /** A ring that is part of the program's state, as cells are. */
  ring(options: { readonly width: number; readonly minimumCapacity: number }): FrameRing;
  /** Slot of an input or output of this node. */
  slot(reference: PointReference): number;
  /** Names an input or output by what its samples are, the same in every program. */
  pointKey(reference: PointReference): string;
  /** Runs after each new sample in the slot, after all slots of its frame are up to date. */
  onSample(slot: number, step: Step): void;
  /** Runs at each tick, after the nodes this one depends on; writes the value and status of its outputs. */
  onTick(step: Step): void;
  /**
   * Makes the outputs of this node, which are all channels of one group, rows: at a tick, after its steps, the group comes
   * once for each row there is, each with its time, and not at all without one. Nodes that read them see every row.
   */
  rows(source: RowSource): void;
  /**
   * One state used by several nodes: made by the first that asks, its steps run before theirs. The key names all that decides
   * what it holds, by `pointKey` and never by cells, for the state may go on in another program.
   */
  shared<T>(key: string, make: () => T): T;
  /** Cell with the time of the current tick. */
  readonly tickMsIndex: number;
  /** Cell with the watermark of the current tick: what is older has come, or changes nothing any more. */
  readonly watermarkMsIndex: number;
  /** Cell with the start of the site's current day. */
  readonly dayStartMsIndex: number;
}

/** One KPI or calculated point of one equipment, ready to be compiled into a program. */
export type NodeSpec = {
  /** Unique; for people: `heatInput of welding/mpm01/f01`. */
  readonly id: string;
  /** Everything that decides what it computes, as JSON: part of the program id. */
  readonly definition: unknown;
  readonly inputs: readonly PointReference[];
  readonly outputs: readonly PointReference[];
  build(context: BuildContext): void;
};

export type ProgramIssue = { readonly nodeId: string; readonly message: string };
