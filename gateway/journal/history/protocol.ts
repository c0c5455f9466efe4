/** What the main thread asks of the history worker. */

import type { Believed, Subject } from './beliefs.ts';
import type { RegisterFoldOptions, RegisterInterval } from './register-fold.ts';
import type { RegisterStands } from './register-track.ts';

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
  /** Of a group that has registers. */
  readonly stands?: RegisterStands | undefined;
};

/** Numbers of the journal entries whose time lies in the minute that begins at `startMs`. */
export type MinuteSpan = {
  readonly startMs: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
};

/** Where what was asked for lies in the journal, and since when there is something of it. */
export type RawSpan = {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly startMs: number;
};

/** A minute of a group into which a sample fell that came out of order: to be aggregated anew from the journal. */
export type DirtyMinute = { readonly group: number; readonly startMs: number };

/**
 * That numbers of a minute of a group became others than somebody may have read; of two changes the later has the higher `number`,
 * whatever they are of, for it comes from the journal's own numbers.
 */
export type MinuteChange = DirtyMinute & {
  readonly number: number;
  /** `late`: readings came late. `closing`: a reading ended a time without any, and now tells of that time, but not of later ones. */
  readonly kind: 'late' | 'closing';
};

/** Which channels of a group are registers. */
export type GroupRegisters = { readonly group: number; readonly channels: readonly number[] };

/** A channel under one of the group numbers that it had. */
export type ChannelPlace = { readonly group: number; readonly channel: number };

export type HistoryCalls = {
  readonly open: {
    input: { readonly folder: string; readonly maxBytes: number; readonly maxAgeMs: number };
    output: {
      readonly position: number;
      readonly states: readonly GroupState[];
      /** The highest number of a change. */
      readonly newestChange: number;
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
      /** Of the groups of dirty minutes. */
      readonly registers: readonly GroupRegisters[];
      readonly changes: readonly MinuteChange[];
      readonly position: number;
    };
    output: undefined;
  };
  /** Minutes that wait to be aggregated anew, the oldest first. */
  readonly dirty: {
    input: { readonly limit: number };
    output: readonly DirtyMinute[];
  };
  /**
   * Puts rows in the place of what was stored, those that are others with the number of this change, and takes `minutes` for done.
   * The next reading of a register is to be judged anew where the one before it is another now.
   */
  readonly revise: {
    input: {
      readonly minutes: readonly DirtyMinute[];
      readonly rows: readonly RollupRow[];
      readonly registers: readonly GroupRegisters[];
      readonly number: number;
    };
    output: undefined;
  };
  /**
   * What is said of things now; gives of each since which change it is said. Undefined without a number where one is something else:
   * only what changes takes one.
   */
  readonly believe: {
    input: { readonly subjects: readonly Subject[]; readonly number?: number };
    output: readonly (readonly Believed[])[] | undefined;
  };
  /** How registers stood at their last readings before a time. */
  readonly stands: {
    input: GroupRegisters & { readonly beforeMs: number };
    output: RegisterStands;
  };
  readonly query: {
    input: {
      readonly places: readonly ChannelPlace[];
      readonly fromMs: number;
      readonly toMs: number;
      /** A whole number of minutes, and of hours from an hour on. */
      readonly intervalMs: number;
    };
    /** Starts, aggregates side by side, and the number of the newest change of each. */
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
      readonly changes: readonly MinuteChange[];
    };
    output: readonly RegisterInterval[];
  };
  readonly span: {
    input: { readonly fromMs: number; readonly toMs: number };
    output: RawSpan | undefined;
  };
  readonly close: { input: undefined; output: undefined };
};
