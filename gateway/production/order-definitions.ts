import type { MessageOf } from './messages.ts';

/** What a job order asks for (ISA-95 job order), as it was told last; times are UTC epoch ms. */
export type OrderDefinition = {
  readonly drawing: { readonly number: string; readonly revision: string | null } | null;
  readonly project: string | null;
  readonly boilerNo: string | null;
  /** Panels. */
  readonly quantity: number | null;
  readonly plannedStartMs: number | null;
  readonly plannedEndMs: number | null;
  readonly plannedRunTimePerItemMin: number | null;
  readonly wpsNo: string | null;
};

export const definitionOf = (message: MessageOf<'jobOrder'>): OrderDefinition => {
  const { drawing, project, boilerNo, quantity, plannedStart, plannedEnd } = message;
  return {
    drawing:
      drawing === undefined ? null : { number: drawing.number, revision: drawing.revision ?? null },
    project: project ?? null,
    boilerNo: boilerNo ?? null,
    quantity: quantity ?? null,
    plannedStartMs: plannedStart ?? null,
    plannedEndMs: plannedEnd ?? null,
    plannedRunTimePerItemMin: message.plannedRunTimePerItemMin ?? null,
    wpsNo: message.wpsNo ?? null,
  };
};

/**
 * The definitions of one order, in the order of their times. A sender that tells again replaces what it told before. What
 * several senders tell is one definition: of a member that more than one tells the newest counts, and where they differ, the
 * order was told with different contents.
 */
export class OrderDefinitions {
  /** The newest of each sender. */
  readonly #bySource = new Map<string, OrderDefinition>();
  readonly #seen = new Set<string>();
  #count = 0;

  /** How many different ones there were: above 1 the order was changed, or its number given twice. */
  get count(): number {
    return this.#count;
  }

  /** What the order asks for from here on. */
  add(source: string, definition: OrderDefinition): OrderDefinition {
    const isFirst = !this.#bySource.has(source);
    const isSeen = this.#seen.has(JSON.stringify(definition));
    const differs = !isFirst || contradicts(merged([...this.#bySource.values()]), definition);
    if (this.#count === 0 || (!isSeen && differs)) this.#count += 1;
    this.#seen.add(JSON.stringify(definition));
    this.#bySource.delete(source);
    this.#bySource.set(source, definition);
    return merged([...this.#bySource.values()]);
  }
}

const nothing: OrderDefinition = {
  ...{ drawing: null, project: null, boilerNo: null, quantity: null, plannedStartMs: null },
  ...{ plannedEndMs: null, plannedRunTimePerItemMin: null, wpsNo: null },
};

const told = (definition: OrderDefinition): Partial<OrderDefinition> =>
  Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== null));

/** Of each member the last that was told. */
const merged = (definitions: readonly OrderDefinition[]): OrderDefinition =>
  Object.assign({}, nothing, ...definitions.map(told));

/** Whether one tells a member otherwise than the other. */
const contradicts = (known: OrderDefinition, definition: OrderDefinition): boolean => {
  const before: Readonly<Record<string, unknown>> = told(known);
  return Object.entries(told(definition)).some(
    ([name, value]) =>
      before[name] !== undefined && JSON.stringify(before[name]) !== JSON.stringify(value),
  );
};
