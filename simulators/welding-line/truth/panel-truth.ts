import type { JsonObject } from '../../plant.ts';
import type { Deformation, FaceHeat } from '../deformation.ts';
import { axialShrinkageMm, heatBalanceIndex } from '../physics.ts';
import type { WeldingProcess } from '../process.ts';
import type { LineReadings } from '../readings.ts';
import type { Torch } from '../torch.ts';
import type { PanelEvents } from './events.ts';

/** What a panel has been so far: the parts of the model that know it. */
export type PanelParts = {
  readonly line: LineReadings;
  readonly torches: readonly Torch[];
  readonly deformation: Deformation;
  readonly events: PanelEvents;
  readonly process: WeldingProcess;
  readonly positionMm: number;
  readonly weldSteps: number;
  /** With an arc and any torch in somebody's hand. */
  readonly mannedSteps: number;
  /** Of the whole line while its arcs were wanted, J. */
  readonly weldEnergyJ: number;
};

/** Arc energy of both faces, J. */
export const faceEnergy = (torches: readonly Torch[]): FaceHeat => {
  let frontJ = 0;
  let backJ = 0;
  for (const torch of torches) {
    if (torch.isFront) frontJ += torch.truth.arcEnergyJ;
    else backJ += torch.truth.arcEnergyJ;
  }
  return { frontJ, backJ };
};

/** Heat of both faces, J. */
export const faceHeat = (torches: readonly Torch[], process: WeldingProcess): FaceHeat => {
  const { frontJ, backJ } = faceEnergy(torches);
  return { frontJ: process.thermalEfficiency * frontJ, backJ: process.thermalEfficiency * backJ };
};

/** Sums over the seams of a panel. */
export const panelTotals = (torches: readonly Torch[]) => {
  const totals = { wireKg: 0, gasM3: 0, corrections: 0, interventions: 0, rangeShare: 0 };
  for (const torch of torches) {
    totals.wireKg += torch.truth.wireKg;
    totals.gasM3 += torch.truth.gasL / 1000;
    totals.corrections += torch.readings.corrections;
    totals.interventions += torch.truth.interventions;
    totals.rangeShare = Math.max(totals.rangeShare, torch.rangeShare);
  }
  return totals;
};

/** The truth of a panel as `GET /state` shows it; fields and units are in docs/simulators.md. */
export const panelTruth = (parts: PanelParts): JsonObject => {
  const { line, torches, deformation, process, positionMm } = parts;
  const { frontJ, backJ } = faceEnergy(torches);
  const heat = faceHeat(torches, process);
  const weldSeconds = parts.weldSteps / 10;
  const totals = panelTotals(torches);
  const arcSteps = torches.reduce((sum, { truth }) => sum + truth.arcOnSteps, 0);
  const manualSteps = torches.reduce((sum, { truth }) => sum + truth.manualSteps, 0);
  const seams: Record<string, JsonObject> = {};
  for (const torch of torches) {
    const { corrections } = torch.readings;
    seams[torch.readings.id] = {
      ...torch.truth.summary(),
      corrections,
      rangeShare: torch.rangeShare,
    };
  }
  return {
    id: line.panelId,
    jobId: line.jobId,
    process: process.id,
    positionMm,
    weldSeconds,
    meanTravelSpeedMPerMin: weldSeconds > 0 ? (positionMm / weldSeconds) * 0.06 : 0,
    heatBalanceIndex: heatBalanceIndex(frontJ, backJ),
    profileFrames: deformation.frameCount,
    maxAbsZMm: deformation.maxAbsMm,
    bowMm: deformation.bowMm,
    shrinkageMm: axialShrinkageMm(heat.frontJ + heat.backJ),
    weldEnergyKwh: parts.weldEnergyJ / 3.6e6,
    arcEnergyKwh: (frontJ + backJ) / 3.6e6,
    wireKg: totals.wireKg,
    fluxKg: totals.wireKg * process.fluxPerWireKg,
    gasM3: totals.gasM3,
    corrections: totals.corrections,
    interventions: totals.interventions,
    rangeShare: totals.rangeShare,
    mannedSeconds: parts.mannedSteps / 10,
    unmannedRatio: arcSteps > 0 ? 1 - manualSteps / arcSteps : 1,
    events: parts.events.summary(),
    seams,
  };
};
