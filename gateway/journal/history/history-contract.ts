import type { Log } from '../../core/log.ts';
import type { PointNumber, RegisteredGroup } from '../../core/point.ts';
import type { Journal } from '../contract.ts';
import type { Believed, Subject } from './beliefs.ts';
import type { HistoryInterval } from './intervals.ts';
import type { RawSamples } from './raw.ts';
import type { RegisterInterval } from './register-fold.ts';

export type HistoryOptions = {
  readonly folder: string;
  readonly journal: Journal;
  /** Of the running configuration; those of earlier ones are asked of the journal. */
  readonly groups: readonly RegisteredGroup[];
  readonly log: Log;
  /** Of the roll-ups by minute; hours stay. 400 days unless given. */
  readonly maxAgeMs?: number;
  /** Beyond, the oldest days of roll-ups by minute go. 1 GiB unless given. */
  readonly maxBytes?: number;
  /** How long samples may wait to be read together: roll-ups are of a minute. 250 ms unless given. */
  readonly gatherMs?: number;
  /** How often what was counted is stored, and what came late aggregated anew. A minute unless given. */
  readonly flushMs?: number;
};

export type HistoryQuery = {
  readonly point: PointNumber;
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  readonly maxIntervals: number;
};

export type RegisterQuery = {
  /** A counter. */
  readonly point: PointNumber;
  /** Ascending, on whole minutes; n of them make n - 1 intervals. */
  readonly boundariesMs: Float64Array;
};

export type RawQuery = {
  readonly points: readonly PointNumber[];
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
};

/** What was, point by point: roll-ups kept by a reader of the journal, and single samples from the journal itself. */
export interface History {
  /** The groups of another configuration. */
  use(groups: readonly RegisteredGroup[]): void;
  /** Follows the journal until `signal` aborts. Whatever fails is tried again. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Intervals that have samples, oldest first: of a minute, or as much longer as it takes to have at most `maxIntervals`.
   * @throws GatewayError STORE_FAILED
   */
  query(query: HistoryQuery): Promise<readonly HistoryInterval[]>;
  /**
   * What a register counted, exactly, in whole mWh, or millionths of its unit where it counts no energy: intervals add up to the
   * time that they fill. Across rollovers; what was counted around a reset or a replacement is not known, and not in it.
   * @throws GatewayError STORE_FAILED
   */
  register(query: RegisterQuery): Promise<readonly RegisterInterval[]>;
  /**
   * Takes down what is said of things that make numbers of registers, as a multiplier; gives of each from when on it is said, and
   * with which change that came: numbers of the same sequence as those of late readings, so that the newest is the highest.
   * @throws GatewayError STORE_FAILED
   */
  believe(subjects: readonly Subject[]): Promise<readonly (readonly Believed[])[]>;
  /**
   * Samples as they were journalled, as far as the journal still has them, bit by bit: everything of the time asked for is read
   * through, whatever points there are, so ask for minutes rather than days.
   * @throws GatewayError STORE_FAILED
   */
  raw(query: RawQuery): AsyncIterable<RawSamples>;
  /** Resolves when all has been read that is durable now, or after `withinMs`; `run` reads on meanwhile. */
  caughtUp(withinMs: number): Promise<void>;
  /** Stores what is counted; to be called after `run` has ended and before the journal is closed. */
  close(): Promise<void>;
}
