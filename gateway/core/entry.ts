import type { GatewayEvent } from './event.ts';
import type { RegisteredGroup } from './point.ts';

/** How a frame came to be. `late` came after its watermark; `estimated` is substituted and counts against completeness. */
export const frameOrigins = ['source', 'computed', 'late', 'estimated'] as const;
export type FrameOrigin = (typeof frameOrigins)[number];
/** The origins as stored in `EntryBatch.origin`. */
export const originCodes = { source: 0, computed: 1, late: 2, estimated: 3 } as const;

export const frameEntry = 0;
export const recordEntry = 1;

/** Marks a start of the gateway; numbers that follow are above every number ever stored. */
export type BootRecord = {
  readonly type: 'boot';
  readonly bootId: string;
  readonly version: string;
  readonly timeMs: number;
};

/** The configuration that applies from here on: what replay needs to compile the same program. */
export type ConfigurationRecord = {
  readonly type: 'configuration';
  /** SHA-256 of the canonical configuration, in hexadecimal. */
  readonly configurationId: string;
  /**
   * The hot path's program from here on; where it differs from the record before, nodes that are the same in both go on with
   * their state and the others begin empty.
   */
  readonly programId: string;
  readonly timeMs: number;
  readonly groups: readonly RegisteredGroup[];
  /** What the KPI compiler needs beside the groups: the site file's sections, parsed, and the site. */
  readonly computation: unknown;
};

/** Time for the hot path. Frames with `timeMs` below the watermark no longer change what was computed. */
export type TickRecord = {
  readonly type: 'tick';
  readonly timeMs: number;
  readonly watermarkMs: number;
  /** Start of the day, in the site's time zone, that contains `timeMs`: where daily totals begin anew. */
  readonly dayStartMs: number;
};

/** Gives a text a number for string channels. */
export type DictionaryRecord = {
  readonly type: 'dictionary';
  readonly timeMs: number;
  readonly id: number;
  readonly text: string;
};

export type EventRecord = {
  readonly type: 'event';
  readonly timeMs: number;
  readonly event: GatewayEvent;
};

/** What an MES or a person told of production, as it was taken. */
export type ProductionRecord = {
  readonly type: 'production';
  /** When it was taken. */
  readonly timeMs: number;
  /** A message of `gateway/production/messages.ts`, read and checked. */
  readonly message: unknown;
};

/** How far the clock of a device was from the gateway's: what a time of the device is worth. */
export type ClockRecord = {
  readonly type: 'clock';
  /** When it was looked at, by the gateway. */
  readonly timeMs: number;
  readonly source: string;
  /** Of the source. */
  readonly device: string;
  /** Ahead of the gateway's; negative when it is behind. */
  readonly skewMs: number;
};

export type JournalRecord =
  | BootRecord
  | ConfigurationRecord
  | TickRecord
  | DictionaryRecord
  | EventRecord
  | ProductionRecord
  | ClockRecord;

/**
 * A run of journal entries in ascending `seq`, as columns. Entry i is a frame (`kind[i] === frameEntry`) of group number
 * `group[i]` whose channels lie in `values` and `status` from `offset[i]` to `offset[i + 1]`, or a record
 * (`kind[i] === recordEntry`) at `records[group[i]]` without channels. Arrays may be longer than `length`; offset has at
 * least `length + 1` items. An absent channel has status `absentStatus` and value 0; a bad one keeps whatever value came.
 * Readers never write to a batch: several share it.
 */
export interface EntryBatch {
  readonly length: number;
  readonly seq: Float64Array;
  readonly kind: Uint8Array;
  readonly group: Uint32Array;
  readonly timeMs: Float64Array;
  readonly receivedMs: Float64Array;
  readonly origin: Uint8Array;
  readonly revision: Uint16Array;
  readonly offset: Uint32Array;
  readonly values: Float64Array;
  readonly status: Uint32Array;
  readonly records: readonly JournalRecord[];
}

/** What is kept how long: each class is a chain of segments of its own. */
export const retentionClasses = ['raw', 'kpi', 'event', 'record'] as const;
export type RetentionClass = (typeof retentionClasses)[number];

/** Ticks and looks at clocks are kept as long as the frames between which they stand: without those they are of no use. */
export const recordRetentionClass = ({ type }: JournalRecord): RetentionClass =>
  type === 'event' ? 'event' : type === 'tick' || type === 'clock' ? 'raw' : 'record';

export const originRetentionClass = (originCode: number): RetentionClass =>
  originCode === originCodes.computed ? 'kpi' : 'raw';
