import { displayFile } from '../../config/problem.ts';
import type { LoadedSite, LoadedSource } from '../../config/site.ts';
import type { PlanReport } from '../core/adapter.ts';
import { formatEquipmentPath, type GroupSpec, type LocalText } from '../core/point.ts';
import type { Kit } from './kit.ts';
import { displayWidth, formatTable } from './text-table.ts';

type Counts = { readonly groups: number; readonly points: number; readonly equipment: number };

const count = (groups: readonly GroupSpec[]): Counts => ({
  groups: groups.length,
  points: groups.reduce((sum, group) => sum + group.channels.length, 0),
  equipment: new Set(groups.map((group) => formatEquipmentPath(group.equipment))).size,
});

const planOf = ({ adapter, input }: LoadedSource): PlanReport | undefined => adapter.plan?.(input);

const groupsOf = (site: LoadedSite, producer: string): readonly GroupSpec[] =>
  site.groups.filter((group) => group.producer === producer);

const kpiNames = (site: LoadedSite): string[] => [
  ...new Set(
    groupsOf(site, 'kpi')
      .flatMap((group) => group.channels)
      .map((channel) => channel.point)
      // Coverage and parts are named after the KPI, behind a dot.
      .filter((point) => !point.includes('.')),
  ),
];

/** What `check --json` says about a site that is in order. */
export const siteReport = (site: LoadedSite): unknown => ({
  file: site.file,
  identity: site.identity,
  configurationId: site.configurationId,
  counts: count(site.groups),
  sources: site.sources.map((source) => ({
    id: source.input.id,
    kind: source.adapter.kind,
    ...count(groupsOf(site, source.input.id)),
    plan: planOf(source),
  })),
  kpis: kpiNames(site),
  sinks: site.sinks.map(({ id, adapter }) => ({ id, kind: adapter.kind })),
  broker: site.config.broker,
  notices: site.notices,
});

const identityLine = (site: LoadedSite, kit: Kit): string => {
  const { enterprise, site: name, timeZone, simulated } = site.identity;
  const marks = simulated ? [timeZone, kit.text.simulatedMark] : [timeZone];
  return `${enterprise}/${name} (${marks.join(', ')})`;
};

const sourceLines = (source: LoadedSource, site: LoadedSite, kit: Kit): string[] => {
  const { points, equipment } = count(groupsOf(site, source.input.id));
  const head = `${source.input.id} (${source.adapter.kind}): ${kit.text.pointsOf(points, equipment)}`;
  const summary = planOf(source)?.summary ?? [];
  return [head, ...summary.map((line) => `  ${line[kit.language]}`)];
};

const brokerLine = (site: LoadedSite, kit: Kit): string => {
  const { embedded, host, port } = site.config.broker;
  return embedded ? kit.text.embeddedAt(`${host}:${port}`) : kit.text.none;
};

const noticeLines = (site: LoadedSite, { text }: Kit): string[] =>
  site.notices.map(({ entry, id, enabledWhenSet }) => {
    const name = `${entry} ${id}`;
    return enabledWhenSet === undefined ? text.turnedOff(name) : text.notSet(name, enabledWhenSet);
  });

/** The friendly page that `check` prints for a site in order. */
export const summaryLines = (site: LoadedSite, kit: Kit): string[] => {
  const { text } = kit;
  const orNone = (lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [text.none] : lines;
  const { points, equipment } = count(site.groups);
  const parts: (readonly [string, readonly string[]])[] = [
    [text.summarySite, [identityLine(site, kit)]],
    [text.summarySources, orNone(site.sources.flatMap((one) => sourceLines(one, site, kit)))],
    [text.summaryPoints, [text.pointsOf(points, equipment)]],
    [text.summaryKpis, orNone([kpiNames(site).join(', ')].filter((line) => line !== ''))],
    [text.summarySinks, orNone(site.sinks.map(({ id, adapter }) => `${id} (${adapter.kind})`))],
    [text.summaryBroker, [brokerLine(site, kit)]],
    [text.summaryNotice, noticeLines(site, kit)],
    [text.summaryConfiguration, [site.configurationId.slice(0, 12)]],
  ];
  const width = Math.max(...parts.map(([label]) => displayWidth(label))) + 2;
  const lines = parts.flatMap(([label, values]) =>
    values.map((value, index) => {
      const shown = index === 0 ? label : '';
      return `  ${shown}${' '.repeat(width - displayWidth(shown))}${value}`;
    }),
  );
  return [text.checkPassed(displayFile(site.file, process.cwd())), ...lines];
};

/** Each source's plan as a table. */
export const planLines = (site: LoadedSite, { language }: Kit): string[] =>
  site.sources.flatMap((source) => {
    const plan = planOf(source);
    if (plan === undefined) return [];
    const words = (texts: readonly LocalText[]): string[] => texts.map((text) => text[language]);
    const table = { columns: words(plan.columns), rows: plan.rows };
    return ['', plan.title[language], ...formatTable(table), ...words(plan.summary)];
  });
