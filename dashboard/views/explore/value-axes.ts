/** Points by axis: those of one unit share it. */
export type ValueAxis = {
  /** Its UCUM unit; the same name stands for switches and states, which have an axis of their own. */
  readonly unit: string;
  readonly kind: 'quantity' | 'state';
  readonly side: 'left' | 'right';
  /** From the plot, px. */
  readonly offset: number;
};

export type Measured = { readonly unit: string; readonly kind: string };

const widthPx = 62;

export const axisKeyOf = ({ unit, kind }: Measured): string =>
  kind === 'number' || kind === 'counter' ? `quantity ${unit}` : 'state';

/** Axes in the order in which their units first come, left and right in turn, further out as they get more. */
export const axesOf = (
  points: readonly Measured[],
): { readonly axes: readonly ValueAxis[]; readonly axisOf: readonly number[] } => {
  const keys = [...new Set(points.map(axisKeyOf))];
  const axes = keys.map((key, index): ValueAxis => {
    const first = points.find((point) => axisKeyOf(point) === key);
    return {
      unit: key === 'state' ? '' : (first?.unit ?? ''),
      kind: key === 'state' ? 'state' : 'quantity',
      side: index % 2 === 0 ? 'left' : 'right',
      offset: Math.floor(index / 2) * widthPx,
    };
  });
  return { axes, axisOf: points.map((point) => keys.indexOf(axisKeyOf(point))) };
};

/** Room for the axes of one side, px. */
export const roomOf = (axes: readonly ValueAxis[], side: ValueAxis['side']): number =>
  Math.max(20, axes.filter((axis) => axis.side === side).length * widthPx);
