import {
  DataType,
  type ExtensionObject,
  type UAObject,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { LinePhase } from '../readings.ts';
import {
  addAddIn,
  indexOf,
  objectType,
  ownEventType,
  type Place,
  required,
  variable,
} from './place.ts';
import { machineId } from './units.ts';

/** States of a job order, OPC 10031-4, by their numbers there. */
const jobStates = { AllowedToStart: 2, Running: 3, Interrupted: 4, Ended: 5 } as const;
type JobState = keyof typeof jobStates;

const stateOf = (phase: LinePhase): JobState => {
  if (phase === 'load' || phase === 'setup' || phase === 'standby') return 'AllowedToStart';
  if (phase === 'out-of-service') return 'Interrupted';
  return phase === 'unload' ? 'Ended' : 'Running';
};

type Order = { readonly jobId: string; readonly panelId: string; readonly state: JobState };

/** JobManagement of OPC 40001-3: the order of the panel on the line, and an event when its state changes. The result is to be called each step. */
export const addJobs = (place: Place, blocks: UAObject): (() => void) => {
  const { namespace, addressSpace, model } = place;
  const jobs = indexOf(place, 'jobs');
  const control = indexOf(place, 'jobControl');
  const management = objectType(place, 'jobs', 'JobManagementType').instantiate({
    browseName: { name: 'JobManagement', namespaceIndex: jobs },
    nodeId: `ns=${namespace.index};s=${machineId}.JobManagement`,
    namespace,
  });
  addAddIn(blocks, management);
  const receiver = required(management.getComponentByName('JobOrderControl', jobs)) as UAObject;
  receiver.setEventNotifier(1);
  place.machine.addReference({ referenceType: 'HasNotifier', nodeId: receiver.nodeId });
  const list = variable(
    receiver.getComponentByName('JobOrderList', control) ??
      receiver.getPropertyByName('JobOrderList', control),
  );
  const base = required(addressSpace.findEventType('ISA95JobOrderStatusEventType', control));
  const eventType = ownEventType(place, 'WeldJobOrderStatusEventType', base);
  let shown: Order | undefined;
  const show = (): void => {
    const { jobId, panelId, phase, timeMs } = model.line;
    const state = stateOf(phase);
    if (shown?.jobId === jobId && shown.state === state) return;
    const order: Order = { jobId, panelId, state };
    shown = order;
    const time = new Date(timeMs);
    const { jobOrder, jobState, both, response } = encode(place, order, time);
    list.setValueFromSource(
      { dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: [both] },
      undefined,
      time,
    );
    receiver.raiseEvent(eventType, {
      message: { dataType: DataType.LocalizedText, value: { text: `${jobId} ${state}` } },
      severity: { dataType: DataType.UInt16, value: 100 },
      time: { dataType: DataType.DateTime, value: time },
      jobOrder: new Variant({ dataType: DataType.ExtensionObject, value: jobOrder }),
      jobState: new Variant({
        dataType: DataType.ExtensionObject,
        arrayType: VariantArrayType.Array,
        value: [jobState],
      }),
      jobResponse: new Variant({ dataType: DataType.ExtensionObject, value: response }),
    });
  };
  show();
  return show;
};

const encode = (place: Place, { jobId, panelId, state }: Order, time: Date) => {
  const { addressSpace } = place;
  const index = indexOf(place, 'jobControl');
  const create = (name: string, fields: Record<string, unknown>): ExtensionObject =>
    addressSpace.constructExtensionObject(required(addressSpace.findDataType(name, index)), fields);
  const jobState = create('ISA95StateDataType', {
    browsePath: {},
    stateText: { text: state },
    stateNumber: jobStates[state],
  });
  const jobOrder = create('ISA95JobOrderDataType', {
    jobOrderID: jobId,
    description: [{ text: `Weld panel ${panelId}` }],
    priority: 0,
  });
  return {
    jobState,
    jobOrder,
    both: create('ISA95JobOrderAndStateDataType', { jobOrder, state: [jobState] }),
    response: create('ISA95JobResponseDataType', {
      jobResponseID: `${jobId}/${state}`,
      jobOrderID: jobId,
      jobState: [jobState],
      startTime: time,
    }),
  };
};
