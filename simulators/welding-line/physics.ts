/** Process and panel physics of the line as pure functions; sources are in docs/simulators.md. */
import { sectionAreaMm2, waterWall } from './geometry.ts';
import { type Melting, processes } from './process.ts';

const magPulse = processes['135'];

/** Air at the torches before the first arc, degC. */
export const nominalAmbientCelsius = 24;
const ambientRiseCelsius = 24;
const ambientTauS = 720;
/** Of the arcs' heat that the fume extraction takes away at its nominal flow: an assumption. */
const extractedShare = 0.6;

const sourceEfficiency = 0.85;
const auxiliaryPowerW = 20_000;

/** Wire feed in m/min that melts at a current: a I + b L (r I)^2 in mm/s. */
export const meltedWireFeedMPerMin = (
  currentA: number,
  stickOutMm: number,
  { arc, resistive, rmsOverMean }: Melting = magPulse.melting,
): number => {
  const rms = rmsOverMean * currentA;
  return (arc * currentA + resistive * stickOutMm * rms * rms) * 0.06;
};

/** Mean current in A at which a wire feed is melted; the inverse of `meltedWireFeedMPerMin`. */
export const arcCurrentA = (
  wireFeedMPerMin: number,
  stickOutMm: number,
  { arc, resistive, rmsOverMean }: Melting = magPulse.melting,
): number => {
  const feed = wireFeedMPerMin / 0.06;
  const slope = resistive * rmsOverMean * rmsOverMean * stickOutMm;
  return (Math.sqrt(arc * arc + 4 * slope * feed) - arc) / (2 * slope);
};

/** Change of current with the distance from contact tip to work at constant wire feed, A/mm. */
export const currentPerStickOut = (
  currentA: number,
  stickOutMm: number,
  { arc, resistive, rmsOverMean }: Melting = magPulse.melting,
): number => {
  const rms = rmsOverMean * currentA;
  const quadratic = resistive * rmsOverMean * rmsOverMean;
  return (-resistive * rms * rms) / (arc + 2 * quadratic * stickOutMm * currentA);
};

/** Synergic voltage setting for a current, V. */
export const synergicVoltageV = (
  currentA: number,
  { voltageV, voltagePerA }: { voltageV: number; voltagePerA: number } = magPulse,
): number => voltageV + voltagePerA * currentA;

/** Electric power of the whole line, W, for the sum of the arcs' power. */
export const linePowerW = (arcPowerSumW: number): number =>
  arcPowerSumW / sourceEfficiency + auxiliaryPowerW;

/** Heat input in kJ/mm from the arc energy in J over a length in mm; 0 before any length is welded. */
export const heatInputKjPerMm = (
  arcEnergyJ: number,
  lengthMm: number,
  thermalEfficiency = magPulse.thermalEfficiency,
): number => (lengthMm > 0 ? (thermalEfficiency * arcEnergyJ) / lengthMm / 1000 : 0);

/** What the air at the torches tends to with so many burning arcs, degC; less extraction leaves more of their heat there. */
export const ambientTargetCelsius = (
  baseCelsius: number,
  arcs: number,
  extractionShare = 1,
): number => {
  const cooling = 1 - extractedShare + extractedShare * extractionShare;
  return baseCelsius + (ambientRiseCelsius * arcs) / 20 / cooling;
};

/** Share of the way to its target that the air goes in so many seconds. */
export const ambientShare = (seconds: number): number => 1 - Math.exp(-seconds / ambientTauS);

/** Heat of one side over both, between -1 and 1; 0 without heat. */
export const heatBalanceIndex = (frontHeat: number, backHeat: number): number =>
  frontHeat + backHeat > 0 ? (frontHeat - backHeat) / (frontHeat + backHeat) : 0;

/** Okerblom's constant, mm3/J. */
const okerblom = 0.86e-3;
const eccentricityMm = 4.4;
const panelSecondMomentMm4 = 435_072;

/** Curvature in 1/mm left by the difference of both faces' heat in J/mm, `restraint` of it released. */
export const panelCurvature = (heatDifferenceJPerMm: number, restraint: number): number =>
  (restraint * okerblom * heatDifferenceJPerMm * eccentricityMm) / panelSecondMomentMm4;

/** How much shorter a panel becomes in mm by the heat of all its seams in J. */
export const axialShrinkageMm = (heatJ: number): number => (okerblom * heatJ) / panelSectionMm2;
const panelSectionMm2 = sectionAreaMm2(waterWall);

/** Greatest distance in mm between a constant curvature and its chord over a length in mm. */
export const bowMm = (curvature: number, lengthMm: number): number =>
  (curvature * lengthMm * lengthMm) / 8;
