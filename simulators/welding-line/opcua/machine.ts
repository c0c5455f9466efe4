import {
  type AddressSpace,
  type BaseNode,
  DataType,
  type Namespace,
  NodeId,
  type UAObject,
  type UAVariable,
  Variant,
} from 'node-opcua';
import type { LiveValue } from '../../wire/opcua/live-value.ts';
import type { LiveValues } from '../../wire/opcua/live-values.ts';
import type { SpaceBuilder } from '../../wire/opcua/server.ts';
import { addDeclaration, bindLive } from '../../wire/opcua/signal-nodes.ts';
import type { LineReadings } from '../readings.ts';
import { type LineSignals, machineId, type SignalGroup, torchSignals } from './signals.ts';

const diUri = 'http://opcfoundation.org/UA/DI/';
const machineryUri = 'http://opcfoundation.org/UA/Machinery/';
/** Objects/Machines of OPC 40001-1. */
const machinesId = 1001;

type Uris = { readonly di: number; readonly machinery: number };

/** Builds Objects/Machines/MPM01 (OPC 40001-1) with its signals into the address space. */
export const buildMachine = (
  { addressSpace, namespace, values, addSignal }: SpaceBuilder,
  signals: LineSignals,
  line: LineReadings,
): void => {
  const uris = {
    di: addressSpace.getNamespaceIndex(diUri),
    machinery: addressSpace.getNamespaceIndex(machineryUri),
  };
  const machine = namespace.addObject({
    browseName: machineId,
    nodeId: `s=${machineId}`,
    organizedBy: required(addressSpace.findNode(`ns=${uris.machinery};i=${machinesId}`)),
    description: 'Simulated multi-head panel welder',
  });
  const place = { addressSpace, namespace, uris, machine };
  addIdentification(place);
  const addGroup = (parent: UAObject, { id, browseName, signals: own }: SignalGroup): void => {
    const object = namespace.addObject({ componentOf: parent, browseName, nodeId: `s=${id}` });
    for (const signal of own) addSignal(object, signal);
  };
  const monitoring = namespace.addObject({
    componentOf: machine,
    browseName: 'Monitoring',
    nodeId: `s=${machineId}.Monitoring`,
  });
  addSignal(monitoring, signals.state);
  for (const group of signals.monitoring) addGroup(monitoring, group);
  const [profile, ...below] = signals.profile;
  const profileNode = addSignal(monitoring, required(profile));
  for (const signal of below) addSignal(profileNode, signal);
  addTorches(place, signals.torches, addSignal);
  addStates(place, values, line);
};

type Place = {
  readonly addressSpace: AddressSpace;
  readonly namespace: Namespace;
  readonly uris: Uris;
  readonly machine: UAObject;
};

const addIdentification = ({ addressSpace, namespace, uris, machine }: Place): void => {
  const type = required(addressSpace.findObjectType('MachineIdentificationType', uris.machinery));
  const identification = type.instantiate({
    browseName: { name: 'Identification', namespaceIndex: uris.di },
    nodeId: `ns=${namespace.index};s=${machineId}.Identification`,
    namespace,
    optionals: ['Model', 'SoftwareRevision'],
  });
  addAddIn(machine, identification);
  const set = (name: string, dataType: DataType, value: unknown): void => {
    const property = identification.getPropertyByName(name, uris.di);
    required(property).setValueFromSource({ dataType, value });
  };
  set('Manufacturer', DataType.LocalizedText, { text: 'Seamwatt simulated' });
  set('Model', DataType.LocalizedText, { text: 'MPM multi-head panel welder, 20 torches' });
  set('SerialNumber', DataType.String, 'SIM-MPM-01');
  set('ProductInstanceUri', DataType.String, 'urn:seamwatt:simulators:mpm:SIM-MPM-01');
  set('SoftwareRevision', DataType.String, '1');
};

const addTorches = (
  { addressSpace, namespace, uris, machine }: Place,
  torches: readonly SignalGroup[],
  addSignal: SpaceBuilder['addSignal'],
): void => {
  const torchType = namespace.addObjectType({
    browseName: 'WeldTorchType',
    nodeId: 's=WeldTorchType',
  });
  for (const { name, description, shape } of torchSignals) {
    const declaration = { id: `WeldTorchType.${name}`, browseName: name, description, shape };
    addDeclaration({ namespace, parent: torchType }, declaration, 'Mandatory');
  }
  const componentsType = addressSpace.findObjectType('MachineComponentsType', uris.machinery);
  const components = namespace.addObject({
    browseName: { name: 'Components', namespaceIndex: uris.machinery },
    nodeId: `s=${machineId}.Components`,
    typeDefinition: required(componentsType),
  });
  addAddIn(machine, components);
  const folder = namespace.addObject({
    componentOf: components,
    browseName: 'Torches',
    nodeId: `s=${machineId}.T`,
    typeDefinition: 'FolderType',
  });
  for (const { id, browseName, signals } of torches) {
    const torch = namespace.addObject({
      componentOf: folder,
      browseName,
      nodeId: `s=${id}`,
      typeDefinition: torchType,
    });
    for (const signal of signals) addSignal(torch, signal);
  }
};

/** The two state machines of OPC 40001-1 from which availability is counted; the mode is always Processing. */
const addStates = (place: Place, values: LiveValues, line: LineReadings): void => {
  const { namespace, uris, machine } = place;
  const blocks = namespace.addObject({
    componentOf: machine,
    browseName: { name: 'MachineryBuildingBlocks', namespaceIndex: uris.machinery },
    nodeId: `s=${machineId}.MachineryBuildingBlocks`,
    typeDefinition: 'FolderType',
  });
  const isExecuting = (): boolean => line.phase !== 'load' && line.phase !== 'unload';
  addStateMachine(place, {
    blocks,
    values,
    line,
    name: 'MachineryItemState',
    typeName: 'MachineryItemState_StateMachineType',
    state: () => (isExecuting() ? 'Executing' : 'NotExecuting'),
  });
  addStateMachine(place, {
    blocks,
    values,
    line,
    name: 'MachineryOperationMode',
    typeName: 'MachineryOperationModeStateMachineType',
    state: () => 'Processing',
  });
};

type StateMachine = {
  readonly blocks: UAObject;
  readonly values: LiveValues;
  readonly line: LineReadings;
  readonly name: string;
  readonly typeName: string;
  readonly state: () => string;
};

const addStateMachine = ({ addressSpace, namespace, uris }: Place, machine: StateMachine): void => {
  const type = required(addressSpace.findObjectType(machine.typeName, uris.machinery));
  const instance = type.instantiate({
    browseName: { name: machine.name, namespaceIndex: uris.machinery },
    nodeId: `ns=${namespace.index};s=${machineId}.${machine.name}`,
    namespace,
  });
  addAddIn(machine.blocks, instance);
  const current = variable(instance.getComponentByName('CurrentState'));
  const stateId = required(current.getPropertyByName('Id'));
  const bind = (node: UAVariable, encode: LiveValue['encode']): void =>
    bindLive(
      node,
      {
        id: String(node.nodeId.value),
        read: machine.state,
        timeMs: () => machine.line.timeMs,
        encode,
      },
      machine.values,
    );
  bind(current, (text) => new Variant({ dataType: DataType.LocalizedText, value: { text } }));
  bind(stateId, (text) => {
    const state = type.getComponentByName(String(text), uris.machinery);
    return new Variant({ dataType: DataType.NodeId, value: state?.nodeId ?? NodeId.nullNodeId });
  });
};

const addAddIn = (parent: UAObject, addIn: UAObject): void => {
  parent.addReference({ referenceType: 'HasAddIn', nodeId: addIn.nodeId });
};

const variable = (node: BaseNode | null): UAVariable => required(node) as UAVariable;

/** What the nodesets promise must be there. */
const required = <T>(found: T | null | undefined): T => {
  if (found === null || found === undefined) throw new Error('the nodesets lack a node');
  return found;
};
