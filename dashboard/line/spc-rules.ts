/** What a control chart signals, by the bits of its point `signals`. */
export const signalKeys = [
  'rule1',
  'rule2',
  'rule3',
  'rule4',
  'rule5',
  'rule6',
  'rule7',
  'rule8',
  'ruleRange',
  'ruleEwma',
  'ruleCusum',
] as const;
export type SignalKey = (typeof signalKeys)[number];

/** Those that the newest subgroup breaks. */
export const signalsOf = (bits: number | null | undefined): readonly SignalKey[] =>
  typeof bits !== 'number'
    ? []
    : signalKeys.filter((_, bit) => Math.floor(bits / 2 ** bit) % 2 === 1);

export type Subgroup = { readonly timeMs: number; readonly value: number };

/** A chart's value stands until the next subgroup has ended: each is shown once. */
export const subgroupsOf = (
  timeMs: readonly number[],
  values: readonly (number | string | null)[],
): readonly Subgroup[] => {
  const found: Subgroup[] = [];
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'number' || found.at(-1)?.value === value) continue;
    found.push({ timeMs: timeMs[index] ?? 0, value });
  }
  return found;
};
