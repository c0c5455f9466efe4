/** What is wrong with an expression; columns count from 1. */
export type ExpressionIssue = { readonly column: number; readonly message: string };

export type UnaryOperator = '-' | 'not';
export type ArithmeticOperator = '+' | '-' | '*' | '/';
export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type LogicalOperator = 'and' | 'or';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | LogicalOperator;
export type FunctionName = 'min' | 'max' | 'abs' | 'rate';

/** An expression as it was written. */
export type Expression = { readonly column: number } & (
  | { readonly kind: 'number'; readonly value: number; readonly unit: string | undefined }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'reference'; readonly path: string }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'call';
      readonly name: FunctionName;
      readonly operands: readonly Expression[];
    }
);

export const maximumLength = 1000;
export const maximumNodes = 200;
export const maximumDepth = 40;
