import type { PlannedWindow } from './calendar.ts';
import type { CorrectionProblem } from './corrections.ts';
import type { MessageKind, ProductionMessage } from './messages.ts';
import type { ExecutionSpan, OrderState, OrderStatus, StartedOrder } from './order-state.ts';
import type { PanelFindings } from './seam-findings.ts';

/** What is odd about a message that is taken all the same. */
export const messageNotes = [
  'panel-unknown',
  'order-unknown',
  'order-redefined',
  'seam-unknown',
  /** Nobody has told of the inspection that it corrects, or for another panel. */
  'corrected-unknown',
] as const;
export type MessageNote = (typeof messageNotes)[number];

export type Verdict = {
  /** `known`: the same was taken before; `conflict`: another message of this sender has the id; else what cannot be taken. */
  readonly as: 'new' | 'known' | 'conflict' | CorrectionProblem;
  readonly notes: readonly MessageNote[];
};

export type NumberedMessage = {
  /** In the journal. */
  readonly seq: number;
  /** When it was taken, UTC epoch ms. */
  readonly receivedMs: number;
  readonly message: ProductionMessage;
};

export type OrderQuery = {
  readonly line?: string | undefined;
  readonly orderId?: string | undefined;
  readonly status?: OrderStatus | undefined;
  /** Orders that were told of, planned or at work at or after. */
  readonly fromMs?: number | undefined;
  /** Orders that were told of, planned or at work before. */
  readonly toMs?: number | undefined;
  readonly limit: number;
};

export type MessageQuery = {
  readonly line?: string | undefined;
  readonly kinds?: readonly MessageKind[] | undefined;
  readonly orderId?: string | undefined;
  readonly panelId?: string | undefined;
  /** Who sent it. */
  readonly source?: string | undefined;
  /** Of the message's own time. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Only those taken before this one, for paging. */
  readonly beforeSeq?: number | undefined;
  readonly limit: number;
};

/** What a `productionCount` can count, since the count before. */
export const countedNames = [
  ...(['produced', 'good', 'scrap', 'rework', 'inspected', 'goodFirstTime'] as const),
  ...(['workTimeMin', 'attendanceTimeMin'] as const),
] as const;
export type CountedName = (typeof countedNames)[number];

/** What is to be known of a line so that its points can be told at any instant of the time that was asked for. */
export type LineTold = {
  readonly line: string;
  readonly windows: readonly PlannedWindow[];
  /** Null while no order of the line was ever told. */
  readonly isOrderRegistered: boolean | null;
  /** Of the order that was started last. */
  readonly plannedRunTimePerItemMin: number | null;
  /** By the minute at most. */
  readonly counts: readonly ({ readonly timeMs: number } & Readonly<
    Record<CountedName, number | null>
  >)[];
  /** When any order was at work: one behind the other, oldest first. */
  readonly executions: readonly ExecutionSpan[];
  /** Of panels with something found within the time, the newest first. */
  readonly findings: readonly PanelFindings[];
};

export type TimeSpan = { readonly fromMs: number; readonly toMs: number };

/** What the main thread asks of the worker that has the database. */
export type ProductionCalls = {
  readonly open: {
    input: { readonly folder: string; readonly nextSeq: number };
    output: {
      /** Messages up to this number of the journal are in. */
      readonly place: number;
      readonly setAside: readonly string[];
      readonly migrated: readonly string[];
    };
  };
  readonly judge: { input: readonly ProductionMessage[]; output: readonly Verdict[] };
  /** All of it or nothing; what is there already stays as it is. */
  readonly store: {
    input: { readonly messages: readonly NumberedMessage[]; readonly place: number };
    output: undefined;
  };
  readonly told: {
    input: { readonly lines: readonly string[]; readonly span: TimeSpan };
    output: readonly LineTold[];
  };
  readonly orders: { input: OrderQuery; output: readonly OrderState[] };
  /** Orders that were started last within a time. */
  readonly startedOrders: {
    input: TimeSpan & { readonly limit: number };
    output: {
      readonly orders: readonly StartedOrder[];
      /** Beyond the limit. */
      readonly leftOut: number;
    };
  };
  /** How many shifts are planned to begin within a time, those of all lines together. */
  readonly shifts: { input: TimeSpan; output: number };
  readonly messages: { input: MessageQuery; output: readonly NumberedMessage[] };
  readonly close: { input: undefined; output: undefined };
};
