import type { MessageOf, ProductionMessage } from './messages.ts';
import { definitionOf, type OrderDefinition, OrderDefinitions } from './order-definitions.ts';

/** Who did something when. */
export type ProductionAct = {
  readonly timeMs: number;
  /** `machine`: it was seen at the machine, and nobody told who decided it. */
  readonly by: 'scheduler' | 'hand' | 'machine';
  readonly who: string | null;
};

export type SchedulingMark = ProductionAct & {
  readonly by: 'scheduler' | 'hand';
  readonly mark: 'scheduled' | 'override';
  readonly reason: string | null;
};

export const orderStatuses = ['defined', 'released', 'started', 'completed', 'cancelled'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export type OrderState = {
  readonly line: string;
  readonly orderId: string;
  readonly status: OrderStatus;
  /** Null where only its states were told. */
  readonly definition: OrderDefinition | null;
  /** How many different definitions there were: above 1 the order was changed or its number given twice. */
  readonly definitions: number;
  readonly released: ProductionAct | null;
  readonly started: ProductionAct | null;
  readonly completed: ProductionAct | null;
  readonly scheduling: readonly SchedulingMark[];
  /** Of the newest message. */
  readonly updatedMs: number;
};

type Ranked = Pick<ProductionMessage, 'time' | 'source' | 'id'>;

/** The one order of messages: by time, then by what no two have in common. */
export const byRank = (a: Ranked, b: Ranked): number =>
  a.time - b.time || compare(a.source, b.source) || compare(a.id, b.id);

export const inOrder = <Message extends ProductionMessage>(
  messages: Iterable<Message>,
): readonly Message[] => [...messages].sort(byRank);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const actOf = <By extends ProductionAct['by']>({
  time,
  by,
  who,
}: {
  readonly time: number;
  readonly by: By;
  readonly who?: string | undefined;
}) => ({ timeMs: time, by, who: who ?? null });

/** The state of one order of one line, from all messages about it, in whatever order they stand; undefined without any. */
export const orderState = (messages: Iterable<ProductionMessage>): OrderState | undefined => {
  let state: OrderState | undefined;
  const definitions = new OrderDefinitions();
  for (const message of inOrder(messages)) {
    if (!isOfOrder(message)) continue;
    const { line, orderId, time } = message;
    state = { ...(state ?? newOrder(line, orderId)), updatedMs: time };
    if (message.kind === 'jobOrder') {
      const definition = definitions.add(message.source, definitionOf(message));
      state = { ...state, definition, definitions: definitions.count };
    } else if (message.kind === 'schedulingMark') {
      const { mark, reason } = message;
      const scheduled = { ...actOf(message), mark, reason: reason ?? null };
      state = { ...state, scheduling: [...state.scheduling, scheduled] };
    } else state = withStatus(state, message);
  }
  return state;
};

const withStatus = (state: OrderState, message: MessageOf<'jobOrderStatus'>): OrderState => {
  const { status } = message;
  if (status === 'cancelled') return { ...state, status };
  const before = state[status];
  const act = actOf(message);
  // Who decided it is not forgotten because a machine shows it too.
  const isKnown = act.by === 'machine' && before !== null && before.by !== 'machine';
  return { ...state, status, [status]: isKnown ? before : act };
};

const isOfOrder = (
  message: ProductionMessage,
): message is MessageOf<'jobOrder' | 'jobOrderStatus' | 'schedulingMark'> =>
  message.kind === 'jobOrder' ||
  message.kind === 'jobOrderStatus' ||
  message.kind === 'schedulingMark';

const newOrder = (line: string, orderId: string): OrderState => ({
  ...{ line, orderId, status: 'defined', definition: null, definitions: 0 },
  ...{ released: null, started: null, completed: null, scheduling: [], updatedMs: 0 },
});

/** A time in which an order was at work, UTC epoch ms; `toMs` is null while it still is. */
export type ExecutionSpan = { readonly fromMs: number; readonly toMs: number | null };

/**
 * When an order was at work, from all messages about it: from each start to the end that follows. A start within is none, and
 * an end without a start says nothing.
 */
export const executionsOf = (messages: Iterable<ProductionMessage>): readonly ExecutionSpan[] => {
  const spans: ExecutionSpan[] = [];
  let fromMs: number | undefined;
  for (const message of inOrder(messages)) {
    if (message.kind !== 'jobOrderStatus' || message.status === 'released') continue;
    const { status, time } = message;
    if (status === 'started') fromMs ??= time;
    else if (fromMs !== undefined) {
      spans.push({ fromMs, toMs: time });
      fromMs = undefined;
    }
  }
  return fromMs === undefined ? spans : [...spans, { fromMs, toMs: null }];
};

/** Times at work as one: those of orders at the same time count once; oldest first. */
export const unionOf = (spans: readonly ExecutionSpan[]): readonly ExecutionSpan[] => {
  const union: ExecutionSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = union.at(-1);
    if (last === undefined || (last.toMs !== null && last.toMs < span.fromMs)) union.push(span);
    else union[union.length - 1] = { fromMs: last.fromMs, toMs: laterOf(last.toMs, span.toMs) };
  }
  return union;
};

const laterOf = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);

/** An order that was started, as far as the figure of automatic scheduling asks for it. */
export type StartedOrder = {
  readonly orderId: string;
  /** Null while nobody released it. */
  readonly releasedBy: ProductionAct['by'] | null;
  readonly startedBy: ProductionAct['by'];
  readonly isOverridden: boolean;
};

/** Undefined of one that never was started. */
export const startedOrder = (
  { orderId, released, started }: OrderState,
  isOverridden: boolean,
): StartedOrder | undefined =>
  started === null
    ? undefined
    : { orderId, releasedBy: released?.by ?? null, startedBy: started.by, isOverridden };
