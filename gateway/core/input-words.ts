import type { z } from 'zod';
import type { LocalText } from './point.ts';

/** One thing wrong in what somebody sent, for people. */
export type InputIssue = {
  /** As `messages.0.orderId`; empty where it is the whole. */
  readonly field: string;
  readonly found: LocalText;
  /** Words for after "expected". */
  readonly expected: LocalText;
};

export type ReadInput<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly issues: readonly InputIssue[] };

/** Latin letters, digits and quotes stand apart from Chinese before them. */
const spaced = (text: string): string => (/^\p{Script=Han}/u.test(text) ? text : ` ${text}`);

type Issue = z.core.$ZodIssue;

const between = ' / ';

/** A schema's own words for after "expected", to be given where Zod takes a message. */
export const expectedWords = ({ en, zh }: LocalText): string => `${en}${between}${zh}`;

const nothing: LocalText = { en: 'nothing', zh: '空' };
const unknownName: LocalText = { en: 'an unknown name', zh: '未知的名称' };

const same = (text: string): LocalText => ({ en: text, zh: text });

/** Only a schema's own words, and the names that it knows, are kept in an issue's message. */
const ownWordsOnly: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return '';
  const { def } = issue.inst?._zod ?? {};
  const shape = def !== undefined && 'shape' in def ? def.shape : undefined;
  return typeof shape === 'object' && shape !== null ? Object.keys(shape).join('\n') : '';
};

const typeWords: Readonly<Record<string, LocalText>> = {
  string: { en: 'text', zh: '文本' },
  number: { en: 'a number', zh: '数字' },
  int: { en: 'a whole number', zh: '整数' },
  boolean: { en: 'true or false', zh: 'true 或 false' },
  array: { en: 'a list', zh: '列表' },
  tuple: { en: 'a list', zh: '列表' },
  object: { en: 'an object', zh: '对象' },
  record: { en: 'an object', zh: '对象' },
  null: nothing,
  undefined: nothing,
};

const formatWords: Readonly<Record<string, LocalText>> = {
  date: { en: 'a date such as 2026-03-02', zh: '日期，如 2026-03-02' },
  datetime: { en: 'a date and time to ISO 8601', zh: 'ISO 8601 日期时间' },
  url: { en: 'a URL', zh: '网址' },
};

const valuesWords = (values: readonly unknown[]): LocalText => {
  const texts = values.map(String);
  if (texts.length === 1) return same(JSON.stringify(values[0]));
  return { en: `one of ${texts.join(', ')}`, zh: `${texts.join('、')} 之一` };
};

const namesOf = (names: readonly string[]): LocalText => ({
  en: `${names.length === 1 ? '' : 'one of '}${names.join(', ')}`,
  zh: `${names.join('、')}${names.length === 1 ? '' : ' 之一'}`,
});

const namesWords = (message: string): LocalText =>
  message === '' ? { en: 'none', zh: '空' } : namesOf(message.split('\n'));

type Bound = Extract<Issue, { code: 'too_small' | 'too_big' }>;

const boundOf = (issue: Bound): { readonly en: string; readonly zh: string } => {
  const isExclusive = issue.inclusive === false;
  if (issue.code === 'too_small') {
    const { minimum } = issue;
    return isExclusive
      ? { en: `more than ${minimum}`, zh: `大于 ${minimum}` }
      : { en: `at least ${minimum}`, zh: `不小于 ${minimum}` };
  }
  const { maximum } = issue;
  return isExclusive
    ? { en: `less than ${maximum}`, zh: `小于 ${maximum}` }
    : { en: `at most ${maximum}`, zh: `不大于 ${maximum}` };
};

const boundWords = (issue: Bound): LocalText => {
  const { en, zh } = boundOf(issue);
  const plural = en.endsWith(' 1') ? '' : 's';
  if (issue.origin === 'string') {
    return { en: `text of ${en} character${plural}`, zh: `字符数${zh} 的文本` };
  }
  if (issue.origin === 'array' || issue.origin === 'set') {
    return { en: `a list of ${en} item${plural}`, zh: `项数${zh} 的列表` };
  }
  return { en, zh: `${zh} 的数` };
};

const ownWords = (message: string): LocalText => {
  const [en = message, zh = en] = message.split(between);
  return { en, zh };
};

/** Of the branches of a union the one that was probably meant: wrong only in its depth, and in the fewest places. */
const likelyBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  branches
    .filter((issues) => issues.every(({ path }) => path.length > 0))
    .sort((one, other) => one.length - other.length)[0];

const either = (words: readonly LocalText[]): LocalText => {
  const distinct = words.filter(({ en }, at) => words.findIndex((one) => one.en === en) === at);
  if (distinct.length === 0) return { en: 'another value', zh: '其他值' };
  return {
    en: distinct.map(({ en }) => en).join(', or '),
    zh: distinct.map(({ zh }, at) => (at === 0 ? zh : spaced(zh))).join('，或'),
  };
};

const unionWords = (issue: Extract<Issue, { code: 'invalid_union' }>): LocalText => {
  if ('options' in issue && issue.options !== undefined) return valuesWords(issue.options);
  return either(issue.errors.flatMap(([first]) => (first === undefined ? [] : wordsOf(first))));
};

const wordsOf = (issue: Issue): LocalText => {
  if (issue.code === 'unrecognized_keys') return namesWords(issue.message);
  if (issue.message !== '') return ownWords(issue.message);
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? same(issue.expected);
    case 'too_small':
    case 'too_big':
      return boundWords(issue);
    case 'invalid_value':
      return valuesWords(issue.values);
    case 'invalid_format':
      return (
        formatWords[issue.format] ?? {
          en: `text of the form ${issue.pattern ?? issue.format}`,
          zh: `形如 ${issue.pattern ?? issue.format} 的文本`,
        }
      );
    case 'not_multiple_of':
      return { en: `a multiple of ${issue.divisor}`, zh: `${issue.divisor} 的倍数` };
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues[0] === undefined ? either([]) : wordsOf(issue.issues[0]);
    case 'invalid_union':
      return unionWords(issue);
    case 'custom':
      return either([]);
  }
};

const longestShown = 60;

const shortened = (text: string): string =>
  text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;

const fieldAt = (path: readonly PropertyKey[]): string => path.map(String).map(shortened).join('.');

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown => {
  let current = raw;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) {
      return undefined;
    }
    current = Reflect.get(current, part);
  }
  return current;
};

/** A value as somebody wrote it. */
export const foundWords = (value: unknown): LocalText => {
  if (value === undefined || value === null) return nothing;
  if (Array.isArray(value)) {
    return value.length === 0
      ? { en: 'an empty list', zh: '空列表' }
      : { en: 'a list', zh: '列表' };
  }
  if (typeof value === 'object') return { en: 'an object', zh: '对象' };
  if (typeof value !== 'string') return same(String(value));
  return same(JSON.stringify(shortened(value)));
};

const issuesOf = (issue: Issue, raw: unknown): readonly InputIssue[] => {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const expected = wordsOf(issue);
    return issue.keys.map((key) => ({
      ...{ field: fieldAt([...path, key]), found: unknownName, expected },
    }));
  }
  if (issue.code === 'invalid_union') {
    const branch = likelyBranch(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((one) => issuesOf({ ...one, path: [...path, ...one.path] }, raw));
    }
  }
  return [
    { field: fieldAt(path), found: foundWords(valueAt(raw, path)), expected: wordsOf(issue) },
  ];
};

/** Reads what somebody sent, with what was found and expected, in both languages, for each thing wrong. */
export const readInput = <Output>(schema: z.ZodType<Output>, raw: unknown): ReadInput<Output> => {
  const parsed = schema.safeParse(raw, { error: ownWordsOnly });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, issues: parsed.error.issues.flatMap((issue) => issuesOf(issue, raw)) };
};

/** One issue as a sentence; `what` stands in front of its field, or alone where it is the whole. */
const issueSentence = (
  { field, found, expected }: InputIssue,
  { part, whole }: { readonly part: LocalText; readonly whole: LocalText },
): LocalText => {
  const en = field === '' ? whole.en : `${part.en}${field}`;
  const zh = field === '' ? whole.zh : `${part.zh}${field}`;
  if (found === nothing) {
    return {
      en: `${en} is missing: expected ${expected.en}`,
      zh: `缺少${spaced(zh)}：应为${spaced(expected.zh)}`,
    };
  }
  return {
    en: `${en}: found ${found.en}, expected ${expected.en}`,
    zh: `${zh}：发现${spaced(found.zh)}，应为${spaced(expected.zh)}`,
  };
};

/** The first few sentences, and how many more there are. */
export const issueSentences = (
  issues: readonly InputIssue[],
  names: { readonly part: LocalText; readonly whole: LocalText },
  most = 5,
): LocalText => {
  const shown = issues.slice(0, most).map((issue) => issueSentence(issue, names));
  const left = issues.length - shown.length;
  return {
    en: shown.map(({ en }) => en).join('; ') + (left > 0 ? `; and ${left} more` : ''),
    zh: shown.map(({ zh }) => zh).join('；') + (left > 0 ? `；另有 ${left} 处` : ''),
  };
};
