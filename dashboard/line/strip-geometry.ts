/** States of a bin as the gateway gives them; `pending` is ahead of the torches. */
export const binStates = [
  'conforming',
  'outOfWps',
  'seamLost',
  'arcOut',
  'notMeasured',
  'notJudged',
] as const;
export type BinState = (typeof binStates)[number];

/** The one to show where several bins share a pixel: what is worse hides what is less so. */
const severities: readonly number[] = [1, 4, 5, 6, 3, 2];

export type StripSize = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly lanes: number;
  readonly lengthMm: number;
  readonly binMm: number;
};

/** Columns of pixels that a place along the panel covers. */
export const columnOf = ({ widthPx, lengthMm }: StripSize, placeMm: number): number =>
  Math.min(widthPx - 1, Math.max(0, Math.floor((placeMm / lengthMm) * widthPx)));

/** The bin that a place on the strip shows, by its share of the width, 0 to 1. */
export const placeAt = ({ lengthMm, binMm }: StripSize, share: number): number => {
  const last = Math.max(0, Math.ceil(lengthMm / binMm) - 1);
  return Math.min(last, Math.max(0, Math.floor((share * lengthMm) / binMm))) * binMm;
};

export const laneAt = ({ heightPx, lanes }: StripSize, yPx: number): number =>
  Math.min(lanes - 1, Math.max(0, Math.floor((yPx / heightPx) * lanes)));

export type Run = { readonly fromPx: number; readonly toPx: number; readonly state: number };

/**
 * Runs of pixels of one state, from the column of the first bin asked for on, to the column of the last one known. A column
 * shows the worst of its bins, so a single bad bin of a long panel is seen on a narrow screen too.
 */
export const runsOf = (
  size: StripSize,
  places: readonly number[],
  states: readonly number[],
  fromRow: number,
): readonly Run[] => {
  const first = places[fromRow];
  if (first === undefined) return [];
  const fromPx = columnOf(size, first);
  // Bins before the first one asked for that lie in its column count in it.
  let row = fromRow;
  while (row > 0 && columnOf(size, places[row - 1] as number) === fromPx) row -= 1;
  const worst = new Map<number, number>();
  for (; row < places.length; row += 1) {
    const place = places[row] as number;
    const state = states[row] as number;
    const lastPx = columnOf(size, Math.max(place, place + size.binMm - 1e-6));
    for (let column = columnOf(size, place); column <= lastPx; column += 1) {
      const before = worst.get(column);
      const isWorse = before === undefined || (severities[state] ?? 0) > (severities[before] ?? 0);
      if (isWorse) worst.set(column, state);
    }
  }
  return joined(worst);
};

const joined = (worst: ReadonlyMap<number, number>): readonly Run[] => {
  const runs: { fromPx: number; toPx: number; state: number }[] = [];
  for (const column of [...worst.keys()].sort((one, other) => one - other)) {
    const state = worst.get(column) as number;
    const last = runs.at(-1);
    if (last !== undefined && last.toPx === column && last.state === state) last.toPx = column + 1;
    else runs.push({ fromPx: column, toPx: column + 1, state });
  }
  return runs;
};

/** Another place or lane by a key; undefined for a key that the strip does not know. */
export const moveCursor = (
  size: StripSize,
  cursor: { readonly placeMm: number; readonly lane: number },
  key: string,
  isFar: boolean,
): { readonly placeMm: number; readonly lane: number } | undefined => {
  const step = size.binMm * (isFar ? 10 : 1);
  const last = placeAt(size, 1);
  const to = (placeMm: number, lane = cursor.lane) => ({
    placeMm: Math.min(last, Math.max(0, placeMm)),
    lane: Math.min(size.lanes - 1, Math.max(0, lane)),
  });
  switch (key) {
    case 'ArrowLeft':
      return to(cursor.placeMm - step);
    case 'ArrowRight':
      return to(cursor.placeMm + step);
    case 'ArrowUp':
      return to(cursor.placeMm, cursor.lane - 1);
    case 'ArrowDown':
      return to(cursor.placeMm, cursor.lane + 1);
    case 'Home':
      return to(0);
    case 'End':
      return to(last);
    case 'PageUp':
      return to(cursor.placeMm - 1000);
    case 'PageDown':
      return to(cursor.placeMm + 1000);
    default:
      return undefined;
  }
};
