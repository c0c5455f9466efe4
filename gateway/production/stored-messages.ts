import type { DatabaseSync } from 'node:sqlite';
import type { ProductionMessage } from './messages.ts';
import { inOrder } from './order-state.ts';

/** Of each kind, the newest so many messages of an order say what it is: nothing that is done for one grows with all. */
export const mostOfOrder = 200;

const orderKinds = ['jobOrder', 'jobOrderStatus', 'schedulingMark'] as const;

export type OrderName = { readonly line: string; readonly orderId: string };

/** What is known of an order. */
export type OrderMessages = {
  readonly messages: readonly ProductionMessage[];
  /** There are older ones, which do not count. */
  readonly isShortened: boolean;
};

export const messageOf = (row: Readonly<Record<string, unknown>>): ProductionMessage =>
  JSON.parse(String(row['content'])) as ProductionMessage;

export const orderIdOf = (message: ProductionMessage): string | null =>
  'orderId' in message ? (message.orderId ?? null) : null;

export const panelIdOf = (message: ProductionMessage): string | null =>
  'panelId' in message ? (message.panelId ?? null) : null;

/** People write F01 where the site file has f01. */
export const isKnownSeam = (known: readonly string[], seam: string): boolean =>
  known.some((name) => name.toLowerCase() === seam.toLowerCase());

/** Seams that a message names. */
export const seamsOf = (message: ProductionMessage): readonly string[] => {
  if (message.kind === 'panelAssignment') {
    return (message.wires ?? []).flatMap(({ seam }) => seam ?? []);
  }
  const isAtSeam = message.kind === 'inspection' || message.kind === 'repair';
  return isAtSeam && message.seam !== undefined ? [message.seam] : [];
};

/** The newest messages about an order, and `more`, which are not stored yet. */
export const messagesOfOrder = (
  database: DatabaseSync,
  { line, orderId }: OrderName,
  more: readonly ProductionMessage[] = [],
): OrderMessages => {
  const newest = database.prepare(
    `SELECT content FROM message WHERE order_id = ? AND line = ? AND kind = ?
       ORDER BY time_ms DESC, source DESC, id DESC LIMIT ?`,
  );
  const ofKinds = orderKinds.map((kind) =>
    inOrder([
      ...newest.all(orderId, line, kind, mostOfOrder + 1).map(messageOf),
      ...more.filter(
        (message) =>
          message.kind === kind && message.line === line && orderIdOf(message) === orderId,
      ),
    ]),
  );
  return {
    messages: ofKinds.flatMap((messages) => messages.slice(-mostOfOrder)),
    isShortened: ofKinds.some(({ length }) => length > mostOfOrder),
  };
};
