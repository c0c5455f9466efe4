import {
  current,
  everyCoverage,
  heat,
  leg,
  lineEnergy,
  lineHeat,
  lineOfNoArc,
  lineOfNoReading,
  lineRates,
  lineSlides,
  lineSums,
  noise,
  ofNoArc,
  ofNoReading,
  slide,
  stability,
  tracking,
  wps,
} from './failure-kpis.ts';
import { type FailureMode, inMode, onsetMm, stretchMm } from './failure-mode.ts';

const allSeams = ['f', 'b'].flatMap((face) =>
  Array.from({ length: 10 }, (_, index) => `${face}${String(index + 1).padStart(2, '0')}`),
);
const frontSeams = allSeams.slice(0, 10);

/**
 * How long it takes until something is seen, mm. A tick comes every 13.3 mm; a row when its bin of 10 mm has ended, 1 mm behind
 * it, with the next tick; a second of an index when it has ended, with the next tick.
 */
const tick = 14;
const row = 30;
const second = 30;
/** From the failure to the end of the subgroup of 500 mm that it began in: subgroups end at 600, 1100, 1600 mm. */
const subgroup = 610;
/** The torches of a group are hit within 2 s. */
const spread = 27;
/** What the vision does not see comes under the torch so much later. */
const ahead = 50;

/** Each mode of docs/welding-failures.md, with what must move. */
export const failureModes: readonly FailureMode[] = [
  inMode(
    'burn-through',
    { kind: 'burn-through', torches: ['F05'] },
    {
      seams: ['f05'],
      moves: {
        'bin.gap.maximum': row,
        'bin.current.deviation': row,
        'bin.voltage.deviation': row,
        arcStabilityNow: second,
        // 1 mm of it below 24.0 V, then 7 mm above 27.8 V, which counts after 0.3 s.
        'wpsConformance.voltage': row,
      },
      // The pit is in the next profile, at most 50 mm on, which is read once a second.
      lineMoves: { deformationMax: 80 },
      coupled: ['bin.gap', 'bin.voltage', ...heat, ...current, ...stability, ...noise, ...wps],
      lineCoupled: lineHeat,
    },
  ),
  inMode(
    'gas loss',
    { kind: 'gas-loss', torches: ['B02'] },
    {
      seams: ['b02'],
      moves: {
        // 18 to 6 L/min in 133 mm: 1.2 L/min are lost after 14 mm, 3 after 34 mm; the flow is read every 7 mm.
        'bin.gasFlow.minimum': 14 + 7 + row,
        'wpsConformance.gasFlow': 34 + 7 + 4 + tick,
        'spcVoltageDeviation.signals': subgroup,
      },
      coupled: [
        ...['bin.gasFlow', 'gasVolume', 'bin.voltage', 'spcVoltageDeviation'],
        ...[...heat, ...stability, ...wps],
      ],
      lineCoupled: [...lineHeat, ...lineRates, 'panelGasVolume', 'panelCarbon'],
    },
  ),
  inMode(
    'nozzle clog',
    { kind: 'nozzle-clog', torches: ['B04'], minutes: 10 },
    {
      seams: ['b04'],
      toMm: stretchMm,
      // 12.5 % of noise a metre against 6 % of spread of a subgroup: EWMA and CUSUM need its fourth or fifth.
      moves: { 'spcVoltageDeviation.signals': 2610 },
      coupled: ['spcVoltageDeviation', 'bin.voltage', ...stability],
    },
  ),
  inMode(
    'lost tracking',
    { kind: 'lost-tracking', torches: ['F03'], forMm: 40 },
    {
      seams: ['f03'],
      moves: {
        seamLostLength: ahead + tick + tick,
        seamLostRatio: ahead + tick + tick,
        'bin.lostLength': ahead + row,
        'trackingRms.coverage': ahead + tick + tick,
      },
      coupled: [...tracking, 'bin.trackingError', 'bin.confidence', 'spcOffset', ...slide],
      lineCoupled: lineSlides,
    },
  ),
  inMode(
    'misalignment',
    { kind: 'misalignment', torches: ['F03'] },
    {
      seams: ['f03'],
      moves: { trackingMax: tick + tick, 'bin.trackingError.maximum': row },
      coupled: [...tracking, 'bin.trackingError', 'bin.gap', 'spcOffset', ...leg, ...slide],
      lineCoupled: lineSlides,
    },
  ),
  inMode(
    'vision drift',
    { kind: 'vision-drift', torches: ['F07'], mmPerHour: 3 },
    {
      seams: ['f07'],
      toMm: stretchMm,
      // 0.0625 mm a metre against 0.019 mm of spread of a subgroup.
      moves: { 'spcOffset.signals': 2110 },
      coupled: [...tracking, 'bin.trackingError', 'spcOffset', ...slide],
    },
  ),
  inMode(
    'wire slip',
    { kind: 'wire-slip', torches: ['F08'], share: 0.3 },
    {
      seams: ['f08'],
      moves: {
        'bin.wireFeedSpeed.mean': row,
        'wpsConformance.wireFeedSpeed': 4 + tick + tick,
        'bin.current.mean': row,
        'spcCurrent.signals': subgroup,
      },
      coupled: [
        ...['bin.wireFeedSpeed', 'wireMass', 'spcCurrentDeviation', 'arcVoltageVariation'],
        ...[...heat, ...current, ...stability, ...wps, ...leg],
      ],
      lineCoupled: [...lineHeat, 'deformationMax', ...lineRates, 'panelWireMass'],
    },
  ),
  inMode(
    'wire stuck',
    { kind: 'wire-slip', torches: ['F08'] },
    {
      seams: ['f08'],
      moves: {
        'bin.arcOnLength': row,
        // Counts once the arc has been out for 50 mm.
        arcInterruptions: 50 + tick + tick,
        arcOnRatio: 80,
        weldLength: 80,
      },
      coupled: ofNoArc,
      lineCoupled: lineOfNoArc,
    },
  ),
  inMode(
    'arc out',
    { kind: 'arc-out', torches: ['B04'], forMm: 30 },
    {
      seams: ['b04'],
      // The interruption counts when the arc burns again, here after 30 mm.
      moves: { 'bin.arcOnLength': row, arcInterruptions: 30 + tick + tick },
      coupled: [...ofNoArc, ...heat],
      lineCoupled: lineHeat,
    },
  ),
  inMode(
    'failed ignition',
    { kind: 'arc-out', torches: ['B09'], fromMm: 0 },
    {
      seams: ['b09'],
      // Looked at where the other arcs have settled.
      fromMm: 300,
      toMm: 900,
      moves: { weldLength: tick, arcOnRatio: tick, 'bin.arcOnLength': tick },
      // There is no weld whose KPIs could have a value.
      coupled: [
        ...[...ofNoArc, ...heat, ...leg, 'seamLostRatio', 'seamLostLength', 'gasVolume'],
        ...['shortCircuitRate', 'interventions'],
      ],
      lineMoves: { heatBalanceNow: tick },
      lineCoupled: [...lineOfNoArc, 'panelInterventions.coverage'],
    },
  ),
  inMode(
    'tip wear',
    { kind: 'tip-wear', torches: ['F02'] },
    {
      seams: ['f02'],
      toMm: 2000,
      moves: { 'spcCurrentDeviation.signals': subgroup },
      coupled: [...noise, 'bin.voltage', ...heat, ...current, ...stability, ...wps],
      lineCoupled: lineHeat,
    },
  ),
  inMode(
    'parameter drift',
    { kind: 'parameter-drift', torches: ['F06'] },
    {
      seams: ['f06'],
      toMm: stretchMm,
      // 0.625 A a metre against 0.36 A of spread of a subgroup.
      moves: { 'spcCurrent.signals': 2610 },
      coupled: [...heat, ...current],
      lineCoupled: lineHeat,
    },
  ),
  inMode(
    'speed slip',
    { kind: 'speed-slip', share: 0.08 },
    {
      seams: allSeams,
      moves: {
        'wpsConformance.travelSpeed': 4 + tick + tick,
        'bin.travelSpeed.mean': row,
        heatInput: 250,
        arcEnergyPerLength: 250,
      },
      lineMoves: { speedConformity: tick + tick, travelSpeedMean: 120 },
      // Everything by length. Bins of charts hold more samples than on the clean panel, so that false alarms fall elsewhere.
      coupled: [
        ...heat,
        ...wps,
        ...leg,
        'bin.travelSpeed',
        'gasVolume',
        'wireMass',
        'spcCurrent',
        'spcOffset',
        ...noise,
        ...slide,
      ],
      lineCoupled: [...lineHeat, ...lineRates, ...lineSums, ...lineEnergy, ...lineSlides],
    },
  ),
  inMode(
    'common cause: gas main',
    { kind: 'common-cause', cause: 'gas-main' },
    {
      seams: allSeams,
      moves: {
        'bin.gasFlow.minimum': spread + 7 + row,
        'wpsConformance.gasFlow': spread + 7 + 4 + tick + tick,
        'spcVoltageDeviation.signals': subgroup,
      },
      lineMoves: { gasPerMetre: 60 },
      coupled: [
        ...['bin.gasFlow', 'gasVolume', 'bin.voltage', 'spcVoltageDeviation'],
        ...[...heat, ...stability, ...wps],
      ],
      lineCoupled: [...lineHeat, ...lineRates, ...lineEnergy, 'panelGasVolume'],
    },
  ),
  inMode(
    'common cause: coolant of the front',
    { kind: 'common-cause', cause: 'coolant', face: 'front' },
    {
      seams: frontSeams,
      toMm: onsetMm + 500,
      moves: { 'bin.arcOnLength': spread + row, arcInterruptions: spread + 50 + tick + tick },
      lineMoves: { heatBalanceNow: spread + tick },
      coupled: ofNoArc,
      lineCoupled: lineOfNoArc,
    },
  ),
  inMode(
    'common cause: vision PC of the front',
    { kind: 'common-cause', cause: 'vision-pc', face: 'front' },
    {
      seams: frontSeams,
      toMm: onsetMm + 500,
      moves: {
        seamLostLength: spread + ahead + tick + tick,
        'bin.lostLength': spread + ahead + row,
        'trackingRms.coverage': spread + ahead + tick + tick,
      },
      coupled: [
        ...[...tracking, 'seamLostRatio', 'bin.trackingError', 'bin.confidence', 'spcOffset'],
        ...slide,
      ],
      lineCoupled: lineSlides,
    },
  ),
  inMode(
    'common cause: PLC link',
    { kind: 'common-cause', cause: 'plc-link' },
    {
      seams: allSeams,
      toMm: onsetMm + 500,
      // Values that stand still are found out after 5 s, 67 mm.
      moves: {
        'heatInput.coverage': spread + 67 + tick + tick,
        'arcStability.coverage': spread + 67 + tick + tick,
      },
      coupled: ofNoReading,
      lineCoupled: lineOfNoReading,
    },
  ),
  inMode(
    'sensor: frozen current',
    { kind: 'sensor', torches: ['F01'], signal: 'currentA', shows: 'frozen' },
    {
      seams: ['f01'],
      moves: {
        'arcStability.coverage': 67 + tick + tick,
        'wpsConformance.coverage': 67 + tick + tick,
        'bin.current.mean': 67 + row,
      },
      // What looks at 10 s or at 10 mm has none of it any more. The share within the procedure stays where it was, while that of
      // the clean panel goes on to rise from what each arc begins with.
      coupled: [
        ...[...current, 'spcCurrentDeviation', 'wpsConformance', 'bin.wpsDeviations'],
        ...stability.map((kpi) => `${kpi}.coverage`),
      ],
    },
  ),
  inMode(
    'sensor: current of bad quality',
    { kind: 'sensor', torches: ['F01'], signal: 'currentA', shows: 'bad' },
    {
      seams: ['f01'],
      // Registers have no quality: the PLC holds the last value, which is found out as one that stands still.
      moves: {
        'arcStability.coverage': 67 + tick + tick,
        'wpsConformance.coverage': 67 + tick + tick,
      },
      coupled: [
        ...[...current, 'spcCurrentDeviation', 'wpsConformance', 'bin.wpsDeviations'],
        ...stability.map((kpi) => `${kpi}.coverage`),
      ],
    },
  ),
  inMode(
    'sensor: current that is off',
    { kind: 'sensor', torches: ['F01'], signal: 'currentA', shows: 'offset', by: 25 },
    {
      seams: ['f01'],
      moves: { 'bin.current.mean': row, 'spcCurrent.signals': subgroup },
      // Power and heat have a sensor of their own. What is shown is 2 A above the band of the procedure.
      coupled: [...current, 'spcCurrentDeviation', ...stability, ...wps],
    },
  ),
  inMode(
    'sensor: arc power that is no number',
    { kind: 'sensor', torches: ['F01'], signal: 'arcPowerW', shows: 'nan' },
    {
      seams: ['f01'],
      moves: {
        'heatInput.coverage': tick + tick,
        'wpsConformance.coverage': tick + tick,
        heatInputBin: tick + tick,
        'bin.heatInput': row,
        'bin.length': row,
      },
      coupled: [
        'bin.arcOnLength',
        'bin.lostLength',
        'bin.wpsDeviations',
        'bin.arcPower',
        'arcEnergyPerLength.coverage',
        'wpsConformance',
      ],
      lineCoupled: ['heatBalanceNow', 'heatBalanceIndex'],
    },
  ),
  inMode(
    'sensor: spikes of the current',
    { kind: 'sensor', torches: ['F01'], signal: 'currentA', shows: 'spikes', by: 5000 },
    {
      seams: ['f01'],
      // One step in 50 is hit: 450 mm without any are as likely as 1 in 900.
      moves: { 'arcStability.coverage': 450, 'wpsConformance.coverage': 450 },
      coupled: [
        ...stability.map((kpi) => `${kpi}.coverage`),
        ...['arcCurrentMean', 'arcCurrentDeviation', 'spcCurrent'].map((kpi) => `${kpi}.coverage`),
      ],
    },
  ),
];

/** Whether a point belongs to one of these KPIs, or is the coverage of any, where those are among them. */
export const belongsTo = (point: string, kpis: readonly string[]): boolean =>
  kpis.some((kpi) =>
    kpi === everyCoverage
      ? point.endsWith('.coverage')
      : point === kpi || point.startsWith(`${kpi}.`),
  );
