import { DataType, NodeId, StatusCodes, type UAAlarmConditionEx, type UAObject } from 'node-opcua';
import type { Place } from './place.ts';
import { faultTexts } from './torch-signals.ts';
import { machineId } from './units.ts';

/** The longest that an alarm can be shelved, ms: a shift. */
const maxTimeShelved = 8 * 3_600_000;
const severity = { machine: 700, torch: 600, normal: 100 } as const;

type Watch = {
  readonly alarm: UAAlarmConditionEx;
  /** Code of what is wrong, 0 while nothing is. */
  readonly read: () => number;
  readonly textOf: (code: number) => string;
  readonly severity: number;
  /** Whether the design of the machine has it suppressed now. */
  readonly isSuppressed: () => boolean;
  shown: number;
  wasSuppressed: boolean;
  /** Whether a client has suppressed it. */
  isSuppressedByHand: boolean;
  isOutOfService: boolean;
};

/** The alarms' folder, and what is to be called each step. */
export type Alarms = { readonly folder: UAObject; readonly step: () => void };

/**
 * Alarms of the machine and of each torch as OffNormalAlarmType, with acknowledgement, shelving and
 * out-of-service. Those of a disabled torch are suppressed.
 */
export const addAlarms = (place: Place): Alarms => {
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
      isSuppressed: () => false,
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
        isSuppressed: () => !torch.isEnabled,
      }),
    ),
  ];
  const timeNow = (): Date => new Date(model.line.timeMs);
  for (const one of watches) {
    offerService(one, timeNow);
    offerSuppression(one, timeNow);
  }
  const step = (): void => {
    for (const one of watches) {
      const code = one.read();
      const isSuppressed = one.isSuppressed() || one.isSuppressedByHand;
      const isNew = code !== one.shown;
      if (!isNew && isSuppressed === one.wasSuppressed) continue;
      one.shown = code;
      one.wasSuppressed = isSuppressed;
      one.alarm.suppressedState?.setValue(isSuppressed);
      if (isNew) activate(one);
      raise(one, timeNow());
    }
  };
  return { folder, step };
};

type AlarmOptions = Pick<Watch, 'read' | 'textOf' | 'severity' | 'isSuppressed'> & {
  readonly name: string;
};

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
    optionals: [
      ...['ConfirmedState', 'Confirm', 'ShelvingState', 'SuppressedState'],
      ...['OutOfServiceState', 'RemoveFromService', 'PlaceInService', 'Suppress', 'Unsuppress'],
    ],
    maxTimeShelved,
  });
  alarm.shelvingState?.setState('Unshelved');
  alarm.suppressedState?.setValue(false);
  return {
    ...{ alarm, ...options, shown: 0, isOutOfService: false },
    ...{ wasSuppressed: false, isSuppressedByHand: false },
  };
};

/** Lets clients suppress an alarm and take that back; what the machine itself suppresses stays so. */
const offerSuppression = (watched: Watch, timeNow: () => Date): void => {
  const { alarm } = watched;
  for (const [method, isWanted] of [
    [alarm.suppress, true],
    [alarm.unsuppress, false],
  ] as const) {
    method?.bindMethod(async (_inputs: unknown, _context: unknown) => {
      if (watched.isSuppressedByHand === isWanted) {
        return { statusCode: StatusCodes.BadInvalidState };
      }
      watched.isSuppressedByHand = isWanted;
      watched.wasSuppressed = isWanted || watched.isSuppressed();
      alarm.suppressedState?.setValue(watched.wasSuppressed);
      raise(watched, timeNow());
      return { statusCode: StatusCodes.Good };
    });
  }
};

/** Lets clients take an alarm out of service and put it back. */
const offerService = (watched: Watch, timeNow: () => Date): void => {
  const { alarm } = watched;
  const state = alarm.outOfServiceState;
  const show = (isOut: boolean): void => {
    watched.isOutOfService = isOut;
    const text = isOut ? 'Out of Service' : 'In Service';
    state?.setValueFromSource({ dataType: DataType.LocalizedText, value: { text } });
    state?.id.setValueFromSource({ dataType: DataType.Boolean, value: isOut });
  };
  show(false);
  for (const [method, isOut] of [
    [alarm.removeFromService, true],
    [alarm.placeInService, false],
  ] as const) {
    method?.bindMethod(async (_inputs: unknown, _context: unknown) => {
      if (watched.isOutOfService === isOut) return { statusCode: StatusCodes.BadInvalidState };
      show(isOut);
      raise(watched, timeNow());
      return { statusCode: StatusCodes.Good };
    });
  }
};

const activate = ({ alarm, shown }: Watch): void => {
  if (shown !== 0) {
    alarm.activateAlarm();
    return;
  }
  alarm.deactivateAlarm(!alarm.currentBranch().getAckedState());
  const shelving = alarm.shelvingState;
  if (shelving?.getCurrentState() === 'OneShotShelved') shelving.setState('Unshelved');
};

/** Tells clients of the alarm as it is now. */
const raise = (
  { alarm, textOf, shown, severity: ofAlarm, isOutOfService }: Watch,
  time: Date,
): void => {
  const isActive = shown !== 0;
  alarm.suppressedOrShelved.setValueFromSource({
    dataType: DataType.Boolean,
    value: isOutOfService || alarm.isSuppressedOrShelved(),
  });
  alarm.raiseNewCondition({
    message: isActive ? textOf(shown) : 'back to normal',
    severity: isActive ? ofAlarm : severity.normal,
    quality: StatusCodes.Good,
    time,
  });
};
