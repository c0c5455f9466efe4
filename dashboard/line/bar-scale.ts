/** The range in which a value should be; either end may be open. */
export type Band = { readonly minimum?: number; readonly maximum?: number };

/** Where a bar begins and ends, in the unit of its value. */
export type Scale = { readonly from: number; readonly to: number };

/** A band with half its width beside it on both sides, so that the normal range is always in the middle. */
export const scaleAround = ({ minimum, maximum }: Band): Scale => {
  if (minimum === undefined && maximum === undefined) return { from: 0, to: 1 };
  if (minimum === undefined) return { from: 0, to: 1.5 * Number(maximum) };
  if (maximum === undefined) return { from: 0, to: 2 * minimum };
  const width = maximum - minimum;
  return { from: minimum - width / 2, to: maximum + width / 2 };
};

/** The place on a scale in whole percent, 0 to 100: what moves by less is not drawn anew. */
export const percentOn = ({ from, to }: Scale, value: number): number =>
  to === from ? 0 : Math.round(Math.min(1, Math.max(0, (value - from) / (to - from))) * 100);

/** -1 below the band, 1 above it, else 0. */
export const sideOf = ({ minimum, maximum }: Band, value: number): -1 | 0 | 1 => {
  if (minimum !== undefined && value < minimum) return -1;
  return maximum !== undefined && value > maximum ? 1 : 0;
};
