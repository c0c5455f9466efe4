import type { Amount } from './amount.ts';
import { type EnergyMethod, energyMethods, type MeterInterval } from './meter-intervals.ts';

/** How an amount is known that several meters went into. */
export type Knowledge = {
  /** The worst of the meters; where only some had no reading, of some of it nothing is known. */
  readonly method: EnergyMethod;
  /** At most so much of it is shared out over times without readings. */
  readonly estimated: Amount;
  readonly revision: number;
};

export const knowledgeOf = (interval: MeterInterval | undefined): Knowledge => ({
  method: interval?.method ?? 'none',
  estimated: interval?.estimated ?? 0n,
  revision: interval?.revision ?? 0,
});

const worse = (one: EnergyMethod, other: EnergyMethod): EnergyMethod => {
  if (one === other) return one;
  if (one === 'none' || other === 'none') return 'partial';
  return energyMethods[
    Math.max(energyMethods.indexOf(one), energyMethods.indexOf(other))
  ] as EnergyMethod;
};

/** Of at least one. */
export const joinKnowledge = (parts: readonly Knowledge[]): Knowledge => {
  const [first, ...others] = parts as [Knowledge, ...Knowledge[]];
  return others.reduce(
    (whole, part) => ({
      method: worse(whole.method, part.method),
      estimated: whole.estimated + part.estimated,
      revision: Math.max(whole.revision, part.revision),
    }),
    first,
  );
};

const size = (amount: Amount): Amount => (amount < 0n ? -amount : amount);

const smaller = (one: Amount, other: Amount): Amount => {
  if (one < other) return one;
  return other;
};

/** Of a part of an amount: as much of what is estimated as it is of all. */
export const knowledgeOfPart = (whole: Knowledge, part: Amount, amount: Amount): Knowledge => {
  const most = smaller(whole.estimated, size(amount));
  return { ...whole, estimated: amount === 0n ? 0n : (most * size(part)) / size(amount) };
};
