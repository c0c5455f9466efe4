import type { SiteIdentity } from '../core/adapter.ts';
import {
  type EquipmentPath,
  type GroupSpec,
  groupKey,
  type LocalText,
  type RegisteredGroup,
} from '../core/point.ts';
import { compileProgram } from '../hot-path/compile.ts';
import type { HotPathProgram, NodeSpec } from '../hot-path/program.ts';
import { calculatedGroups, calculatedNode } from './calculated.ts';
import {
  expandEntries,
  type InputRoles,
  instanceId,
  instanceNode,
  type KpiInstance,
  kpiGroups,
} from './instances.ts';
import { absolutePath, type PointIssue, PointTable, relativePath } from './point-table.ts';
import { withSiteRates } from './site-rates.ts';
import {
  type CalculatedEntry,
  calculatedSchema,
  type KpiEntry,
  kpisSchema,
} from './site-schema.ts';
import type { KpiWindow } from './window.ts';

/** Computed points come out at every tick. */
const outputPeriodMs = 1000;

/** Part of every program id: raised when a definition or the way it is wired changes without a version of its own. */
const catalogueVersion = '1';

export type SiteInput = {
  /** Groups whose points may be read. */
  readonly groups: readonly GroupSpec[];
  readonly kpis: readonly KpiEntry[];
  readonly calculated: readonly CalculatedEntry[];
  readonly site: SiteIdentity;
};

/** An issue of the site file, with the section that it is in. */
export type SiteIssue = PointIssue & { readonly section: 'kpis' | 'calculated' };

type BuiltNode = {
  readonly node: NodeSpec | undefined;
  readonly issues: readonly PointIssue[];
  readonly roles?: InputRoles;
};
type SiteNode = {
  readonly section: SiteIssue['section'];
  readonly node: NodeSpec;
  readonly roles: InputRoles;
};

export type SitePlan = {
  readonly issues: readonly SiteIssue[];
  /** The groups that the computed points make up. */
  readonly groups: readonly GroupSpec[];
  readonly nodes: readonly SiteNode[];
  readonly instances: readonly KpiInstance[];
};

/** Finds out what a site's computed points need and produce, without compiling them. */
export const planSite = (input: SiteInput): SitePlan => {
  const toPath = (equipment: string): EquipmentPath => absolutePath(equipment, input.site);
  const table = new PointTable();
  for (const group of input.groups) table.addGroup(group);
  const expanded = expandEntries(input.kpis, table);
  const groups = [...kpiGroups(expanded.instances, toPath, outputPeriodMs)];
  for (const group of groups) table.addGroup(group);
  const calculated = calculatedGroups(input.calculated, table, {
    toPath,
    periodMs: outputPeriodMs,
  });
  for (const group of calculated.groups) table.addGroup(group);
  groups.push(...calculated.groups);

  const issues: SiteIssue[] = [];
  const nodes: SiteNode[] = [];
  const collect = (section: SiteIssue['section'], built: BuiltNode): void => {
    for (const issue of built.issues) issues.push({ ...issue, section });
    if (built.node !== undefined)
      nodes.push({ section, node: built.node, roles: built.roles ?? {} });
  };
  collect('kpis', { node: undefined, issues: expanded.issues });
  for (const instance of expanded.instances) collect('kpis', instanceNode(instance, table));
  collect('calculated', { node: undefined, issues: calculated.issues });
  for (const { entry, index } of calculated.entries) {
    collect('calculated', calculatedNode(entry, index, table));
  }
  return { issues, groups, nodes, instances: expanded.instances };
};

/** How to explain a KPI of the site to people. */
export type SiteKpi = {
  readonly kpi: string;
  readonly group: RegisteredGroup;
  readonly point: string;
  readonly formula: LocalText;
  readonly standard: LocalText;
  readonly window: KpiWindow & { readonly rule: LocalText };
  readonly description: LocalText;
  /** `area/line/equipment/point` of what it is computed from. */
  readonly inputs: readonly string[];
  /** The same by what they are to it, such as `gridPower`: sites name their equipment as they like. */
  readonly inputRoles: InputRoles;
  /** As they apply, defaults included. */
  readonly parameters: Readonly<Record<string, unknown>>;
};

export type CompiledSite = {
  readonly program: HotPathProgram;
  readonly issues: readonly SiteIssue[];
  readonly outputGroups: readonly RegisteredGroup[];
  readonly explanations: readonly SiteKpi[];
};

const isComputed = (group: GroupSpec): boolean =>
  group.producer === 'kpi' || group.producer === 'calculated';

const sectionOf = (group: GroupSpec): SiteIssue['section'] =>
  group.producer === 'calculated' ? 'calculated' : 'kpis';

const explain = (
  { definition, equipment, parameters, window }: KpiInstance,
  plan: SitePlan,
  outputGroups: readonly RegisteredGroup[],
): readonly SiteKpi[] => {
  const group = outputGroups.find(
    ({ name, equipment: of }) => name === definition.group && relativePath(of) === equipment,
  );
  const node = plan.nodes.find(({ node: { id } }) => id === instanceId(definition, equipment));
  if (group === undefined || node === undefined) return [];
  const texts = definition.textsOf?.(parameters);
  return definition.columns.flatMap(({ point, description, formula }) =>
    formula === undefined
      ? []
      : [
          {
            kpi: definition.id,
            group,
            point,
            formula: texts?.formula ?? formula,
            standard: texts?.standard ?? definition.standard,
            window: { ...window, rule: definition.windowRule },
            description,
            inputs: node.node.inputs,
            inputRoles: node.roles,
            parameters: parameters as Readonly<Record<string, unknown>>,
          },
        ],
  );
};

/**
 * Compiles a site's computed points. `groups` are all registered groups: the sources' and those that `planSite` added;
 * `sections` are those of the site file, as parsed by `kpiSections`. What has an issue is left out of the program.
 */
export const compileSite = (input: {
  readonly groups: readonly RegisteredGroup[];
  readonly sections: Readonly<Record<string, unknown>>;
  readonly site: SiteIdentity;
}): CompiledSite => {
  const sources = input.groups.filter((group) => !isComputed(group));
  const plan = planSite({
    groups: withSiteRates(sources, input.sections['screening']),
    kpis: kpisSchema.parse(input.sections['kpis']),
    calculated: calculatedSchema.parse(input.sections['calculated']),
    site: input.site,
  });
  const registered = new Map(input.groups.map((group) => [groupKey(group), group]));
  const issues: SiteIssue[] = [...plan.issues];
  const outputGroups: RegisteredGroup[] = [];
  for (const group of plan.groups) {
    const known = registered.get(groupKey(group));
    if (known !== undefined) outputGroups.push(known);
    else {
      issues.push({
        section: sectionOf(group),
        path: [],
        found: `group ${groupKey(group)} without a number`,
        expected: 'a registered group',
      });
    }
  }
  const compiled = compileProgram({
    version: catalogueVersion,
    groups: sources,
    outputGroups,
    nodes: plan.nodes.map(({ node }) => node),
  });
  for (const { nodeId, message } of compiled.issues) {
    const section = plan.nodes.find(({ node }) => node.id === nodeId)?.section ?? 'kpis';
    issues.push({ section, path: [], found: nodeId, expected: message });
  }
  const explanations = plan.instances.flatMap((instance) => explain(instance, plan, outputGroups));
  return { program: compiled.program, issues, outputGroups, explanations };
};
