import type { AnyAdapter } from '../gateway/core/adapter.ts';
import { checkValue } from './check-value.ts';
import { valueAt } from './describe.ts';
import { type Environment, type Interpolated, pathKey } from './interpolate.ts';
import type { Report } from './report.ts';
import { entryKeys, entrySchema, kindsOf } from './site-schema.ts';

/** One entry of `sources` or `sinks` whose own keys and whose adapter's keys are right. */
export type CheckedEntry<Adapter extends AnyAdapter> = {
  readonly index: number;
  readonly id: string;
  readonly isEnabled: boolean;
  readonly adapter: Adapter;
  /** False when it is off and lacks references, so that nothing more can be said about it. */
  readonly isParsed: boolean;
  readonly config: unknown;
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

const checkEntry = <Adapter extends AnyAdapter>(
  entry: unknown,
  place: { readonly list: EntryList; readonly index: number },
  options: EntryOptions & { readonly role: Adapter['role'] },
): CheckedEntry<Adapter> | undefined => {
  const { tree, report, adapters, role, env } = options;
  const path = [place.list, place.index];
  const { references } = tree;
  const base = checkValue(entrySchema(kindsOf(adapters, role)), { value: entry, path, references });
  if (!base.ok) for (const issue of base.issues) report.add(path, issue);
  const record = asRecord(entry);
  const adapter = adapters.find(
    (candidate): candidate is Adapter =>
      candidate.role === role && candidate.kind === record?.['kind'],
  );
  if (record === undefined || adapter === undefined) return undefined;
  const own = checkValue(adapter.configSchema, {
    value: withoutEntryKeys(record),
    path,
    references,
  });
  const isNews = own.ok ? false : own.issues.map((issue) => report.add(path, issue)).some(Boolean);
  const isEnabled = isEntryEnabled(entry, env);
  if (!base.ok || isNews || (!own.ok && isEnabled)) return undefined;
  const { id } = base.value;
  const parsed = { isParsed: own.ok, config: own.ok ? own.value : undefined };
  return { index: place.index, id, isEnabled, adapter, ...parsed };
};

/** The right entries of a list, and whether that is all of them. What is wrong goes to the report. */
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
  return { entries, isComplete: entries.length === all.length };
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
