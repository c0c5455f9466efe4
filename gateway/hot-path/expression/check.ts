import type { ValueKind } from '../../core/point.ts';
import {
  type Conversion,
  conversionBetween,
  dimensionlessUnit,
  divideUnits,
  findUnit,
  multiplyUnits,
  perSecond,
  type Unit,
} from '../units.ts';
import type {
  BinaryOperator,
  Expression,
  ExpressionIssue,
  FunctionName,
  UnaryOperator,
} from './syntax.ts';

/** An expression whose types and units fit, with the conversions that they need. */
export type CheckedExpression =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'reference'; readonly path: string; readonly isCounter: boolean }
  | { readonly kind: 'convert'; readonly operand: CheckedExpression; readonly by: Conversion }
  | {
      readonly kind: 'unary';
      readonly operator: UnaryOperator;
      readonly operand: CheckedExpression;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: CheckedExpression;
      readonly right: CheckedExpression;
    }
  | {
      readonly kind: 'call';
      readonly name: FunctionName;
      readonly operands: readonly CheckedExpression[];
    };

export type ReferencedPoint = { readonly kind: ValueKind; readonly unit: string };

export type CheckOptions = {
  readonly resolve: (path: string) => ReferencedPoint | undefined;
  /** Unit that the result must have; `boolean` for a condition; undefined: any. */
  readonly wanted?: string | undefined;
};

export type CheckResult =
  | {
      readonly checked: CheckedExpression;
      readonly result: 'number' | 'boolean';
      readonly issues: readonly [];
    }
  | { readonly checked: undefined; readonly issues: readonly ExpressionIssue[] };

/** A number without a unit of its own (`free`) takes that of what it is added to or compared with. */
type NumberType = {
  readonly kind: 'number';
  readonly unit: Unit;
  readonly label: string;
  readonly free: boolean;
};
type Type = NumberType | { readonly kind: 'boolean' };
type Typed<T extends Type = Type> = { readonly node: CheckedExpression; readonly type: T };

const freeNumber: NumberType = {
  kind: 'number',
  unit: dimensionlessUnit,
  label: '1',
  free: true,
};
const booleanType: Type = { kind: 'boolean' };

class CheckError extends Error {
  readonly column: number;

  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

const describe = (type: Type): string => (type.kind === 'boolean' ? 'true/false' : type.label);

const numberOf = (typed: Typed, column: number, what: string): Typed<NumberType> => {
  if (typed.type.kind === 'boolean') {
    throw new CheckError(column, `${what} needs a number, not true/false`);
  }
  return typed as Typed<NumberType>;
};

const booleanOf = (typed: Typed, column: number, what: string): CheckedExpression => {
  if (typed.type.kind !== 'boolean') {
    throw new CheckError(column, `${what} needs true/false, not a number in ${typed.type.label}`);
  }
  return typed.node;
};

const convert = (node: CheckedExpression, by: Conversion): CheckedExpression =>
  by.multiply === 1 && by.divide === 1 ? node : { kind: 'convert', operand: node, by };

/** Brings both sides to one unit: that of the left one, unless it has none of its own. */
const align = (
  left: Typed<NumberType>,
  right: Typed<NumberType>,
  refuse: () => CheckError,
): {
  readonly left: CheckedExpression;
  readonly right: CheckedExpression;
  readonly type: NumberType;
} => {
  if (left.type.free) return { left: left.node, right: right.node, type: right.type };
  if (right.type.free) return { left: left.node, right: right.node, type: left.type };
  const by = conversionBetween(right.type.unit, left.type.unit);
  if (by === undefined) throw refuse();
  return { left: left.node, right: convert(right.node, by), type: left.type };
};

const unitNamed = (code: string, column: number, place: string): NumberType => {
  const unit = findUnit(code);
  if (unit === undefined) throw new CheckError(column, `unit ${code}${place} is not known here`);
  return { kind: 'number', unit, label: code, free: false };
};

class Checker {
  readonly #resolve: CheckOptions['resolve'];

  constructor(resolve: CheckOptions['resolve']) {
    this.#resolve = resolve;
  }

  check(expression: Expression): Typed {
    switch (expression.kind) {
      case 'number': {
        const type =
          expression.unit === undefined
            ? freeNumber
            : unitNamed(expression.unit, expression.column, '');
        return { node: { kind: 'constant', value: expression.value }, type };
      }
      case 'boolean':
        return { node: { kind: 'constant', value: Number(expression.value) }, type: booleanType };
      case 'reference':
        return this.#reference(expression.path, expression.column);
      case 'unary':
        return this.#unary(expression);
      case 'binary':
        return this.#binary(expression);
      case 'call':
        return this.#call(expression);
    }
  }

  #reference(path: string, column: number): Typed {
    const point = this.#resolve(path);
    if (point === undefined) throw new CheckError(column, `no point ${path}`);
    if (point.kind === 'string') throw new CheckError(column, `${path} is a text`);
    const isCounter = point.kind === 'counter';
    const node: CheckedExpression = { kind: 'reference', path, isCounter };
    if (point.kind === 'boolean') return { node, type: booleanType };
    return { node, type: unitNamed(point.unit, column, ` of ${path}`) };
  }

  #unary(expression: Expression & { readonly kind: 'unary' }): Typed {
    const { operator, column } = expression;
    const operand = this.check(expression.operand);
    if (operator === 'not') {
      const node = booleanOf(operand, column, 'not');
      return { node: { kind: 'unary', operator, operand: node }, type: booleanType };
    }
    const number = numberOf(operand, column, '-');
    return { node: { kind: 'unary', operator, operand: number.node }, type: number.type };
  }

  #binary(expression: Expression & { readonly kind: 'binary' }): Typed {
    const { operator, column } = expression;
    const left = this.check(expression.left);
    const right = this.check(expression.right);
    switch (operator) {
      case 'and':
      case 'or': {
        const node: CheckedExpression = {
          kind: 'binary',
          operator,
          left: booleanOf(left, column, operator),
          right: booleanOf(right, column, operator),
        };
        return { node, type: booleanType };
      }
      case '*':
      case '/':
        return this.#product(operator, column, [left, right]);
      case '+':
      case '-':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '==':
      case '!=':
        return this.#additive(operator, column, [left, right]);
    }
  }

  #product(operator: '*' | '/', column: number, sides: readonly [Typed, Typed]): Typed {
    const left = numberOf(sides[0], column, operator);
    const right = numberOf(sides[1], column, operator);
    const combine = operator === '*' ? multiplyUnits : divideUnits;
    const unit = combine(left.type.unit, right.type.unit);
    const label = `${left.type.label}${operator === '*' ? '.' : '/'}${right.type.label}`;
    if (unit === undefined) throw new CheckError(column, `no exact scale for ${label}`);
    const free = left.type.free && right.type.free;
    const type = free ? freeNumber : ({ kind: 'number', unit, label, free } as const);
    return { node: { kind: 'binary', operator, left: left.node, right: right.node }, type };
  }

  #additive(
    operator: Exclude<BinaryOperator, '*' | '/' | 'and' | 'or'>,
    column: number,
    sides: readonly [Typed, Typed],
  ): Typed {
    const [left, right] = sides;
    const isEquality = operator === '==' || operator === '!=';
    if (isEquality && left.type.kind === 'boolean' && right.type.kind === 'boolean') {
      const node = { kind: 'binary', operator, left: left.node, right: right.node } as const;
      return { node, type: booleanType };
    }
    const isSum = operator === '+' || operator === '-';
    const verb = operator === '+' ? 'add' : operator === '-' ? 'subtract' : 'compare';
    const aligned = align(
      numberOf(left, column, operator),
      numberOf(right, column, operator),
      () =>
        new CheckError(column, `cannot ${verb} ${describe(left.type)} and ${describe(right.type)}`),
    );
    return {
      node: { kind: 'binary', operator, left: aligned.left, right: aligned.right },
      type: isSum ? aligned.type : booleanType,
    };
  }

  #call(expression: Expression & { readonly kind: 'call' }): Typed {
    const { name, column } = expression;
    const operands = expression.operands.map((operand) =>
      numberOf(this.check(operand), operand.column, name),
    );
    const first = operands[0] as Typed<NumberType>;
    const type = operands.find((operand) => !operand.type.free)?.type ?? first.type;
    const nodes = operands.map((operand, index) => {
      if (operand.type.free) return operand.node;
      const by = conversionBetween(operand.type.unit, type.unit);
      const at = expression.operands[index]?.column ?? column;
      if (by === undefined) {
        throw new CheckError(at, `${name} of ${type.label} and ${operand.type.label}`);
      }
      return convert(operand.node, by);
    });
    const node: CheckedExpression = { kind: 'call', name, operands: nodes };
    if (name !== 'rate') return { node, type };
    const unit = perSecond(type.unit);
    if (unit === undefined) throw new CheckError(column, `no exact scale for ${type.label}/s`);
    return { node, type: { kind: 'number', unit, label: `${type.label}/s`, free: false } };
  }

  finish(typed: Typed, column: number, wanted: string | undefined): CheckedExpression {
    if (wanted === undefined) return typed.node;
    if (wanted === 'boolean') return booleanOf(typed, column, 'a condition');
    const number = numberOf(typed, column, 'the result');
    const target = unitNamed(wanted, column, ' of the result');
    if (number.type.free) return number.node;
    const by = conversionBetween(number.type.unit, target.unit);
    if (by === undefined) {
      throw new CheckError(column, `the result is in ${number.type.label}, not in ${wanted}`);
    }
    return convert(number.node, by);
  }
}

/** Checks types and units, and puts in the conversions between units of one dimension. */
export const checkExpression = (expression: Expression, options: CheckOptions): CheckResult => {
  try {
    const checker = new Checker(options.resolve);
    const typed = checker.check(expression);
    const result = typed.type.kind;
    const wanted = options.wanted;
    return { checked: checker.finish(typed, expression.column, wanted), result, issues: [] };
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return { checked: undefined, issues: [{ column: error.column, message: error.message }] };
  }
};
