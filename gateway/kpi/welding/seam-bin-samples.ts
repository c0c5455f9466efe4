import { longestStepMm } from '../../core/panel.ts';
import {
  activeFlag,
  type Interval,
  intervalStepIndex,
  pushInterval,
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
import { type ResolvedInput, type SiteContext, validMsOf } from '../definition.ts';
import { arcStateIndex } from './arc.ts';
import {
  type BinRows,
  countIntervention,
  dropBins,
  endBins,
  enterBin,
  leaveBin,
  passBins,
  pushBinSample,
  pushBinStep,
} from './bin-rows.ts';
import { panelWindow } from './panel.ts';
import { onPass, type PanelPlaces, panelPlaces } from './panel-places.ts';
import { readInput } from './panel-steps.ts';

/** What the steps share. */
type SeamParts = {
  readonly position: ResolvedInput;
  readonly arcOn: ResolvedInput;
  readonly arcIndex: number;
  readonly found: ResolvedInput | undefined;
  readonly interval: Interval;
};

const seamParts = (context: SiteContext<unknown>): SeamParts => {
  const position = context.one('panelPosition');
  const arcOn = context.one('arcOn');
  const timeIndex = position.slot + timeCell;
  return {
    position,
    arcOn,
    arcIndex: arcStateIndex(context, arcOn),
    found: context.optional('seamFound'),
    interval: reserveInterval(context, { timeIndex, gapMs: position.staleMs }),
  };
};

/**
 * Collects what was measured of a seam by position: each step of the encoder, and the samples of the inputs `signals`, which are
 * the first signals of the rows. The one behind them is the tracking error, which is computed of two points.
 */
export const collectBins = (
  context: SiteContext<unknown>,
  rows: BinRows,
  signals: readonly string[],
): void => {
  const parts = seamParts(context);
  const panel = panelStart(context, parts, rows);
  collectSteps(context, parts, panel);
  collectSamples(context, { parts, rows, signals });
  collectInterventions(context, parts, rows);
  context.onTick((memory) => {
    startPanel(memory, panel);
  });
};

/** Ends the bins of a panel when another one begins. */
type PanelStart = {
  readonly rows: BinRows;
  readonly interval: Interval;
  readonly epochIndex: number;
  readonly panelEpochIndex: number;
  readonly panelId: ResolvedInput | undefined;
};

const panelStart = (
  context: SiteContext<unknown>,
  { interval }: SeamParts,
  rows: BinRows,
): PanelStart => ({
  ...{ rows, interval },
  panelEpochIndex: panelWindow(context).epochIndex,
  epochIndex: context.reserve(1),
  panelId: context.optional('panelId'),
});

const startPanel = (memory: Float64Array, panel: PanelStart): void => {
  const { rows, panelId } = panel;
  if (memory[panel.epochIndex] !== memory[panel.panelEpochIndex]) {
    memory[panel.epochIndex] = memory[panel.panelEpochIndex] as number;
    endBins(memory, rows);
    resetInterval(memory, panel.interval);
  }
  const isKnown = panelId !== undefined && isUsableSlot(memory, panelId.slot);
  memory[rows.panelIdIndex] = isKnown ? (memory[panelId.slot + valueCell] as number) : Number.NaN;
};

/** What `takePosition` works with: a record, as for `panelSteps`. */
type Stepping = SeamParts & {
  readonly panel: PanelStart;
  readonly places: PanelPlaces;
  readonly startPass: Step;
  readonly wasAgainIndex: number;
  readonly power: ResolvedInput | undefined;
  readonly lastPowerIndex: number;
  readonly timeIndex: number;
};

/** Adds each step of the encoder to the bins it crosses. */
const collectSteps = (context: SiteContext<unknown>, parts: SeamParts, panel: PanelStart): void => {
  const places = panelPlaces(context);
  const { rows } = panel;
  const seenStartIndex = context.reserve(1);
  const stepping: Stepping = {
    ...{ ...parts, panel, places },
    // The bins of the pass before are over; those of a panel that had not gone on are of the one before it.
    startPass: onPass(context, places, (memory) => {
      const isLateStart = memory[seenStartIndex] !== memory[places.lateStartIndex];
      memory[seenStartIndex] = memory[places.lateStartIndex] as number;
      if (isLateStart) dropBins(memory, rows);
      else endBins(memory, rows);
    }),
    wasAgainIndex: context.reserve(1),
    power: context.optional('arcPower'),
    lastPowerIndex: context.reserve(1),
    timeIndex: parts.position.slot + timeCell,
  };
  context.onSample(parts.position.slot, (memory) => {
    takePosition(memory, stepping);
  });
};

/** Whether the sample of a point is at most so old, at the time in a cell, that it stands for now. */
const isInTime = (memory: Float64Array, input: ResolvedInput, timeIndex: number): boolean =>
  input.isHeld ||
  (memory[timeIndex] as number) - (memory[input.slot + timeCell] as number) <= input.staleMs;

const takePosition = (memory: Float64Array, stepping: Stepping): void => {
  const { position, arcOn, found, power, interval, timeIndex, lastPowerIndex } = stepping;
  const { rows } = stepping.panel;
  const { stepCells } = rows;
  startPanel(memory, stepping.panel);
  stepping.startPass(memory);
  const isKnown =
    isMeasuredSlot(memory, position.slot) &&
    isUsableSlot(memory, arcOn.slot) &&
    isInTime(memory, arcOn, timeIndex) &&
    (power === undefined ||
      (isMeasuredSlot(memory, power.slot) && isInTime(memory, power, timeIndex)));
  pushInterval(memory, interval, isKnown ? activeFlag | usableFlag : 0);
  memory[stepCells.powerW] = 0;
  if (power !== undefined) readInput(memory, power, stepCells.powerW);
  const watts = memory[stepCells.powerW] as number;
  const isArcOn = memory[stepping.arcIndex] === 1;
  const isLost = found !== undefined && isUsableSlot(memory, found.slot);
  const isUncertain =
    isUncertainSlot(memory, position.slot) ||
    (power !== undefined && isUncertainSlot(memory, power.slot));
  memory[stepCells.fromMm] = memory[stepCells.toMm] as number;
  readInput(memory, position, stepCells.toMm);
  memory[stepCells.ms] = memory[intervalStepIndex(interval)] as number;
  memory[stepCells.endMs] = memory[timeIndex] as number;
  memory[stepCells.powerW] = ((memory[lastPowerIndex] as number) + watts) / 2;
  memory[stepCells.isArcOn] = isArcOn ? 1 : 0;
  memory[stepCells.isLost] = isArcOn && isLost && memory[found.slot + valueCell] === 0 ? 1 : 0;
  memory[stepCells.isUncertain] = isUncertain ? 1 : 0;
  memory[lastPowerIndex] = watts;
  const stepMm = (memory[stepCells.toMm] as number) - (memory[stepCells.fromMm] as number);
  // What lies where this panel was before has been counted; the step that leads out of it began there.
  const isAgain = memory[stepping.places.isAgainIndex] === 1;
  const wasAgain = memory[stepping.wasAgainIndex] === 1;
  memory[stepping.wasAgainIndex] = isAgain ? 1 : 0;
  if (isAgain || wasAgain) {
    if (isAgain) leaveBin(memory, rows);
    return;
  }
  if (Math.abs(stepMm) <= longestStepMm) {
    if ((memory[stepCells.ms] as number) > 0) pushBinStep(memory, rows);
    else if (!isKnown && isMeasuredSlot(memory, position.slot)) passBins(memory, rows);
  }
  if (isArcOn && isMeasuredSlot(memory, position.slot)) enterBin(memory, rows);
  else leaveBin(memory, rows);
};

/** Adds each sample of a signal to the bin under the torch. */
const collectSamples = (
  context: SiteContext<unknown>,
  collected: {
    readonly parts: SeamParts;
    readonly rows: BinRows;
    readonly signals: readonly string[];
  },
): void => {
  const { parts, rows, signals } = collected;
  const place = {
    arcIndex: parts.arcIndex,
    arcSlot: parts.arcOn.slot,
    positionTimeIndex: parts.position.slot + timeCell,
    positionStaleMs: validMsOf(parts.position),
    rows,
    source: context.reserve(2),
    isUncertain: context.reserve(1),
  };
  for (const [signal, name] of signals.entries()) {
    const input = context.optional(name);
    if (input === undefined) continue;
    const sampling: SignalSampling = { ...place, input, signal };
    context.onSample(input.slot, (memory) => {
      takeSignal(memory, sampling);
    });
  }
  const lateral = context.optional('offsetY');
  const vertical = context.optional('offsetZ');
  if (lateral === undefined || vertical === undefined) return;
  const sampling: ErrorSampling = {
    ...{ ...place, signal: signals.length },
    ...{ lateral, vertical, found: parts.found },
  };
  context.onSample(lateral.slot, (memory) => {
    takeError(memory, sampling);
  });
};

/** Counts where an intervention begins with the arc on; one that began before it, or nobody knows where, as soon as there is a bin. */
const collectInterventions = (
  context: SiteContext<unknown>,
  { arcIndex }: SeamParts,
  rows: BinRows,
): void => {
  const manual = context.optional('manualIntervention');
  if (manual === undefined) return;
  const wasManualIndex = context.reserve(1);
  context.onSample(manual.slot, (memory) => {
    if (!isUsableSlot(memory, manual.slot)) return;
    const isManual = memory[arcIndex] === 1 && memory[manual.slot + valueCell] !== 0;
    const hasBegun = isManual && memory[wasManualIndex] === 0;
    if (hasBegun && !countIntervention(memory, rows)) return;
    memory[wasManualIndex] = isManual ? 1 : 0;
  });
};

type Sampling = {
  readonly arcIndex: number;
  readonly arcSlot: number;
  readonly positionTimeIndex: number;
  readonly positionStaleMs: number;
  readonly rows: BinRows;
  /** Cell with the sample at hand, before another for one that is made of two; and the signal that it is of. */
  readonly source: number;
  /** Cell with 1 where it is uncertain. */
  readonly isUncertain: number;
  readonly signal: number;
};
type SignalSampling = Sampling & { readonly input: ResolvedInput };
type ErrorSampling = Sampling & {
  readonly lateral: ResolvedInput;
  readonly vertical: ResolvedInput;
  readonly found: ResolvedInput | undefined;
};

const isWelding = (memory: Float64Array, sampling: Sampling, timeIndex: number): boolean =>
  memory[sampling.arcIndex] === 1 &&
  isUsableSlot(memory, sampling.arcSlot) &&
  (memory[timeIndex] as number) - (memory[sampling.positionTimeIndex] as number) <=
    sampling.positionStaleMs;

const takeSignal = (memory: Float64Array, sampling: SignalSampling): void => {
  const { input } = sampling;
  if (!isMeasuredSlot(memory, input.slot)) return;
  if (!isWelding(memory, sampling, input.slot + timeCell)) return;
  readInput(memory, input, sampling.source);
  memory[sampling.isUncertain] = isUncertainSlot(memory, input.slot) ? 1 : 0;
  pushBinSample(memory, sampling.rows, sampling);
};

const takeError = (memory: Float64Array, sampling: ErrorSampling): void => {
  const { lateral, vertical, found } = sampling;
  const timeIndex = lateral.slot + timeCell;
  const isMeasured =
    isMeasuredSlot(memory, lateral.slot) &&
    isMeasuredSlot(memory, vertical.slot) &&
    isInTime(memory, vertical, timeIndex);
  const isFound =
    found === undefined ||
    (isUsableSlot(memory, found.slot) && memory[found.slot + valueCell] !== 0);
  if (!isMeasured || !isFound || !isWelding(memory, sampling, timeIndex)) return;
  readInput(memory, lateral, sampling.source);
  readInput(memory, vertical, sampling.source + 1);
  const y = memory[sampling.source] as number;
  const z = memory[sampling.source + 1] as number;
  memory[sampling.source] = Math.sqrt(y * y + z * z);
  const isUncertain =
    isUncertainSlot(memory, lateral.slot) || isUncertainSlot(memory, vertical.slot);
  memory[sampling.isUncertain] = isUncertain ? 1 : 0;
  pushBinSample(memory, sampling.rows, sampling);
};
