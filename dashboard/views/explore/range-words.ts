const units = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const;

/** A length in the largest unit that it is a whole number of. */
export const lengthIn = (
  lengthMs: number,
): { readonly unit: 'days' | 'hours' | 'minutes' | 'seconds'; readonly count: number } => {
  for (const [unit, ms] of units)
    if (lengthMs >= ms && lengthMs % ms === 0) return { unit, count: lengthMs / ms };
  return { unit: 'seconds', count: lengthMs / 1000 };
};
