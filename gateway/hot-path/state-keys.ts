import { createHash } from 'node:crypto';
import type { RegisteredGroup } from '../core/point.ts';
import type { NodeSpec, PointReference } from './program.ts';

/** Part of every program id: raise it when an operator, or a KPI, changes what it computes or how its state lies in the arena. */
export const operatorVersion = 4;

export type Channel = { readonly group: RegisteredGroup; readonly index: number };

/**
 * Names what decides the content of a piece of state, the same in every program: permanent numbers of points, and for nodes
 * all that they compute and read. What a node reads from another node counts with all that this one reads, so that a changed
 * KPI begins anew together with everything behind it.
 */
export class StateKeys {
  readonly #version: string;
  readonly #sources: ReadonlyMap<PointReference, Channel>;
  readonly #outputs: ReadonlyMap<PointReference, Channel>;
  readonly #writers = new Map<PointReference, NodeSpec>();
  readonly #known = new Map<NodeSpec, string>();

  /** `nodes` are in the order in which they are computed. */
  constructor(
    version: string,
    nodes: readonly NodeSpec[],
    channels: {
      readonly sources: ReadonlyMap<PointReference, Channel>;
      readonly outputs: ReadonlyMap<PointReference, Channel>;
    },
  ) {
    this.#version = version;
    this.#sources = channels.sources;
    this.#outputs = channels.outputs;
    for (const node of nodes) for (const output of node.outputs) this.#writers.set(output, node);
    for (const node of nodes) this.#known.set(node, this.#hash(node));
  }

  ofNode(node: NodeSpec): string {
    const key = this.#known.get(node);
    if (key === undefined) throw new Error(`${node.id} is not part of the program`);
    return key;
  }

  ofPoint(reference: PointReference): string {
    const writer = this.#writers.get(reference);
    if (writer !== undefined)
      return `${pointNumber(this.#outputs.get(reference))} ${this.ofNode(writer)}`;
    return `${pointNumber(this.#sources.get(reference) ?? this.#outputs.get(reference))}`;
  }

  #hash(node: NodeSpec): string {
    const outputs = node.outputs.map((output) => pointNumber(this.#outputs.get(output)));
    const inputs = node.inputs.map((input) => [input, this.ofPoint(input)]);
    const identity = [operatorVersion, this.#version, node.id, node.definition, inputs, outputs];
    return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  }
}

const pointNumber = (channel: Channel | undefined): number | undefined =>
  channel?.group.pointNumbers[channel.index];
