import type { ProductionMessage } from '../production/messages.ts';
import type { Checkpoint } from './assembler.ts';
import type { BinTable } from './bins-file.ts';
import type { RevisionReason } from './chain.ts';
import type { PanelFacts } from './panel-facts.ts';
import type { CollectedPanel, PanelRecord } from './panel-record.ts';

/** A record in a list: that of the newest revision. */
export type RecordSummary = {
  readonly id: string;
  /** Counts up from 1, in the order in which panels were recorded. */
  readonly panel: number;
  readonly panelId: string | null;
  readonly line: string;
  readonly revision: number;
  readonly simulated: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly closedBy: string;
  readonly marks: number;
  readonly hash: string;
};

export type RecordQuery = {
  /** A part of the panel's id. */
  readonly text?: string | undefined;
  /** Panels that were under the torches at or after. */
  readonly fromMs?: number | undefined;
  /** Panels that came under the torches before. */
  readonly toMs?: number | undefined;
  /** Heat or lot of a tube or fin, or lot of wire, gas or flux. */
  readonly heat?: string | undefined;
  /** Wire spool. */
  readonly spool?: string | undefined;
  readonly wps?: string | undefined;
  /** Job order. */
  readonly order?: string | undefined;
  /** Only panels recorded before this one, for paging. */
  readonly beforePanel?: number | undefined;
  readonly limit: number;
};

/** One revision with its place in the chain. */
export type ChainedRecord = {
  readonly number: number;
  readonly id: string;
  readonly key: string;
  readonly revision: number;
  /** How many revisions there are. */
  readonly revisions: number;
  readonly reason: RevisionReason;
  readonly contentHash: string;
  readonly previousHash: string;
  readonly hash: string;
  readonly record: PanelRecord;
};

export type FactsQuery = {
  /** Panels that ended at or after. */
  readonly fromMs: number;
  /** Panels that ended before. */
  readonly toMs: number;
  /** Only those behind this one, for paging. */
  readonly after?: FactsPlace | undefined;
  readonly limit: number;
};

/** A panel among those that are in the order of their ends. */
export type FactsPlace = { readonly endMs: number; readonly panel: number };

export type FactsPage = {
  readonly facts: readonly PanelFacts[];
  /** Ask with it for the next page; null at the end. */
  readonly after: FactsPlace | null;
};

export type BinsQuery = {
  readonly id: string;
  readonly revision?: number | undefined;
  readonly seam: string;
};

/** What the main thread asks of the worker that has the database. */
export type RecordCalls = {
  readonly open: {
    input: { readonly folder: string };
    output: {
      readonly checkpoint: Checkpoint;
      readonly setAside: readonly string[];
      readonly migrated: readonly string[];
    };
  };
  /** All of it or nothing. */
  readonly store: {
    input: {
      readonly panels: readonly CollectedPanel[];
      /** Messages of production that were read, of which its database has all. */
      readonly told?: readonly ProductionMessage[];
      readonly checkpoint: Checkpoint;
    };
    /** Ids of the revisions that are new. */
    output: readonly { readonly id: string; readonly revision: number; readonly reason: string }[];
  };
  readonly list: { input: RecordQuery; output: readonly RecordSummary[] };
  readonly find: {
    input: { readonly id: string; readonly revision?: number | undefined };
    output: ChainedRecord | undefined;
  };
  readonly facts: { input: FactsQuery; output: FactsPage };
  readonly bins: { input: BinsQuery; output: BinTable | undefined };
  readonly close: { input: undefined; output: undefined };
};
