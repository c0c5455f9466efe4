import { type Amount, amountOf } from './amount.ts';
import type { SiteCalendar } from './calendar.ts';
import type { Dated, MeterConfig } from './energy-config.ts';

/** What a register counted between two instants, in mWh: as the history tells it. */
export type RegisterCount = {
  readonly startMs: number;
  readonly endMs: number;
  /** Null where no reading tells anything of the interval. */
  readonly increase: number | null;
  /** Of it, shared out over a time without readings. */
  readonly estimated: number;
  readonly measuredMs: number;
  readonly unknownMs: number;
  readonly breaks: number;
  readonly rollovers: number;
  /** Readings at start and end, in the register's unit. */
  readonly opening: number | null;
  readonly closing: number | null;
  readonly revision: number;
  /** From when on it can be taken for over. */
  readonly overMs: number;
  /** How far apart readings should be. */
  readonly expectedMs: number;
};

/**
 * From the best to the worst. `measured`: by readings of the register at both ends, no further from them than readings are apart.
 * `estimated`: some of it is a part of what the register counted in a longer time without readings, shared out evenly (linear).
 * `partial`: of some of the time nothing is known, and nothing is made up for it. `none`: of none of it anything is known.
 */
export const energyMethods = ['measured', 'estimated', 'partial', 'none'] as const;
export type EnergyMethod = (typeof energyMethods)[number];

/** The energy of a meter between two instants. */
export type MeterInterval = {
  readonly startMs: number;
  readonly endMs: number;
  readonly energy: Amount | null;
  readonly estimated: Amount;
  readonly method: EnergyMethod;
  /** Share of the time in which readings came as often as they should, 0 to 1. */
  readonly completeness: number;
  readonly unknownMs: number;
  /** Resets and replacements of the register: what was counted around them is not in `energy`. */
  readonly breaks: number;
  readonly rollovers: number;
  readonly opening: number | null;
  readonly closing: number | null;
  /** What the register was multiplied by; null where that changed within the interval. */
  readonly multiplier: number | null;
  /** Higher whenever it is another number than somebody may have read: by readings that came late, or another multiplier. */
  readonly revision: number;
  /** From when on it can be taken for over: its end, or later by so much as a reading after it may take. */
  readonly overMs: number;
  readonly expectedMs: number;
};

/** Days on which something about a meter changes, UTC epoch ms. */
export const changesOf = (meter: MeterConfig, calendar: SiteCalendar): readonly number[] =>
  [...meter.multipliers, ...meter.tenants].flatMap(({ from, until }: Dated) =>
    [from, until].flatMap((date) => (date === undefined ? [] : [calendar.midnightMs(date)])),
  );

/** The last of those that hold at `timeMs`, and how many were said before it. */
export const holdingAt = <Entry extends Dated>(
  entries: readonly Entry[],
  calendar: SiteCalendar,
  timeMs: number,
): { readonly entry: Entry; readonly place: number } | undefined => {
  for (let place = entries.length - 1; place >= 0; place--) {
    const entry = entries[place] as Entry;
    const { from, until } = entry;
    const hasBegun = from === undefined || calendar.midnightMs(from) <= timeMs;
    const hasEnded = until !== undefined && calendar.midnightMs(until) <= timeMs;
    if (hasBegun && !hasEnded) return { entry, place };
  }
  return undefined;
};

/** What is between two neighbouring boundaries, of which a multiplier never changes within one. */
export const meterInterval = (
  count: RegisterCount,
  meter: MeterConfig,
  calendar: SiteCalendar,
): MeterInterval => {
  const holding = holdingAt(meter.multipliers, calendar, count.startMs);
  const multiplier = holding?.entry.value ?? 1;
  const { increase, estimated, measuredMs, ...rest } = count;
  const energy = increase === null ? null : amountOf(increase, multiplier);
  const interval = {
    ...{ ...rest, energy, multiplier, estimated: amountOf(estimated, multiplier) },
    completeness: Math.min(1, measuredMs / (count.endMs - count.startMs)),
  };
  return { ...interval, method: methodOf(interval) };
};

const methodOf = ({
  energy,
  estimated,
  unknownMs,
  expectedMs,
  breaks,
}: Omit<MeterInterval, 'method'>): EnergyMethod => {
  if (energy === null) return 'none';
  if (breaks > 0 || unknownMs >= expectedMs) return 'partial';
  return estimated === 0n ? 'measured' : 'estimated';
};

/** Neighbouring intervals as one. */
export const mergeIntervals = (parts: readonly MeterInterval[]): MeterInterval => {
  const [first, ...others] = parts as [MeterInterval, ...MeterInterval[]];
  return others.reduce((whole, part) => {
    const lengthMs = (interval: MeterInterval): number => interval.endMs - interval.startMs;
    const merged = {
      ...{ startMs: whole.startMs, endMs: part.endMs },
      energy:
        whole.energy === null && part.energy === null
          ? null
          : (whole.energy ?? 0n) + (part.energy ?? 0n),
      estimated: whole.estimated + part.estimated,
      completeness:
        (whole.completeness * lengthMs(whole) + part.completeness * lengthMs(part)) /
        (part.endMs - whole.startMs),
      unknownMs: whole.unknownMs + part.unknownMs,
      breaks: whole.breaks + part.breaks,
      rollovers: whole.rollovers + part.rollovers,
      ...{ opening: whole.opening, closing: part.closing },
      multiplier: whole.multiplier === part.multiplier ? whole.multiplier : null,
      revision: Math.max(whole.revision, part.revision),
      ...{ overMs: part.overMs, expectedMs: whole.expectedMs },
    };
    return { ...merged, method: methodOf(merged) };
  }, first);
};
