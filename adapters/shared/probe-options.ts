import { parseArgs } from 'node:util';
import { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';

/** Options of the command line as they came, each with a value. */
export type ProbeValues = Readonly<Record<string, string | undefined>>;

/** @throws GatewayError CONFIG_INVALID with the usage where an option is not known. */
export const probeValues = (
  given: readonly string[],
  names: readonly string[],
  usage: LocalText,
): ProbeValues => {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    return parseArgs({ args: [...given], options }).values;
  } catch (cause) {
    throw wrongUsage(usage, cause);
  }
};

export const wrongUsage = (usage: LocalText, cause: unknown): GatewayError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GatewayError(
    'CONFIG_INVALID',
    { en: `${usage.en} (${reason})`, zh: `${usage.zh}（${reason}）` },
    { retryable: false, cause },
  );
};

export type Bounds = { readonly name: string; readonly lowest: number; readonly highest: number };

/** @throws RangeError */
export const bounded = (text: string | undefined, { name, lowest, highest }: Bounds): number => {
  const value = Number(text);
  if (text !== undefined && Number.isInteger(value) && value >= lowest && value <= highest) {
    return value;
  }
  throw new RangeError(`${name}: found ${text ?? 'nothing'}, expected ${lowest}-${highest}`);
};
