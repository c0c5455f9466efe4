import { DataType, type ExtensionObject, StatusCodes, type UAVariable, Variant } from 'node-opcua';
import type { JsonObject } from '../../plant.ts';
import { type JudgedValue, judgedPanel, type Result, violationOf } from '../judgement.ts';
import { torchIds } from '../readings.ts';
import { addAddIn, indexOf, objectType, ownEventType, type Place, required } from './place.ts';
import { machineId } from './units.ts';

const panelName = 'Panel';
/** Of OPC 40001-101. */
const evaluations = { OK: 1, NotOK: 2, NotDecidable: 3 } as const;
/** Own numbers: which limit a value is beyond. */
const violations = { none: 0, below: 1, above: 2 } as const;
const completed = 1;

/** ResultManagement of OPC 40001-101: the last results as variables, and an event for each new one. The result is to be called each step. */
export const addResults = (place: Place): (() => void) => {
  const { namespace, machine, model } = place;
  const resultIndex = indexOf(place, 'result');
  const management = objectType(place, 'result', 'ResultManagementType').instantiate({
    browseName: { name: 'ResultManagement', namespaceIndex: resultIndex },
    nodeId: `ns=${namespace.index};s=${machineId}.ResultManagement`,
    namespace,
    optionals: ['Results'],
  });
  management.setEventNotifier(1);
  machine.addReference({ referenceType: 'HasNotifier', nodeId: management.nodeId });
  addAddIn(machine, management);
  const folder = required(management.getComponentByName('Results', resultIndex));
  const nodes = new Map<string, UAVariable>();
  for (const name of [...torchIds, panelName]) {
    nodes.set(
      name,
      namespace.addVariable({
        componentOf: folder,
        browseName: name,
        nodeId: `s=${machineId}.Results.${name}`,
        dataType: required(place.addressSpace.findDataType('ResultDataType', resultIndex)).nodeId,
        accessLevel: 'CurrentRead',
        userAccessLevel: 'CurrentRead',
      }),
    );
  }
  for (const node of nodes.values()) {
    node.setValueFromSource({ dataType: DataType.Null }, StatusCodes.BadNoData);
  }
  const base = required(place.addressSpace.findEventType('ResultReadyEventType', resultIndex));
  const eventType = ownEventType(place, 'WeldResultReadyEventType', base);
  let seen = model.lastPanelTruth;
  return () => {
    const panel = model.lastPanelTruth;
    if (panel === seen || panel === undefined) return;
    seen = panel;
    const time = new Date(model.line.timeMs);
    const results = judgedPanel(panel);
    for (const [name, node] of nodes) {
      if (results.some((result) => result.name === name)) continue;
      node.setValueFromSource({ dataType: DataType.Null }, StatusCodes.BadNoData, time);
    }
    for (const result of results) {
      const value = new Variant({
        dataType: DataType.ExtensionObject,
        value: encode(place, panel, result),
      });
      required(nodes.get(result.name)).setValueFromSource(value, StatusCodes.Good, time);
      management.raiseEvent(eventType, {
        sourceName: { dataType: DataType.String, value: result.name },
        message: {
          dataType: DataType.LocalizedText,
          value: { text: `${result.name}: ${result.evaluation}` },
        },
        severity: { dataType: DataType.UInt16, value: result.evaluation === 'OK' ? 100 : 500 },
        time: { dataType: DataType.DateTime, value: time },
        result: value,
      });
    }
  };
};

/** A value and, under its name, what it is judged by, as the values of OPC 40450-1 have it. */
const pairsOf = ({ name, value, limits }: JudgedValue): readonly (readonly [string, number])[] => {
  const pairs: [string, number][] = [[name, value]];
  if (limits === undefined) return pairs;
  const { low, high, target } = limits;
  if (low !== undefined) pairs.push([`${name}.LowLimit`, low]);
  if (high !== undefined) pairs.push([`${name}.HighLimit`, high]);
  if (target !== undefined) pairs.push([`${name}.TargetValue`, target]);
  pairs.push([`${name}.ViolationType`, violations[violationOf({ value, limits })]]);
  return pairs;
};

/** ResultDataType: OPC 40001-101 §10.5, with name and value pairs as its content. */
const encode = (place: Place, panel: JsonObject, result: Result): ExtensionObject => {
  const { addressSpace, model } = place;
  const index = indexOf(place, 'result');
  const create = (name: string, fields: object): ExtensionObject =>
    addressSpace.constructExtensionObject(
      required(addressSpace.findDataType(name, index)),
      fields as Record<string, unknown>,
    );
  const pair = required(addressSpace.findDataType('KeyValuePair', 0));
  const panelId = String(panel['id']);
  return create('ResultDataType', {
    resultMetaData: create('ResultMetaDataType', {
      resultId: `${panelId}/${result.name}`,
      isPartial: false,
      isSimulated: true,
      resultState: completed,
      // The panel as a whole is no step.
      ...(result.name === panelName ? {} : { stepId: result.name }),
      partId: panelId,
      jobId: String(panel['jobId']),
      creationTime: new Date(model.line.timeMs),
      resultEvaluation: evaluations[result.evaluation],
    }),
    resultContent: result.values.flatMap(pairsOf).map(
      ([name, value]) =>
        new Variant({
          dataType: DataType.ExtensionObject,
          value: addressSpace.constructExtensionObject(pair, {
            key: { namespaceIndex: place.namespace.index, name },
            value: { dataType: DataType.Double, value },
          }),
        }),
    ),
  });
};
