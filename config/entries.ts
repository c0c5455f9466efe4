import type { AnyAdapter } from '../gateway/core/adapter.ts';
import { checkValue } from './check-value.ts';
import { valueAt } from './describe.ts';
import { type Environment, type Interpolated, pathKey } from './interpolate.ts';
import { type ParsedEntry, parseRest, whole } from './partial-entry.ts';
import type { Report } from './report.ts';
import { entryKeys, entrySchema, kindsOf } from './site-schema.ts';
import { nearest } from './suggest.ts';

/** One entry of `sources` or `sinks`, as far as it can be made out. */
export type CheckedEntry<Adapter extends AnyAdapter> = {
  readonly index: number;
  readonly id: string;
  readonly isEnabled: boolean;
  /** Of a wrong `kind`, the one that was probably meant. */
  readonly adapter: Adapter;
  /** False when something is wrong with it, which is then reported: it is only looked at for what else is. */
  readonly isRight: boolean;
  /** Undefined when it is off and lacks references, or too broken, so that nothing more can be said about it. */
  readonly parsed: ParsedEntry | undefined;
};

type EntryOptions = {
  readonly tree: Interpolated;
  readonly report: Report;
  readonly adapters: readonly AnyAdapter[];
  readonly env: Environment;
};

export type EntryList = 'sources' | 'sinks';

const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

const entriesOf = (tree: unknown, list: EntryList): readonly unknown[] => {
  const value = valueAt(tree, [list]);
  return Array.isArray(value) ? value : [];
};

/** An entry is off when it says so, or when the variable that it names is not set. */
const isEntryEnabled = (entry: unknown, env: Environment): boolean => {
  const record = asRecord(entry);
  if (record?.['enabled'] === false) return false;
  const variable = record?.['enabledWhenSet'];
  return typeof variable !== 'string' || (env[variable] ?? '') !== '';
};

const withoutEntryKeys = (entry: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const rest = { ...entry };
  for (const key of entryKeys) delete rest[key];
  return rest;
};

/** The adapter of the entry's kind; of a wrong kind the nearest, or the only one that has all of the entry's keys. */
const adapterOf = <Adapter extends AnyAdapter>(
  record: Readonly<Record<string, unknown>>,
  { adapters, role }: { readonly adapters: readonly AnyAdapter[]; readonly role: Adapter['role'] },
): Adapter | undefined => {
  const candidates = adapters.filter((one): one is Adapter => one.role === role);
  const kind = String(record['kind'] ?? '');
  const name = nearest(
    kind,
    candidates.map((candidate) => candidate.kind),
  );
  const named = candidates.find((candidate) => candidate.kind === name);
  if (named !== undefined) return named;
  const fitting = candidates.filter(({ configSchema }) => {
    const checked = configSchema.safeParse(withoutEntryKeys(record));
    return checked.error?.issues.some(isUnknownKeyAtTop) !== true;
  });
  return fitting.length === 1 ? fitting[0] : undefined;
};

const isUnknownKeyAtTop = ({
  code,
  path,
}: {
  readonly code: string;
  readonly path: PropertyKey[];
}) => code === 'unrecognized_keys' && path.length === 0;

const checkEntry = <Adapter extends AnyAdapter>(
  entry: unknown,
  place: { readonly list: EntryList; readonly index: number },
  options: EntryOptions & { readonly role: Adapter['role'] },
): CheckedEntry<Adapter> | undefined => {
  const { tree, report, adapters, role, env } = options;
  const { index } = place;
  const path = [place.list, index];
  const { references } = tree;
  const base = checkValue(entrySchema(kindsOf(adapters, role)), { value: entry, path, references });
  if (!base.ok) for (const issue of base.issues) report.add(path, issue);
  const record = asRecord(entry);
  const adapter = record === undefined ? undefined : adapterOf<Adapter>(record, { adapters, role });
  if (record === undefined || adapter === undefined) return undefined;
  const value = withoutEntryKeys(record);
  const own = checkValue(adapter.configSchema, { value, path, references });
  const isNews = own.ok ? false : own.issues.map((issue) => report.add(path, issue)).some(Boolean);
  const isEnabled = isEntryEnabled(entry, env);
  const isRight = base.ok && !isNews && (own.ok || !isEnabled);
  const parsed = own.ok ? whole(own.value) : parseRest(adapter.configSchema, value, own.issues);
  const id = base.ok ? base.value.id : String(record['id'] ?? '');
  return {
    index,
    id,
    isEnabled,
    adapter,
    isRight,
    parsed: isRight && !own.ok ? undefined : parsed,
  };
};

/** The entries of a list, and whether all of them are right. What is wrong goes to the report. */
export const checkEntries = <Adapter extends AnyAdapter>(
  list: EntryList,
  options: EntryOptions & { readonly role: Adapter['role'] },
): { readonly entries: readonly CheckedEntry<Adapter>[]; readonly isComplete: boolean } => {
  const all = entriesOf(options.tree.value, list);
  const entries: CheckedEntry<Adapter>[] = [];
  for (const [index, entry] of all.entries()) {
    const checked = checkEntry<Adapter>(entry, { list, index }, options);
    if (checked !== undefined) entries.push(checked);
  }
  return { entries, isComplete: entries.filter((one) => one.isRight).length === all.length };
};

/** Reports references that cannot be followed, except in entries that are off. */
export const reportReferences = (tree: Interpolated, report: Report, env: Environment): void => {
  const off = new Set<string>();
  for (const list of ['sources', 'sinks'] as const) {
    for (const [index, entry] of entriesOf(tree.value, list).entries()) {
      if (!isEntryEnabled(entry, env)) off.add(pathKey([list, index]));
    }
  }
  for (const issue of tree.issues) {
    if (!off.has(pathKey(issue.path.slice(0, 2)))) report.addReference(issue);
  }
};

/** Ids name folders, metrics and cursors, so they are unique over sources and sinks together. */
export const reportDuplicateIds = (
  tree: unknown,
  report: Report,
  reserved: ReadonlyMap<string, string>,
): void => {
  const owners = new Map(reserved);
  for (const list of ['sources', 'sinks'] as const) {
    for (const [index, entry] of entriesOf(tree, list).entries()) {
      const id = asRecord(entry)?.['id'];
      if (typeof id !== 'string') continue;
      const owner = owners.get(id);
      if (owner === undefined) {
        owners.set(id, `${list}[${index}]`);
        continue;
      }
      report.add([list, index], {
        path: ['id'],
        found: JSON.stringify(id),
        expected: `an id of its own (${owner} has this one)`,
      });
    }
  }
};
