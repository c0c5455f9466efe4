import { describe, expect, test } from 'vitest';
import { parseExpression, referencesOf } from '../../../../../gateway/hot-path/expression/parse.ts';
import type { Expression } from '../../../../../gateway/hot-path/expression/syntax.ts';

/** Fully parenthesised, with every operator's column. */
const show = (node: Expression): string => {
  switch (node.kind) {
    case 'number':
      return node.unit === undefined ? `${node.value}` : `${node.value}[${node.unit}]`;
    case 'boolean':
      return String(node.value);
    case 'reference':
      return `<${node.path}>`;
    case 'unary':
      return `(${node.operator} ${show(node.operand)})`;
    case 'binary':
      return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
    case 'call':
      return `${node.name}(${node.operands.map(show).join(', ')})`;
  }
};

const parsed = (text: string): Expression => {
  const { expression, issues } = parseExpression(text);
  if (expression === undefined) throw new Error(JSON.stringify(issues));
  return expression;
};

describe('the expression grammar', () => {
  test.each([
    ['1', '1'],
    ['1.5e3', '1500'],
    ['.5', '0.5'],
    ['2.', '2'],
    ['5 [kW]', '5[kW]'],
    ['0.9[m/min]', '0.9[m/min]'],
    ['true', 'true'],
    ['false', 'false'],
    ['power', '<power>'],
    ['park/meters/grid/power', '<park/meters/grid/power>'],
    ['welding/mpm01/line/deformation.z.01', '<welding/mpm01/line/deformation.z.01>'],
    ['area-1/line_2/eq-3/p-4', '<area-1/line_2/eq-3/p-4>'],
    ['`10kv/a/b/c`', '<10kv/a/b/c>'],
    ['a + b * c', '(<a> + (<b> * <c>))'],
    ['a * b + c', '((<a> * <b>) + <c>)'],
    ['a - b - c', '((<a> - <b>) - <c>)'],
    ['a / b / c', '((<a> / <b>) / <c>)'],
    ['(a - b) * (c)', '((<a> - <b>) * <c>)'],
    ['-a * b', '((- <a>) * <b>)'],
    ['a - -b', '(<a> - (- <b>))'],
    ['a-b', '<a-b>'],
    ['2*a', '(2 * <a>)'],
    ['a > 1 and b < 2 or not c', '(((<a> > 1) and (<b> < 2)) or (not <c>))'],
    ['a or b and c', '(<a> or (<b> and <c>))'],
    ['a + 1 >= b', '((<a> + 1) >= <b>)'],
    ['(a <= b) == (c != d)', '((<a> <= <b>) == (<c> != <d>))'],
    ['not not a', '(not (not <a>))'],
    ['min(a, b, 3)', 'min(<a>, <b>, 3)'],
    ['max(a,-b)', 'max(<a>, (- <b>))'],
    ['abs(rate(a))', 'abs(rate(<a>))'],
    ['minimum + notable + android', '((<minimum> + <notable>) + <android>)'],
  ])('reads %s', (text, wanted) => {
    expect(show(parsed(text))).toBe(wanted);
  });

  test.each([
    ['', 1, 'expected a number or a point instead of the end'],
    ['1 +', 4, 'expected a number or a point instead of the end'],
    ['1 + * 2', 5, 'expected a number or a point instead of "*"'],
    ['a b', 3, 'unexpected "b"'],
    ['(a', 3, 'expected ")" instead of the end'],
    ['(a b', 4, 'expected ")" instead of "b"'],
    ['a)', 2, 'unexpected ")"'],
    ['a < b < c', 7, 'unexpected "<"'],
    ['a % b', 3, 'unexpected "%"'],
    ['a ☃', 3, 'unexpected "☃"'],
    ['and a', 1, 'unexpected "and"'],
    ['or', 1, 'unexpected "or"'],
    ['min(a)', 1, 'min takes at least two values, not 1'],
    ['1 + max(a)', 5, 'max takes at least two values, not 1'],
    ['abs(a, b)', 1, 'abs takes one value, not 2'],
    ['rate(a, b)', 1, 'rate takes one value, not 2'],
    ['min a', 5, 'expected "(" instead of "a"'],
    ['[kW]', 1, 'expected a number or a point instead of "kW"'],
    ['a [kW]', 3, 'unexpected "kW"'],
    ['1e999', 1, 'number out of range'],
    ['a//b', 3, 'expected a number or a point instead of "/"'],
  ])('refuses %j at column %d', (text, column, message) => {
    const { expression, issues } = parseExpression(text);
    expect(expression).toBeUndefined();
    expect(issues).toEqual([{ column, message }]);
  });

  test('keeps the column of every operation', () => {
    const node = parsed('a + not_b * (c - 1)');
    expect(node).toMatchObject({
      column: 3,
      left: { column: 1 },
      right: { column: 11, left: { column: 5 }, right: { column: 16, right: { column: 18 } } },
    });
  });

  test('is limited in length', () => {
    const longest = `1${' '.repeat(999)}`;
    expect(parseExpression(longest).issues).toEqual([]);
    expect(parseExpression(`${longest} `).issues).toEqual([
      { column: 1001, message: 'longer than 1000 characters' },
    ]);
  });

  test('is limited in depth', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}1${')'.repeat(depth)}`;
    expect(parseExpression(nested(40)).issues).toEqual([]);
    expect(parseExpression(nested(41)).issues).toEqual([
      { column: 41, message: 'nested deeper than 40 levels' },
    ]);
    expect(parseExpression(`${'-'.repeat(41)}1`).issues[0]?.message).toBe(
      'nested deeper than 40 levels',
    );
    const calls = (depth: number): string => `${'abs('.repeat(depth)}1${')'.repeat(depth)}`;
    expect(parseExpression(calls(41)).issues[0]?.message).toBe('nested deeper than 40 levels');
    const side = `(${Array.from({ length: 45 }, () => '(1)').join('+')})`;
    expect(parseExpression(side).issues).toEqual([]);
  });

  test('is limited in operations', () => {
    const sum = (terms: number): string => Array.from({ length: terms }, () => '1').join('+');
    expect(parseExpression(sum(100)).issues).toEqual([]);
    expect(parseExpression(sum(101)).issues[0]?.message).toBe(
      'longer than 200 operations and operands',
    );
  });

  test('lists each point once, in order', () => {
    expect(referencesOf(parsed('b + a * max(b, -c, rate(d)) > 1 and not e'))).toEqual([
      'b',
      'a',
      'c',
      'd',
      'e',
    ]);
    expect(referencesOf(parsed('1 + 2'))).toEqual([]);
  });
});
