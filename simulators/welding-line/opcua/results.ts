import { DataType, type ExtensionObject, StatusCodes, type UAVariable, Variant } from 'node-opcua';
import type { JsonObject } from '../../plant.ts';
import { torchIds } from '../readings.ts';
import { addAddIn, indexOf, objectType, ownEventType, type Place, required } from './place.ts';
import { machineId } from './units.ts';

const evaluations = { OK: 1, NotOK: 2, NotDecidable: 3 } as const;
type Evaluation = keyof typeof evaluations;
const completed = 1;
const deformationLimitMm = 6;
/** Of a seam without arc, mm, beyond the stagger of the ignition. */
const openLimitMm = 60;
const lostLimitSeconds = 1;

/** Result of a seam or of the whole panel, with the values that it rests on. */
type Result = {
  /** F01..B10, or Panel. */
  readonly name: string;
  readonly evaluation: Evaluation;
  readonly content: Readonly<Record<string, number>>;
};

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
  for (const name of [...torchIds, 'Panel']) {
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
    for (const result of resultsOf(panel)) {
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

const resultsOf = (panel: JsonObject): readonly Result[] => {
  const seams = Object.entries(panel['seams'] as Record<string, JsonObject>).flatMap(
    ([name, seam]) => (Number(seam['arcStarts']) === 0 ? [] : [seamResult(name, seam, panel)]),
  );
  const isWhole = seams.every(({ evaluation }) => evaluation !== 'NotOK');
  const isStraight = Number(panel['maxAbsZMm']) <= deformationLimitMm;
  const content = numbersOf(panel, [
    ...['maxAbsZMm', 'bowMm', 'shrinkageMm', 'heatBalanceIndex', 'weldEnergyKwh'],
    ...['wireKg', 'gasM3', 'corrections', 'interventions', 'weldSeconds'],
  ]);
  return [...seams, { name: 'Panel', evaluation: isWhole && isStraight ? 'OK' : 'NotOK', content }];
};

const seamResult = (name: string, seam: JsonObject, panel: JsonObject): Result => {
  const openMm = Number(panel['positionMm']) - Number(seam['arcOnLengthMm']);
  const isLost = Number(seam['seamLostSeconds']) > lostLimitSeconds;
  const tracking = seam['tracking'] as JsonObject;
  return {
    name,
    evaluation: openMm > openLimitMm ? 'NotOK' : isLost ? 'NotDecidable' : 'OK',
    content: {
      ...numbersOf(seam, ['heatInputKjPerMm', 'arcOnLengthMm', 'arcStarts', 'seamLostSeconds']),
      ...numbersOf(tracking, ['rmsMm', 'p95Mm', 'maxMm']),
    },
  };
};

const numbersOf = (from: JsonObject, keys: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(keys.map((key) => [key, Number(from[key])]));

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
      stepId: result.name,
      partId: panelId,
      jobId: String(panel['jobId']),
      creationTime: new Date(model.line.timeMs),
      resultEvaluation: evaluations[result.evaluation],
    }),
    resultContent: Object.entries(result.content).map(
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
