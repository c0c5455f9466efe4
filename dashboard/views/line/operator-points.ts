import type { WeldLine } from '../../line/use-line.ts';

const seamPoints = [
  ...[
    'arcOn',
    'seamFound',
    'fault',
    'faultCode',
    'enabled',
    'current',
    'voltage',
    'gasFlow',
    'offsetY',
    'gap',
  ],
  ...['confidence', 'trackingRms', 'trackingP95', 'heatInput', 'heatInput.efficiency'],
];

const linePoints = [
  ...['panelId', 'jobOrder', 'wps', 'state', 'panelPosition', 'panelLength', 'travelSpeed'],
  ...['travelSpeedSet', 'ambientTemperature', 'linePower', 'deformation', 'deformationPrediction'],
  ...['heatBalanceNow', 'heatBalanceIndex', 'panelEnergy', 'panelCarbon', 'panelCarbon.mixed'],
  ...['deformationPrediction.upper', 'deformationPrediction.halfWidth'],
];

/** What the operator view shows, in patterns that are the same in every browser: those share one subscription. */
export const operatorPoints = ({ path, equipment, seams }: WeldLine): readonly string[] => [
  ...linePoints.map((point) => `${path}/${equipment}/${point}`),
  ...seams.flatMap(({ name }) => seamPoints.map((point) => `${path}/${name}/${point}`)),
  '*/*/*/carbonIntensity',
];
