import type { Why } from '../why-contract.ts';

type Source = Why['sources'][number];

/** No parameter is deeper, or has more. */
const mostDepth = 6;
const mostSources = 100;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Whatever among parameters says where it is from. */
export const factorsIn = (parameters: Readonly<Record<string, unknown>>): Source[] => {
  const found: Source[] = [];
  const look = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null || path.length > mostDepth) return;
    if (found.length >= mostSources) return;
    const members = value as Readonly<Record<string, unknown>>;
    const source = textOf(members['source']);
    if (source !== null && path.length > 0) {
      const number = members['value'];
      found.push({
        ...{ parameter: path.join('.'), id: textOf(members['id']), source },
        unit: textOf(members['unit']),
        value: typeof number === 'number' ? number : null,
      });
      return;
    }
    for (const [name, member] of Object.entries(members)) look(member, [...path, name]);
  };
  look(parameters, []);
  return found;
};
