import { z } from 'zod';
import { didYouMean, listAlternatives } from './suggest.ts';

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'nothing',
  undefined: 'nothing',
};

const range = (minimum: number, maximum: number): string => {
  const hasMinimum = minimum > Number.MIN_SAFE_INTEGER;
  const hasMaximum = maximum < Number.MAX_SAFE_INTEGER;
  if (hasMinimum && hasMaximum) return ` from ${minimum} to ${maximum}`;
  if (hasMinimum) return ` of at least ${minimum}`;
  return hasMaximum ? ` of at most ${maximum}` : '';
};

const hasExclusiveBound = (schema: z.ZodNumber): boolean =>
  (schema.def.checks ?? []).some((check) => {
    const { def } = check._zod;
    return 'inclusive' in def && def.inclusive === false;
  });

/** `a whole number from 1 to 65535`, when the schema itself is at hand and its bounds are inclusive. */
const numberPhrase = (schema: unknown): string | undefined => {
  if (!(schema instanceof z.ZodNumber) || hasExclusiveBound(schema)) return undefined;
  const name = schema instanceof z.ZodNumberFormat ? 'a whole number' : 'a number';
  return `${name}${range(schema.minValue ?? -Infinity, schema.maxValue ?? Infinity)}`;
};

const countedNouns: Readonly<Record<string, string>> = {
  string: 'character',
  array: 'item',
  set: 'item',
};

const boundPhrase = (issue: z.core.$ZodRawIssue): string => {
  const isMinimum = issue.code === 'too_small';
  const bound = String(isMinimum ? issue['minimum'] : issue['maximum']);
  const noun = countedNouns[String(issue['origin'])];
  const suffix = noun === undefined ? '' : ` ${noun}${bound === '1' ? '' : 's'}`;
  if (issue['inclusive'] === false) return `${isMinimum ? 'more' : 'less'} than ${bound}${suffix}`;
  return `at ${isMinimum ? 'least' : 'most'} ${bound}${suffix}`;
};

const valuesPhrase = (values: readonly unknown[], input: unknown): string => {
  const texts = values.map(String);
  const hint = typeof input === 'string' ? didYouMean(input, texts) : '';
  return `${listAlternatives(texts)}${hint}`;
};

const formatPhrases: Readonly<Record<string, string>> = {
  url: 'a URL',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  hostname: 'a host name',
  datetime: 'a date and time (ISO 8601)',
  date: 'a date (ISO 8601)',
};

const formatPhrase = (issue: z.core.$ZodRawIssue): string => {
  const format = String(issue['format']);
  if (format === 'starts_with') return `text that starts with ${String(issue['prefix'])}`;
  if (format === 'ends_with') return `text that ends with ${String(issue['suffix'])}`;
  const pattern = issue['pattern'];
  return formatPhrases[format] ?? (pattern === undefined ? format : `text like ${pattern}`);
};

const unionPhrase = (issue: z.core.$ZodRawIssue): string => {
  const options = issue['options'];
  const discriminator = issue['discriminator'];
  if (!Array.isArray(options) || typeof discriminator !== 'string') return 'another value';
  const { input } = issue;
  const value =
    typeof input === 'object' && input !== null ? Reflect.get(input, discriminator) : undefined;
  return valuesPhrase(options, value);
};

/** Words for after "expected", and the keys that were allowed where an unknown one was found. */
export type Expectation = {
  readonly phrase: z.core.$ZodErrorMap;
  /** The keys behind a phrase about unknown keys. */
  keysOf(phrase: string): readonly string[];
};

export const createExpectation = (): Expectation => {
  const keysByPhrase = new Map<string, readonly string[]>();
  const keysPhrase = (issue: z.core.$ZodRawIssue): string => {
    const { inst } = issue;
    const keys = inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
    const phrase = keys.length === 0 ? 'a known key' : listAlternatives(keys);
    keysByPhrase.set(phrase, keys);
    return phrase;
  };
  const phrase: z.core.$ZodErrorMap = (issue) => {
    switch (issue.code) {
      case 'invalid_type':
        return numberPhrase(issue.inst) ?? typeNames[issue['expected']] ?? issue['expected'];
      case 'too_big':
      case 'too_small':
        return numberPhrase(issue['schema']) ?? boundPhrase(issue);
      case 'invalid_value':
        return valuesPhrase(issue['values'], issue.input);
      case 'invalid_format':
        return formatPhrase(issue);
      case 'not_multiple_of':
        return `a multiple of ${String(issue['divisor'])}`;
      case 'unrecognized_keys':
        return keysPhrase(issue);
      case 'invalid_union':
        return unionPhrase(issue);
      case 'invalid_key':
      case 'invalid_element':
      case 'custom':
        return 'another value';
      default:
        return 'another value';
    }
  };
  return { phrase, keysOf: (text) => keysByPhrase.get(text) ?? [] };
};
