import { statusCodes, worseStatus } from '../../core/quality.ts';
import type { BuildContext, Step } from '../program.ts';
import { firstBadStatus } from '../quality-bits.ts';
import { isUsableSlot, statusCell, timeCell, valueCell } from '../slot.ts';
import type { CheckedExpression } from './check.ts';
import type { ArithmeticOperator, BinaryOperator } from './syntax.ts';

export type BuiltExpression = {
  /** Computes the result into cell `resultIndex`, its status into cell `statusIndex`. */
  readonly run: Step;
  readonly resultIndex: number;
  readonly statusIndex: number;
};

export type ExpressionContext = Pick<BuildContext, 'reserve' | 'slot' | 'tickMsIndex'> & {
  /** Age from which the newest sample of a point is called out of date. */
  staleMs(path: string): number;
};

type Operands = { readonly left: number; readonly right: number; readonly out: number };

const arithmetic = (operator: ArithmeticOperator, { left, right, out }: Operands): Step => {
  switch (operator) {
    case '+':
      return (memory) => {
        memory[out] = (memory[left] as number) + (memory[right] as number);
      };
    case '-':
      return (memory) => {
        memory[out] = (memory[left] as number) - (memory[right] as number);
      };
    case '*':
      return (memory) => {
        memory[out] = (memory[left] as number) * (memory[right] as number);
      };
    case '/':
      return (memory) => {
        memory[out] = (memory[left] as number) / (memory[right] as number);
      };
  }
};

const binary = (operator: BinaryOperator, operands: Operands): Step => {
  const { left, right, out } = operands;
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
      return arithmetic(operator, operands);
    case '<':
      return (memory) => {
        memory[out] = (memory[left] as number) < (memory[right] as number) ? 1 : 0;
      };
    case '<=':
      return (memory) => {
        memory[out] = (memory[left] as number) <= (memory[right] as number) ? 1 : 0;
      };
    case '>':
      return (memory) => {
        memory[out] = (memory[left] as number) > (memory[right] as number) ? 1 : 0;
      };
    case '>=':
      return (memory) => {
        memory[out] = (memory[left] as number) >= (memory[right] as number) ? 1 : 0;
      };
    case '==':
      return (memory) => {
        memory[out] = memory[left] === memory[right] ? 1 : 0;
      };
    case '!=':
      return (memory) => {
        memory[out] = memory[left] === memory[right] ? 0 : 1;
      };
    case 'and':
      return (memory) => {
        memory[out] = memory[left] !== 0 && memory[right] !== 0 ? 1 : 0;
      };
    case 'or':
      return (memory) => {
        memory[out] = memory[left] !== 0 || memory[right] !== 0 ? 1 : 0;
      };
  }
};

/** Flattens the tree to steps, each writing one cell. */
class Builder {
  readonly steps: Step[] = [];
  readonly slots = new Map<string, number>();
  readonly #context: ExpressionContext;
  /** Cells that are 0 while a rate has not seen two samples yet. */
  readonly readyCells: number[] = [];

  constructor(context: ExpressionContext) {
    this.#context = context;
  }

  /** Cell that holds the value of a node after the steps have run. */
  add(node: CheckedExpression): number {
    switch (node.kind) {
      case 'constant':
        return this.#context.reserve(1, [node.value]);
      case 'reference':
        return this.#slotOf(node.path) + valueCell;
      case 'convert': {
        const from = this.add(node.operand);
        const { multiply, divide } = node.by;
        return this.#step((out) => (memory) => {
          memory[out] = ((memory[from] as number) * multiply) / divide;
        });
      }
      case 'unary': {
        const from = this.add(node.operand);
        return this.#step((out) =>
          node.operator === '-'
            ? (memory) => {
                memory[out] = -(memory[from] as number);
              }
            : (memory) => {
                memory[out] = memory[from] === 0 ? 1 : 0;
              },
        );
      }
      case 'binary': {
        const left = this.add(node.left);
        const right = this.add(node.right);
        return this.#step((out) => binary(node.operator, { left, right, out }));
      }
      case 'call':
        return this.#call(node);
    }
  }

  #slotOf(path: string): number {
    const slot = this.#context.slot(path);
    this.slots.set(path, slot);
    return slot;
  }

  #step(make: (out: number) => Step): number {
    const out = this.#context.reserve(1);
    this.steps.push(make(out));
    return out;
  }

  #call(node: CheckedExpression & { readonly kind: 'call' }): number {
    if (node.name === 'rate') return this.#rate(node);
    const from = node.operands.map((operand) => this.add(operand));
    const first = from[0] as number;
    if (node.name === 'abs') {
      return this.#step((out) => (memory) => {
        memory[out] = Math.abs(memory[first] as number);
      });
    }
    const isMinimum = node.name === 'min';
    return this.#step((out) => (memory) => {
      let best = memory[first] as number;
      for (const cell of from) {
        const value = memory[cell] as number;
        if (isMinimum ? value < best : value > best) best = value;
      }
      memory[out] = best;
    });
  }

  /** Change per second between the two newest times of the points inside; a counter that falls gives no rate. */
  #rate(node: CheckedExpression & { readonly kind: 'call' }): number {
    const operand = node.operands[0] as CheckedExpression;
    const from = this.add(operand);
    const slots = pathsIn(operand).map((path) => this.#slotOf(path));
    const isCounter = operand.kind === 'reference' && operand.isCounter;
    const lastIndex = this.#context.reserve(1);
    const lastMsIndex = this.#context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const readyIndex = this.#context.reserve(1);
    this.readyCells.push(readyIndex);
    return this.#step((out) => (memory) => {
      let timeMs = Number.NEGATIVE_INFINITY;
      for (const slot of slots) {
        if (!isUsableSlot(memory, slot)) return;
        timeMs = Math.max(timeMs, memory[slot + timeCell] as number);
      }
      const value = memory[from] as number;
      const passedMs = timeMs - (memory[lastMsIndex] as number);
      if (passedMs === 0) return;
      const step = value - (memory[lastIndex] as number);
      const isFirst = passedMs === Number.POSITIVE_INFINITY;
      memory[lastIndex] = value;
      memory[lastMsIndex] = timeMs;
      if (isFirst || passedMs < 0 || (isCounter && step < 0)) return;
      memory[out] = step / (passedMs / 1000);
      memory[readyIndex] = 1;
    });
  }
}

const pathsIn = (node: CheckedExpression): readonly string[] => {
  switch (node.kind) {
    case 'constant':
      return [];
    case 'reference':
      return [node.path];
    case 'convert':
    case 'unary':
      return pathsIn(node.operand);
    case 'binary':
      return [...pathsIn(node.left), ...pathsIn(node.right)];
    case 'call':
      return node.operands.flatMap(pathsIn);
  }
};

/**
 * Compiles a checked expression to steps over the arena. Its status is the worst of its points'; one that is out of date
 * counts as Uncertain. A result that is no finite number (a division by zero) is BadOutOfRange with value 0.
 */
export const buildExpression = (
  checked: CheckedExpression,
  context: ExpressionContext,
): BuiltExpression => {
  const builder = new Builder(context);
  const valueIndex = builder.add(checked);
  const { steps, readyCells } = builder;
  const resultIndex = context.reserve(1);
  const statusIndex = context.reserve(1);
  const points = [...builder.slots].map(([path, slot]) => ({
    slot,
    staleMs: context.staleMs(path),
  }));
  const worst = (memory: Float64Array): void => {
    let worstStatus: number = statusCodes.good;
    for (const { slot, staleMs } of points) {
      const ageMs = (memory[context.tickMsIndex] as number) - (memory[slot + timeCell] as number);
      const status = memory[slot + statusCell] as number;
      const isStale = status === statusCodes.good && ageMs > staleMs;
      worstStatus = worseStatus(
        worstStatus,
        isStale ? statusCodes.uncertainLastUsableValue : status,
      );
    }
    memory[statusIndex] = worstStatus;
  };
  const run: Step = (memory) => {
    for (const step of steps) step(memory);
    worst(memory);
    const value = memory[valueIndex] as number;
    if ((memory[statusIndex] as number) < firstBadStatus) {
      if (readyCells.some((cell) => memory[cell] === 0))
        memory[statusIndex] = statusCodes.badWaitingForInitialData;
      else if (!Number.isFinite(value)) memory[statusIndex] = statusCodes.badOutOfRange;
    }
    memory[resultIndex] = (memory[statusIndex] as number) < firstBadStatus ? value : 0;
  };
  return { run, resultIndex, statusIndex };
};
