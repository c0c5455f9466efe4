import { z } from 'zod';
import type { Cursor, DeliveryReceipt } from '../journal/contract.ts';

/** When delivery broke off and when the sink took data again, UTC epoch ms. */
export type Interruption = { readonly fromMs: number; readonly toMs: number };

const count = z.number().int().nonnegative().default(0);

/** Kept with the cursor's place, so that what was counted and where the cursor stands always belong together. */
const laneNote = z.object({
  delivered: count,
  refused: count,
  resent: count,
  /** Of a live lane: the `ordinal` of its cursor when the sink was first there. */
  since: count,
  /** Of a lane of history: why it is there. */
  interruption: z.object({ fromMs: z.number(), toMs: z.number() }).optional(),
  /** Of a lane of history: what the sink was sent again when it came back, before there was this lane. */
  first: z.object({ delivered: count, refused: count }).default({ delivered: 0, refused: 0 }),
});
export type LaneNote = z.infer<typeof laneNote>;

export const parseLaneNote = (note: unknown): LaneNote => laneNote.parse(note);

/** One way of entries to a sink: those of now, or those that could not be sent in time. */
export class DeliveryLane {
  readonly cursor: Cursor;
  #note: LaneNote;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
    this.#note = parseLaneNote(cursor.note ?? { since: cursor.ordinal });
    // Stored with every place from the first on.
    if (cursor.note === undefined) cursor.commit(cursor.position, this.#note);
  }

  get note(): LaneNote {
    return this.#note;
  }

  /** The sink has or has refused everything up to `seq`. */
  settle(
    seq: number,
    change: { readonly delivered: number; readonly refused: number; readonly resent: number },
  ): void {
    this.#note = {
      ...this.#note,
      delivered: this.#note.delivered + change.delivered,
      refused: this.#note.refused + change.refused,
      resent: this.#note.resent + change.resent,
    };
    this.cursor.commit(seq, this.#note);
  }

  /** Another interruption has been added to this lane of history. */
  extend({ toMs }: Interruption, first: LaneNote['first']): void {
    const { interruption } = this.#note;
    this.#note = {
      ...this.#note,
      interruption: { fromMs: interruption?.fromMs ?? toMs, toMs },
      first: {
        delivered: this.#note.first.delivered + first.delivered,
        refused: this.#note.first.refused + first.refused,
      },
    };
    this.cursor.commit(this.cursor.committed, this.#note);
  }

  /** What is to be told once a lane of history has come to its end. */
  receipt(sinkId: string, completedMs: number): DeliveryReceipt {
    const { delivered, refused, resent, first, interruption } = this.#note;
    const { lost } = this.cursor;
    return {
      sinkId,
      fromMs: interruption?.fromMs ?? completedMs,
      toMs: interruption?.toMs ?? completedMs,
      completedMs,
      buffered: first.delivered + first.refused + delivered + refused + lost,
      delivered: first.delivered + delivered,
      quarantined: first.refused + refused,
      lost,
      resent: first.delivered + first.refused + resent,
    };
  }
}
