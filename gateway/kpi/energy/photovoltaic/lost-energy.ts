import type { KpiContext } from '../../definition.ts';
import { quarterMs } from '../quarter-hours.ts';
import { type Inverter, inverterLanes } from './inverter.ts';
import type { Plant } from './plant.ts';
import { findQuarter } from './quarter-sums.ts';

const heldQuarters = 2;
const none = Number.NEGATIVE_INFINITY;

/**
 * What inverters that were down would have given, by quarter hours: their reference energy while down times what the others,
 * which were not down at all in that quarter hour, made of theirs. A wrong irradiance cancels out. Where all were down, the
 * expected energy.
 */
const buildLost = (context: KpiContext<unknown>, inverters: readonly Inverter[]): number => {
  const out = context.reserve(1);
  const startIndex = context.reserve(1);
  const heldStart = context.reserve(heldQuarters, [none, none]);
  const heldLost = context.reserve(heldQuarters);
  const dayIndex = context.reserve(1, [none]);
  const foldedIndex = context.reserve(1);
  const peers = context.reserve(2);
  const down = context.reserve(2);

  const lookAtQuarter = (memory: Float64Array): void => {
    memory.fill(0, peers, peers + 2);
    memory.fill(0, down, down + 2);
    for (let place = 0; place < inverters.length; place++) {
      const { sums } = inverters[place] as Inverter;
      const lanes = findQuarter(memory, sums, startIndex);
      if (lanes < 0) continue;
      const isDown = (memory[lanes + inverterLanes.downReference] as number) > 0;
      const from = isDown ? inverterLanes.downExpected : inverterLanes.pairedEnergy;
      const reference = isDown ? inverterLanes.downReference : inverterLanes.pairedReference;
      const into = isDown ? down : peers;
      memory[into] = (memory[into] as number) + (memory[lanes + from] as number);
      memory[into + 1] = (memory[into + 1] as number) + (memory[lanes + reference] as number);
    }
  };

  const hold = (memory: Float64Array): void => {
    lookAtQuarter(memory);
    const startMs = memory[startIndex] as number;
    const place = ((startMs / quarterMs) % heldQuarters) | 0;
    if (memory[heldStart + place] !== startMs) {
      if ((memory[heldStart + place] as number) >= (memory[dayIndex] as number)) {
        memory[foldedIndex] =
          (memory[foldedIndex] as number) + (memory[heldLost + place] as number);
      }
      memory[heldStart + place] = startMs;
    }
    const reference = memory[peers + 1] as number;
    memory[heldLost + place] =
      reference > 0
        ? ((memory[down + 1] as number) * (memory[peers] as number)) / reference
        : (memory[down] as number);
  };

  context.onTick((memory) => {
    const dayMs = memory[context.dayStartMsIndex] as number;
    if (memory[dayIndex] !== dayMs) {
      memory[dayIndex] = dayMs;
      memory[foldedIndex] = 0;
    }
    const nowMs = memory[context.tickMsIndex] as number;
    const openMs = nowMs - (nowMs % quarterMs);
    memory[startIndex] = openMs - quarterMs;
    hold(memory);
    memory[startIndex] = openMs;
    hold(memory);
    memory[out] = memory[foldedIndex] as number;
    for (let place = 0; place < heldQuarters; place++) {
      if ((memory[heldStart + place] as number) < dayMs) continue;
      memory[out] += memory[heldLost + place] as number;
    }
  });
  return out;
};

/** Cell with the energy of the day that inverters would have given while they were down, in kWh. */
export const lostEnergyOf = (context: KpiContext<unknown>, { key, inverters }: Plant): number =>
  context.shared(`pv lost ${key}`, () => buildLost(context, inverters));
