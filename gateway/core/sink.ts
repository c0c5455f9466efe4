import type { Clock } from './clock.ts';
import type { EntryBatch } from './entry.ts';
import type { Log } from './log.ts';
import type { GroupDirectory, RegisteredGroup } from './point.ts';
import type { StatusCode } from './quality.ts';

/** Entries for a sink; `history` when they are replayed rather than live. */
export type DeliveryBatch = { readonly entries: EntryBatch; readonly history: boolean };

/** `index` is the entry's place in the batch, `reason` the peer's own words. */
export type RejectedEntry = { readonly index: number; readonly reason: string };

/** `accepted + rejected.length` is the number of entries in the batch; entries that the sink has no use for count as accepted. */
export type WriteResult = {
  readonly accepted: number;
  readonly rejected: readonly RejectedEntry[];
};

/**
 * Where entries go. Never called concurrently. Throwing (a GatewayError) from `open` or `write` means that the whole batch
 * is retried after back-off, following a new `open` when the error is a lost connection; `rejected` entries go to
 * quarantine and are not retried by themselves.
 */
export interface Sink {
  readonly id: string;
  /** How long entries may wait for company before they are written, in ms; 0 when absent. */
  readonly gatherMs?: number;
  open(signal: AbortSignal): Promise<void>;
  write(batch: DeliveryBatch, signal: AbortSignal): Promise<WriteResult>;
  /** Flushes and disconnects within a bounded time; never throws; may be called twice. */
  close(): Promise<void>;
}

/** The newest sample of one point: channel `channel` of `group`. */
export type NewestSample = {
  readonly group: RegisteredGroup;
  readonly channel: number;
  readonly timeMs: number;
  readonly value: number;
  readonly status: StatusCode;
};

export interface SinkContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly directory: GroupDirectory;
  /** Whether the site's data is simulated; every output carries that label. */
  readonly simulated: boolean;
  /** Enterprise and site of every path that this gateway publishes. */
  readonly enterprise: string;
  readonly site: string;
  count(name: string, delta: number): void;
  /**
   * The newest sample of every point that has one, whichever way it went or will go to the sink: what stands now, for
   * outputs that show only that.
   */
  newest(): Iterable<NewestSample>;
}
