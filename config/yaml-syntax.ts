import type { ErrorCode, YAMLError } from 'yaml';

type Wording = { readonly found: string; readonly expected: string };

const wordings: Partial<Record<ErrorCode, Wording>> = {
  TAB_AS_INDENT: { found: 'a tab in the indentation', expected: 'spaces' },
  BAD_INDENT: {
    found: 'a line that is indented differently from its neighbours',
    expected: 'the same number of spaces on all lines of a block',
  },
  MULTIPLE_DOCS: { found: 'a second document (---)', expected: 'one document in the file' },
  NON_STRING_KEY: { found: 'a key that is not text', expected: 'a plain text key' },
  MULTILINE_IMPLICIT_KEY: {
    found: 'a key that spans several lines',
    expected: '"key: value" on one line (is a colon or an indentation missing?)',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    found: 'a "key: value" where a plain value stands already',
    expected: 'each on a line of its own, equally indented, or quotes around text with ": "',
  },
  BAD_SCALAR_START: {
    found: 'text that begins with a reserved character',
    expected: 'quotes around it',
  },
  BAD_DQ_ESCAPE: {
    found: 'an unknown escape in double quotes',
    expected: 'a YAML escape (\\\\, \\n, \\t, \\u0000) or single quotes',
  },
};

const isOfBracket = ({ message }: YAMLError): boolean => message.startsWith('Flow ');

const openBracket: Wording = {
  found: 'a [ or { without its end',
  expected: 'the closing bracket, indented further than the key',
};

/**
 * A message of the YAML parser in the form of all our problems. It never quotes the text, which may hold a secret that
 * somebody wrote in plain.
 */
export const syntaxProblem = (error: YAMLError): Wording => {
  if (isOfBracket(error)) return openBracket;
  const expected = `YAML (${error.message.replace(/\.$/, '')})`;
  return wordings[error.code] ?? { found: 'text that is not YAML', expected };
};

/** Mistakes of one line, over which the parser gets back into step: another of them further down is one of its own. */
const lineErrors: ReadonlySet<ErrorCode> = new Set([
  'TAB_AS_INDENT',
  'BAD_INDENT',
  'MULTILINE_IMPLICIT_KEY',
]);

const isOfItsLine = (error: YAMLError): boolean =>
  lineErrors.has(error.code) && !isOfBracket(error);

/**
 * The errors that somebody made, in the order of the text, without those that only follow from them: after the first,
 * the parser guesses at where things belong, and complains of what it guessed.
 */
export const primaryErrors = (errors: readonly YAMLError[]): readonly YAMLError[] => {
  const sorted = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  const misplaced = new Set(
    sorted.filter(({ code }) => code === 'BLOCK_AS_IMPLICIT_KEY').map(({ pos }) => pos[0]),
  );
  return sorted.filter(
    (error, index) => index === 0 || (isOfItsLine(error) && !misplaced.has(error.pos[0])),
  );
};
