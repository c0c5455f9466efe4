import type { EnergyIntervals, EnergyMeters } from '../../../api/types.ts';

export type Meter = EnergyMeters['meters'][number];
export type MeterInterval = EnergyIntervals['intervals'][number];

export type MeterRow = {
  readonly meter: Meter;
  readonly depth: number;
  readonly account: MeterInterval | undefined;
  /** Of a meter that others stand below. */
  readonly rest: Rest | undefined;
};

export type Rest = {
  /** What it counted beyond those below; null while one of them, or itself, is not known. */
  readonly energyKwh: number | null;
  /** Of what it counted. */
  readonly share: number | null;
  /** Those below counted more than it. */
  readonly isBelow: boolean;
};

/** Below this a difference is of the classes of the meters, not of anything that is used. */
const leastKwh = 0.001;

const restOf = (
  own: MeterInterval | undefined,
  below: readonly (MeterInterval | undefined)[],
): Rest => {
  const counted = below.map((account) => account?.energyKwh ?? null);
  const energy = own?.energyKwh ?? null;
  if (energy === null || counted.includes(null))
    return { energyKwh: null, share: null, isBelow: false };
  const energyKwh = energy - counted.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return {
    energyKwh,
    share: energy === 0 ? null : energyKwh / energy,
    isBelow: energyKwh < -leastKwh,
  };
};

/** Meters with those below them right behind, each with how deep it stands. */
export const meterRows = (
  meters: readonly Meter[],
  accounts: ReadonlyMap<string, MeterInterval>,
): readonly MeterRow[] => {
  const ids = new Set(meters.map(({ id }) => id));
  // One whose parent is not there stands at the top rather than nowhere.
  const parentOf = ({ parent }: Meter): string | null =>
    parent !== null && ids.has(parent) ? parent : null;
  const children = Map.groupBy(meters, parentOf);
  const rowsBelow = (parent: string | null, depth: number): readonly MeterRow[] =>
    (children.get(parent) ?? []).flatMap((meter) => {
      const below = children.get(meter.id) ?? [];
      const account = accounts.get(meter.id);
      const rest =
        below.length === 0
          ? undefined
          : restOf(
              account,
              below.map(({ id }) => accounts.get(id)),
            );
      return [{ meter, depth, account, rest }, ...rowsBelow(meter.id, depth + 1)];
    });
  return rowsBelow(null, 0);
};
