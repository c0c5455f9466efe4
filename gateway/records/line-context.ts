import type { BootRecord, ClockRecord, ConfigurationRecord } from '../core/entry.ts';
import { linePath, roleOf } from './group-roles.ts';
import type { RecordedClock, RecordedMethod } from './panel-record.ts';

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
  /** Of all lines; left out by those who wrote before there were any. */
  readonly methods?: readonly RecordedMethod[];
  /** Of all sources; left out by those who wrote before there were any. */
  readonly clocks?: readonly RecordedClock[];
};

export const noContext: LineContext = {
  configurations: [],
  gatewayVersions: [],
  simulated: false,
  seams: {},
  subjects: {},
};

/** Only the newest configuration, version and look at each clock go on to the next panel. */
export const atPanelStart = (context: LineContext): LineContext => ({
  ...context,
  ...(context.clocks === undefined ? {} : { clocks: context.clocks.map(asLastSeen) }),
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
    methods: configuredMethods(record.computation),
  };
};

const asLastSeen = (clock: RecordedClock): RecordedClock => ({
  ...clock,
  ...{ leastSkewMs: clock.skewMs, mostSkewMs: clock.skewMs },
});

const mostClocks = 1000;

export const withClock = (context: LineContext, record: ClockRecord): LineContext => {
  const { source, device, skewMs, timeMs: seenMs } = record;
  const { clocks = [] } = context;
  const before = clocks.find((clock) => clock.source === source && clock.device === device);
  if (before === undefined && clocks.length >= mostClocks) return context;
  const { leastSkewMs, mostSkewMs } = before ?? { leastSkewMs: skewMs, mostSkewMs: skewMs };
  const seen: RecordedClock = {
    ...{ source, device, seenMs, skewMs, leastSkewMs: Math.min(leastSkewMs, skewMs) },
    mostSkewMs: Math.max(mostSkewMs, skewMs),
  };
  return { ...context, clocks: [...clocks.filter((clock) => clock !== before), seen] };
};

/** Of the devices that read one line, as its record has them. */
export const timeSyncOf = (
  { clocks = [], subjects }: LineContext,
  line: string,
): { readonly timeSync?: readonly RecordedClock[] } => {
  const keyOf = ({ source, device }: RecordedClock): string => `${source}/${device}`;
  const own = clocks
    .filter(({ source }) => subjects[line]?.includes(source) === true)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return own.length === 0 ? {} : { timeSync: own };
};

const mostMethods = 1000;

/** The KPIs of a configuration that have parameters; whatever is not what it must be is passed over. */
const configuredMethods = (computation: unknown): readonly RecordedMethod[] => {
  const kpis = memberOf(memberOf(computation, 'sections'), 'kpis');
  if (!Array.isArray(kpis)) return [];
  return kpis
    .flatMap((entry: unknown) => {
      const [kpi, equipment] = [memberOf(entry, 'kpi'), memberOf(entry, 'equipment')];
      const parameters = memberOf(entry, 'parameters');
      const isMethod =
        typeof kpi === 'string' &&
        typeof equipment === 'string' &&
        typeof parameters === 'object' &&
        parameters !== null &&
        Object.keys(parameters).length > 0;
      if (!isMethod) return [];
      return [{ kpi, equipment, parameters: parameters as RecordedMethod['parameters'] }];
    })
    .slice(0, mostMethods);
};

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** Of one line, as its record has them. */
export const methodsOf = (
  { methods = [] }: LineContext,
  line: string,
): { readonly methods?: readonly RecordedMethod[] } => {
  const [, , area, name] = line.split('/');
  const own = methods.filter(({ kpi, equipment }) => {
    // The carbon of its electricity is that of the site.
    if (kpi === 'carbonIntensity') return true;
    const [ofArea, ofLine] = equipment.split('/');
    return (ofArea === area || ofArea === '*') && (ofLine === name || ofLine === '*');
  });
  return own.length === 0 ? {} : { methods: own };
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
