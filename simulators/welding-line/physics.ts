/** Process and panel physics of the line as pure functions; sources are in docs/simulators.md. */

/** Arc melting per ampere, mm/s per A. */
const arcMelting = 0.26;
/** Resistive melting, mm/s per mm of stick-out and A squared. */
const resistiveMelting = 5e-5;
/** Root mean square over mean of the pulsed current, as the melting rate sees it. */
const rmsOverMean = 1.3;
const quadratic = resistiveMelting * rmsOverMean * rmsOverMean;

export const nominal = {
  wireFeedMPerMin: 7.0,
  stickOutMm: 13,
  travelSpeedMPerMin: 0.8,
  gasFlowLPerMin: 18,
  ambientCelsius: 24,
} as const;

/** Thermal efficiency of processes 131, 135 and 136 (ISO/TR 17671-1, EN 1011-1). */
export const thermalEfficiency = 0.8;

const sourceEfficiency = 0.85;
const auxiliaryPowerW = 20_000;

/** Wire feed in m/min that melts at a current: a I + b L (r I)^2 in mm/s. */
export const meltedWireFeedMPerMin = (currentA: number, stickOutMm: number): number =>
  (arcMelting * currentA + quadratic * stickOutMm * currentA * currentA) * 0.06;

/** Mean current in A at which a wire feed is melted; the inverse of `meltedWireFeedMPerMin`. */
export const arcCurrentA = (wireFeedMPerMin: number, stickOutMm: number): number => {
  const feed = wireFeedMPerMin / 0.06;
  const slope = quadratic * stickOutMm;
  return (Math.sqrt(arcMelting * arcMelting + 4 * slope * feed) - arcMelting) / (2 * slope);
};

/** Change of current with the distance from contact tip to work at constant wire feed, A/mm. */
export const currentPerStickOut = (currentA: number, stickOutMm: number): number => {
  const rms = rmsOverMean * currentA;
  return (-resistiveMelting * rms * rms) / (arcMelting + 2 * quadratic * stickOutMm * currentA);
};

/** Synergic voltage setting for a current, V. */
export const synergicVoltageV = (currentA: number): number => 14.5 + 0.05 * currentA;

/** Electric power of the whole line, W, for the sum of the arcs' power. */
export const linePowerW = (arcPowerSumW: number): number =>
  arcPowerSumW / sourceEfficiency + auxiliaryPowerW;

/** Heat input in kJ/mm from the arc energy in J over a length in mm; 0 before any length is welded. */
export const heatInputKjPerMm = (arcEnergyJ: number, lengthMm: number): number =>
  lengthMm > 0 ? (thermalEfficiency * arcEnergyJ) / lengthMm / 1000 : 0;

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

/** Greatest distance in mm between a constant curvature and its chord over a length in mm. */
export const bowMm = (curvature: number, lengthMm: number): number =>
  (curvature * lengthMm * lengthMm) / 8;
