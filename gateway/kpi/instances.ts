import type { ConfigIssue } from '../core/adapter.ts';
import type { GroupSpec } from '../core/point.ts';
import { counterLimits } from '../hot-path/operators/counter-step.ts';
import type { BuildContext, NodeSpec } from '../hot-path/program.ts';
import { conversionBetween, findUnit } from '../hot-path/units.ts';
import { kpiCatalogue } from './catalogue.ts';
import type { AnyKpiDefinition, KpiInput, KpiTableContext, ResolvedInput } from './definition.ts';
import {
  isHeldPoint,
  type KnownPoint,
  type PointIssue,
  type PointTable,
  staleMsOf,
} from './point-table.ts';
import type { KpiEntry } from './site-schema.ts';
import { chooseWindow, type KpiWindow } from './window.ts';

/** A KPI of one equipment, asked for by entry `entryIndex` of the site file. */
export type KpiInstance = {
  readonly definition: AnyKpiDefinition;
  readonly entry: KpiEntry;
  readonly entryIndex: number;
  readonly equipment: string;
  readonly parameters: unknown;
  /** The definition's, or the one that the site file asks for. */
  readonly window: KpiWindow;
};

export const instanceId = (definition: AnyKpiDefinition, equipment: string): string =>
  `${definition.id} of ${equipment}`;

const definitions = new Map(kpiCatalogue.map((definition) => [definition.id, definition]));

const isPattern = (equipment: string): boolean => equipment.includes('*');

const equipmentOfEntry = (
  definition: AnyKpiDefinition,
  entry: KpiEntry,
  table: PointTable,
): readonly string[] | string => {
  if (isPattern(entry.equipment)) {
    const found = table.equipmentOfClass(definition.equipmentClass, entry.equipment);
    return found.length > 0 ? found : `no equipment of class ${definition.equipmentClass}`;
  }
  const known = table.classOf(entry.equipment);
  return known === undefined || known === definition.equipmentClass
    ? [entry.equipment]
    : `equipment of class ${known}`;
};

/** What is wrong with an entry by itself; undefined parameters when something is. */
const checkEntry = (
  definition: AnyKpiDefinition,
  entry: KpiEntry,
): {
  readonly parameters: unknown;
  readonly window: KpiWindow;
  readonly issues: readonly ConfigIssue[];
} => {
  const issues: ConfigIssue[] = [];
  const chosen = chooseWindow(definition.window, entry.window);
  if ('expected' in chosen) {
    issues.push({ path: ['window'], found: entry.window ?? '', expected: chosen.expected });
  }
  const parameters = definition.parametersSchema.safeParse(entry.parameters);
  for (const issue of parameters.error?.issues ?? []) {
    issues.push({
      path: ['parameters', ...issue.path.map(String)],
      found: issue.message,
      expected: `parameters of ${definition.id}`,
    });
  }
  const used = parameters.success ? definition.inputsOf?.(parameters.data) : undefined;
  const names = used ?? Object.keys(definition.inputs);
  for (const name of Object.keys(entry.inputs)) {
    if (names.includes(name)) continue;
    issues.push({ path: ['inputs', name], found: name, expected: `one of ${names.join(', ')}` });
  }
  const window = 'window' in chosen ? chosen.window : definition.window;
  return { parameters: parameters.data, window, issues };
};

/** One entry may stand for many instances; what is wrong with it is told once. */
export const expandEntries = (
  entries: readonly KpiEntry[],
  table: PointTable,
): { readonly instances: readonly KpiInstance[]; readonly issues: readonly PointIssue[] } => {
  const instances = new Map<string, KpiInstance>();
  const issues: PointIssue[] = [];
  for (const [entryIndex, entry] of entries.entries()) {
    const report = ({ path, ...issue }: PointIssue): void => {
      issues.push({ path: [entryIndex, ...path], ...issue });
    };
    const definition = definitions.get(entry.kpi);
    if (definition === undefined) {
      const expected = `one of ${[...definitions.keys()].join(', ')}`;
      report({ path: ['kpi'], found: entry.kpi, expected });
      continue;
    }
    const checked = checkEntry(definition, entry);
    const equipment = equipmentOfEntry(definition, entry, table);
    checked.issues.forEach(report);
    if (typeof equipment === 'string') {
      const expected = `equipment of class ${definition.equipmentClass}`;
      const isMissing = isPattern(entry.equipment);
      const found = `${entry.equipment}: ${equipment}`;
      report({ path: ['equipment'], found, expected, ...(isMissing ? { isMissing } : {}) });
      continue;
    }
    if (checked.issues.length > 0) continue;
    const { parameters, window } = checked;
    for (const path of equipment) {
      const id = instanceId(definition, path);
      if (instances.has(id)) {
        const expected = 'each KPI once for an equipment';
        report({ path: [], found: `${id} a second time`, expected });
      } else {
        instances.set(id, { definition, entry, entryIndex, equipment: path, parameters, window });
      }
    }
  }
  return { instances: [...instances.values()], issues };
};

/** The points that instances write, in the order of the entries: one group an equipment, and one for each table. */
export const kpiGroups = (
  instances: readonly KpiInstance[],
  toPath: (equipment: string) => GroupSpec['equipment'],
  periodMs: number,
): readonly GroupSpec[] => {
  const byEquipment = Map.groupBy(instances, (instance) => instance.equipment);
  return [...byEquipment].flatMap(([equipment, ofEquipment]) => {
    const byGroup = Map.groupBy(ofEquipment, ({ definition }) => definition.group);
    return [...byGroup].map(([name, members]) => ({
      equipment: toPath(equipment),
      equipmentClass: members[0]?.definition.equipmentClass ?? '',
      name,
      producer: 'kpi',
      periodMs,
      channels: members.flatMap(({ definition }) =>
        definition.columns.map(({ formula: _, ...channel }) => channel),
      ),
    }));
  });
};

const unitProblem = (point: KnownPoint, input: KpiInput): string | undefined => {
  if (input.unit === undefined) return undefined;
  const from = findUnit(point.unit);
  const to = findUnit(input.unit);
  const convertible =
    from !== undefined && to !== undefined && conversionBetween(from, to) !== undefined;
  return convertible || point.unit === input.unit
    ? undefined
    : `${point.reference} in ${point.unit}`;
};

const resolve = (point: KnownPoint, input: KpiInput, context: BuildContext): ResolvedInput => {
  const from = findUnit(point.unit);
  const to = input.unit === undefined ? undefined : findUnit(input.unit);
  const conversion =
    from === undefined || to === undefined ? undefined : conversionBetween(from, to);
  const reading = {
    multiply: conversion?.multiply ?? 1,
    divide: conversion?.divide ?? 1,
    periodMs: point.periodMs,
    staleMs: staleMsOf(point),
    limits: counterLimits(point),
  };
  return {
    slot: context.slot(point.reference),
    reference: point.reference,
    key: JSON.stringify([
      context.pointKey(point.reference),
      ...Object.values(reading),
      ...(point.comesOnChange === true ? ['on change'] : []),
    ]),
    ...reading,
    isHeld: isHeldPoint(point),
    isConverted: reading.multiply !== 1 || reading.divide !== 1,
  };
};

/** Finds the points of one input; issues say what was looked for. */
const findPoints = (
  instance: KpiInstance,
  name: string,
  table: PointTable,
): { readonly points: readonly KnownPoint[]; readonly issues: readonly PointIssue[] } => {
  const input = instance.definition.inputs[name] as KpiInput;
  const override = instance.entry.inputs[name];
  const [area = '', line = '', equipment = ''] = instance.equipment.split('/');
  const fill = (pattern: string): string =>
    pattern.replace('{area}', area).replace('{line}', line).replace('{equipment}', equipment);
  const patterns = override === undefined ? [fill(input.pattern)] : [override].flat();
  const equipmentClass = override === undefined ? input.equipmentClass : undefined;
  const points = new Map<string, KnownPoint>();
  for (const pattern of patterns) {
    for (const point of table.match(fill(pattern), equipmentClass)) {
      points.set(point.reference, point);
    }
  }
  const found = [...points.values()];
  const issues: PointIssue[] = [];
  const path = [instance.entryIndex, 'inputs', name];
  const report = (text: string, expected: string): void => {
    issues.push({ path, found: text, expected });
  };
  const place = `${instance.definition.id} of ${instance.equipment}`;
  const asked = `${patterns.join(', ')}${equipmentClass === undefined ? '' : ` (${equipmentClass})`}`;
  if (found.length === 0 && (input.count === 'one' || input.count === 'many')) {
    const expected = `${place} needs ${input.description.en}`;
    issues.push({ path, found: `no point ${asked}`, expected, isMissing: true });
  }
  if (found.length > 1 && (input.count === 'one' || input.count === 'optional')) {
    report(
      `${found.length} points for ${asked}`,
      `one point for ${input.description.en} of ${place}`,
    );
  }
  for (const point of found) {
    const problem = unitProblem(point, input);
    if (problem !== undefined) report(problem, `a unit convertible to ${input.unit}`);
  }
  return { points: found, issues };
};

/** Which points serve each input of a KPI, by the name of the input. */
export type InputRoles = Readonly<Record<string, readonly string[]>>;

/** The node of an instance, or what is wrong with its inputs. */
export const instanceNode = (
  instance: KpiInstance,
  table: PointTable,
): {
  readonly node: NodeSpec | undefined;
  readonly issues: readonly PointIssue[];
  readonly roles?: InputRoles;
} => {
  const { definition, equipment, parameters, window } = instance;
  const issues: PointIssue[] = [];
  const points = new Map<string, readonly KnownPoint[]>();
  for (const name of definition.inputsOf?.(parameters) ?? Object.keys(definition.inputs)) {
    const found = findPoints(instance, name, table);
    issues.push(...found.issues);
    points.set(name, found.points);
  }
  if (issues.length > 0) return { node: undefined, issues };
  const outputs = definition.columns.map(({ point }) => `${equipment}/${point}`);
  const inputDefinition = (name: string): KpiInput => definition.inputs[name] as KpiInput;
  const node: NodeSpec = {
    id: instanceId(definition, equipment),
    definition: {
      kpi: definition.id,
      version: definition.version,
      unit: definition.columns[0]?.unit,
      parameters,
      window,
      inputs: [...points],
    },
    inputs: [...points.values()].flat().map((point) => point.reference),
    outputs,
    build: (context) => {
      const many = (name: string): readonly ResolvedInput[] =>
        (points.get(name) ?? []).map((point) => resolve(point, inputDefinition(name), context));
      const kpiContext: KpiTableContext<unknown> = {
        ...context,
        parameters,
        window,
        equipment,
        column: (point) => context.slot(`${equipment}/${point}`),
        many,
        one: (name) => many(name)[0] as ResolvedInput,
        optional: (name) => many(name)[0],
      };
      definition.build(kpiContext);
    },
  };
  const roles = [...points].map(([name, found]) => [name, found.map((point) => point.reference)]);
  return { node, issues, roles: Object.fromEntries(roles) };
};
