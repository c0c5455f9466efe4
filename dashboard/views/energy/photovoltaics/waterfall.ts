/** One step of a waterfall: a bar from `fromValue` to `toValue`. */
export type WaterfallStep = {
  readonly part: LossPart | 'reference' | 'final';
  /** What it takes away (above 0) or adds; of the ends their height. Null where it is not known. */
  readonly amount: number | null;
  readonly fromValue: number;
  readonly toValue: number;
};

/** In the order in which they are taken off: formulas.md, pvLosses. */
export const lossParts = [
  'temperature',
  'soiling',
  'shading',
  'clipping',
  'curtailment',
  'downtime',
  'system',
  'unexplained',
] as const;
export type LossPart = (typeof lossParts)[number];

export type Waterfall = {
  readonly steps: readonly WaterfallStep[];
  /** What is left when all losses were taken off, less the final yield: 0 when it closes. */
  readonly open: number;
};

/** From the reference yield down to the final yield. What is not known stands within `unexplained`, and takes nothing here. */
export const waterfallOf = (
  reference: number,
  losses: Readonly<Record<LossPart, number | null>>,
  final: number,
): Waterfall => {
  let level = reference;
  const steps: WaterfallStep[] = [
    { part: 'reference', amount: reference, fromValue: 0, toValue: reference },
  ];
  for (const part of lossParts) {
    const amount = losses[part];
    const next = level - (amount ?? 0);
    steps.push({ part, amount, fromValue: level, toValue: next });
    level = next;
  }
  steps.push({ part: 'final', amount: final, fromValue: 0, toValue: final });
  return { steps, open: level - final };
};
