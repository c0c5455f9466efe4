import { type GroupSpec, type LocalText, noText } from '../../gateway/core/point.ts';
import { type StatusCode, statusSymbol } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import { MemberRetry } from '../shared/member-retry.ts';
import type { NodeTarget, OpcuaLayout } from './layout.ts';

/** Not found the first time: most likely not there yet, or misspelt. Looked for again after 1 to 2 s, then less often. */
const firstRetryMs = 2000;

/** Nodes named in a reason; the others are counted. */
const namedNodes = 3;

type BadNode = {
  readonly target: NodeTarget;
  readonly reason: string;
  readonly resumeMs: number;
};

const memberName = (group: GroupSpec): string => {
  const { area, line, equipment } = group.equipment;
  return `${area}/${line}/${equipment}#${group.name}`;
};

/** Which nodes the server does not give, when each is tried again, and what people are told about it. */
export class NodeHealth {
  readonly #context: SourceContext;
  readonly #layout: OpcuaLayout;
  readonly #bad = new Map<number, BadNode>();
  /** Of nodes that have failed and have given no sample since: a node may be found, and fail again when it is read. */
  readonly #retries = new Map<number, MemberRetry>();
  readonly #nodeCounts: Uint32Array;
  readonly #reported: string[];
  readonly #changed = new Set<number>();

  constructor(context: SourceContext, layout: OpcuaLayout) {
    this.#context = context;
    this.#layout = layout;
    this.#nodeCounts = new Uint32Array(layout.groups.length);
    for (const { groupIndex } of layout.targets) {
      this.#nodeCounts[groupIndex] = (this.#nodeCounts[groupIndex] as number) + 1;
    }
    this.#reported = layout.groups.map(() => '');
  }

  /** All nodes have been looked for once: from here on every piece of equipment has a state. */
  begin(): void {
    for (const index of this.#layout.groups.keys()) this.#changed.add(index);
    this.report();
  }

  isBad(target: NodeTarget): boolean {
    return this.#bad.has(target.index);
  }

  /** The server has taken the node; whether it gives values is not known yet. */
  isTaken(target: NodeTarget): void {
    if (this.#bad.delete(target.index)) this.#changed.add(target.groupIndex);
  }

  /** The node has given a sample: the next failure is its first. */
  works(target: NodeTarget): void {
    this.isTaken(target);
    this.#retries.delete(target.index);
  }

  /** True when the node was good until now. */
  fails(target: NodeTarget, status: StatusCode): boolean {
    const isNew = !this.#bad.has(target.index);
    const name = `${target.name} in ${this.#layout.groups[target.groupIndex]?.name}`;
    const retry =
      this.#retries.get(target.index) ??
      new MemberRetry({ name, tolerated: 0, firstMs: firstRetryMs });
    this.#retries.set(target.index, retry);
    const resumeMs = this.#context.clock.monotonicMs() + retry.failed(0);
    this.#bad.set(target.index, { target, resumeMs, reason: statusSymbol(status) });
    this.#changed.add(target.groupIndex);
    return isNew;
  }

  /** Nodes to try again now. */
  due(): NodeTarget[] {
    const nowMs = this.#context.clock.monotonicMs();
    const due: NodeTarget[] = [];
    for (const { target, resumeMs } of this.#bad.values()) if (resumeMs <= nowMs) due.push(target);
    return due;
  }

  /** Tells the state of each piece of equipment whose state has changed. */
  report(): void {
    for (const groupIndex of this.#changed) this.#reportGroup(groupIndex);
    this.#changed.clear();
  }

  #reportGroup(groupIndex: number): void {
    const group = this.#layout.groups[groupIndex];
    if (group === undefined) return;
    const bad = [...this.#bad.values()].filter(({ target }) => target.groupIndex === groupIndex);
    const count = this.#nodeCounts[groupIndex] as number;
    const reason = bad.length === 0 ? noText : describeBad(bad, count);
    const state = bad.length === 0 ? 'up' : bad.length === count ? 'down' : 'degraded';
    const report = `${state} ${reason.en}`;
    if (report === this.#reported[groupIndex]) return;
    this.#reported[groupIndex] = report;
    this.#context.member({ member: memberName(group), state, reason });
  }
}

const describeBad = (bad: readonly BadNode[], count: number): LocalText => {
  const named = bad
    .slice(0, namedNodes)
    .map(({ target, reason }) => `${target.name}: ${reason}`)
    .join('; ');
  const more = bad.length > namedNodes ? '; ...' : '';
  return {
    en: `${bad.length} of ${count} nodes missing: ${named}${more}`,
    zh: `${count} 个节点中缺少 ${bad.length} 个：${named}${more}`,
  };
};
