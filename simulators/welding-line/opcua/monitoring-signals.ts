import type { Signal, SignalShape, SignalValue } from '../../wire/opcua/signal.ts';
import { lookAheadMm } from '../geometry.ts';
import type { WeldingLine } from '../model.ts';
import type { LineReadings } from '../readings.ts';
import { analog, machineId, type SignalGroup, units } from './units.ts';

type LineSignal = {
  readonly group: string;
  readonly name: string;
  readonly description: string;
  readonly shape: SignalShape;
  readonly read: (line: LineReadings) => SignalValue;
};

/** By their numbers in ISO 4063. */
const processTexts: ReadonlyMap<number, string> = new Map([
  [121, 'submerged arc welding'],
  [135, 'MAG welding'],
]);

/** What the line has beside its travel and energy. */
const lineSignals: readonly LineSignal[] = [
  {
    group: 'Job',
    name: 'Id',
    description: 'Job order of the panel',
    shape: { kind: 'text' },
    read: ({ jobId }) => jobId,
  },
  {
    group: 'Process',
    name: 'Number',
    description: 'Welding process by ISO 4063',
    shape: { kind: 'multi-state-value', texts: processTexts },
    read: ({ process }) => Number(process),
  },
  {
    group: 'Procedure',
    name: 'Wps',
    description: 'Welding procedure of the panel',
    shape: { kind: 'text' },
    read: ({ wps }) => wps,
  },
  {
    group: 'Fume',
    name: 'Flow',
    description: 'Air drawn off at the torches, renewed once a second',
    shape: analog(units.cubicMetrePerHour, 0, 12_000),
    read: ({ fumeFlowM3PerHour }) => fumeFlowM3PerHour,
  },
  {
    group: 'Fume',
    name: 'FilterPressure',
    description: 'Pressure over the filter',
    shape: analog(units.pascal, 0, 5000),
    read: ({ fumeFilterPa }) => fumeFilterPa,
  },
  {
    group: 'Air',
    name: 'Pressure',
    description: 'Compressed air',
    shape: analog(units.bar, 0, 10),
    read: ({ airBar }) => airBar,
  },
  {
    group: 'Coolant',
    name: 'Flow',
    description: 'Coolant of the torches',
    shape: analog(units.litrePerMinute, 0, 100),
    read: ({ coolantLPerMin }) => coolantLPerMin,
  },
  {
    group: 'Coolant',
    name: 'Temperature',
    description: 'Coolant that returns',
    shape: analog(units.celsius, 0, 90),
    read: ({ coolantCelsius }) => coolantCelsius,
  },
  {
    group: 'HoldDown',
    name: 'Force',
    description: 'Force of the rollers on the panel',
    shape: analog(units.kilonewton, 0, 50),
    read: ({ holdDownKn }) => holdDownKn,
  },
  {
    group: 'Preheat',
    name: 'Temperature',
    description: 'Surface before the arcs',
    shape: analog(units.celsius, -20, 500),
    read: ({ preheatCelsius }) => preheatCelsius,
  },
  {
    group: 'Interpass',
    name: 'Temperature',
    description: 'Surface between the seams',
    shape: analog(units.celsius, -20, 500),
    read: ({ interpassCelsius }) => interpassCelsius,
  },
  {
    group: 'Consumption',
    name: 'WireMass',
    description: 'Wire of this panel, all torches, renewed once a second',
    shape: analog(units.kilogram, 0, 100),
    read: ({ wireKg }) => wireKg,
  },
  {
    group: 'Consumption',
    name: 'FluxMass',
    description: 'Flux of this panel',
    shape: analog(units.kilogram, 0, 100),
    read: ({ fluxKg }) => fluxKg,
  },
  {
    group: 'Consumption',
    name: 'GasVolume',
    description: 'Shielding gas of this panel',
    shape: analog(units.cubicMetre, 0, 50),
    read: ({ gasM3 }) => gasM3,
  },
  {
    group: 'Consumption',
    name: 'GasBatch',
    description: 'Batch of the shielding gas',
    shape: { kind: 'text' },
    read: ({ gasBatch }) => gasBatch,
  },
  {
    group: 'Corrections',
    name: 'Automatic',
    description: 'Corrections of all slides on this panel',
    shape: analog(units.one, 0, 1_000_000),
    read: ({ corrections }) => corrections,
  },
  {
    group: 'Corrections',
    name: 'Manual',
    description: 'Interventions of the operator on this panel',
    shape: analog(units.one, 0, 10_000),
    read: ({ interventions }) => interventions,
  },
  {
    group: 'Corrections',
    name: 'RangeShare',
    description: 'Greatest share of a slide range used on this panel',
    shape: analog(units.one, 0, 1),
    read: ({ rangeShare }) => rangeShare,
  },
  {
    group: 'Vision',
    name: 'LookAhead',
    description: 'How far before its torch the vision looks at the seam',
    shape: analog(units.millimetre, 0, 500),
    read: () => lookAheadMm,
  },
  {
    group: 'Shrinkage',
    name: 'Axial',
    description: 'How much shorter this panel is so far',
    shape: analog(units.millimetre, 0, 100),
    read: ({ shrinkageMm }) => shrinkageMm,
  },
];

/** The groups of the table above, in its order. */
const lineGroups = (line: LineReadings): readonly SignalGroup[] =>
  [...new Set(lineSignals.map(({ group }) => group))].map((name) => ({
    id: `${machineId}.${name}`,
    browseName: name,
    signals: lineSignals
      .filter(({ group }) => group === name)
      .map(
        ({ name: browseName, description, shape, read }): Signal => ({
          id: `${machineId}.${name}.${browseName}`,
          browseName,
          description,
          shape,
          read: () => read(line),
          timeMs: () => line.timeMs,
        }),
      ),
  }));

export const monitoringGroups = (model: WeldingLine): readonly SignalGroup[] => {
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
        id: `${machineId}.Panel.Length`,
        browseName: 'Length',
        description: 'Length that the panel is to become',
        shape: analog(units.millimetre, 0, 30_000),
        read: () => model.panelLengthMm,
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
    ...lineGroups(line),
  ];
};
