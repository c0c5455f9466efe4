import type { Cursor, DeliveryReceipt, DeliveryTally, Journal } from '../journal/contract.ts';
import { DeliveryLane, type Interruption, type LaneNote, parseLaneNote } from './delivery-lane.ts';

/** Interruptions whose entries wait at the same time. */
const mostLanes = 32;

export type LanesJournal = Pick<
  Journal,
  | 'openCursor'
  | 'storedCursors'
  | 'forgetCursor'
  | 'deliveryTally'
  | 'finishDelivery'
  | 'settleQuarantined'
  | 'durableSeq'
  | 'flush'
>;

/** Where the entries of a sink are, since the sink was first there. The first is the sum of the others. */
export type DeliveryBalance = {
  readonly journalled: number;
  readonly delivered: number;
  readonly waiting: number;
  readonly quarantined: number;
  /** Dropped from quarantine. */
  readonly dropped: number;
  /** Pruned or damaged before they could be sent. */
  readonly lost: number;
  /** The part of `lost` that retention took. */
  readonly lostToRetention: number;
};

/** What the sink got or refused of a batch that was sent again before its lane was left. */
export type FirstBatch = LaneNote['first'];

/**
 * The ways to one sink: a live lane that is never more than a batch behind, and a lane of history for each interruption,
 * oldest first. Every entry belongs to one of them.
 */
export class SinkLanes {
  readonly live: DeliveryLane;
  readonly #sinkId: string;
  readonly #journal: LanesJournal;
  readonly #history: DeliveryLane[];
  #tally: DeliveryTally;
  #nextName: number;

  private constructor(input: {
    readonly sinkId: string;
    readonly journal: LanesJournal;
    readonly live: DeliveryLane;
    readonly history: DeliveryLane[];
    readonly tally: DeliveryTally;
    readonly nextName: number;
  }) {
    this.#sinkId = input.sinkId;
    this.#journal = input.journal;
    this.live = input.live;
    this.#history = input.history;
    this.#tally = input.tally;
    this.#nextName = input.nextName;
  }

  /** Opens the lanes as the last run stored them; those of a new sink begin where the journal does. */
  static async open(journal: LanesJournal, sinkId: string): Promise<SinkLanes> {
    const liveName = `sink:${sinkId}`;
    const stored = { from: 'stored', persist: true } as const;
    const live = new DeliveryLane(await journal.openCursor(liveName, stored));
    const prefix = `${liveName}/history-`;
    const numbers = journal
      .storedCursors()
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)))
      .sort((a, b) => a - b);
    const history: DeliveryLane[] = [];
    for (const number of numbers) {
      const lane = await journal.openCursor(`${prefix}${number}`, {
        ...stored,
        leftBy: live.cursor,
      });
      // One that stands at its end has only to be finished.
      if (lane.position <= (lane.end ?? lane.position)) {
        history.push(new DeliveryLane(lane));
        continue;
      }
      // A crash came before the live lane stood behind it, and has given all of it back.
      await lane.close();
      await journal.forgetCursor(lane.name);
    }
    const tally = await journal.deliveryTally(sinkId, [
      ...history.map(({ cursor: lane }) => ({
        afterSeq: lane.position,
        throughSeq: lane.end ?? lane.position,
      })),
      { afterSeq: live.cursor.position, throughSeq: Number.MAX_SAFE_INTEGER },
    ]);
    const nextName = (numbers.at(-1) ?? 0) + 1;
    return new SinkLanes({ sinkId, journal, live, history, tally, nextName });
  }

  /** Oldest first. */
  get history(): readonly DeliveryLane[] {
    return this.#history;
  }

  /**
   * Leaves what waits in the live lane to history: to the newest lane where that ends just there, else to a new one. Not
   * when there are too many: then the live lane falls behind.
   */
  leave(interruption: Interruption, first: FirstBatch): void {
    const { cursor } = this.live;
    const newest = this.#history.at(-1);
    const follows = newest !== undefined && newest.cursor.end === cursor.committed;
    if (!follows && this.#history.length >= mostLanes) return;
    const name = `sink:${this.#sinkId}/history-${this.#nextName}`;
    const note = parseLaneNote({ interruption, first });
    const rest = cursor.leave({ name, note, extending: newest?.cursor });
    if (newest !== undefined && rest === newest.cursor) {
      newest.extend(interruption, first);
      return;
    }
    this.#nextName += 1;
    this.#history.push(new DeliveryLane(rest));
  }

  /**
   * Ends the oldest lane of history, which has nothing more, and gives the receipt; undefined while its entries are not
   * durable: a receipt must not tell of what a crash can undo.
   */
  async finish(completedMs: number): Promise<DeliveryReceipt | undefined> {
    const lane = this.#history[0];
    if (lane === undefined || lane.cursor.position > this.#journal.durableSeq) return undefined;
    const { delivered, refused } = lane.note;
    const { cursor } = lane;
    const receipt = lane.receipt(this.#sinkId, completedMs);
    const { lost, lostToRetention } = cursor;
    const settled = { delivered, refused, lost, lostToRetention };
    await this.#journal.finishDelivery(receipt, { cursor, settled });
    this.#history.shift();
    const tally = this.#tally;
    this.#tally = {
      ...tally,
      delivered: tally.delivered + delivered,
      refused: tally.refused + refused,
      lost: tally.lost + lost,
      lostToRetention: tally.lostToRetention + lostToRetention,
    };
    return receipt;
  }

  /** Keeps the receipt of an interruption behind which nothing waited. */
  async keep(receipt: DeliveryReceipt): Promise<void> {
    await this.#journal.finishDelivery(receipt);
  }

  /** Entries that the sink refused lie in quarantine from here on, and `dropped` older ones no longer do. */
  quarantined(entries: number, dropped: number): void {
    const { quarantined, dropped: before } = this.#tally;
    this.#tally = {
      ...this.#tally,
      quarantined: quarantined + entries - dropped,
      dropped: before + dropped,
    };
  }

  /** Takes entries out of quarantine; returns how many were there. */
  async settleQuarantined(ids: readonly number[], as: 'delivered' | 'dropped'): Promise<number> {
    const settled = await this.#journal.settleQuarantined(this.#sinkId, ids, as);
    const column = as === 'delivered' ? 'retried' : 'dropped';
    const tally = this.#tally;
    this.#tally = {
      ...tally,
      quarantined: tally.quarantined - settled,
      [column]: tally[column] + settled,
    };
    return settled;
  }

  balance(): DeliveryBalance {
    const { live } = this;
    const lanes = [live, ...this.#history];
    const sum = (value: (lane: DeliveryLane) => number): number =>
      lanes.reduce((total, lane) => total + value(lane), 0);
    const tally = this.#tally;
    return {
      journalled: live.cursor.ordinal + live.cursor.lag().entries - live.note.since,
      delivered: sum(({ note }) => note.delivered) + tally.delivered + tally.retried,
      waiting: sum(({ cursor }) => cursor.lag().entries),
      quarantined: tally.quarantined,
      dropped: tally.dropped,
      lost: sum(({ cursor }) => cursor.lost) + tally.lost,
      lostToRetention: sum(({ cursor }) => cursor.lostToRetention) + tally.lostToRetention,
    };
  }

  /**
   * Makes durable what the lanes have committed first, so that their places are stored as they are; once `signal` aborts the
   * disk is not waited for any longer.
   */
  async flushAndClose(signal: AbortSignal): Promise<void> {
    try {
      await Promise.race([this.#journal.flush(), aborted(signal)]);
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const cursors: readonly Cursor[] = [this.live, ...this.#history].map(({ cursor }) => cursor);
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
