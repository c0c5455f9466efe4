import type { BootRecord, ConfigurationRecord } from '../core/entry.ts';
import { linePath, roleOf } from './group-roles.ts';

/** What holds for all lines until a record of the journal says otherwise. Plain JSON: it is stored with the place. */
export type LineContext = {
  readonly configurations: readonly {
    readonly configurationId: string;
    readonly programId: string;
  }[];
  readonly gatewayVersions: readonly string[];
  readonly simulated: boolean;
  /** By line, those with bins. */
  readonly seams: { readonly [line: string]: readonly string[] };
  /** By line, what events about it name: sources and equipment. */
  readonly subjects: { readonly [line: string]: readonly string[] };
};

export const noContext: LineContext = {
  configurations: [],
  gatewayVersions: [],
  simulated: false,
  seams: {},
  subjects: {},
};

/** Only the newest configuration and version go on to the next panel. */
export const atPanelStart = (context: LineContext): LineContext => ({
  ...context,
  configurations: context.configurations.slice(-1),
  gatewayVersions: context.gatewayVersions.slice(-1),
});

export const withBoot = (context: LineContext, { version }: BootRecord): LineContext =>
  context.gatewayVersions.at(-1) === version
    ? context
    : { ...context, gatewayVersions: [...context.gatewayVersions, version] };

export const withConfiguration = (
  context: LineContext,
  record: ConfigurationRecord,
): LineContext => {
  const { configurationId, programId, groups } = record;
  const last = context.configurations.at(-1);
  const isSame = last?.configurationId === configurationId && last.programId === programId;
  const seams: Record<string, readonly string[]> = {};
  const subjects: Record<string, readonly string[]> = {};
  for (const group of groups) {
    const role = roleOf(group);
    if (role?.kind === 'bins') add(seams, role.line, role.seam);
    const { equipment, producer, equipmentClass } = group;
    if (!equipmentClass.startsWith('weld_')) continue;
    const line = linePath(equipment);
    const withoutSite = line.split('/').slice(2).join('/');
    for (const subject of [producer, `${line}/`, `${withoutSite}/`]) add(subjects, line, subject);
  }
  return {
    ...context,
    ...{ seams, subjects },
    configurations: isSame
      ? context.configurations
      : [...context.configurations, { configurationId, programId }],
    simulated: isSimulated(record.computation),
  };
};

const add = (lists: Record<string, readonly string[]>, line: string, item: string): void => {
  const known = lists[line] ?? [];
  if (!known.includes(item)) lists[line] = [...known, item];
};

const isSimulated = (computation: unknown): boolean => {
  if (typeof computation !== 'object' || computation === null || !('site' in computation)) {
    return false;
  }
  const { site } = computation;
  return (
    typeof site === 'object' && site !== null && 'simulated' in site && site.simulated === true
  );
};

const everywhere = 'gateway';

/** Whether an event is about a line: its equipment, the sources that read it, or the gateway itself. */
export const concerns = (context: LineContext, line: string, subject: string): boolean =>
  subject === everywhere ||
  (context.subjects[line] ?? []).some(
    (known) =>
      subject === known ||
      (known.endsWith('/')
        ? subject.startsWith(known)
        : subject.startsWith(`${known}/`) || subject.startsWith(`${known}, `)),
  );
