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

/** The one order of messages: by time, then by what no two have in common. */
export const inOrder = <Message extends ProductionMessage>(
  messages: Iterable<Message>,
): readonly Message[] =>
  [...messages].sort(
    (a, b) => a.time - b.time || compare(a.source, b.source) || compare(a.id, b.id),
  );

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

/** When an order that was started was at work; `toMs` is null while it still is. */
export const executionOf = ({
  status,
  started,
  completed,
  updatedMs,
}: OrderState): { readonly fromMs: number; readonly toMs: number | null } => ({
  fromMs: started?.timeMs ?? updatedMs,
  toMs: completed?.timeMs ?? (status === 'cancelled' ? updatedMs : null),
});
