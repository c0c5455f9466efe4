import { DataType, type UAObject, Variant } from 'node-opcua';
import { bindLive } from '../../wire/opcua/signal-nodes.ts';
import { addAddIn, indexOf, objectType, type Place, variable } from './place.ts';
import { bindState } from './states.ts';
import { machineId } from './units.ts';

/** MachineryBuildingBlocks of OPC 40001-1: the two state machines from which times are counted, and the counters of operation. */
export const addBlocks = (place: Place): UAObject => {
  const { namespace, machine, model } = place;
  const machinery = indexOf(place, 'machinery');
  const blocks = namespace.addObject({
    componentOf: machine,
    browseName: { name: 'MachineryBuildingBlocks', namespaceIndex: machinery },
    nodeId: `s=${machineId}.MachineryBuildingBlocks`,
    typeDefinition: 'FolderType',
  });
  for (const [name, typeName, state] of [
    ['MachineryItemState', 'MachineryItemState_StateMachineType', () => model.line.itemState],
    [
      'MachineryOperationMode',
      'MachineryOperationModeStateMachineType',
      () => model.line.operationMode,
    ],
  ] as const) {
    const instance = addBlock(place, blocks, { name, typeName });
    const type = objectType(place, 'machinery', typeName);
    bindState(place, { instance, type, namespaceIndex: machinery, state });
  }
  addCounters(place, blocks);
  return blocks;
};

/** Notifications of OPC 40001-1: the alarms of the machine, as objects and as events. */
export const addNotifications = (place: Place, blocks: UAObject, alarms: UAObject): void => {
  const notifications = addBlock(place, blocks, {
    name: 'Notifications',
    typeName: 'NotificationsType',
  });
  notifications.setEventNotifier(1);
  notifications.addReference({ referenceType: 'Organizes', nodeId: alarms.nodeId });
  notifications.addReference({ referenceType: 'HasNotifier', nodeId: alarms.nodeId });
};

type Block = {
  readonly name: string;
  readonly typeName: string;
  readonly optionals?: readonly string[];
};

const addBlock = (
  place: Place,
  blocks: UAObject,
  { name, typeName, optionals }: Block,
): UAObject => {
  const { namespace } = place;
  const instance = objectType(place, 'machinery', typeName).instantiate({
    browseName: { name, namespaceIndex: indexOf(place, 'machinery') },
    nodeId: `ns=${namespace.index};s=${machineId}.${name}`,
    namespace,
    optionals: [...(optionals ?? [])],
  });
  addAddIn(blocks, instance);
  return instance;
};

/** OperationCounters: since the start of the simulation. */
const addCounters = (place: Place, blocks: UAObject): void => {
  const { model, values } = place;
  const durationOf = (read: () => number) => ({
    read,
    encode: (value: unknown): Variant =>
      new Variant({ dataType: DataType.Double, value: Number(value) }),
  });
  const counters = {
    PowerOnDuration: durationOf(() => model.operation.counters.powerOnMs),
    OperationDuration: durationOf(() => model.operation.counters.operationMs),
    OperationCycleCounter: {
      read: () => model.operation.counters.cycles,
      encode: (value: unknown): Variant =>
        new Variant({ dataType: DataType.UInt32, value: Number(value) }),
    },
  } as const;
  const instance = addBlock(place, blocks, {
    name: 'OperationCounters',
    typeName: 'MachineryOperationCounterType',
    optionals: Object.keys(counters),
  });
  const di = indexOf(place, 'di');
  for (const [name, { read, encode }] of Object.entries(counters)) {
    const node = variable(
      instance.getPropertyByName(name, di) ?? instance.getComponentByName(name, di),
    );
    const timeMs = (): number => model.line.timeMs;
    bindLive(node, { id: String(node.nodeId.value), read, encode, timeMs }, values);
  }
};
