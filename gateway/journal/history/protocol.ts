/** What the main thread asks of the history worker. */

import type { RegisterFoldOptions, RegisterInterval } from './register-fold.ts';

/** New aggregates of a group over the minute that begins at `startMs`, to be merged into what is stored. */
export type RollupRow = {
  readonly group: number;
  readonly startMs: number;
  readonly fields: Float64Array;
};

/** Rows side by side, for another thread. */
export type PackedRows = {
  readonly startMs: Float64Array;
  readonly group: Uint32Array;
  /** Where the aggregates of each row end among `fields`. */
  readonly ends: Uint32Array;
  readonly fields: Float64Array;
};

/** By channel: when its newest sample was, and whether it was usable; coverage goes on from there after a restart. */
export type GroupState = {
  readonly group: number;
  readonly lastMs: Float64Array;
  readonly usable: Uint8Array;
};

/** Numbers of the journal entries whose time lies in the minute that begins at `startMs`. */
export type MinuteSpan = {
  readonly startMs: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
};

/** A minute of a group into which a sample fell that came out of order: to be aggregated anew from the journal. */
export type DirtyMinute = { readonly group: number; readonly startMs: number };

/** A channel under one of the group numbers that it had. */
export type ChannelPlace = { readonly group: number; readonly channel: number };

export type HistoryCalls = {
  readonly open: {
    input: { readonly folder: string; readonly maxBytes: number; readonly maxAgeMs: number };
    output: {
      readonly position: number;
      readonly states: readonly GroupState[];
      readonly setAside: readonly string[];
      readonly migrated: readonly string[];
    };
  };
  /** All of it or nothing. */
  readonly flush: {
    input: {
      readonly packed: PackedRows;
      readonly states: readonly GroupState[];
      readonly spans: readonly MinuteSpan[];
      readonly dirty: readonly DirtyMinute[];
      readonly position: number;
    };
    output: undefined;
  };
  /** Minutes that wait to be aggregated anew, the oldest first. */
  readonly dirty: {
    input: { readonly limit: number };
    output: readonly DirtyMinute[];
  };
  /** Puts rows in the place of what was stored, each with the next revision, and takes `minutes` for done. */
  readonly revise: {
    input: { readonly minutes: readonly DirtyMinute[]; readonly rows: readonly RollupRow[] };
    output: undefined;
  };
  readonly query: {
    input: {
      readonly places: readonly ChannelPlace[];
      readonly fromMs: number;
      readonly toMs: number;
      /** A whole number of minutes, and of hours from an hour on. */
      readonly intervalMs: number;
    };
    /** Starts, aggregates side by side, and how often each was aggregated anew. */
    output: {
      readonly startMs: Float64Array;
      readonly fields: Float64Array;
      readonly revisions: Float64Array;
    };
  };
  /** What a register counted between boundaries, all of them on whole minutes. */
  readonly register: {
    input: RegisterFoldOptions & {
      readonly places: readonly ChannelPlace[];
      /** What is not flushed. */
      readonly unflushed: readonly RollupRow[];
    };
    output: readonly RegisterInterval[];
  };
  readonly span: {
    input: { readonly fromMs: number; readonly toMs: number };
    output: { readonly firstSeq: number; readonly lastSeq: number } | undefined;
  };
  readonly close: { input: undefined; output: undefined };
};
