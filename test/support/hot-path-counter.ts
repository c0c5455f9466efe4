import { ArenaPlan } from '../../gateway/hot-path/arena.ts';
import {
  counterResetsIndex,
  counterRolloversIndex,
  pushCounter,
  readCounterTotal,
  reserveCounter,
} from '../../gateway/hot-path/operators/counter.ts';
import type { CounterLimits } from '../../gateway/hot-path/operators/counter-step.ts';

export type CounterReading = { readonly timeMs: number; readonly value: number };

/** What the KPIs make of readings in the order of their times, in the register's unit. */
export const countOnHotPath = (
  readings: readonly CounterReading[],
  limits: CounterLimits,
): { readonly total: number; readonly breaks: number; readonly rollovers: number } => {
  const plan = new ArenaPlan();
  const [valueIndex, timeIndex, out] = [plan.reserve(1), plan.reserve(1), plan.reserve(1)];
  const counter = reserveCounter(plan, { valueIndex, timeIndex, ...limits });
  const memory = plan.allocate();
  for (const { timeMs, value } of readings) {
    memory[valueIndex] = value;
    memory[timeIndex] = timeMs;
    pushCounter(memory, counter);
  }
  readCounterTotal(memory, counter, out);
  return {
    total: memory[out] ?? 0,
    breaks: memory[counterResetsIndex(counter)] ?? 0,
    rollovers: memory[counterRolloversIndex(counter)] ?? 0,
  };
};
