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
export const lineHeat = [
  'heatBalanceIndex',
  'heatBalanceNow',
  'deformation',
  'deformationPrediction',
];
/** Gas and electricity are what the carbon of a panel is counted from. */
export const lineSums = ['panelWeldLength', 'panelWireMass', 'panelGasVolume', 'panelCarbon'];
export const lineEnergy = ['panelEnergy', 'weldingEnergy', 'panelEnergyDeviation', 'panelCarbon'];
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

/** Of every KPI: how much of it was measured. Its value is another point. */
export const everyCoverage = '*.coverage';
/**
 * Where nothing is read any more, what is the newest of something has none (window and bin), or stays the last one (chart); sums
 * stand while those of the clean panel grow, and so does the share within the procedure, which rises from what each arc begins
 * with. Other means, shares and extremes of the panel so far stay what they were, and so may not move.
 */
export const ofNoReading = [
  everyCoverage,
  ...['heatInputBin', 'arcCurrentMean', 'arcCurrentDeviation', 'bin'],
  ...['spcCurrent', 'spcOffset', ...noise],
  ...['weldLength', 'wireMass', 'gasVolume'],
  ...['wpsConformance', 'wpsConformance.current'],
];
/**
 * The same of the line. Until values that stand are found out, weld, wire and gas go on being reckoned by them, where a register
 * that stands counts nothing: 5 s are some 5 % of the metre before.
 */
export const lineOfNoReading = [
  everyCoverage,
  ...['heatBalanceNow', ...lineSums, 'unmannedRatio.arcTime'],
  ...['energyPerMetre', 'energyPerDeposit', 'correctionsPerMetre'],
];
