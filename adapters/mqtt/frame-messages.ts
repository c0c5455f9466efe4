import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { type FramesEncoder, type FramesLayout, framesLayout } from './frames-encoder.ts';
import { framesTopic } from './topics.ts';

/** The part of a payload that runs may fill by estimate, so that few have to be encoded again in halves. */
const fillShare = 0.85;

export type FrameMessage = {
  readonly topic: string;
  readonly payload: Buffer;
  /** The entries of the batch that travel in it. */
  readonly entries: readonly number[];
};

/** A frame that is larger than a payload may be. */
export type OversizeFrame = { readonly entry: number; readonly bytes: number };

type GroupPlan = {
  readonly layout: FramesLayout;
  readonly topic: string;
  readonly rows: number[];
  /** Learnt from the last message. */
  bytesPerFrame: number;
};

/** Sorts the frames of a batch by group and turns each group's frames, in order, into as few messages as fit. */
export class FrameMessages {
  readonly #encoder: FramesEncoder;
  readonly #simulated: boolean;
  readonly #plans = new Map<number, GroupPlan>();
  readonly #touched: GroupPlan[] = [];

  constructor(encoder: FramesEncoder, simulated: boolean) {
    this.#encoder = encoder;
    this.#simulated = simulated;
  }

  /** Forgets the frames of the batch before. */
  begin(): void {
    for (const plan of this.#touched) plan.rows.length = 0;
    this.#touched.length = 0;
  }

  add(group: RegisteredGroup, entry: number): void {
    let plan = this.#plans.get(group.number);
    if (plan?.layout.group !== group) {
      plan = newPlan(group, this.#simulated);
      this.#plans.set(group.number, plan);
    }
    if (plan.rows.length === 0) this.#touched.push(plan);
    plan.rows.push(entry);
  }

  /** The messages of what was added; `limits` may be stricter than at the last batch. */
  *messages(
    entries: EntryBatch,
    limits: {
      readonly history: boolean;
      readonly maxBytes: number;
      oversize(frame: OversizeFrame): void;
    },
  ): Generator<FrameMessage> {
    for (const plan of this.#touched) {
      let start = 0;
      while (start < plan.rows.length) {
        const most = Math.max(1, Math.floor((limits.maxBytes * fillShare) / plan.bytesPerFrame));
        const runEnd = endOfRun(entries, plan.rows, start);
        let end = Math.min(runEnd, start + most);
        let bytes = this.#encode(plan, { entries, start, end, history: limits.history });
        while (bytes > limits.maxBytes && end - start > 1) {
          end = start + Math.ceil((end - start) / 2);
          bytes = this.#encode(plan, { entries, start, end, history: limits.history });
        }
        if (bytes > limits.maxBytes) {
          limits.oversize({ entry: plan.rows[start] as number, bytes });
        } else {
          const rows = plan.rows.slice(start, end);
          yield { topic: plan.topic, payload: this.#encoder.take(), entries: rows };
        }
        start = end;
      }
    }
  }

  #encode(
    plan: GroupPlan,
    run: {
      readonly entries: EntryBatch;
      readonly start: number;
      readonly end: number;
      readonly history: boolean;
    },
  ): number {
    const bytes = this.#encoder.encode({ layout: plan.layout, rows: plan.rows, ...run });
    const body = bytes - plan.layout.header.length;
    plan.bytesPerFrame = Math.max(1, body / (run.end - run.start));
    return bytes;
  }
}

/** A message says origin and revision once, so a run ends where either changes. */
const endOfRun = (entries: EntryBatch, rows: readonly number[], start: number): number => {
  const first = rows[start] as number;
  const origin = entries.origin[first];
  const revision = entries.revision[first];
  let end = start + 1;
  while (end < rows.length) {
    const row = rows[end] as number;
    if (entries.origin[row] !== origin || entries.revision[row] !== revision) break;
    end += 1;
  }
  return end;
};

const newPlan = (group: RegisteredGroup, simulated: boolean): GroupPlan => ({
  layout: framesLayout(group, simulated),
  topic: framesTopic(group.equipment),
  rows: [],
  bytesPerFrame: 40 + group.channels.length * 10,
});
