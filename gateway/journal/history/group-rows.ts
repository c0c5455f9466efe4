import { joins } from './aggregate.ts';
import type { RegisterRow } from './register-fold.ts';

/** A row of a register with the groups that its first and its last reading came under. */
export type GroupRow<Row extends RegisterRow = RegisterRow> = Row & {
  readonly firstGroup: number;
  readonly lastGroup: number;
};

/** In the order of their readings, those without any first; undefined where readings of one lie between those of another. */
export const inOrder = <Row extends RegisterRow>(
  rows: readonly Row[],
): readonly Row[] | undefined => {
  const empty = rows.filter(({ count }) => count === 0);
  const read = rows.filter(({ count }) => count > 0).toSorted((a, b) => a.firstMs - b.firstMs);
  const isMixed = read.some((row, index) => row.firstMs < (read[index - 1]?.lastMs ?? 0));
  return isMixed ? undefined : [...empty, ...read];
};

/**
 * Each reading was judged by the one before it in its own group. Where the register went on under another group, that is not the
 * reading before it: the step between is left to be judged.
 */
export function* joinedByTime(rows: Iterable<GroupRow>): Generator<RegisterRow> {
  let group: number | undefined;
  for (const row of rows) {
    const isRead = row.count > 0;
    yield isRead && group !== undefined && row.firstGroup !== group ? unjoined(row) : row;
    if (isRead) group = row.lastGroup;
  }
}

/** Without the step to its first reading. */
const unjoined = (row: RegisterRow): RegisterRow => {
  const { join, rollovers, breaks, jump, lostMs } = row;
  const plain = { ...row, join: joins.none };
  if (join === joins.rollover) return { ...plain, rollovers: rollovers - 1 };
  if (join === 0 || join === joins.none) return plain;
  // Of several breaks nobody knows how long each took: at most all of it is within the row.
  return {
    ...{ ...plain, breaks: breaks - 1, jump: jump - join },
    lostMs: breaks > 1 ? lostMs : 0,
  };
};
