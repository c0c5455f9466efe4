import {
  type Fault,
  isDeviceFault,
  type ScenarioContent,
  valueExpectations,
} from './scenario-schema.ts';

/** Something that the scenario itself brings about at an instant; what simulators do by themselves is not among it. */
export type Stop =
  | { readonly atMs: number; readonly kind: 'look' }
  | { readonly atMs: number; readonly kind: 'begin' | 'end'; readonly fault: Fault };

/** At one instant: first what ends, then a look at it, then what begins. */
const order: Readonly<Record<Stop['kind'], number>> = { end: 0, look: 1, begin: 2 };

/** All stops in their order; the last is a look at the end. */
export const timelineOf = (content: ScenarioContent): readonly Stop[] => {
  const { faults, duration } = content.simulate;
  const looks = new Set([
    duration,
    ...valueExpectations(content).map(({ wanted }) => wanted.at ?? duration),
  ]);
  const stops: Stop[] = [...looks].map((atMs) => ({ atMs, kind: 'look' }));
  for (const fault of faults) {
    if (isDeviceFault(fault)) continue;
    stops.push({ atMs: fault.at, kind: 'begin', fault });
    if (fault.kind !== 'set') stops.push({ atMs: fault.at + (fault.for ?? 0), kind: 'end', fault });
  }
  return stops.toSorted((a, b) => a.atMs - b.atMs || rank(a) - rank(b));
};

/** What takes no time ends behind its own beginning. */
const rank = (stop: Stop): number =>
  stop.kind === 'end' && (stop.fault.for ?? 0) === 0 ? order.begin + 1 : order[stop.kind];
