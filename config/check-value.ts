import type { z } from 'zod';
import type { ConfigIssue } from '../gateway/core/adapter.ts';
import { describeValue, valueAt } from './describe.ts';
import { createExpectation, type Expectation } from './expectation.ts';
import { pathKey } from './interpolate.ts';
import type { ConfigPath } from './problem.ts';
import { didYouMean } from './suggest.ts';

/** `place` is `key` where the key itself is wrong rather than its value. */
export type ValueIssue = ConfigIssue & { readonly place?: 'key' };

export type CheckedValue<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly issues: readonly ValueIssue[] };

export type CheckOptions = {
  readonly value: unknown;
  /** Where `value` stands in the file, for `references`. */
  readonly path?: ConfigPath;
  /** Path keys of texts that came from references: these become numbers or booleans where the schema wants such. */
  readonly references?: ReadonlySet<string>;
};

type Issue = z.core.$ZodIssue;

const asPath = (path: readonly PropertyKey[]): (string | number)[] =>
  path.map((part) => (typeof part === 'number' ? part : String(part)));

/** Of the branches of a union, the one that the author probably meant: it fits at the top and has the fewest issues. */
const likelyBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined => {
  const fitting = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  return fitting.sort((a, b) => a.length - b.length)[0];
};

const flattenUnion = (issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined => {
  const branch = likelyBranch(issue.errors);
  if (branch === undefined) return undefined;
  return branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
};

type Translation = { readonly value: unknown; readonly expectation: Expectation };

const toIssues = (issue: Issue, translation: Translation): ValueIssue[] => {
  const { value, expectation } = translation;
  const path = asPath(issue.path);
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = flattenUnion(issue);
    if (inner !== undefined) return inner.flatMap((one) => toIssues(one, translation));
    const expected = new Set(issue.errors.flatMap((branch) => branch[0]?.message ?? []));
    return [
      { path, found: describeValue(valueAt(value, path)), expected: [...expected].join(' or ') },
    ];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      found: 'an unknown key',
      expected: `${issue.message}${didYouMean(key, expectation.keysOf(issue.message))}`,
      place: 'key',
    }));
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? issue.message;
    const key = path[path.length - 1];
    return [{ path, found: `the key ${JSON.stringify(key)}`, expected, place: 'key' }];
  }
  const found = issue.code === 'custom' ? issue.params?.['found'] : undefined;
  return [
    {
      path,
      found: typeof found === 'string' ? found : describeValue(valueAt(value, path)),
      // Schemas of our own may say the word themselves.
      expected: issue.message.replace(/^expected /i, ''),
    },
  ];
};

const booleans: Readonly<Record<string, boolean>> = { true: true, false: false };

const asExpectedType = (text: string, expected: string): number | boolean | undefined => {
  if (expected === 'boolean') return booleans[text.trim().toLowerCase()];
  if (expected !== 'number' && expected !== 'int') return undefined;
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : undefined;
};

/** References are text; where the schema wants a number or a boolean, the text is read as one. True when any was. */
const convertReferences = (issues: readonly Issue[], options: CheckOptions): boolean => {
  let isChanged = false;
  for (const issue of issues) {
    if (issue.code !== 'invalid_type' || issue.path.length === 0) continue;
    const path = asPath(issue.path);
    if (options.references?.has(pathKey([...(options.path ?? []), ...path])) !== true) continue;
    const text = valueAt(options.value, path);
    const converted = typeof text === 'string' ? asExpectedType(text, issue.expected) : undefined;
    if (converted === undefined) continue;
    const parent = valueAt(options.value, path.slice(0, -1)) as Record<string | number, unknown>;
    parent[path[path.length - 1] as string | number] = converted;
    isChanged = true;
  }
  return isChanged;
};

/**
 * Parses `value`, with what was found and expected for each thing wrong. A schema's own messages (`.refine`, `error`) are
 * taken as the words after "expected". Texts in `value` that are references may be replaced in place.
 */
export const checkValue = <Output>(
  schema: z.ZodType<Output>,
  options: CheckOptions,
): CheckedValue<Output> => {
  const expectation = createExpectation();
  const parse = () => schema.safeParse(options.value, { error: expectation.phrase });
  let result = parse();
  if (!result.success && convertReferences(result.error.issues, options)) result = parse();
  if (result.success) return { ok: true, value: result.data };
  const translation = { value: options.value, expectation };
  return { ok: false, issues: result.error.issues.flatMap((one) => toIssues(one, translation)) };
};
