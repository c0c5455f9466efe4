import { longestStepMm, panelRestartDropMm } from '../../core/panel.ts';
import type { Step } from '../../hot-path/program.ts';
import { isUsableSlot, valueCell } from '../../hot-path/slot.ts';
import type { ResolvedInput, SiteContext } from '../definition.ts';
import { panelWindow } from './panel.ts';

/** Stretches remembered of a panel; further ones are taken for one. */
export const mostStretches = 16;

/** Where the line has been on the panel under the torches. All are indices of cells. */
export type PanelPlaces = {
  /** Counts the passes over all panels: another one begins with each panel, and where the position falls back within one. */
  readonly passIndex: number;
  /** Counts the falls of panels that had not gone on before: the id came before the position fell, and the panel begins there. */
  readonly lateStartIndex: number;
  /** 1 while the line is where an earlier pass of this panel was: what is measured there has been counted. */
  readonly isAgainIndex: number;
  /** The stretch at hand: that what was passed forwards without a jump; NaN before there is one. */
  readonly fromIndex: number;
  readonly toIndex: number;
  /** Stretches that are over: how many, and beginning and end of each. */
  readonly countIndex: number;
  readonly stretches: number;
};

type Watch = PanelPlaces & {
  readonly position: ResolvedInput;
  readonly panelEpochIndex: number;
  readonly epochIndex: number;
  readonly placeIndex: number;
  /** Of the newest sample. */
  readonly lastIndex: number;
};

/** Shared by all KPIs that collect by position: computed once for each sample. */
export const panelPlaces = (context: SiteContext<unknown>): PanelPlaces => {
  const panel = panelWindow(context);
  return context.shared(`places ${panel.key}`, () => {
    const position = context.one('panelPosition');
    const nowhere = [Number.NaN];
    const watch: Watch = {
      position,
      panelEpochIndex: panel.epochIndex,
      epochIndex: context.reserve(1),
      passIndex: context.reserve(1),
      lateStartIndex: context.reserve(1),
      isAgainIndex: context.reserve(1),
      placeIndex: context.reserve(1),
      lastIndex: context.reserve(1, nowhere),
      fromIndex: context.reserve(1, nowhere),
      toIndex: context.reserve(1, nowhere),
      countIndex: context.reserve(1),
      stretches: context.reserve(2 * mostStretches),
    };
    context.onSample(position.slot, (memory) => {
      takePlace(memory, watch);
    });
    return watch;
  });
};

const takePlace = (memory: Float64Array, watch: Watch): void => {
  const { position, fromIndex, toIndex } = watch;
  if (memory[watch.epochIndex] !== memory[watch.panelEpochIndex]) {
    memory[watch.epochIndex] = memory[watch.panelEpochIndex] as number;
    memory[watch.countIndex] = 0;
    startStretch(memory, watch, Number.NaN);
    memory[watch.passIndex] = (memory[watch.passIndex] as number) + 1;
  }
  if (!isUsableSlot(memory, position.slot)) return;
  const placeMm =
    ((memory[position.slot + valueCell] as number) * position.multiply) / position.divide;
  const toMm = memory[toIndex] as number;
  if (toMm - placeMm > panelRestartDropMm) {
    endStretch(memory, watch);
    const isStart = memory[watch.countIndex] === 0;
    if (isStart) memory[watch.lateStartIndex] = (memory[watch.lateStartIndex] as number) + 1;
    startStretch(memory, watch, placeMm);
    memory[watch.passIndex] = (memory[watch.passIndex] as number) + 1;
  } else if (placeMm - (memory[watch.lastIndex] as number) > longestStepMm) {
    endStretch(memory, watch);
    startStretch(memory, watch, placeMm);
  } else if (Number.isNaN(toMm)) startStretch(memory, watch, placeMm);
  else if (placeMm > toMm) memory[toIndex] = placeMm;
  else if (placeMm < (memory[fromIndex] as number)) memory[fromIndex] = placeMm;
  memory[watch.lastIndex] = placeMm;
  memory[watch.placeIndex] = placeMm;
  memory[watch.isAgainIndex] = isKnownPlace(memory, watch) ? 1 : 0;
};

const startStretch = (memory: Float64Array, watch: Watch, atMm: number): void => {
  memory[watch.lastIndex] = atMm;
  memory[watch.fromIndex] = atMm;
  memory[watch.toIndex] = atMm;
};

/** A stretch of less than what tells a fall is none: encoders tremble, and a panel that stands has not been passed. */
const endStretch: (memory: Float64Array, watch: Watch) => void = (memory, watch) => {
  const { countIndex, stretches } = watch;
  const fromMm = memory[watch.fromIndex] as number;
  const toMm = memory[watch.toIndex] as number;
  if (!(toMm - fromMm >= panelRestartDropMm)) return;
  const count = memory[countIndex] as number;
  const place = stretches + 2 * Math.min(count, mostStretches - 1);
  const isMerged = count >= mostStretches;
  memory[place] = isMerged ? Math.min(memory[place] as number, fromMm) : fromMm;
  memory[place + 1] = isMerged ? Math.max(memory[place + 1] as number, toMm) : toMm;
  if (!isMerged) memory[countIndex] = count + 1;
};

const isKnownPlace = (memory: Float64Array, watch: Watch): boolean => {
  const placeMm = memory[watch.placeIndex] as number;
  const end = watch.stretches + 2 * (memory[watch.countIndex] as number);
  for (let at = watch.stretches; at < end; at += 2) {
    if (placeMm >= (memory[at] as number) && placeMm <= (memory[at + 1] as number)) return true;
  }
  return false;
};

/** Runs `step` when another pass has begun since the last call. To be called with each sample. */
export const onPass = (
  context: Pick<SiteContext<unknown>, 'reserve'>,
  places: PanelPlaces,
  step: Step,
): Step => {
  const seenIndex = context.reserve(1);
  return (memory) => {
    if (memory[seenIndex] === memory[places.passIndex]) return;
    memory[seenIndex] = memory[places.passIndex] as number;
    step(memory);
  };
};
