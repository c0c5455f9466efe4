import { NodeId, StatusCodes, type UAAlarmConditionEx, type UAObject } from 'node-opcua';
import type { Place } from './place.ts';
import { faultTexts } from './torch-signals.ts';
import { machineId } from './units.ts';

const severity = { machine: 700, torch: 600, normal: 100 } as const;

type Watch = {
  readonly alarm: UAAlarmConditionEx;
  /** Text of what is wrong, empty while nothing is. */
  readonly read: () => string;
  readonly severity: number;
  shown: string;
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
    watch(place, folder, { name, severity: severity.machine, read: () => (isOn() ? text : '') });
  const watches = [
    ofMachine('TravelSpeed', 'travel speed more than 5 % off', () => alarms.travelSpeedDeviation),
    ofMachine('Ambient', 'ambient above 50 degC', () => alarms.ambientHigh),
    ofMachine('Deformation', 'profile beyond 6 mm', () => alarms.deformation),
    ofMachine('Coolant', 'coolant flow below 40 L/min', () => alarms.coolantLow),
    ...model.torches.map((torch) =>
      watch(place, folder, {
        name: torch.id,
        severity: severity.torch,
        read: () =>
          torch.faultCode === 0 ? '' : `${torch.id}: ${faultTexts.get(torch.faultCode) ?? 'fault'}`,
      }),
    ),
  ];
  return () => {
    for (const one of watches) {
      const text = one.read();
      if (text === one.shown) continue;
      one.shown = text;
      raise(one, text, new Date(model.line.timeMs));
    }
  };
};

type AlarmOptions = Pick<Watch, 'read' | 'severity'> & { readonly name: string };

const watch = (
  { namespace }: Place,
  folder: UAObject,
  { name, read, severity: ofAlarm }: AlarmOptions,
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
  return { alarm, read, severity: ofAlarm, shown: '' };
};

const raise = ({ alarm, severity: ofAlarm }: Watch, text: string, time: Date): void => {
  const isActive = text !== '';
  if (isActive) alarm.activateAlarm();
  else alarm.deactivateAlarm(!alarm.currentBranch().getAckedState());
  alarm.raiseNewCondition({
    message: isActive ? text : 'back to normal',
    severity: isActive ? ofAlarm : severity.normal,
    quality: StatusCodes.Good,
    time,
  });
};
