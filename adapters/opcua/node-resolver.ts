import type { ClientSession, NodeId } from 'node-opcua-client';
import { type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { BlockCalls } from './block-calls.ts';
import type { OpcuaLibrary } from './library.ts';
import type { NodeAddress } from './node-address.ts';

type Addressed = { readonly address: NodeAddress };

export type ResolvedNode<Target extends Addressed> =
  | { readonly target: Target; readonly nodeId: NodeId }
  | { readonly target: Target; readonly status: StatusCode };

export type NodeResolverOptions = {
  readonly library: OpcuaLibrary;
  readonly session: ClientSession;
  readonly blocks: BlockCalls;
  /** Waits for an answer of the server, but not for ever. */
  ask<Result>(work: Promise<Result>): Promise<Result>;
};

/** Server_NamespaceArray (OPC UA Part 5 §6.3.1). */
const namespaceArrayId = 'ns=0;i=2255';
/** Objects, and HierarchicalReferences with all its subtypes. */
const objectsFolderId = 'ns=0;i=85';
const hierarchicalReferencesId = 'ns=0;i=33';

/** Turns addresses that outlive a restart of the server into node ids of this very session. */
export class NodeResolver {
  readonly #options: NodeResolverOptions;
  #indexByUri = new Map<string, number>();

  constructor(options: NodeResolverOptions) {
    this.#options = options;
  }

  /** Reads the namespaces anew, then resolves. */
  async resolve<Target extends Addressed>(
    targets: readonly Target[],
  ): Promise<readonly ResolvedNode<Target>[]> {
    await this.#readNamespaces();
    const resolved: ResolvedNode<Target>[] = [];
    const paths: Target[] = [];
    for (const target of targets) {
      if (target.address.type === 'path') paths.push(target);
      else resolved.push(this.#resolveIdentifier(target, target.address));
    }
    await this.#options.blocks.run(paths, {
      call: async (block) => {
        resolved.push(...(await this.#resolvePaths(block)));
      },
      refused: (target, status) => resolved.push({ target, status }),
    });
    return resolved;
  }

  async #readNamespaces(): Promise<void> {
    const { session, library } = this.#options;
    const attributeId = library.AttributeIds.Value;
    const data = await this.#options.ask(session.read({ nodeId: namespaceArrayId, attributeId }));
    const uris: unknown = data.value.value;
    if (!Array.isArray(uris)) {
      throw new Error(`the server does not tell its namespaces (${data.statusCode.toString()})`);
    }
    this.#indexByUri = new Map(uris.map((uri, index) => [String(uri), index]));
  }

  #resolveIdentifier<Target extends Addressed>(
    target: Target,
    address: Extract<NodeAddress, { type: 'identifier' }>,
  ): ResolvedNode<Target> {
    const index = this.#indexByUri.get(address.namespaceUri);
    if (index === undefined) return { target, status: statusCodes.badNodeIdUnknown };
    const nodeId = this.#options.library.coerceNodeId(`ns=${index};${address.identifier}`);
    return { target, nodeId };
  }

  async #resolvePaths<Target extends Addressed>(
    targets: readonly Target[],
  ): Promise<readonly ResolvedNode<Target>[]> {
    const known: Target[] = [];
    const resolved: ResolvedNode<Target>[] = [];
    const browsePaths = [];
    for (const target of targets) {
      const elements = this.#pathElements(target.address);
      if (elements === undefined) {
        resolved.push({ target, status: statusCodes.badNodeIdUnknown });
        continue;
      }
      known.push(target);
      browsePaths.push({ startingNode: objectsFolderId, relativePath: { elements } });
    }
    if (known.length === 0) return resolved;
    const { session, ask } = this.#options;
    const results = await ask(session.translateBrowsePath(browsePaths));
    for (const [i, target] of known.entries()) {
      const nodeId = results[i]?.targets?.[0]?.targetId;
      const isFound = results[i]?.statusCode.isGood() === true && nodeId !== undefined;
      resolved.push(
        isFound ? { target, nodeId } : { target, status: statusCodes.badNodeIdUnknown },
      );
    }
    return resolved;
  }

  /** The index of a namespace at this server, after `resolve`; undefined where it has none. */
  indexOf(namespaceUri: string): number | undefined {
    return this.#indexByUri.get(namespaceUri);
  }

  /** Undefined when a namespace of the path is unknown to the server. */
  #pathElements(address: NodeAddress) {
    if (address.type !== 'path') return undefined;
    const elements = [];
    for (const { name, namespaceUri } of address.elements) {
      const namespaceIndex = this.#indexByUri.get(namespaceUri);
      if (namespaceIndex === undefined) return undefined;
      elements.push({
        referenceTypeId: hierarchicalReferencesId,
        isInverse: false,
        includeSubtypes: true,
        targetName: { name, namespaceIndex },
      });
    }
    return elements;
  }
}
