import {
  DataType,
  type ExtensionObject,
  type UAObject,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { Job, JobState } from '../job-book.ts';
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
const stateNumbers: Readonly<Record<JobState, number>> = {
  ...{ NotAllowedToStart: 1, AllowedToStart: 2, Running: 3, Interrupted: 4, Ended: 5, Aborted: 6 },
};

/**
 * JobManagement of OPC 40001-3: the orders of the machine with their states, when they began and ended, and an event when a
 * state changes. The result is to be called each step.
 */
export const addJobs = (place: Place, blocks: UAObject): (() => void) => {
  const { namespace, addressSpace, model, book } = place;
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
  const responses = addResponses(place, management);
  const base = required(addressSpace.findEventType('ISA95JobOrderStatusEventType', control));
  const eventType = ownEventType(place, 'WeldJobOrderStatusEventType', base);
  const encoder = new JobEncoder(place);
  let shown = book.jobs;
  const show = (): void => {
    const { jobs: all } = book;
    const time = new Date(model.line.timeMs);
    const begun = all.filter(({ startMs }) => startMs !== undefined);
    setList(
      responses,
      begun.map((job) => encoder.response(job)),
      time,
    );
    setList(
      list,
      all.map((job) => encoder.orderAndState(job)),
      time,
    );
    for (const job of all) {
      const before = shown.find(({ jobId }) => jobId === job.jobId);
      if (before?.state !== job.state) receiver.raiseEvent(eventType, encoder.event(job, time));
    }
    shown = all;
  };
  show();
  return () => {
    if (book.jobs !== shown) show();
  };
};

/** JobOrderResponseList, which is optional. */
const addResponses = (place: Place, management: UAObject): UAVariable => {
  const control = indexOf(place, 'jobControl');
  const results = required(
    management.getComponentByName('JobOrderResults', indexOf(place, 'jobs')),
  ) as UAObject;
  const found = results.getComponentByName('JobOrderResponseList', control);
  if (found !== null) return variable(found);
  return place.namespace.addVariable({
    componentOf: results,
    browseName: { name: 'JobOrderResponseList', namespaceIndex: control },
    nodeId: `s=${machineId}.JobManagement.JobOrderResponseList`,
    dataType: required(place.addressSpace.findDataType('ISA95JobResponseDataType', control)).nodeId,
    valueRank: 1,
    accessLevel: 'CurrentRead',
    userAccessLevel: 'CurrentRead',
  });
};

const setList = (list: UAVariable, value: readonly ExtensionObject[], time: Date): void => {
  list.setValueFromSource(
    { dataType: DataType.ExtensionObject, arrayType: VariantArrayType.Array, value: [...value] },
    undefined,
    time,
  );
};

/** Writes orders in the structures of OPC 10031-4. */
class JobEncoder {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  orderAndState(job: Job): ExtensionObject {
    const state = [this.#state(job)];
    return this.#create('ISA95JobOrderAndStateDataType', { jobOrder: this.#order(job), state });
  }

  response(job: Job): ExtensionObject {
    const { jobId, startMs, endMs } = job;
    return this.#create('ISA95JobResponseDataType', {
      ...{ jobResponseID: `${jobId}/response`, jobOrderID: jobId, jobState: [this.#state(job)] },
      ...(startMs === undefined ? {} : { startTime: new Date(startMs) }),
      ...(endMs === undefined ? {} : { endTime: new Date(endMs) }),
    });
  }

  event(job: Job, time: Date): Record<string, Variant> {
    const { jobId, state } = job;
    const structure = (value: ExtensionObject): Variant =>
      new Variant({ dataType: DataType.ExtensionObject, value });
    return {
      message: new Variant({
        dataType: DataType.LocalizedText,
        value: { text: `${jobId} ${state}` },
      }),
      severity: new Variant({ dataType: DataType.UInt16, value: 100 }),
      time: new Variant({ dataType: DataType.DateTime, value: time }),
      jobOrder: structure(this.#order(job)),
      jobState: new Variant({
        dataType: DataType.ExtensionObject,
        arrayType: VariantArrayType.Array,
        value: [this.#state(job)],
      }),
      jobResponse: structure(this.response(job)),
    };
  }

  #order({ jobId, panelId, process, plannedStartMs }: Job): ExtensionObject {
    return this.#create('ISA95JobOrderDataType', {
      jobOrderID: jobId,
      description: [{ text: `Weld panel ${panelId}` }],
      workMasterID: [this.#create('ISA95WorkMasterDataType', { ID: `WPS-${process}` })],
      startTime: new Date(plannedStartMs),
      priority: 0,
      materialRequirements: [
        this.#create('ISA95MaterialDataType', {
          ...{ materialDefinitionID: 'membrane-panel', materialSublotID: panelId },
          ...{ materialUse: 'Material Produced', quantity: '1' },
        }),
      ],
    });
  }

  #state({ state }: Job): ExtensionObject {
    return this.#create('ISA95StateDataType', {
      browsePath: {},
      stateText: { text: state },
      stateNumber: stateNumbers[state],
    });
  }

  #create(name: string, fields: Record<string, unknown>): ExtensionObject {
    const { addressSpace } = this.#place;
    const type = required(addressSpace.findDataType(name, indexOf(this.#place, 'jobControl')));
    return addressSpace.constructExtensionObject(type, fields);
  }
}
