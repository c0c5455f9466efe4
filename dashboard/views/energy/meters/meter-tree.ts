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
  /** Those below counted more than it, by more than their classes allow. */
  readonly isBelow: boolean;
};

type Counted = { readonly meter: Meter; readonly energyKwh: number | null };

/** Twice what the classes of the meters allow between them, as for the balance of a bus. */
const toleranceOf = (counts: readonly Counted[]): number =>
  2 *
  Math.sqrt(
    counts.reduce(
      (sum, { meter, energyKwh }) => sum + ((meter.accuracyClass / 100) * (energyKwh ?? 0)) ** 2,
      0,
    ),
  );

const restOf = (own: Counted, below: readonly Counted[]): Rest => {
  const counted = below.map(({ energyKwh }) => energyKwh);
  const energy = own.energyKwh;
  if (energy === null || counted.includes(null))
    return { energyKwh: null, share: null, isBelow: false };
  const energyKwh = energy - counted.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return {
    energyKwh,
    share: energy === 0 ? null : energyKwh / energy,
    isBelow: energyKwh < -toleranceOf([own, ...below]),
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
  const countOf = (meter: Meter): Counted => ({
    meter,
    energyKwh: accounts.get(meter.id)?.energyKwh ?? null,
  });
  const rowsBelow = (parent: string | null, depth: number): readonly MeterRow[] =>
    (children.get(parent) ?? []).flatMap((meter) => {
      const below = children.get(meter.id) ?? [];
      const account = accounts.get(meter.id);
      const rest = below.length === 0 ? undefined : restOf(countOf(meter), below.map(countOf));
      return [{ meter, depth, account, rest }, ...rowsBelow(meter.id, depth + 1)];
    });
  return rowsBelow(null, 0);
};
