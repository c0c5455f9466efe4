import {
  type BinaryOperator,
  type Expression,
  type ExpressionIssue,
  type FunctionName,
  maximumDepth,
  maximumLength,
  maximumNodes,
} from './syntax.ts';
import { type Token, tokenize } from './tokens.ts';

export type ParsedExpression =
  | { readonly expression: Expression; readonly issues: readonly [] }
  | { readonly expression: undefined; readonly issues: readonly ExpressionIssue[] };

/** From loosest to tightest; comparisons do not chain. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ['or'],
  ['and'],
  ['<', '<=', '>', '>=', '==', '!='],
  ['+', '-'],
  ['*', '/'],
];
const comparisonLevel = 2;

const functionNames: readonly FunctionName[] = ['min', 'max', 'abs', 'rate'];

class ParseError extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nodes = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#binary(0);
    const rest = this.#peek();
    if (rest.kind !== 'end') throw new ParseError(rest.column, `unexpected "${rest.text}"`);
    return expression;
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(text: string): Token | undefined {
    const token = this.#peek();
    if ((token.kind !== 'symbol' && token.kind !== 'word') || token.text !== text) return undefined;
    this.#next += 1;
    return token;
  }

  #expect(text: string): void {
    const token = this.#peek();
    if (this.#take(text) !== undefined) return;
    const found = token.kind === 'end' ? 'the end' : `"${token.text}"`;
    throw new ParseError(token.column, `expected "${text}" instead of ${found}`);
  }

  #node<T extends Expression>(node: T): T {
    this.#nodes += 1;
    if (this.#nodes > maximumNodes) {
      throw new ParseError(node.column, `longer than ${maximumNodes} operations and operands`);
    }
    return node;
  }

  #deeper<T>(column: number, parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > maximumDepth) {
      throw new ParseError(column, `nested deeper than ${maximumDepth} levels`);
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #binary(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const { column } = this.#peek();
      const operator = operators.find((candidate) => this.#take(candidate) !== undefined);
      if (operator === undefined) return left;
      const right = this.#binary(level + 1);
      left = this.#node({ kind: 'binary', column, operator, left, right });
      if (level === comparisonLevel) return left;
    }
  }

  #unary(): Expression {
    const { column } = this.#peek();
    const operator = this.#take('-') !== undefined ? '-' : this.#take('not') && 'not';
    if (operator === undefined) return this.#primary();
    const operand = this.#deeper(column, () => this.#unary());
    return this.#node({ kind: 'unary', column, operator, operand });
  }

  #primary(): Expression {
    const token = this.#peek();
    const { column, text } = token;
    if (this.#take('(') !== undefined) {
      const inner = this.#deeper(column, () => this.#binary(0));
      this.#expect(')');
      return inner;
    }
    if (token.kind === 'number') return this.#number(token);
    if (token.kind !== 'word') {
      const found = token.kind === 'end' ? 'the end' : `"${text}"`;
      throw new ParseError(column, `expected a number or a point instead of ${found}`);
    }
    this.#next += 1;
    if (text === 'true' || text === 'false') {
      return this.#node({ kind: 'boolean', column, value: text === 'true' });
    }
    const name = functionNames.find((candidate) => candidate === text);
    if (name !== undefined) return this.#call(name, column);
    if (text === 'and' || text === 'or') throw new ParseError(column, `unexpected "${text}"`);
    return this.#node({ kind: 'reference', column, path: text });
  }

  #number(token: Token): Expression {
    this.#next += 1;
    const value = Number(token.text);
    if (!Number.isFinite(value)) throw new ParseError(token.column, 'number out of range');
    const follower = this.#peek();
    if (follower.kind !== 'unit') {
      return this.#node({ kind: 'number', column: token.column, value, unit: undefined });
    }
    this.#next += 1;
    return this.#node({ kind: 'number', column: token.column, value, unit: follower.text });
  }

  #call(name: FunctionName, column: number): Expression {
    this.#expect('(');
    const operands = this.#deeper(column, () => {
      const list = [this.#binary(0)];
      while (this.#take(',') !== undefined) list.push(this.#binary(0));
      return list;
    });
    this.#expect(')');
    const isList = name === 'min' || name === 'max';
    if (isList ? operands.length < 2 : operands.length !== 1) {
      const expected = isList ? 'at least two values' : 'one value';
      throw new ParseError(column, `${name} takes ${expected}, not ${operands.length}`);
    }
    return this.#node({ kind: 'call', column, name, operands });
  }
}

/**
 * Parses an expression: numbers (`5`, `5 [kW]`), points (`park/meters/grid/power`), `+ - * /`, `< <= > >= == !=`,
 * `and or not`, `min max abs rate`, parentheses. Limited in length, depth and number of operations.
 */
export const parseExpression = (text: string): ParsedExpression => {
  if (text.length > maximumLength) {
    const message = `longer than ${maximumLength} characters`;
    return { expression: undefined, issues: [{ column: maximumLength + 1, message }] };
  }
  const { tokens, issues } = tokenize(text);
  if (issues.length > 0) return { expression: undefined, issues };
  try {
    return { expression: new Parser(tokens).parse(), issues: [] };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const issue = { column: error.column, message: error.message };
    return { expression: undefined, issues: [issue] };
  }
};

/** The points that an expression names, each once, in the order of their first appearance. */
export const referencesOf = (expression: Expression): readonly string[] => {
  const paths = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.kind === 'reference') paths.add(node.path);
    else if (node.kind === 'unary') visit(node.operand);
    else if (node.kind === 'call') node.operands.forEach(visit);
    else if (node.kind === 'binary') {
      visit(node.left);
      visit(node.right);
    }
  };
  visit(expression);
  return [...paths];
};
