import {
  DataType,
  type ExtensionObject,
  StatusCodes,
  type UAObject,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { JsonObject } from '../../plant.ts';
import { indexOf, objectType, ownEventType, type Place, required, variable } from './place.ts';
import { bindState } from './states.ts';
import { machineId } from './units.ts';

const lookingPhases: ReadonlySet<string> = new Set(['find', 'ignite', 'weld', 'crater']);
const severity = { result: 100, resolved: 200, error: 700 } as const;
const completed = 1;

/**
 * SeamVision, a VisionSystemType of OPC 40100-1: operational while it looks, in error while a PC of it has failed or it sees no
 * seam at all, halted while the line is out of service; a result of each panel, and events of results and errors. The result is
 * to be called each step.
 */
export const addVision = (place: Place): (() => void) => {
  const { namespace, machine, addressSpace } = place;
  const vision = indexOf(place, 'vision');
  const system = objectType(place, 'vision', 'VisionSystemType').instantiate({
    browseName: 'SeamVision',
    nodeId: `ns=${namespace.index};s=${machineId}.SeamVision`,
    namespace,
    componentOf: machine,
    optionals: ['ResultManagement', 'ResultManagement.Results'],
  });
  system.setEventNotifier(1);
  machine.addReference({ referenceType: 'HasNotifier', nodeId: system.nodeId });
  const state = (): string => stateOf(place);
  bindState(place, {
    instance: required(system.getComponentByName('VisionStateMachine', vision)) as UAObject,
    type: objectType(place, 'vision', 'VisionStateMachineType'),
    namespaceIndex: vision,
    state,
  });
  const showResult = addResults(place, system);
  const own = (name: string, base: string) =>
    ownEventType(place, name, required(addressSpace.findEventType(base, vision)));
  const [failed, resolved] = [
    own('SeamVisionErrorEventType', 'ErrorEventType'),
    own('SeamVisionErrorResolvedEventType', 'ErrorResolvedEventType'),
  ];
  let isFailed = state() === 'Error';
  return () => {
    const isError = state() === 'Error';
    if (isError !== isFailed) {
      isFailed = isError;
      const text = isError ? 'seam vision has failed' : 'seam vision sees again';
      system.raiseEvent(isError ? failed : resolved, {
        sourceName: { dataType: DataType.String, value: 'SeamVision' },
        message: { dataType: DataType.LocalizedText, value: { text } },
        severity: {
          dataType: DataType.UInt16,
          value: isError ? severity.error : severity.resolved,
        },
        time: { dataType: DataType.DateTime, value: new Date(place.model.line.timeMs) },
      });
    }
    showResult();
  };
};

const stateOf = ({ model }: Place): string => {
  const { phase, isVisionDown } = model.line;
  if (phase === 'out-of-service') return 'Halted';
  if (isVisionDown) return 'Error';
  if (!lookingPhases.has(phase)) return 'Preoperational';
  return model.torches.some(({ isSeamAhead }) => isSeamAhead) ? 'Operational' : 'Error';
};

/** ResultManagement/Results: the result of the last panel, BadNoData before the first. */
const addResults = (place: Place, system: UAObject): (() => void) => {
  const { namespace, addressSpace, model } = place;
  const vision = indexOf(place, 'vision');
  const management = required(system.getComponentByName('ResultManagement', vision));
  const folder = required(management.getComponentByName('Results', vision)) as UAObject;
  const node: UAVariable = variable(
    namespace.addVariable({
      componentOf: folder,
      browseName: 'Panel',
      nodeId: `s=${machineId}.SeamVision.Results.Panel`,
      dataType: required(addressSpace.findDataType('ResultDataType', vision)).nodeId,
      accessLevel: 'CurrentRead',
      userAccessLevel: 'CurrentRead',
    }),
  );
  node.setValueFromSource({ dataType: DataType.Null }, StatusCodes.BadNoData);
  const base = required(addressSpace.findEventType('ResultReadyEventType', vision));
  const eventType = ownEventType(place, 'SeamVisionResultReadyEventType', base);
  let seen = model.lastPanelTruth;
  return () => {
    const panel = model.lastPanelTruth;
    if (panel === seen || panel === undefined) return;
    seen = panel;
    const time = new Date(model.line.timeMs);
    const result = encode(place, panel, time);
    const value = new Variant({ dataType: DataType.ExtensionObject, value: result.whole });
    node.setValueFromSource(value, StatusCodes.Good, time);
    const structure = (part: ExtensionObject): Variant =>
      new Variant({ dataType: DataType.ExtensionObject, value: part });
    system.raiseEvent(eventType, {
      sourceName: { dataType: DataType.String, value: 'SeamVision' },
      message: {
        dataType: DataType.LocalizedText,
        value: { text: `seam vision: result of ${String(panel['id'])}` },
      },
      severity: { dataType: DataType.UInt16, value: severity.result },
      time: { dataType: DataType.DateTime, value: time },
      resultId: structure(result.resultId),
      jobId: structure(result.jobId),
      partId: structure(result.partId),
      creationTime: { dataType: DataType.DateTime, value: time },
      isPartial: { dataType: DataType.Boolean, value: false },
      isSimulated: { dataType: DataType.Boolean, value: true },
      resultState: { dataType: DataType.Int32, value: completed },
      resultContent: new Variant({
        dataType: DataType.ExtensionObject,
        arrayType: VariantArrayType.Array,
        value: result.content,
      }),
    });
  };
};

const encode = (place: Place, panel: JsonObject, time: Date) => {
  const { addressSpace } = place;
  const vision = indexOf(place, 'vision');
  const create = (name: string, fields: Record<string, unknown>): ExtensionObject =>
    addressSpace.constructExtensionObject(
      required(addressSpace.findDataType(name, vision)),
      fields,
    );
  const id = String(panel['id']);
  const resultId = create('ResultIdDataType', { id: `${id}/SeamVision` });
  const jobId = create('JobIdDataType', { id: String(panel['jobId']) });
  const partId = create('PartIdDataType', { id });
  const pair = required(addressSpace.findDataType('KeyValuePair', 0));
  const content = trackingOf(panel).map(([name, value]) =>
    addressSpace.constructExtensionObject(pair, {
      key: { namespaceIndex: place.namespace.index, name },
      value: { dataType: DataType.Double, value },
    }),
  );
  const whole = create('ResultDataType', {
    ...{ resultId, jobId, partId, creationTime: time },
    ...{ isPartial: false, isSimulated: true, resultState: completed },
    resultContent: content.map(
      (value) => new Variant({ dataType: DataType.ExtensionObject, value }),
    ),
  });
  return { resultId, jobId, partId, content, whole };
};

/** Of each seam how well it was followed, mm, and how long it was lost, s. */
const trackingOf = (panel: JsonObject): readonly (readonly [string, number])[] =>
  Object.entries(panel['seams'] as Record<string, JsonObject>).flatMap(([name, seam]) => {
    const tracking = seam['tracking'] as JsonObject;
    return [
      [`${name}.seamLostSeconds`, Number(seam['seamLostSeconds'])] as const,
      ...['rmsMm', 'p95Mm', 'maxMm'].map(
        (statistic) => [`${name}.${statistic}`, Number(tracking[statistic])] as const,
      ),
    ];
  });
