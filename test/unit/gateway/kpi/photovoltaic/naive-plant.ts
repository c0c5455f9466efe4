/** What the KPIs of a plant are by all its samples together: keeps no state, knows no quarter-hour sums. */
import { hourMs, quarterMs, state } from './plant.ts';

/** A value that was heard; undefined: bad. */
export type Heard = number | undefined;
export type StationSample = { readonly timeMs: number; readonly wm2: Heard; readonly cellC: Heard };
export type UnitSample = {
  readonly timeMs: number;
  readonly wh: Heard;
  readonly kw: Heard;
  readonly code: Heard;
};

const kwp = 112;
const limitKw = 80;
const acShare = 0.86 * 0.983;
const gamma = -0.0035;
const staleMs = 180_000;

type Step = {
  readonly toMs: number;
  readonly ms: number;
  readonly kwh: number;
  readonly reference: number;
  readonly reference25: number;
  readonly expected: number;
  readonly clipping: number;
  readonly curtailment: number;
  readonly isPaired: boolean;
  readonly isKnown: boolean;
  readonly isSunny: boolean;
  readonly isUp: boolean;
  readonly hasTemperature: boolean;
};

const seen = (station: readonly StationSample[], timeMs: number) => {
  const newest = station.findLast((sample) => sample.timeMs <= timeMs);
  const isFresh = newest !== undefined && timeMs - newest.timeMs <= staleMs;
  const wm2 = isFresh ? newest.wm2 : undefined;
  const cellC = isFresh ? newest.cellC : undefined;
  return { wm2, cellC: wm2 === undefined ? undefined : cellC };
};

const energies = (wm2: number, cellC: number, kw: number) => {
  const reference = (kwp * wm2) / 1000;
  const reference25 = reference * (1 + gamma * (cellC - 25));
  const unlimited = reference25 * acShare;
  const expected = Math.min(limitKw, unlimited);
  return {
    ...{ reference, reference25, expected },
    over: Math.max(0, unlimited - limitKw),
    under: Math.max(0, expected - kw),
  };
};

const stepsOf = (station: readonly StationSample[], unit: readonly UnitSample[]): Step[] =>
  unit.slice(1).flatMap((to, index) => {
    const from = unit[index] as UnitSample;
    const ms = to.timeMs - from.timeMs;
    if (ms > staleMs) return [];
    const a = seen(station, from.timeMs);
    const b = seen(station, to.timeMs);
    const first = energies(a.wm2 ?? 0, a.cellC ?? 0, from.kw ?? 0);
    const last = energies(b.wm2 ?? 0, b.cellC ?? 0, to.kw ?? 0);
    const mean = (name: keyof typeof first): number =>
      ((first[name] + last[name]) / 2) * (ms / hourMs);
    const hasSun = a.wm2 !== undefined && b.wm2 !== undefined;
    const hasState = from.code !== undefined && to.code !== undefined;
    const hasTemperature = a.cellC !== undefined && b.cellC !== undefined;
    const hasEnergy = from.wh !== undefined && to.wh !== undefined;
    const hasPower = from.kw !== undefined && to.kw !== undefined;
    const isAtLimit =
      (from.kw ?? 0) >= 0.99 * limitKw &&
      (from.code === state.running || from.code === state.throttled);
    return {
      ...{ toMs: to.timeMs, ms, hasTemperature },
      kwh: ((to.wh ?? 0) - (from.wh ?? 0)) / 1000,
      reference: mean('reference'),
      reference25: mean('reference25'),
      expected: mean('expected'),
      clipping: isAtLimit ? mean('over') : 0,
      curtailment: from.code === state.throttled && !isAtLimit ? mean('under') : 0,
      isPaired: hasSun && hasEnergy,
      isKnown: hasSun && hasEnergy && hasState && hasTemperature && hasPower,
      isSunny: hasSun && hasState && (a.wm2 ?? 0) > 50,
      isUp: from.code === 3 || from.code === state.running || from.code === state.throttled,
    };
  });

const sum = (steps: readonly Step[], of: (step: Step) => number): number =>
  steps.reduce((total, step) => total + of(step), 0);

/** The steps of a quarter hour, those that it cuts in part. */
const within = (steps: readonly Step[], startMs: number, endMs: number): Step[] =>
  steps.flatMap((step) => {
    const ms = Math.min(step.toMs, endMs) - Math.max(step.toMs - step.ms, startMs);
    if (ms <= 0) return [];
    const share = ms / step.ms;
    const cut = Object.entries(step).map(([name, value]) => [
      name,
      typeof value === 'number' && name !== 'toMs' ? value * share : value,
    ]);
    return [Object.fromEntries(cut) as Step];
  });

const lostIn = (units: readonly (readonly Step[])[]): number => {
  const isDown = (step: Step): boolean => step.isSunny && !step.isUp;
  const down = units.filter((steps) => sum(steps.filter(isDown), (s) => s.reference) > 0);
  const others = units.filter((steps) => !down.includes(steps));
  const paired = others.flat().filter((step) => step.isPaired);
  const reference = sum(paired, (step) => step.reference);
  const downSteps = down.flat().filter(isDown);
  return reference > 0
    ? (sum(downSteps, (s) => s.reference) * sum(paired, (s) => s.kwh)) / reference
    : sum(
        downSteps.filter(({ hasTemperature }) => hasTemperature),
        (s) => s.expected,
      );
};

/** KPIs of the day from `dayStartMs` to `nowMs`. */
export const naivePlant = (
  station: readonly StationSample[],
  units: readonly (readonly UnitSample[])[],
  range: { readonly dayStartMs: number; readonly nowMs: number },
) => {
  const { dayStartMs, nowMs } = range;
  const all = units.map((unit) => within(stepsOf(station, unit), dayStartMs, nowMs));
  let lost = 0;
  for (let startMs = dayStartMs; startMs < nowMs; startMs += quarterMs) {
    lost += lostIn(all.map((steps) => within(steps, startMs, startMs + quarterMs)));
  }
  const steps = all.flat();
  const paired = steps.filter(({ isPaired }) => isPaired);
  const known = steps.filter(({ isKnown }) => isKnown);
  const sunny = steps.filter(({ isSunny }) => isSunny);
  const energy = sum(paired, (step) => step.kwh);
  const kpis = {
    pvPerformanceRatio: energy / sum(paired, (step) => step.reference),
    pvPerformanceRatio25: sum(known, (step) => step.kwh) / sum(known, (step) => step.reference25),
    pvPerformanceIndex: sum(known, (step) => step.kwh) / sum(known, (step) => step.expected),
    pvTechnicalAvailability:
      sum(
        sunny.filter(({ isUp }) => isUp),
        (step) => step.ms,
      ) / sum(sunny, (step) => step.ms),
    pvEnergyAvailability: energy / (energy + lost),
    pvClipping: sum(known, (step) => step.clipping),
    pvCurtailment: sum(known, (step) => step.curtailment),
    'pvLosses.downtimeEnergy': lost,
    'pvLosses.finalEnergy': sum(known, (step) => step.kwh),
  };
  return { kpis, hasSun: sum(known, (step) => step.reference) > 0 };
};
