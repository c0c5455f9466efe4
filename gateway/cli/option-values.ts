import type { Messages } from './messages.ts';

/** A failure whose message is in the language of the user already. */
export class WordedError extends Error {
  override readonly name: string = 'WordedError';
}

/** A mistake on the command line, in words for the person who made it. */
export class UsageError extends WordedError {
  override readonly name = 'UsageError';
}

export const parseWholeNumber = (
  option: string,
  value: string | undefined,
  text: Messages,
): number | undefined => {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw new UsageError(text.invalidOption(option, value, text.wholeNumber));
};

const daySeconds = 86_400;
/** Of simulated time: a year and some. */
export const mostSimulatedSeconds = 400 * daySeconds;

export const parseSeconds = (
  option: string,
  value: string | undefined,
  text: Messages,
  most = daySeconds,
): number | undefined => {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (number > 0 && number <= most) return number;
  throw new UsageError(text.invalidOption(option, value, text.seconds(most)));
};

/** @throws UsageError */
export const oneOf = <Value extends string>(
  option: string,
  value: string,
  values: readonly Value[],
  text: Messages,
): Value => {
  const found = values.find((known) => known === value);
  if (found !== undefined) return found;
  throw new UsageError(text.invalidOption(option, value, values.join(', ')));
};
