import type { ArenaPlan } from '../arena.ts';

/**
 * Nelson's rules on standardised values u (distance from the centre in standard deviations), one bit each, bit 0 for rule 1:
 * 1) one beyond 3; 2) `sameSide` in a row on one side (9 after Nelson, 8 after Western Electric); 3) 6 steadily rising or
 * falling; 4) 14 alternating up and down; 5) 2 of 3 beyond 2 on one side; 6) 4 of 5 beyond 1 on one side; 7) 15 within 1;
 * 8) 8 beyond 1, on both sides. Rules 5 and 6 signal at a value that is itself beyond.
 */
export type RunRules = {
  readonly base: number;
  /** Bits of the rules that apply. */
  readonly enabled: number;
  readonly sameSide: number;
};

const lastCell = 0;
/** Values in a row: on one side (negative: below), rising (negative: falling), alternating, within 1, beyond 1. */
const sideCell = 1;
const trendCell = 2;
const alternatingCell = 3;
const withinCell = 4;
const beyondCell = 5;
/** The newest five values as bits, newest lowest: above 2, below -2, above 1, below -1. */
const zoneCell = 6;
const zones = 4;
const hitsCell = zoneCell + zones;
const size = hitsCell + 1;

export const reserveRunRules = (
  plan: Pick<ArenaPlan, 'reserve'>,
  options: { readonly rules: readonly number[]; readonly sameSide: number },
): RunRules => ({
  base: plan.reserve(size, [Number.NaN]),
  enabled: options.rules.reduce((bits, rule) => bits | (1 << (rule - 1)), 0),
  sameSide: options.sameSide,
});

export const resetRunRules = (memory: Float64Array, { base }: RunRules): void => {
  memory.fill(0, base, base + size);
  memory[base + lastCell] = Number.NaN;
};

/** Index of the cell with the bits of the rules that the newest value breaks. */
export const runRuleHitsIndex = (rules: RunRules): number => rules.base + hitsCell;

const bitCount = (bits: number): number => {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
};

/** Longer by one in the same direction, 1 or -1 in a new one, 0 in none. */
const runOf = (before: number, direction: number): number => {
  if (direction === 0) return 0;
  return before * direction > 0 ? before + direction : direction;
};

const pushRuns = (memory: Float64Array, base: number, value: number): void => {
  const last = memory[base + lastCell] as number;
  const step = Number.isNaN(last) ? 0 : Math.sign(value - last);
  const trend = memory[base + trendCell] as number;
  const isTurned = step !== 0 && trend * step < 0;
  const alternating = memory[base + alternatingCell] as number;
  // Counts steps: the first step of a zigzag turns nothing.
  const turned = isTurned ? alternating + 1 : Math.abs(step);
  memory[base + alternatingCell] = turned;
  memory[base + trendCell] = runOf(trend, step);
  memory[base + sideCell] = runOf(memory[base + sideCell] as number, Math.sign(value));
  const isBeyond = Math.abs(value) > 1;
  memory[base + withinCell] = isBeyond ? 0 : (memory[base + withinCell] as number) + 1;
  memory[base + beyondCell] = isBeyond ? (memory[base + beyondCell] as number) + 1 : 0;
  memory[base + lastCell] = value;
};

const pushZone = (memory: Float64Array, cell: number, isIn: boolean): void => {
  memory[cell] = (((memory[cell] as number) << 1) & 0b11111) | (isIn ? 1 : 0);
};

/** Whether the newest value and enough of those before it, `of` in all, are in the zone. */
const isZoneHit = (
  memory: Float64Array,
  cell: number,
  rule: { readonly enough: number; readonly of: number },
): boolean => {
  const bits = (memory[cell] as number) & ((1 << rule.of) - 1);
  return (bits & 1) === 1 && bitCount(bits) >= rule.enough;
};

const twoOfThree = { enough: 2, of: 3 } as const;
const fourOfFive = { enough: 4, of: 5 } as const;

/** Takes the standardised value in cell `source`. */
export const pushRunRules = (memory: Float64Array, rules: RunRules, source: number): void => {
  const { base } = rules;
  const value = memory[source] as number;
  const zone = base + zoneCell;
  pushRuns(memory, base, value);
  pushZone(memory, zone, value > 2);
  pushZone(memory, zone + 1, value < -2);
  pushZone(memory, zone + 2, value > 1);
  pushZone(memory, zone + 3, value < -1);
  const side = Math.abs(memory[base + sideCell] as number);
  let hits = 0;
  if (Math.abs(value) > 3) hits |= 1;
  if (side >= rules.sameSide) hits |= 1 << 1;
  if (Math.abs(memory[base + trendCell] as number) >= 5) hits |= 1 << 2;
  if ((memory[base + alternatingCell] as number) >= 13) hits |= 1 << 3;
  if (isZoneHit(memory, zone, twoOfThree) || isZoneHit(memory, zone + 1, twoOfThree))
    hits |= 1 << 4;
  if (isZoneHit(memory, zone + 2, fourOfFive) || isZoneHit(memory, zone + 3, fourOfFive))
    hits |= 1 << 5;
  if ((memory[base + withinCell] as number) >= 15) hits |= 1 << 6;
  if ((memory[base + beyondCell] as number) >= 8 && side < 8) hits |= 1 << 7;
  memory[base + hitsCell] = hits & rules.enabled;
};
