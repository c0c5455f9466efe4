import type { Signal, SignalShape, SignalValue } from '../../wire/opcua/signal.ts';
import { type LineReadings, type TorchReadings, torchFaults } from '../readings.ts';
import { analog, machineId, type SignalGroup, units } from './units.ts';

export type TorchSignal = {
  readonly name: string;
  readonly description: string;
  readonly shape: SignalShape;
  readonly read: (torch: TorchReadings) => SignalValue;
  /** Reading that a sensor can show to be bad. */
  readonly sensed?: keyof TorchReadings;
  /** `vision`: there only while the vision looks. `tracking`: doubtful, too, while it does not find the seam. */
  readonly from?: 'vision' | 'tracking' | 'first-arc';
};

export const faultTexts = new Map<number, string>([
  [torchFaults.none, 'none'],
  [torchFaults.ignitionFailed, 'ignition failed'],
  [torchFaults.noArc, 'no arc'],
  [torchFaults.seamLost, 'seam lost'],
  [torchFaults.gasLow, 'gas low'],
  [torchFaults.wireStuck, 'wire stuck'],
  [torchFaults.coolantLow, 'coolant low'],
]);

/** What each torch has, as declared by WeldTorchType. */
export const torchSignals: readonly TorchSignal[] = [
  {
    name: 'Current',
    description: 'Mean welding current of the step',
    shape: analog(units.ampere, 0, 500),
    read: ({ currentA }) => currentA,
    sensed: 'currentA',
  },
  {
    name: 'Voltage',
    description: 'Mean arc voltage of the step, open-circuit voltage where an arc is wanted',
    shape: analog(units.volt, 0, 100),
    read: ({ voltageV }) => voltageV,
    sensed: 'voltageV',
  },
  {
    name: 'ArcPower',
    description: 'Mean of voltage times current over the step',
    shape: analog(units.watt, 0, 20_000),
    read: ({ arcPowerW }) => arcPowerW,
    sensed: 'arcPowerW',
  },
  {
    name: 'WireFeed',
    description: 'Mean wire feed speed of the step',
    shape: analog(units.metrePerMinute, 0, 15),
    read: ({ wireFeedMPerMin }) => wireFeedMPerMin,
    sensed: 'wireFeedMPerMin',
  },
  {
    name: 'GasFlow',
    description: 'Shielding gas flow, renewed twice a second',
    shape: analog(units.litrePerMinute, 0, 30),
    read: ({ gasFlowLPerMin }) => gasFlowLPerMin,
    sensed: 'gasFlowLPerMin',
  },
  {
    name: 'OffsetY',
    description: 'Lateral place of the torch minus that of the seam',
    shape: analog(units.millimetre, -10, 10),
    read: ({ offsetYMm }) => offsetYMm,
    sensed: 'offsetYMm',
    from: 'tracking',
  },
  {
    name: 'OffsetZ',
    description: 'Height of the torch minus its nominal height above the seam',
    shape: analog(units.millimetre, -10, 10),
    read: ({ offsetZMm }) => offsetZMm,
    sensed: 'offsetZMm',
    from: 'tracking',
  },
  {
    name: 'Gap',
    description: 'Gap between fin and tube',
    shape: analog(units.millimetre, 0, 5),
    read: ({ gapMm }) => gapMm,
    sensed: 'gapMm',
    from: 'tracking',
  },
  {
    name: 'SeamFound',
    description: 'Whether the vision has seen the seam where the torch is now',
    shape: { kind: 'two-state', falseText: 'not found', trueText: 'found' },
    read: ({ seamFound }) => seamFound,
  },
  {
    name: 'Confidence',
    description: 'Confidence of the vision where the torch is now',
    shape: analog(units.one, 0, 1),
    read: ({ confidence }) => confidence,
    sensed: 'confidence',
    from: 'vision',
  },
  {
    name: 'ArcOn',
    description: 'Whether the arc burns',
    shape: { kind: 'two-state', falseText: 'off', trueText: 'on' },
    read: ({ arcOn }) => arcOn,
  },
  {
    name: 'Fault',
    description: 'Fault code of the torch',
    shape: { kind: 'multi-state-value', texts: faultTexts },
    read: ({ faultCode }) => faultCode,
  },
  {
    name: 'HeatInput',
    description: 'Heat input of this panel so far: 0.8 times arc energy over arc-on length',
    shape: analog(units.kilojoulePerMillimetre, 0, 2),
    read: ({ heatInputKjPerMm }) => heatInputKjPerMm,
    from: 'first-arc',
  },
  {
    name: 'NozzleTemperature',
    description: 'Temperature of the gas nozzle, renewed once a second',
    shape: analog(units.celsius, -40, 500),
    read: ({ nozzleCelsius }) => nozzleCelsius,
    sensed: 'nozzleCelsius',
  },
  {
    name: 'WireMotorCurrent',
    description: 'Current of the wire feed motor, renewed twice a second',
    shape: analog(units.ampere, 0, 10),
    read: ({ wireMotorA }) => wireMotorA,
  },
  {
    name: 'BackPressure',
    description: 'Pressure of the gas before the nozzle',
    shape: analog(units.millibar, 0, 500),
    read: ({ backPressureMbar }) => backPressureMbar,
  },
  {
    name: 'CurrentRms',
    description: 'Root mean square of the current, renewed once a second',
    shape: analog(units.ampere, 0, 700),
    read: ({ rmsCurrentA }) => rmsCurrentA,
  },
  {
    name: 'PulseFrequency',
    description: 'Frequency of the pulses, renewed once a second',
    shape: analog(units.hertz, 0, 500),
    read: ({ pulseHz }) => pulseHz,
  },
  {
    name: 'PeakCurrent',
    description: 'Current of the pulse, renewed once a second',
    shape: analog(units.ampere, 0, 700),
    read: ({ peakA }) => peakA,
  },
  {
    name: 'BaseCurrent',
    description: 'Current between pulses, renewed once a second',
    shape: analog(units.ampere, 0, 500),
    read: ({ baseA }) => baseA,
  },
  {
    name: 'ShortCircuits',
    description: 'Short circuits in a second, renewed once a second',
    shape: analog(units.one, 0, 200),
    read: ({ shortsPerSecond }) => shortsPerSecond,
  },
  {
    name: 'StickOut',
    description: 'Contact tip to work',
    shape: analog(units.millimetre, 0, 40),
    read: ({ stickOutMm }) => stickOutMm,
  },
  {
    name: 'SlideY',
    description: 'Place of the cross slide from its middle',
    shape: analog(units.millimetre, -10, 10),
    read: ({ slideYMm }) => slideYMm,
  },
  {
    name: 'Corrections',
    description: 'Corrections of the slide on this panel',
    shape: analog(units.one, 0, 100_000),
    read: ({ corrections }) => corrections,
  },
  {
    name: 'SpoolMass',
    description: 'Wire left on the spool',
    shape: analog(units.kilogram, 0, 20),
    read: ({ spoolKg }) => spoolKg,
  },
  {
    name: 'SpoolNumber',
    description: 'Spools put in since the start',
    shape: analog(units.one, 1, 100_000),
    read: ({ spoolNumber }) => spoolNumber,
  },
  {
    name: 'TipTime',
    description: 'Arc time of the contact tip',
    shape: analog(units.hour, 0, 500),
    read: ({ tipHours }) => tipHours,
  },
  {
    name: 'Manual',
    description: 'Whether the operator guides the torch by hand',
    shape: { kind: 'two-state', falseText: 'automatic', trueText: 'manual' },
    read: ({ isManual }) => isManual,
  },
  {
    name: 'SeamAhead',
    description: 'Whether the vision sees the seam now, one look-ahead before the torch',
    shape: { kind: 'two-state', falseText: 'not seen', trueText: 'seen' },
    read: ({ isSeamAhead }) => isSeamAhead,
  },
];

const lookingPhases: ReadonlySet<string> = new Set(['find', 'ignite', 'weld', 'crater']);

export const torchGroup = (line: LineReadings, torch: TorchReadings): SignalGroup => {
  const id = `${machineId}.T.${torch.id}`;
  const timeMs = (): number => line.timeMs;
  const hasValue = {
    vision: () => lookingPhases.has(line.phase),
    tracking: () => lookingPhases.has(line.phase),
    'first-arc': () => torch.arcOnSeconds > 0,
  };
  const signals = torchSignals.map(({ name, description, shape, read, from, sensed }): Signal => {
    const isExpected = from === undefined ? () => true : hasValue[from];
    const isThere = (): boolean =>
      isExpected() && !(sensed !== undefined && torch.badSignals.has(sensed));
    return {
      id: `${id}.${name}`,
      browseName: name,
      description,
      shape,
      read: () => (isThere() ? read(torch) : undefined),
      ...(from === 'tracking' ? { isUncertain: () => !torch.seamFound } : {}),
      timeMs,
    };
  });
  return { id, browseName: torch.id, signals };
};
