import type { ReferenceDescription } from 'node-opcua-client';
import type { Connection } from './connection.ts';

/** Everything that a probe keeps of the address space, so that a huge one cannot fill the memory. */
export type BrowseLimits = {
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly maxMs: number;
};

export type BrowsedVariable = {
  /** As the server numbers it in this session, such as `ns=2;s=A`. */
  readonly nodeId: string;
  readonly namespaceIndex: number;
  /** `s=A`. */
  readonly identifier: string;
  readonly browseName: string;
  /** Browse names from below Objects to the node above it. */
  readonly parents: readonly string[];
  /** Node id of its property EngineeringUnits, where it has one. */
  readonly unitsNodeId?: string;
};

export type BrowseOutcome = {
  readonly variables: readonly BrowsedVariable[];
  readonly nodeCount: number;
  /** What stopped it before the end; undefined when it has seen all. */
  readonly stoppedBy: 'depth' | 'nodes' | 'time' | undefined;
};

const objectsFolderId = 'ns=0;i=85';
/** The Server object tells about the server, not about the plant. */
const serverId = 'ns=0;i=2253';
const hierarchicalReferencesId = 'ns=0;i=33';
const hasPropertyId = 'ns=0;i=46';
const objectsAndVariables = 3;
/** Browse name, class, display name and type (OPC UA Part 4 §7.7). */
const wholeResult = 63;
const nodesPerCall = 50;

type Place = { readonly nodeId: string; readonly parents: readonly string[] };

/** Walks down from Objects, level by level, within the limits. */
export const browseVariables = async (
  { library, session }: Connection,
  limits: BrowseLimits,
  signal: AbortSignal,
): Promise<BrowseOutcome> => {
  const walk = new Walk(limits);
  let level: readonly Place[] = [{ nodeId: objectsFolderId, parents: [] }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= limits.maxDepth) return walk.outcome('depth');
    const next: Place[] = [];
    for (let i = 0; i < level.length; i += nodesPerCall) {
      if (signal.aborted || walk.isLate) return walk.outcome('time');
      if (walk.isFull) return walk.outcome('nodes');
      const places = level.slice(i, i + nodesPerCall);
      const results = await library.browseAll(
        session,
        places.map(({ nodeId }) => ({
          nodeId,
          referenceTypeId: hierarchicalReferencesId,
          browseDirection: library.BrowseDirection.Forward,
          includeSubtypes: true,
          nodeClassMask: objectsAndVariables,
          resultMask: wholeResult,
        })),
      );
      for (const [k, place] of places.entries()) {
        next.push(...walk.see(place, results[k]?.references ?? []));
      }
    }
    level = next;
  }
  return walk.outcome(undefined);
};

class Walk {
  readonly #limits: BrowseLimits;
  readonly #endMs: number;
  readonly #seen = new Set<string>([serverId, objectsFolderId]);
  readonly #variables = new Map<string, BrowsedVariable>();

  constructor(limits: BrowseLimits) {
    this.#limits = limits;
    this.#endMs = performance.now() + limits.maxMs;
  }

  get isLate(): boolean {
    return performance.now() > this.#endMs;
  }

  get isFull(): boolean {
    return this.#seen.size >= this.#limits.maxNodes;
  }

  /** Takes down what lies below a node; gives the places to go on from. */
  see(place: Place, references: readonly ReferenceDescription[]): readonly Place[] {
    const below: Place[] = [];
    for (const reference of references) {
      const nodeId = reference.nodeId.toString();
      const browseName = reference.browseName.name ?? '';
      if (reference.referenceTypeId.toString() === hasPropertyId) {
        this.#seeProperty(place, nodeId, browseName);
        continue;
      }
      if (this.isFull || this.#seen.has(nodeId)) continue;
      this.#seen.add(nodeId);
      const isVariable = Number(reference.nodeClass) === 2;
      if (isVariable) {
        this.#variables.set(nodeId, {
          nodeId,
          namespaceIndex: reference.nodeId.namespace,
          identifier: nodeId.replace(/^ns=\d+;/, ''),
          browseName,
          parents: place.parents,
        });
      }
      below.push({ nodeId, parents: [...place.parents, browseName] });
    }
    return below;
  }

  outcome(stoppedBy: BrowseOutcome['stoppedBy']): BrowseOutcome {
    return { variables: [...this.#variables.values()], nodeCount: this.#seen.size, stoppedBy };
  }

  #seeProperty({ nodeId: owner }: Place, nodeId: string, browseName: string): void {
    const variable = this.#variables.get(owner);
    if (variable === undefined || browseName !== 'EngineeringUnits') return;
    this.#variables.set(owner, { ...variable, unitsNodeId: nodeId });
  }
}
