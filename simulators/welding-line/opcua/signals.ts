import type { Signal } from '../../wire/opcua/signal.ts';
import type { WeldingLine } from '../model.ts';
import { linePhases, operationModes, profilePointCount } from '../readings.ts';
import { monitoringGroups } from './monitoring-signals.ts';
import { torchGroup } from './torch-signals.ts';
import { analog, machineId, type SignalGroup, units } from './units.ts';

/** Identifiers of what only rises. */
export const counterIds: ReadonlySet<string> = new Set([
  `${machineId}.Energy.AcActiveEnergyTotalImportHp`,
]);

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
  readonly mode: Signal;
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
  mode: {
    id: `${machineId}.Mode`,
    browseName: 'Mode',
    description: 'Mode of operation, numbered as in the PLC',
    shape: { kind: 'multi-state', texts: operationModes },
    read: () => operationModes.indexOf(model.line.operationMode),
    timeMs: () => model.line.timeMs,
  },
  profile: profileSignals(model),
  monitoring: monitoringGroups(model),
  torches: model.torches.map((torch) => torchGroup(model.line, torch)),
});

/** NodeIds of all signals, in the order of the address space. */
export const signalIds = ({ state, mode, profile, monitoring, torches }: LineSignals): string[] =>
  [state, mode, ...profile, ...[...monitoring, ...torches].flatMap(({ signals }) => signals)].map(
    ({ id }) => id,
  );
