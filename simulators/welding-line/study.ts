import type { WeldFault } from '../faults/weld-faults.ts';
import type { JsonObject } from '../plant.ts';
import { Deformation, frameEveryMm } from './deformation.ts';
import { seamPlaces } from './geometry.ts';
import { WeldingLine } from './model.ts';
import { normal, streamKey } from './noise.ts';
import { type ProcessId, processes, type SettingId } from './process.ts';
import { profilePointCount } from './readings.ts';
import { setDifferenceJPerMm, setSeamHeatJPerMm } from './torch.ts';

const stepMs = 100;

export type PanelOptions = {
  readonly seed: number;
  readonly panelLengthMm?: number;
  readonly process?: ProcessId;
  readonly setting?: SettingId;
  /** Those that are bound to a place act there; without a place from the first arc to the last. */
  readonly faults?: readonly WeldFault[];
  /** UTC epoch ms. */
  readonly startMs?: number;
  /** Called after each step, with the line as it shows itself. */
  readonly onStep?: (line: WeldingLine) => void;
};

/** One whole panel of the model in this process, from finding the seams until the arcs are out: some 13 500 steps for 18 m. */
export const simulatePanel = (options: PanelOptions): WeldingLine => {
  const { seed, panelLengthMm = 18_000, onStep } = options;
  const startMs = options.startMs ?? Date.UTC(2023, 5, 21);
  const line = new WeldingLine({ seed, startMs, panelLengthMm });
  line.setProcess(options.process ?? '135');
  line.setSetting(options.setting ?? 'nominal');
  line.setFailures(options.faults ?? []);
  while (line.line.phase !== 'scan') {
    line.advanceTo(line.line.timeMs + stepMs);
    onStep?.(line);
  }
  return line;
};

export type ProfileOptions = {
  readonly seed: number;
  readonly panelLengthMm?: number;
  /** Number of the panel on this seed's line, from 1 on. */
  readonly panelNumber?: number;
  /** How far panels differ: standard deviation of the heat difference, as a share of one face's heat. */
  readonly imbalanceSigma?: number;
  /** How far the heat difference drifts from the first arc to the last, as a random walk: standard deviation at the end, as that share. */
  readonly driftSigma?: number;
  /** Noise of the arcs: standard deviation of the heat difference over the travel of one frame, as that share. */
  readonly arcNoiseSigma?: number;
};

export type PanelProfiles = {
  /** Places of the frames, mm. */
  readonly xMm: Float64Array;
  /** Heights frame by frame, 12 each, mm. */
  readonly zMm: Float64Array;
  /** What the finished panel bows to, signed, without waviness and noise. */
  readonly bowMm: number;
};

/** The profile frames of one panel alone, thousands of times faster than the model, whose frames they are but for the noise of its arcs. */
export const panelProfiles = (options: ProfileOptions): PanelProfiles => {
  const { seed, panelLengthMm = 18_000, panelNumber = 1 } = options;
  const deformation = new Deformation(seed);
  deformation.skipTo(panelNumber, panelLengthMm);
  const frames = Math.floor(panelLengthMm / frameEveryMm);
  const meanDifference = meanHeatDifference(options, frames);
  const xMm = new Float64Array(frames);
  const zMm = new Float64Array(frames * profilePointCount);
  for (let frame = 0; frame < frames; frame += 1) {
    const positionMm = (frame + 1) * frameEveryMm;
    const difference = meanDifference();
    const heat = {
      frontJ: faceHeatJ('front', positionMm) * (1 + difference / 2),
      backJ: faceHeatJ('back', positionMm) * (1 - difference / 2),
    };
    deformation.measure(positionMm, panelLengthMm, {
      heat,
      setDifferenceJPerMm: nominalDifference,
    });
    xMm[frame] = positionMm;
    zMm.set(deformation.readings.zMm, frame * profilePointCount);
  }
  return { xMm, zMm, bowMm: deformation.bowMm };
};

/** Gives, frame after frame, the mean heat difference of the travel so far, as a share of one face's heat. */
const meanHeatDifference = (options: ProfileOptions, frames: number): (() => number) => {
  const { seed, panelNumber = 1, imbalanceSigma = 0, driftSigma = 0, arcNoiseSigma = 0 } = options;
  const driftKey = streamKey(seed, 19, panelNumber);
  const noiseKey = streamKey(seed, 20, panelNumber);
  let frame = 0;
  let level = imbalanceSigma * normal(streamKey(seed, 18), panelNumber);
  let sum = 0;
  return () => {
    if (driftSigma > 0) level += (driftSigma / Math.sqrt(frames)) * normal(driftKey, frame);
    sum += level;
    if (arcNoiseSigma > 0) sum += arcNoiseSigma * normal(noiseKey, frame);
    frame += 1;
    return sum / frame;
  };
};

const nominal = processes['135'];
const ignitionEveryMm = (0.1 * nominal.travelSpeedMPerMin) / 0.06;
const nominalDifference = setDifferenceJPerMm(nominal, 'nominal');
const nominalHeat = setSeamHeatJPerMm(nominal, 'nominal');

/** Heat of one face up to a place, J: each torch from where it was lit. */
const faceHeatJ = (face: 'front' | 'back', positionMm: number): number => {
  let lengthMm = 0;
  for (const [index, place] of seamPlaces.entries()) {
    if (place.face === face) lengthMm += Math.max(0, positionMm - index * ignitionEveryMm);
  }
  return nominalHeat[face] * lengthMm;
};

/** Truth of the panel that `simulatePanel` has finished. */
export const finishedPanel = (line: WeldingLine): JsonObject => {
  const { lastPanel } = line.truth();
  if (lastPanel === null || lastPanel === undefined) throw new Error('no panel is finished');
  return lastPanel as JsonObject;
};
