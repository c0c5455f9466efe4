import type { ExpressionIssue } from './syntax.ts';

export type Token = {
  readonly kind: 'number' | 'word' | 'unit' | 'symbol' | 'end';
  readonly text: string;
  readonly column: number;
};

/**
 * Points are words of letters, digits, `_`, `-`, `.` and `/`, taken as long as possible: a minus or a division between two
 * points needs spaces around it. A word in backquotes may begin with a digit. A unit stands in brackets.
 */
const patterns: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /`[A-Za-z0-9_./-]+`|[A-Za-z][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*/y],
  ['unit', /\[[^\]\s]+\]/y],
  ['symbol', /<=|>=|==|!=|[-+*/<>(),]/y],
];

const bareText = (kind: Token['kind'], text: string): string =>
  kind === 'unit' || text.startsWith('`') ? text.slice(1, -1) : text;

/** Splits an expression; the last token is the end. Stops at the first character that no token begins with. */
export const tokenize = (
  text: string,
): { readonly tokens: readonly Token[]; readonly issues: readonly ExpressionIssue[] } => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const start = at;
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0];
      if (found === undefined) continue;
      if (kind !== 'space') tokens.push({ kind, text: bareText(kind, found), column: at + 1 });
      at += found.length;
      break;
    }
    if (at === start) {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      return { tokens, issues: [{ column: at + 1, message: `unexpected "${character}"` }] };
    }
  }
  tokens.push({ kind: 'end', text: '', column: text.length + 1 });
  return { tokens, issues: [] };
};
