import type { NodeSpec, ProgramIssue } from './program.ts';

/**
 * Orders nodes so that each comes after those whose outputs it reads, otherwise in the order given. Nodes on a cycle, and
 * those behind one, are left out and reported.
 */
export const orderNodes = (
  nodes: readonly NodeSpec[],
): { readonly ordered: readonly NodeSpec[]; readonly issues: readonly ProgramIssue[] } => {
  const writer = new Map<string, NodeSpec>();
  for (const node of nodes) for (const output of node.outputs) writer.set(output, node);
  const ordered: NodeSpec[] = [];
  const done = new Set<NodeSpec>();
  const path: NodeSpec[] = [];
  const issues: ProgramIssue[] = [];
  const broken = new Set<NodeSpec>();

  const visit = (node: NodeSpec): void => {
    if (done.has(node) || broken.has(node)) return;
    const start = path.indexOf(node);
    if (start >= 0) {
      const cycle = [...path.slice(start), node].map((member) => member.id);
      for (const member of path.slice(start)) broken.add(member);
      issues.push({ nodeId: node.id, message: `depends on itself: ${cycle.join(' <- ')}` });
      return;
    }
    path.push(node);
    const sources = node.inputs
      .map((input) => writer.get(input))
      .filter((source) => source !== undefined);
    for (const source of sources) visit(source);
    path.pop();
    if (broken.has(node)) return;
    const failed = sources.find((source) => broken.has(source));
    if (failed === undefined) {
      done.add(node);
      ordered.push(node);
    } else {
      broken.add(node);
      issues.push({
        nodeId: node.id,
        message: `needs ${failed.id}, which cannot be compiled`,
      });
    }
  };
  for (const node of nodes) visit(node);
  return { ordered, issues };
};
