import type { GroupSpec, RegisteredGroup } from '../core/point.ts';
import type { EntryCounts } from './codec/stored-entries.ts';
import type { Damage, DeliveryReceipt, DeliveryTally, FinishedCursor } from './contract.ts';
import type { Pruned, StoreWriterOptions } from './segments/store-writer.ts';
import type { ChainEnd } from './segments/tail.ts';
import type { WorkerCalls } from './worker-calls.ts';

/** What the main thread and the journal's two workers say to each other. */

/** Place of a cursor that survives a restart: processed up to `seq`, `ordinals` entries of each class behind it. */
export type StoredCursor = {
  readonly name: string;
  readonly seq: number;
  readonly ordinals: readonly number[];
  /** Where it ends, with the entries of each class up to there. */
  readonly end: { readonly seq: number; readonly ordinals: readonly number[] } | undefined;
  readonly lost: number;
  readonly lostToRetention: number;
  readonly note: unknown;
};

/** Entries between threads: `buffer` is laid out for `counts`. */
export type TransferredEntries = { readonly counts: EntryCounts; readonly buffer: ArrayBuffer };

export type WriterOpened = {
  readonly lastSeq: number;
  readonly ends: readonly (ChainEnd | undefined)[];
  readonly ordinals: readonly number[];
  readonly cutBytes: number;
  readonly cutCommits: number;
  readonly damage: readonly Damage[];
  readonly usage: Usage;
};

export type Usage = readonly {
  readonly segments: number;
  readonly diskBytes: number;
  readonly pruned: Pruned;
}[];

export type ToWriter =
  | {
      readonly type: 'open';
      readonly options: StoreWriterOptions;
      /** By class, as the other store remembers them: chains that retention emptied do not tell. */
      readonly ordinals: readonly number[];
    }
  | {
      readonly type: 'commit';
      readonly entries: TransferredEntries;
      readonly lastSeq: number;
      readonly wallMs: number;
    }
  | { readonly type: 'close' };

export type FromWriter =
  | { readonly type: 'opened'; readonly opened: WriterOpened }
  | { readonly type: 'open-failed'; readonly reason: string }
  | {
      readonly type: 'durable';
      readonly seq: number;
      readonly commits: number;
      readonly ends: readonly (ChainEnd | undefined)[];
      readonly usage: Usage;
      readonly writtenBytes: number;
      readonly writtenSamples: number;
      readonly syncs: number;
      readonly syncMs: number;
      /** Given back to be filled again. */
      readonly buffers: readonly ArrayBuffer[];
    }
  | { readonly type: 'failing'; readonly reason: string }
  | { readonly type: 'closed' };

export type StoredText = { readonly id: number; readonly text: string };

/** What is kept of the journal's state beside the segments. */
export type StoredState = {
  /** At least the highest number that was durable. */
  readonly highSeq: number;
  readonly ordinals: readonly number[];
  /** Texts of dictionary records up to here are stored. */
  readonly dictionarySeq: number;
  readonly clean: boolean;
};

export type StoreOpened = {
  readonly state: StoredState;
  readonly cursors: readonly StoredCursor[];
  readonly groups: readonly RegisteredGroup[];
  readonly texts: readonly StoredText[];
  readonly setAside: readonly string[];
  readonly migrated: readonly string[];
};

export type StoredQuarantine = {
  readonly id: number;
  readonly sinkId: string;
  readonly seq: number;
  readonly reason: string;
  readonly timeMs: number;
  readonly entry: TransferredEntries;
};

type ChainPlaces = {
  readonly ends: readonly (ChainEnd | undefined)[];
  readonly throughSeq: number;
};

/** Requests to the store worker: what goes in and what comes out. */
export type StoreCalls = {
  open: { input: { readonly folder: string }; output: StoreOpened };
  /** Takes over dictionary (and, of a new store, configuration) records above `afterSeq`. */
  importRecords: {
    input: ChainPlaces & { readonly afterSeq: number };
    output: { readonly texts: readonly StoredText[]; readonly groups: readonly RegisteredGroup[] };
  };
  register: { input: readonly GroupSpec[]; output: readonly RegisteredGroup[] };
  persist: {
    input: {
      readonly cursors: readonly StoredCursor[];
      readonly texts: readonly StoredText[];
      readonly state: StoredState;
    };
    output: undefined;
  };
  /** Entries of each class at or below `afterSeq`, of all ever stored; NaN where the chain holds none above. */
  locate: {
    input: ChainPlaces & {
      readonly reader: number;
      readonly classes: readonly number[];
      readonly afterSeq: number;
    };
    output: readonly number[];
  };
  read: {
    input: ChainPlaces & {
      readonly reader: number;
      readonly classes: readonly number[];
      readonly afterSeq: number;
      readonly lastSeq: number;
      readonly maxEntries: number;
      readonly ordinals: readonly number[];
    };
    output: {
      readonly entries: TransferredEntries | undefined;
      readonly ordinals: readonly number[];
      readonly lost: number;
      readonly damaged: number;
    };
  };
  closeReader: { input: number; output: undefined };
  /** Reads every chain once up to its end; damage is told by messages. */
  scrub: { input: ChainPlaces; output: undefined };
  saveSnapshot: {
    input: { readonly name: string; readonly seq: number; readonly bytes: Uint8Array };
    output: undefined;
  };
  loadSnapshot: {
    input: { readonly name: string; readonly maxSeq: number };
    output: { readonly seq: number; readonly bytes: Uint8Array } | undefined;
  };
  quarantine: {
    input: {
      readonly sinkId: string;
      readonly timeMs: number;
      readonly entries: readonly {
        readonly seq: number;
        readonly reason: string;
        readonly entry: TransferredEntries;
      }[];
    };
    output: { readonly dropped: number };
  };
  listQuarantine: {
    input: {
      readonly sinkId: string | undefined;
      readonly afterId: number;
      readonly limit: number;
    };
    output: readonly StoredQuarantine[];
  };
  settleQuarantined: {
    input: {
      readonly sinkId: string;
      readonly ids: readonly number[];
      readonly as: 'delivered' | 'dropped';
    };
    output: number;
  };
  deliveryTally: {
    input: {
      readonly sinkId: string;
      readonly pending: readonly { readonly afterSeq: number; readonly throughSeq: number }[];
    };
    output: DeliveryTally;
  };
  finishDelivery: {
    input: {
      readonly receipt: DeliveryReceipt;
      readonly own:
        | { readonly cursor: string; readonly settled: FinishedCursor['settled'] }
        | undefined;
    };
    output: undefined;
  };
  deliveryReceipts: {
    input: { readonly sinkId: string | undefined; readonly limit: number };
    output: readonly DeliveryReceipt[];
  };
  removeCursor: { input: string; output: undefined };
  close: { input: undefined; output: undefined };
};

type StoreMethod = keyof StoreCalls;
export type StoreInput<Method extends StoreMethod> = StoreCalls[Method]['input'];
export type StoreOutput<Method extends StoreMethod> = StoreCalls[Method]['output'];
/** The store worker, seen from the main thread. */
export type Store = WorkerCalls<StoreCalls>;
