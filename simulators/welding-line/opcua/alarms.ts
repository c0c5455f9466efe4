import { NodeId, StatusCodes, type UAAlarmConditionEx, type UAObject } from 'node-opcua';
import type { Place } from './place.ts';
import { faultTexts } from './torch-signals.ts';
import { machineId } from './units.ts';

const severity = { machine: 700, torch: 600, normal: 100 } as const;

type Watch = {
  readonly alarm: UAAlarmConditionEx;
  /** Code of what is wrong, 0 while nothing is. */
  readonly read: () => number;
  readonly textOf: (code: number) => string;
  readonly severity: number;
  shown: number;
};

/** Alarms of the machine and of each torch as OffNormalAlarmType, with acknowledgement. The result is to be called each step. */
export const addAlarms = (place: Place): (() => void) => {
  const { namespace, machine, model } = place;
  const folder = namespace.addObject({
    componentOf: machine,
    browseName: 'Alarms',
    nodeId: `s=${machineId}.Alarms`,
    eventNotifier: 1,
    eventSourceOf: machine,
  });
  const { alarms } = model.line;
  const ofMachine = (name: string, text: string, isOn: () => boolean): Watch =>
    watch(place, folder, {
      name,
      severity: severity.machine,
      read: () => (isOn() ? 1 : 0),
      textOf: () => text,
    });
  const watches = [
    ofMachine('TravelSpeed', 'travel speed more than 5 % off', () => alarms.travelSpeedDeviation),
    ofMachine('Ambient', 'ambient above 50 degC', () => alarms.ambientHigh),
    ofMachine('Deformation', 'profile beyond 6 mm', () => alarms.deformation),
    ofMachine('Coolant', 'coolant flow below 40 L/min', () => alarms.coolantLow),
    ...model.torches.map((torch) =>
      watch(place, folder, {
        name: torch.id,
        severity: severity.torch,
        read: () => torch.faultCode,
        textOf: (code) => `${torch.id}: ${faultTexts.get(code) ?? 'fault'}`,
      }),
    ),
  ];
  return () => {
    for (const one of watches) {
      const code = one.read();
      if (code === one.shown) continue;
      one.shown = code;
      raise(one, new Date(model.line.timeMs));
    }
  };
};

type AlarmOptions = Pick<Watch, 'read' | 'textOf' | 'severity'> & { readonly name: string };

const watch = (
  { namespace }: Place,
  folder: UAObject,
  { name, ...options }: AlarmOptions,
): Watch => {
  const alarm = namespace.instantiateAlarmCondition('OffNormalAlarmType', {
    browseName: name,
    nodeId: `s=${machineId}.Alarms.${name}`,
    conditionName: name,
    conditionSource: folder,
    inputNode: NodeId.nullNodeId,
    componentOf: folder,
    optionals: ['ConfirmedState', 'Confirm'],
  });
  return { alarm, ...options, shown: 0 };
};

const raise = ({ alarm, textOf, shown, severity: ofAlarm }: Watch, time: Date): void => {
  const isActive = shown !== 0;
  if (isActive) alarm.activateAlarm();
  else alarm.deactivateAlarm(!alarm.currentBranch().getAckedState());
  alarm.raiseNewCondition({
    message: isActive ? textOf(shown) : 'back to normal',
    severity: isActive ? ofAlarm : severity.normal,
    quality: StatusCodes.Good,
    time,
  });
};
