import type { Feeder } from '../park.ts';

/** Power of each feeder in kW, positive as below; null where it is not known, undefined where the site has no such feeder. */
export type FeederPowers = {
  /** Into the bus. */
  readonly pv: number | null | undefined;
  /** Into the bus: import is positive. */
  readonly grid: number | null | undefined;
  /** Out of the bus. */
  readonly load: number | null | undefined;
  /** Out of the bus. */
  readonly ev: number | null | undefined;
  /** Out of the bus: charging is positive. */
  readonly storage: number | null | undefined;
};

export type Balance = {
  /** What each feeder gives to the bus, kW; below 0 what it takes. */
  readonly toBus: Readonly<Partial<Record<Feeder, number | null>>>;
  /** What the bus got beyond what it gave, by those that are known: what the picture shows as not explained, kW. */
  readonly residual: number;
  /** What the accuracy classes of the meters allow, kW. */
  readonly tolerance: number;
  /** Feeders whose power is not known: the residual then holds what they carry. */
  readonly unknown: readonly Feeder[];
};

const signs: Readonly<Record<Feeder, 1 | -1>> = { pv: 1, grid: 1, load: -1, ev: -1, storage: -1 };

/** Twice the standard deviation, as balanceResidual has it. */
const coverageFactor = 2;

/** Everything that flows now, with the residual as a flow of its own, so that in and out are the same whatever meters say. */
export const balanceOf = (
  powers: FeederPowers,
  classes: Readonly<Record<Feeder, number>>,
): Balance => {
  const toBus: Partial<Record<Feeder, number | null>> = {};
  const unknown: Feeder[] = [];
  let residual = 0;
  let squares = 0;
  for (const feeder of Object.keys(signs) as Feeder[]) {
    const power = powers[feeder];
    if (power === undefined) continue;
    if (power === null) {
      toBus[feeder] = null;
      unknown.push(feeder);
      continue;
    }
    const given = power === 0 ? 0 : signs[feeder] * power;
    toBus[feeder] = given;
    residual += given;
    squares += ((classes[feeder] / 100) * power) ** 2;
  }
  return { toBus, residual, tolerance: coverageFactor * Math.sqrt(squares), unknown };
};
