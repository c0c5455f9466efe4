import {
  activeFlag,
  pushInterval,
  readCoverage,
  reserveInterval,
  resetInterval,
  usableFlag,
} from '../../hot-path/operators/interval.ts';
import type { Step } from '../../hot-path/program.ts';
import {
  isMeasuredSlot,
  isUncertainSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../hot-path/slot.ts';
import type { KpiContext, KpiInput, ResolvedInput } from '../definition.ts';
import { panelInputs, panelWindow } from './panel.ts';

export const profileInputs: Readonly<Record<string, KpiInput>> = {
  z: {
    pattern: '{area}/{line}/{equipment}/deformation.z.*',
    unit: 'mm',
    count: 'many',
    description: { en: 'profile heights', zh: '变形轮廓高度' },
  },
  x: {
    pattern: '{area}/{line}/{equipment}/deformation.x',
    unit: 'mm',
    count: 'one',
    description: { en: 'where the profile was taken', zh: '变形轮廓所在位置' },
  },
  ...panelInputs,
};

/** Profiles of one panel that are kept: 25.6 m at one each 50 mm. More are not taken, and the result is Uncertain. */
const heldProfiles = 512;
const placeLane = 0;
const meanLane = 1;
const firstHeightLane = 2;

/**
 * The deformation profiles of the current panel, each once, although a profile stays readable until the next one is taken. One
 * begins when its place changes and is complete when every height is at least as new as the place, or when the watermark has
 * passed it: heights that come on change and did not change are still true. One that is not further on than the one before, or
 * stands where the panel before ended, or where reading began, is not taken.
 */
export type Profiles = {
  readonly columns: number;
  /** Cells: number of the panel; profiles taken; 1 when an uncertain or refused one was among them. */
  readonly epochIndex: number;
  readonly countIndex: number;
  readonly uncertainIndex: number;
  /** To be called at each tick, before anything is read. */
  readonly update: Step;
  /** Indices of cells of a profile: its place in mm, its mean height, and the height of a column (NaN where unusable). */
  readonly placeOf: (profile: number) => number;
  readonly meanOf: (profile: number) => number;
  readonly heightOf: (profile: number, column: number) => number;
  /** Writes the share of time with measured profiles since the first of the panel to cell `out`. */
  readonly readCoverage: (memory: Float64Array, out: number) => void;
};

/** Shared by all KPIs that read the same points. */
export const reserveProfiles = (context: KpiContext<unknown>): Profiles => {
  const place = context.one('x');
  const heights = context.many('z');
  const panel = panelWindow(context);
  const key = `profiles ${panel.key} ${place.key} ${heights.map((height) => height.key).join(' ')}`;
  return context.shared(key, () => buildProfiles(context, place, heights));
};

const buildProfiles = (
  context: KpiContext<unknown>,
  place: ResolvedInput,
  heights: readonly ResolvedInput[],
): Profiles => {
  const panel = panelWindow(context);
  const width = firstHeightLane + heights.length;
  const rows = context.reserve(heldProfiles * width);
  const epochIndex = context.reserve(1);
  const countIndex = context.reserve(1);
  const uncertainIndex = context.reserve(1);
  /** Place of the newest profile, taken or not, and of one that waits for its heights; NaN: none. */
  const newestIndex = context.reserve(1, [Number.NaN]);
  const oldIndex = context.reserve(1, [Number.NaN]);
  const waitingIndex = context.reserve(1, [Number.NaN]);
  const waitingMsIndex = context.reserve(1);
  /** 1 once a place has been seen: that which stands when reading begins was taken before, of whatever panel, or never. */
  const hasSeenIndex = context.reserve(1);
  const timeIndex = place.slot + timeCell;
  const interval = reserveInterval(context, { timeIndex, gapMs: place.staleMs });

  const placeNow = (memory: Float64Array): number =>
    isUsableSlot(memory, place.slot)
      ? ((memory[place.slot + valueCell] as number) * place.multiply) / place.divide
      : Number.NaN;

  const startPanel: Step = (memory) => {
    if (memory[epochIndex] === memory[panel.epochIndex]) return;
    memory[epochIndex] = memory[panel.epochIndex] as number;
    memory[countIndex] = 0;
    memory[uncertainIndex] = 0;
    memory[newestIndex] = Number.NaN;
    memory[waitingIndex] = Number.NaN;
    memory[oldIndex] = placeNow(memory);
    resetInterval(memory, interval);
  };

  const fillRow = (memory: Float64Array, row: number): number => {
    let count = 0;
    let sum = 0;
    for (let column = 0; column < heights.length; column++) {
      const { slot, multiply, divide } = heights[column] as ResolvedInput;
      const isUsable = isUsableSlot(memory, slot);
      const value = isUsable
        ? ((memory[slot + valueCell] as number) * multiply) / divide
        : Number.NaN;
      memory[row + firstHeightLane + column] = value;
      if (!isUsable) continue;
      if (isUncertainSlot(memory, slot)) memory[uncertainIndex] = 1;
      count += 1;
      sum += value;
    }
    memory[row + meanLane] = sum / count;
    return count;
  };

  const take: Step = (memory) => {
    const count = memory[countIndex] as number;
    const at = memory[waitingIndex] as number;
    memory[waitingIndex] = Number.NaN;
    if (count >= heldProfiles || at <= (memory[newestIndex] as number)) {
      memory[uncertainIndex] = 1;
      return;
    }
    memory[newestIndex] = at;
    const row = rows + count * width;
    memory[row + placeLane] = at;
    if (fillRow(memory, row) > 0) memory[countIndex] = count + 1;
  };

  const takeComplete: Step = (memory) => {
    if (Number.isNaN(memory[waitingIndex])) return;
    for (let column = 0; column < heights.length; column++) {
      const { slot } = heights[column] as ResolvedInput;
      if ((memory[slot + timeCell] as number) < (memory[waitingMsIndex] as number)) return;
    }
    take(memory);
  };

  const isKnownPlace = (memory: Float64Array, at: number): boolean =>
    Number.isNaN(at) ||
    at === memory[oldIndex] ||
    at === memory[newestIndex] ||
    at === memory[waitingIndex];

  context.onSample(place.slot, (memory) => {
    startPanel(memory);
    const at = placeNow(memory);
    const isFirst = memory[hasSeenIndex] === 0;
    if (isFirst) memory[oldIndex] = at;
    memory[hasSeenIndex] = 1;
    const isOld = isFirst || at === memory[oldIndex];
    const isMeasured = isMeasuredSlot(memory, place.slot);
    pushInterval(memory, interval, (isOld ? 0 : activeFlag) | (isMeasured ? usableFlag : 0));
    if (isFirst || isKnownPlace(memory, at)) return;
    memory[oldIndex] = Number.NaN;
    if (isUncertainSlot(memory, place.slot)) memory[uncertainIndex] = 1;
    memory[waitingIndex] = at;
    memory[waitingMsIndex] = memory[timeIndex] as number;
    takeComplete(memory);
  });
  for (const height of heights) context.onSample(height.slot, takeComplete);

  const update: Step = (memory) => {
    startPanel(memory);
    const isWaiting = !Number.isNaN(memory[waitingIndex]);
    const watermarkMs = memory[context.watermarkMsIndex] as number;
    if (isWaiting && watermarkMs >= (memory[waitingMsIndex] as number)) take(memory);
  };
  const now = { nowIndex: context.tickMsIndex, outIndex: 0 };
  return {
    columns: heights.length,
    ...{ epochIndex, countIndex, uncertainIndex, update },
    placeOf: (profile) => rows + profile * width + placeLane,
    meanOf: (profile) => rows + profile * width + meanLane,
    heightOf: (profile, column) => rows + profile * width + firstHeightLane + column,
    readCoverage: (memory, out) => {
      now.outIndex = out;
      readCoverage(memory, interval, now);
    },
  };
};
