import type {
  AddressSpace,
  BaseNode,
  Namespace,
  UAEventType,
  UAObject,
  UAObjectType,
  UAVariable,
} from 'node-opcua';
import type { LiveValues } from '../../wire/opcua/live-values.ts';
import type { JobBook } from '../job-book.ts';
import type { WeldingLine } from '../model.ts';

/** Companion specifications that the machine uses, by namespace. */
export const namespaceUris = {
  di: 'http://opcfoundation.org/UA/DI/',
  machinery: 'http://opcfoundation.org/UA/Machinery/',
  result: 'http://opcfoundation.org/UA/Machinery/Result/',
  jobs: 'http://opcfoundation.org/UA/Machinery/Jobs/',
  jobControl: 'http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/',
  vision: 'http://opcfoundation.org/UA/MachineVision',
} as const;

type Specification = keyof typeof namespaceUris;

/** Where parts of the machine are put: its object in the address space, and the model behind. */
export type Place = {
  readonly addressSpace: AddressSpace;
  readonly namespace: Namespace;
  readonly machine: UAObject;
  readonly model: WeldingLine;
  readonly book: JobBook;
  readonly values: LiveValues;
};

export const indexOf = ({ addressSpace }: Pick<Place, 'addressSpace'>, of: Specification): number =>
  addressSpace.getNamespaceIndex(namespaceUris[of]);

export const objectType = (
  place: Pick<Place, 'addressSpace'>,
  of: Specification,
  name: string,
): UAObjectType => required(place.addressSpace.findObjectType(name, indexOf(place, of)));

/** An own event type, as those of the specifications are abstract. */
export const ownEventType = (place: Place, name: string, base: UAEventType): UAEventType =>
  place.namespace.addObjectType({
    browseName: name,
    nodeId: `s=${name}`,
    subtypeOf: base,
    isAbstract: false,
  });

export const addAddIn = (parent: UAObject, addIn: UAObject): void => {
  parent.addReference({ referenceType: 'HasAddIn', nodeId: addIn.nodeId });
};

export const variable = (node: BaseNode | null | undefined): UAVariable =>
  required(node) as UAVariable;

/** What the nodesets promise must be there. */
export const required = <T>(found: T | null | undefined): T => {
  if (found === null || found === undefined) throw new Error('the nodesets lack a node');
  return found;
};
