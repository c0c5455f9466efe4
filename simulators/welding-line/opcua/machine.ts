import { DataType, type UAObject } from 'node-opcua';
import type { SpaceBuilder } from '../../wire/opcua/server.ts';
import { addDeclaration } from '../../wire/opcua/signal-nodes.ts';
import { addAlarms } from './alarms.ts';
import { addBlocks, addNotifications } from './building-blocks.ts';
import { addJobs } from './jobs.ts';
import { addAddIn, indexOf, objectType, type Place, required } from './place.ts';
import { addResults } from './results.ts';
import type { LineSignals } from './signals.ts';
import { torchSignals } from './torch-signals.ts';
import { machineId, type SignalGroup } from './units.ts';
import { addVision } from './vision-system.ts';

/** Objects/Machines of OPC 40001-1. */
const machinesId = 1001;

/**
 * Builds Objects/Machines/MPM01 (OPC 40001-1) with its signals, results, jobs, vision and alarms
 * into the address space. The result ends its events.
 */
export const buildMachine = (
  { addressSpace, namespace, values, addSignal }: SpaceBuilder,
  signals: LineSignals,
  { model, book }: Pick<Place, 'model' | 'book'>,
): (() => void) => {
  const { server } = addressSpace.rootFolder.objects;
  const machine = namespace.addObject({
    browseName: machineId,
    nodeId: `s=${machineId}`,
    organizedBy: required(
      addressSpace.findNode(`ns=${indexOf({ addressSpace }, 'machinery')};i=${machinesId}`),
    ),
    description: 'Simulated multi-head panel welder',
    eventNotifier: 1,
    notifierOf: server,
  });
  const place: Place = { addressSpace, namespace, machine, model, book, values };
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
  addSignal(monitoring, signals.mode);
  for (const group of signals.monitoring) addGroup(monitoring, group);
  const [profile, ...below] = signals.profile;
  const profileNode = addSignal(monitoring, required(profile));
  for (const signal of below) addSignal(profileNode, signal);
  addTorches(place, signals.torches, addSignal);
  const blocks = addBlocks(place);
  const showVision = addVision(place);
  const alarms = addAlarms(place);
  addNotifications(place, blocks, alarms.folder);
  const steps = [addResults(place), addJobs(place, blocks), alarms.step, showVision];
  return model.onStep(() => {
    // While the server is silent it says nothing, also of events.
    if (!values.isHeld) for (const step of steps) step();
  });
};

const addIdentification = (place: Place): void => {
  const { namespace, machine } = place;
  const di = indexOf(place, 'di');
  const type = objectType(place, 'machinery', 'MachineIdentificationType');
  const identification = type.instantiate({
    browseName: { name: 'Identification', namespaceIndex: di },
    nodeId: `ns=${namespace.index};s=${machineId}.Identification`,
    namespace,
    optionals: ['Model', 'SoftwareRevision'],
  });
  addAddIn(machine, identification);
  const set = (name: string, dataType: DataType, value: unknown): void => {
    const property = identification.getPropertyByName(name, di);
    required(property).setValueFromSource({ dataType, value });
  };
  set('Manufacturer', DataType.LocalizedText, { text: 'Seamwatt simulated' });
  set('Model', DataType.LocalizedText, { text: 'MPM multi-head panel welder, 20 torches' });
  set('SerialNumber', DataType.String, 'SIM-MPM-01');
  set('ProductInstanceUri', DataType.String, 'urn:seamwatt:simulators:mpm:SIM-MPM-01');
  set('SoftwareRevision', DataType.String, '1');
};

const addTorches = (
  place: Place,
  torches: readonly SignalGroup[],
  addSignal: SpaceBuilder['addSignal'],
): void => {
  const { namespace, machine } = place;
  const torchType = namespace.addObjectType({
    browseName: 'WeldTorchType',
    nodeId: 's=WeldTorchType',
  });
  for (const { name, description, shape } of torchSignals) {
    const declaration = { id: `WeldTorchType.${name}`, browseName: name, description, shape };
    addDeclaration({ namespace, parent: torchType }, declaration, 'Mandatory');
  }
  const components = namespace.addObject({
    browseName: { name: 'Components', namespaceIndex: indexOf(place, 'machinery') },
    nodeId: `s=${machineId}.Components`,
    typeDefinition: objectType(place, 'machinery', 'MachineComponentsType'),
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
