/** Profiles behind the arcs: places along the panel and the heights across it, mm. */
export type Deformation = {
  readonly positionMm: readonly number[];
  readonly heightsMm: readonly (readonly (number | null)[])[];
};

/** What the finished panel is expected to bow by, with the interval that holds it; mm. */
export type Prediction = {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
};

export type Shape = {
  readonly lowest: readonly [number, number | null][];
  readonly middle: readonly [number, number | null][];
  readonly highest: readonly [number, number | null][];
};

/** Lowest, mean and highest height across the panel at each place. */
export const shapeOf = ({ positionMm, heightsMm }: Deformation): Shape => {
  const lowest: [number, number | null][] = [];
  const middle: [number, number | null][] = [];
  const highest: [number, number | null][] = [];
  for (const [index, place] of positionMm.entries()) {
    const heights = (heightsMm[index] ?? []).filter((height) => height !== null);
    const isKnown = heights.length > 0;
    const sum = heights.reduce((total, height) => total + height, 0);
    lowest.push([place, isKnown ? Math.min(...heights) : null]);
    middle.push([place, isKnown ? sum / heights.length : null]);
    highest.push([place, isKnown ? Math.max(...heights) : null]);
  }
  return { lowest, middle, highest };
};

export type Fan = {
  readonly value: readonly [number, number][];
  readonly lower: readonly [number, number][];
  readonly upper: readonly [number, number][];
};

/**
 * From the newest profile to the end of the panel, on the side to which it bends. The bow is a distance: it has no sign of its
 * own. Null where nothing is predicted or nothing lies ahead.
 */
export const fanOf = (
  { middle }: Shape,
  { value, lower, upper }: Prediction,
  lengthMm: number | null,
): Fan | null => {
  const last = middle.findLast(([, height]) => height !== null);
  if (last === undefined || last[1] === null || lengthMm === null || last[0] >= lengthMm)
    return null;
  if (value === null || lower === null || upper === null) return null;
  const [place, height] = last;
  const sign = height < 0 ? -1 : 1;
  const to = (bow: number): [number, number][] => [
    [place, height],
    [lengthMm, sign * bow],
  ];
  return { value: to(value), lower: to(lower), upper: to(upper) };
};
