import { type Run, runsOf, type StripSize } from './strip-geometry.ts';
import type { StripChange, StripModel } from './strip-model.ts';

export type StripColours = {
  /** Not welded yet. */
  readonly pending: string;
  /** By state, as `binStates` has them. */
  readonly states: readonly string[];
};

/** Where in its lane a state is drawn, by share of the lane's height: what it is can be told without its colour. */
const shapes: readonly (readonly [number, number])[] = [
  [0.35, 0.3],
  [0.5, 0.5],
  [0, 0.5],
  [0, 1],
  [0.45, 0.1],
  [0.2, 0.6],
];

/** Draws lanes of bins on a canvas, and of those that come only the new ones. */
export const paintStrip = (
  context: CanvasRenderingContext2D,
  size: StripSize,
  seams: readonly string[],
  model: StripModel,
  change: StripChange,
  colours: StripColours,
): void => {
  const laneHeight = size.heightPx / size.lanes;
  if (change.isWhole) {
    context.fillStyle = colours.pending;
    context.fillRect(0, 0, size.widthPx, size.heightPx);
  }
  for (const [index, seam] of seams.entries()) {
    const lane = model.lane(seam);
    const fromRow = change.isWhole ? 0 : change.fromRows.get(seam);
    if (lane === undefined || fromRow === undefined) continue;
    const top = Math.round(index * laneHeight);
    const height = Math.round((index + 1) * laneHeight) - top - 1;
    for (const run of runsOf(size, lane.placesMm, lane.states, fromRow)) {
      paintRun(context, run, { top, height }, colours);
    }
  }
};

const paintRun = (
  context: CanvasRenderingContext2D,
  { fromPx, toPx, state }: Run,
  { top, height }: { readonly top: number; readonly height: number },
  colours: StripColours,
): void => {
  const [from, share] = shapes[state] ?? [0, 1];
  context.fillStyle = colours.pending;
  context.fillRect(fromPx, top, toPx - fromPx, height);
  context.fillStyle = colours.states[state] ?? colours.pending;
  const barHeight = Math.max(1, Math.round(height * share));
  context.fillRect(fromPx, top + Math.round(height * from), toPx - fromPx, barHeight);
};
