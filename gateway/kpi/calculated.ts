import type { GroupSpec } from '../core/point.ts';
import { buildExpression } from '../hot-path/expression/build.ts';
import { type CheckedExpression, checkExpression } from '../hot-path/expression/check.ts';
import { parseExpression, referencesOf } from '../hot-path/expression/parse.ts';
import type { NodeSpec } from '../hot-path/program.ts';
import { statusCell, valueCell } from '../hot-path/slot.ts';
import { isHeldPoint, type PointIssue, type PointTable, staleMsOf } from './point-table.ts';
import type { CalculatedEntry } from './site-schema.ts';

const expressionIssue = (
  index: number,
  { column, message }: { readonly column: number; readonly message: string },
): PointIssue => ({
  path: [index, 'expression'],
  found: `column ${column}: ${message}`,
  expected: 'an expression of known points whose units fit',
});

/** What is wrong with an expression whatever points there are. */
const syntaxIssues = ({ expression }: CalculatedEntry, index: number): readonly PointIssue[] =>
  parseExpression(expression).issues.map((issue) => expressionIssue(index, issue));

/** The points of a site that are expressions of others, one group an equipment. */
export const calculatedGroups = (
  entries: readonly CalculatedEntry[],
  table: PointTable,
  options: {
    readonly toPath: (equipment: string) => GroupSpec['equipment'];
    readonly periodMs: number;
  },
): {
  readonly groups: readonly GroupSpec[];
  /** The entries behind the groups, with their places in the section. */
  readonly entries: readonly { readonly entry: CalculatedEntry; readonly index: number }[];
  readonly issues: readonly PointIssue[];
} => {
  const issues: PointIssue[] = [];
  const taken = new Set<string>();
  const usable: { readonly entry: CalculatedEntry; readonly index: number }[] = [];
  for (const [index, entry] of entries.entries()) {
    const reference = `${entry.equipment}/${entry.point}`;
    if (table.classOf(entry.equipment) === undefined) {
      const expected = 'equipment that a source or a KPI has points of';
      issues.push({
        path: [index, 'equipment'],
        found: entry.equipment,
        expected,
        isMissing: true,
      });
      issues.push(...syntaxIssues(entry, index));
    } else if (taken.has(reference) || table.find(reference) !== undefined) {
      const expected = 'a point that nothing else produces';
      issues.push({ path: [index, 'point'], found: reference, expected });
    } else {
      taken.add(reference);
      usable.push({ entry, index });
    }
  }
  const groups = [...Map.groupBy(usable, ({ entry }) => entry.equipment)].map(
    ([equipment, members]): GroupSpec => ({
      equipment: options.toPath(equipment),
      equipmentClass: table.classOf(equipment) ?? '',
      name: 'calculated',
      producer: 'calculated',
      periodMs: options.periodMs,
      channels: members.map(({ entry: { point, unit, expression, description } }) => ({
        point,
        kind: unit === 'boolean' ? 'boolean' : 'number',
        unit: unit === 'boolean' ? '1' : unit,
        description: description ?? { en: expression, zh: expression },
      })),
    }),
  );
  return { groups, entries: usable, issues };
};

/** `power` is a point of the entry's own equipment, `area/line/equipment/point` one of any. */
const absoluteReference = (path: string, equipment: string): string =>
  path.includes('/') ? path : `${equipment}/${path}`;

/** The node of an entry whose group exists, or what is wrong with its expression. */
export const calculatedNode = (
  entry: CalculatedEntry,
  index: number,
  table: PointTable,
): { readonly node: NodeSpec | undefined; readonly issues: readonly PointIssue[] } => {
  const absolute = (path: string): string => absoluteReference(path, entry.equipment);
  const parsed = parseExpression(entry.expression);
  const result =
    parsed.expression === undefined
      ? parsed
      : checkExpression(parsed.expression, {
          resolve: (path) => table.find(absolute(path)),
          wanted: entry.unit,
        });
  if (parsed.expression === undefined || !('checked' in result) || result.checked === undefined) {
    // What can be parsed is wrong only by the points that there are, or are not.
    const isMissing = parsed.expression !== undefined;
    const issues = result.issues.map((issue) => ({ ...expressionIssue(index, issue), isMissing }));
    return { node: undefined, issues };
  }
  const references = referencesOf(parsed.expression).map(absolute);
  return {
    node: expressionNode({ entry, checked: result.checked, references, table }),
    issues: [],
  };
};

const expressionNode = (options: {
  readonly entry: CalculatedEntry;
  readonly checked: CheckedExpression;
  readonly references: readonly string[];
  readonly table: PointTable;
}): NodeSpec => {
  const { entry, checked, references, table } = options;
  const output = `${entry.equipment}/${entry.point}`;
  return {
    id: output,
    definition: { expression: checked, points: references.map((path) => table.find(path)) },
    inputs: references,
    outputs: [output],
    build: (context) => {
      const out = context.slot(output);
      const built = buildExpression(checked, {
        reserve: (size, initial) => context.reserve(size, initial),
        slot: (path) => context.slot(absoluteReference(path, entry.equipment)),
        tickMsIndex: context.tickMsIndex,
        // What comes on change is valid until its source says otherwise.
        staleMs: (path) => {
          const point = table.find(absoluteReference(path, entry.equipment));
          return point === undefined || isHeldPoint(point)
            ? Number.POSITIVE_INFINITY
            : staleMsOf(point);
        },
      });
      context.onTick((memory) => {
        built.run(memory);
        memory[out + valueCell] = memory[built.resultIndex] as number;
        memory[out + statusCell] = memory[built.statusIndex] as number;
      });
    },
  };
};
