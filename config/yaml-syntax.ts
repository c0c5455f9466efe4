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
    found: 'a second "key: value" on the same line',
    expected: 'one on a line, or quotes around text that contains ": "',
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

/** A message of the YAML parser in the form of all our problems. */
export const syntaxProblem = (error: YAMLError, text: string): Wording => {
  const known = wordings[error.code];
  if (known !== undefined) return known;
  const [offset] = error.pos;
  const line = text.slice(offset).split('\n', 1)[0]?.trim().slice(0, 40) ?? '';
  // A line that cannot be read may hold a secret written in plain, so only its first word is shown.
  const word = line.split(/[\s:]/, 1)[0] ?? '';
  const found = word === '' ? 'the end of the text' : `text that is not YAML at "${word}"`;
  return { found, expected: `YAML (${error.message.replace(/\.$/, '')})` };
};
