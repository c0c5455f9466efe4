import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../config/yaml-file.ts';
import { testSeed } from '../../support/seed.ts';

const messagesOf = (text: string): string[] =>
  parseYaml('f', text).problems.map(
    ({ line, column, path, found }) => `${line}:${column} ${path} ${found}`,
  );

test('reads values as YAML 1.2 does', () => {
  const text = 'a: yes\nb: 0x10\nc: 1e3\nd: ~\n"e f": [1, {g: h}]\n7: seven\n';
  expect(parseYaml('f', text).value).toEqual({
    a: 'yes',
    b: 16,
    c: 1000,
    d: null,
    'e f': [1, { g: 'h' }],
    '7': 'seven',
  });
});

describe('limits', () => {
  test('aliases may not multiply without end', () => {
    const bomb = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
        : `a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`,
    ).join('\n');
    const { value, problems } = parseYaml('f', bomb);
    expect(value).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.found).toContain('more than 250000 values');
  });

  test('an alias within its own anchor ends', () => {
    expect(messagesOf('a: &a [*a]\n')).toEqual(['1:8  more than 64 levels of nesting']);
  });
});

describe('what is not YAML', () => {
  test.each([
    ['a:\n\tb: 1\n', '2:1  a tab in the indentation'],
    ['a: 1\n---\nb: 2\n', '2:1  a second document (---)'],
    ['a: b: c\n', '1:4  a "key: value" where a plain value stands already'],
    ['a: 1\n b: 2\n', '1:4  a "key: value" where a plain value stands already'],
    ['a: [1, 2\n', '2:1  a [ or { without its end'],
    ['a: !mine x\n', '1:4  text that is not YAML'],
    ['[k]: v\n', '1:1  a key that is not text'],
    ['a: "\\q"\n', '1:5  an unknown escape in double quotes'],
    ['a: @x\n', '1:4  text that begins with a reserved character'],
    ['a: 1\nb\n', '2:1  text that is not YAML'],
  ])('%j', (text, expected) => {
    expect(messagesOf(text)[0]).toBe(expected);
  });

  test('keeps what may be a secret out of the message', () => {
    const text = 'password: "swordfish\nb: [}\n';
    expect(JSON.stringify(parseYaml('f', text).problems)).not.toContain('swordfish');
  });

  test('a key twice names the second, and the first value counts', () => {
    expect(messagesOf('a: 1\nb: 2\na: 3\n')).toEqual(['3:1 a this key a second time']);
    expect(parseYaml('f', 'a: 1\na: 3\n').value).toEqual({ a: 1 });
  });

  test('an alias before its anchor is a problem', () => {
    expect(messagesOf('a: *b\nb: &b 1\n')).toEqual(['1:4 a the alias *b']);
  });
});

test('a key named __proto__ is an ordinary key', () => {
  const { value } = parseYaml('f', '__proto__: { polluted: true }\n');
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('no text makes it throw, and every position lies in the text', () => {
  const pieces = fc.constantFrom(
    ...['a', ':', ' ', '\n', '  ', '- ', '[', ']', '{', '}', '&a', '*a', '"', "'", '|', '>', '\t'],
    ...['#', '!', '!!x', '%', '@', '---\n', '...', '?', ',', '~', '1', 'é', '零', '\r\n', '\u0000'],
  );
  const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const yaml = parseYaml('f', text);
      const lines = text.split('\n').length;
      for (const { line } of yaml.problems) expect(line).toBeLessThanOrEqual(lines);
      expect(yaml.locate(['a', 0, 'b']).line).toBeLessThanOrEqual(lines);
    }),
    { seed: testSeed(), numRuns: 2000 },
  );
});
