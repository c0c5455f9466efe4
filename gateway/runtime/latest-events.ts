import { type EntryBatch, recordEntry } from '../core/entry.ts';
import { describeError } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { Journal } from '../journal/contract.ts';
import { sleepReal } from './system-clock.ts';

/** An event with its place in the journal. */
export type JournalledEvent = {
  readonly seq: number;
  readonly timeMs: number;
  readonly event: GatewayEvent;
};

export type EventQuery = { readonly limit: number; readonly afterSeq: number };

const mostEvents = 1000;
const waitMs = 250;
const gatherMs = 50;
const maxEntries = 1024;
const retryMs = 1000;

/** The newest events, for people who look; all of them are in the journal. */
export class LatestEvents {
  readonly #events: JournalledEvent[] = [];

  read(batch: EntryBatch): void {
    for (let index = 0; index < batch.length; index += 1) {
      if (batch.kind[index] !== recordEntry) continue;
      const record = batch.records[batch.group[index] as number];
      if (record?.type !== 'event') continue;
      const { timeMs, event } = record;
      this.#events.push({ seq: batch.seq[index] as number, timeMs, event });
    }
    const surplus = this.#events.length - mostEvents;
    if (surplus > 0) this.#events.splice(0, surplus);
  }

  /** Newest first, of those above `afterSeq`. */
  list({ limit, afterSeq }: EventQuery): readonly JournalledEvent[] {
    const from = Math.max(0, this.#events.length - limit);
    return this.#events
      .slice(from)
      .filter(({ seq }) => seq > afterSeq)
      .reverse();
  }
}

/** Keeps the newest events up to date until `signal` aborts, those of earlier runs included. */
export const runEventReader = async (options: {
  readonly journal: Pick<Journal, 'openCursor'>;
  readonly events: LatestEvents;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const { journal, events, log, signal } = options;
  const cursor = await journal.openCursor('latest-events', {
    from: 'start',
    persist: false,
    classes: ['event'],
  });
  while (!signal.aborted) {
    try {
      const batch = await cursor.next({ maxEntries, signal, waitMs, gatherMs });
      if (batch !== undefined) events.read(batch);
    } catch (error) {
      log.warn({ error: describeError(error) }, 'newest events are behind; will be tried again');
      await sleepReal(retryMs, signal);
    }
  }
  await cursor.close();
};
