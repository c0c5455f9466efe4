/** An emission factor among the parameters of a KPI, to be printed beside what it made. */
export type Factor = {
  readonly id: string;
  /** As written; undefined where it is one for each hour. */
  readonly value: string | undefined;
};

export const factorOf = (parameter: unknown): Factor | undefined => {
  if (typeof parameter !== 'object' || parameter === null) return undefined;
  const { id, value } = parameter as { readonly id?: unknown; readonly value?: unknown };
  if (typeof id !== 'string') return undefined;
  return { id, value: typeof value === 'number' ? String(value) : undefined };
};
