/** Entries with all of these alike lie in the same columns. */
export type Shape = {
  readonly kind: number;
  readonly group: number;
  readonly origin: number;
  readonly revision: number;
  readonly retentionClass: number;
  readonly channels: number;
  readonly index: number;
  /** Places in the batch. */
  readonly entries: number[];
};

/** The group of records in a shape. */
export const noGroup = -1;
