/** Points by what they tell of, for failure modes to say what moves together. */

export const tracking = [
  'trackingRms',
  'trackingP95',
  'trackingMax',
  'trackingBias',
  'bin.offsetY',
];
/** What the vision sends the slide after. */
export const slide = ['adjustmentRangeUsed'];
export const lineSlides = ['corrections', 'correctionsPerMetre'];
export const stability = [
  'arcStability',
  'arcStabilityNow',
  'arcCurrentVariation',
  'arcVoltageVariation',
];
export const heat = [
  'heatInput',
  'arcEnergyPerLength',
  'heatInputBin',
  'bin.heatInput',
  'bin.arcPower',
];
export const current = ['arcCurrentMean', 'arcCurrentDeviation', 'bin.current', 'spcCurrent'];
export const noise = ['spcCurrentDeviation', 'spcVoltageDeviation'];
export const wps = ['wpsConformance', 'wpsOutLength', 'bin.wpsDeviations'];
export const leg = ['legLength', 'throat'];
export const lineHeat = ['heatBalanceIndex', 'heatBalanceNow', 'deformation'];
export const lineSums = ['panelWeldLength', 'panelWireMass', 'panelGasVolume'];
export const lineEnergy = ['panelEnergy', 'weldingEnergy', 'panelEnergyDeviation'];
export const lineRates = ['energyPerMetre', 'energyPerDeposit', 'wirePerMetre', 'gasPerMetre'];
/** Where no arc burns there is nothing of a weld. */
export const ofNoArc = [
  ...['bin', 'arcOnRatio', 'weldLength', 'wireMass', 'heatInputBin', 'arcInterruptionsPerMetre'],
  ...[...current, ...stability, ...noise, ...wps, ...tracking, 'spcOffset', ...slide],
];
export const lineOfNoArc = [
  ...[...lineHeat, 'deformationMax', ...lineSums, ...lineEnergy, ...lineRates],
  'correctionsPerMetre',
];
