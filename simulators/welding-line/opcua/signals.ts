import type { Signal, SignalShape, SignalValue, Unit } from '../../wire/opcua/signal.ts';
import type { WeldingLine } from '../model.ts';
import {
  type LineReadings,
  linePhases,
  profilePointCount,
  type TorchReadings,
  torchFaults,
} from '../readings.ts';

/** Root of all NodeIds of the machine. */
export const machineId = 'MPM01';

/** Identifiers of what only rises. */
export const counterIds: ReadonlySet<string> = new Set([
  `${machineId}.Energy.AcActiveEnergyTotalImportHp`,
]);

const units = {
  ampere: { code: 'AMP', symbol: 'A', name: 'ampere' },
  volt: { code: 'VLT', symbol: 'V', name: 'volt' },
  watt: { code: 'WTT', symbol: 'W', name: 'watt' },
  wattHour: { code: 'WHR', symbol: 'W·h', name: 'watt hour' },
  metrePerMinute: { code: '2X', symbol: 'm/min', name: 'metre per minute' },
  litrePerMinute: { code: 'L2', symbol: 'L/min', name: 'litre per minute' },
  millimetre: { code: 'MMT', symbol: 'mm', name: 'millimetre' },
  celsius: { code: 'CEL', symbol: '°C', name: 'degree Celsius' },
  one: { code: 'C62', symbol: '1', name: 'one' },
  kilojoulePerMillimetre: { symbol: 'kJ/mm', name: 'kilojoule per millimetre' },
} satisfies Record<string, Unit>;

const analog = (unit: Unit, low: number, high: number): SignalShape => ({
  kind: 'analog',
  dataType: 'Float',
  unit,
  range: { low, high },
});

/** The signals of one object of the address space. */
export type SignalGroup = {
  /** NodeId of the object. */
  readonly id: string;
  readonly browseName: string;
  readonly signals: readonly Signal[];
};

type TorchSignal = {
  readonly name: string;
  readonly description: string;
  readonly shape: SignalShape;
  readonly read: (torch: TorchReadings) => SignalValue;
  /** `vision`: there only while the vision looks. `tracking`: doubtful, too, while it does not find the seam. */
  readonly from?: 'vision' | 'tracking' | 'first-arc';
};

const faultTexts = new Map<number, string>([
  [torchFaults.none, 'none'],
  [torchFaults.ignitionFailed, 'ignition failed'],
  [torchFaults.noArc, 'no arc'],
  [torchFaults.seamLost, 'seam lost'],
  [torchFaults.gasLow, 'gas low'],
]);

/** What each torch has, as declared by WeldTorchType. */
export const torchSignals: readonly TorchSignal[] = [
  {
    name: 'Current',
    description: 'Mean welding current of the step',
    shape: analog(units.ampere, 0, 500),
    read: ({ currentA }) => currentA,
  },
  {
    name: 'Voltage',
    description: 'Mean arc voltage of the step, open-circuit voltage where an arc is wanted',
    shape: analog(units.volt, 0, 100),
    read: ({ voltageV }) => voltageV,
  },
  {
    name: 'ArcPower',
    description: 'Mean of voltage times current over the step',
    shape: analog(units.watt, 0, 20_000),
    read: ({ arcPowerW }) => arcPowerW,
  },
  {
    name: 'WireFeed',
    description: 'Mean wire feed speed of the step',
    shape: analog(units.metrePerMinute, 0, 15),
    read: ({ wireFeedMPerMin }) => wireFeedMPerMin,
  },
  {
    name: 'GasFlow',
    description: 'Shielding gas flow, renewed twice a second',
    shape: analog(units.litrePerMinute, 0, 30),
    read: ({ gasFlowLPerMin }) => gasFlowLPerMin,
  },
  {
    name: 'OffsetY',
    description: 'Lateral place of the torch minus that of the seam',
    shape: analog(units.millimetre, -10, 10),
    read: ({ offsetYMm }) => offsetYMm,
    from: 'tracking',
  },
  {
    name: 'OffsetZ',
    description: 'Height of the torch minus its nominal height above the seam',
    shape: analog(units.millimetre, -10, 10),
    read: ({ offsetZMm }) => offsetZMm,
    from: 'tracking',
  },
  {
    name: 'Gap',
    description: 'Gap between fin and tube',
    shape: analog(units.millimetre, 0, 5),
    read: ({ gapMm }) => gapMm,
    from: 'tracking',
  },
  {
    name: 'SeamFound',
    description: 'Whether the vision sees the seam',
    shape: { kind: 'two-state', falseText: 'not found', trueText: 'found' },
    read: ({ seamFound }) => seamFound,
  },
  {
    name: 'Confidence',
    description: 'Confidence of the vision',
    shape: analog(units.one, 0, 1),
    read: ({ confidence }) => confidence,
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
];

const lookingPhases: ReadonlySet<string> = new Set(['find', 'ignite', 'weld', 'crater']);

const torchGroup = (line: LineReadings, torch: TorchReadings): SignalGroup => {
  const id = `${machineId}.T.${torch.id}`;
  const timeMs = (): number => line.timeMs;
  const hasValue = {
    vision: () => lookingPhases.has(line.phase),
    tracking: () => lookingPhases.has(line.phase),
    'first-arc': () => torch.arcOnSeconds > 0,
  };
  const signals = torchSignals.map(({ name, description, shape, read, from }): Signal => {
    const isThere = from === undefined ? () => true : hasValue[from];
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

const monitoringGroups = (model: WeldingLine): readonly SignalGroup[] => {
  const { line } = model;
  const group = (name: string, signals: readonly Omit<Signal, 'timeMs'>[]): SignalGroup => ({
    id: `${machineId}.${name}`,
    browseName: name,
    signals: signals.map((signal) => ({ ...signal, timeMs: () => line.timeMs })),
  });
  return [
    group('Panel', [
      {
        id: `${machineId}.Panel.Id`,
        browseName: 'Id',
        description: 'Panel in the machine',
        shape: { kind: 'text' },
        read: () => line.panelId,
      },
      {
        id: `${machineId}.Panel.Position`,
        browseName: 'Position',
        description: 'Travel of the panel by the encoder, at the end of the step',
        shape: analog(units.millimetre, 0, 30_000),
        read: () => line.positionMm,
      },
    ]),
    group('Travel', [
      {
        id: `${machineId}.Travel.Speed`,
        browseName: 'Speed',
        description: 'Mean travel speed of the step',
        shape: analog(units.metrePerMinute, 0, 1.2),
        read: () => line.travelSpeedMPerMin,
      },
      {
        id: `${machineId}.Travel.SpeedSet`,
        browseName: 'SpeedSet',
        description: 'Setpoint of the travel speed',
        shape: analog(units.metrePerMinute, 0, 1.2),
        read: () => line.travelSpeedSetpointMPerMin,
      },
    ]),
    group('Ambient', [
      {
        id: `${machineId}.Ambient.Temperature`,
        browseName: 'Temperature',
        description: 'Air at the torches, renewed once a second',
        shape: analog(units.celsius, -40, 80),
        read: () => line.ambientCelsius,
      },
    ]),
    group('Energy', [
      {
        id: `${machineId}.Energy.AcActivePowerTotal`,
        browseName: 'AcActivePowerTotal',
        description: 'Mean active power of the line over the step',
        shape: analog(units.watt, 0, 250_000),
        read: () => line.linePowerKw * 1000,
      },
      {
        id: `${machineId}.Energy.AcActiveEnergyTotalImportHp`,
        browseName: 'AcActiveEnergyTotalImportHp',
        description: 'Active energy drawn by the line up to the end of the step',
        shape: { kind: 'analog', dataType: 'Double', unit: units.wattHour },
        read: () => line.energyWh,
      },
    ]),
  ];
};

/** The latest frame of the profile sensor, with the time of the step in which it was taken. */
const profileSignals = (model: WeldingLine): readonly Signal[] => {
  const { line, profile } = model;
  let seenFrame = 0;
  let frameTimeMs = line.timeMs;
  model.onStep(() => {
    if (profile.sequence === seenFrame) return;
    seenFrame = profile.sequence;
    frameTimeMs = line.timeMs;
  });
  const timeMs = (): number => frameTimeMs;
  const isThere = (): boolean => profile.sequence > 0;
  return [
    {
      id: `${machineId}.DeformationProfile`,
      browseName: 'DeformationProfile',
      description: `Heights of the panel at ${profilePointCount} places across 0.3 m behind the arcs`,
      shape: {
        kind: 'analog',
        dataType: 'Float',
        unit: units.millimetre,
        range: { low: -50, high: 50 },
        elements: () => profile.zMm,
      },
      read: () => (isThere() ? profile.sequence : undefined),
      timeMs,
    },
    {
      id: `${machineId}.DeformationProfile.X`,
      browseName: 'X',
      description: 'Position of the profile along the panel',
      shape: analog(units.millimetre, 0, 30_000),
      read: () => (isThere() ? profile.positionMm : undefined),
      timeMs,
    },
  ];
};

/** All signals of the machine by the object that they belong to. */
export type LineSignals = {
  readonly state: Signal;
  /** The profile and, below it, its position. */
  readonly profile: readonly Signal[];
  readonly monitoring: readonly SignalGroup[];
  readonly torches: readonly SignalGroup[];
};

export const createLineSignals = (model: WeldingLine): LineSignals => ({
  state: {
    id: `${machineId}.State`,
    browseName: 'State',
    description: 'Phase of the cycle, numbered as in the PLC',
    shape: { kind: 'multi-state', texts: ['off', ...linePhases] },
    read: () => linePhases.indexOf(model.line.phase) + 1,
    timeMs: () => model.line.timeMs,
  },
  profile: profileSignals(model),
  monitoring: monitoringGroups(model),
  torches: model.torches.map((torch) => torchGroup(model.line, torch)),
});

/** NodeIds of all signals, in the order of the address space. */
export const signalIds = ({ state, profile, monitoring, torches }: LineSignals): string[] =>
  [state, ...profile, ...[...monitoring, ...torches].flatMap(({ signals }) => signals)].map(
    ({ id }) => id,
  );
