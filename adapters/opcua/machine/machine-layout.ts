import { describeAddress, type NodeAddress, pathOf } from '../node-address.ts';
import type { MachineConfig, MachineNodeConfig } from './machine-schema.ts';

export type MachineRole = 'jobOrders' | 'jobResponses' | 'results' | 'events';

/** One node that a machine shows beside its points. */
export type MachineNode = {
  readonly role: MachineRole;
  readonly address: NodeAddress;
  /** For messages: `jobOrders (Machines/MPM01/JobOrderList)`. */
  readonly name: string;
};

export type MachineSpec = {
  readonly area: string;
  readonly line: string;
  readonly nodes: readonly MachineNode[];
};

/** `found` says what is wrong, if anything is. */
export const layoutMachine = (
  machine: MachineConfig,
  place: Omit<MachineSpec, 'nodes'> & { readonly namespaceUri: string | undefined },
): { readonly spec: MachineSpec; readonly found: string | undefined } => {
  const { area, line } = place;
  const nodes: MachineNode[] = [];
  let found: string | undefined;
  const add = (role: MachineRole, node: MachineNodeConfig | undefined): void => {
    if (node === undefined) return;
    const address = addressOf(node, node.namespaceUri ?? place.namespaceUri);
    if (address === undefined) found ??= `no namespaceUri for ${role}`;
    else nodes.push({ role, address, name: `${role} (${describeAddress(address)})` });
  };
  add('jobOrders', machine.jobOrders);
  add('jobResponses', machine.jobResponses);
  for (const node of machine.results) add('results', node);
  for (const node of machine.events) add('events', node);
  return { spec: { area, line, nodes }, found };
};

const addressOf = (
  { node, path }: MachineNodeConfig,
  uri: string | undefined,
): NodeAddress | undefined => {
  if (uri === undefined) return undefined;
  return node === undefined
    ? { type: 'path', elements: pathOf(path ?? [], uri) }
    : { type: 'identifier', identifier: node, namespaceUri: uri };
};
