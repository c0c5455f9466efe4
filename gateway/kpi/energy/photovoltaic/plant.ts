import type { Step } from '../../../hot-path/program.ts';
import type { KpiContext } from '../../definition.ts';
import { quarterMs } from '../quarter-hours.ts';
import { inverterInputsOf } from './inputs.ts';
import { type Inverter, inverterLaneCount, inverterLanes, inverterOf } from './inverter.ts';
import { type PhotovoltaicParameters, ratedKwpAt } from './parameters.ts';
import { addDaySums, findQuarter, turnQuarterSums } from './quarter-sums.ts';
import { type Sun, sunLanes, sunOf } from './sun.ts';

/** All inverters of a KPI together, or its one inverter. */
export type Plant = {
  readonly sun: Sun;
  readonly inverters: readonly Inverter[];
  /** Sums of the day over all inverters as of the tick, by `inverterLanes`. */
  readonly dayIndex: number;
  /** Cell with the rated power that holds at the beginning of the day, in kWp. */
  readonly ratedKwpIndex: number;
  /** Cell with the energy of the day that inverters would have given while they were down, in kWh. */
  readonly lostIndex: number;
  /**
   * Cells with the shares of the day, 0 to 1, for coverages: of the irradiation over which register and irradiance of all
   * inverters were known; over which also temperature, power and state were; of the sunny time with a known state.
   */
  readonly pairedIndex: number;
  readonly knownIndex: number;
  readonly watchedIndex: number;
};

const heldQuarters = 2;
const none = Number.NEGATIVE_INFINITY;

/**
 * What inverters that were down would have given, by quarter hours: their reference energy while down times what the others,
 * which were not down at all in that quarter hour, made of theirs. A wrong irradiance cancels out. Where all were down, the
 * expected energy. Returns the step for each tick, which writes the day's energy in kWh to cell `out`.
 */
const lostEnergy = (
  context: KpiContext<unknown>,
  inverters: readonly Inverter[],
  out: number,
): Step => {
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

  return (memory) => {
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
  };
};

/** Sums, shares and lost energy of the inverters of a KPI, shared by all KPIs of the same ones with the same parameters. */
export const plantOf = (context: KpiContext<PhotovoltaicParameters>): Plant => {
  const sun = sunOf(context, context.parameters);
  // Built outside, so that the inverters of the plant and those that have KPIs of their own are the same.
  const inverters = inverterInputsOf(context).map((inputs) => inverterOf(context, inputs));
  const key = `pv plant ${sun.key} ${inverters.map((one) => one.key).join(' ')}`;
  return context.shared(key, () => buildPlant(context, sun, inverters));
};

const buildPlant = (
  context: KpiContext<unknown>,
  sun: Sun,
  inverters: readonly Inverter[],
): Plant => {
  const dayIndex = context.reserve(inverterLaneCount);
  const ratedKwpIndex = context.reserve(1);
  const lostIndex = context.reserve(1);
  const pairedIndex = context.reserve(1);
  const knownIndex = context.reserve(1);
  const watchedIndex = context.reserve(1);
  const findLost = lostEnergy(context, inverters, lostIndex);

  /** Share of what the sun sensor saw, and of what it missed of the day. */
  const writeShare = (
    memory: Float64Array,
    cells: { readonly lane: number; readonly ofSun: number; readonly out: number },
    weight: number,
  ): void => {
    const most = (memory[sun.dayIndex + cells.ofSun] as number) * weight;
    const share = most > 0 ? Math.min(1, (memory[dayIndex + cells.lane] as number) / most) : 0;
    memory[cells.out] = share * (memory[sun.coverageIndex] as number);
  };
  const pairedCells = {
    ...{ lane: inverterLanes.pairedReference, ofSun: sunLanes.irradiation, out: pairedIndex },
  };
  const knownCells = {
    ...{ lane: inverterLanes.knownReference, ofSun: sunLanes.irradiation, out: knownIndex },
  };
  const watchedCells = { lane: inverterLanes.sunMs, ofSun: sunLanes.sunMs, out: watchedIndex };

  context.onTick((memory) => {
    memory.fill(0, dayIndex, dayIndex + inverterLaneCount);
    let ratedKwp = 0;
    for (let place = 0; place < inverters.length; place++) {
      const { sums, rating } = inverters[place] as Inverter;
      turnQuarterSums(memory, sums);
      addDaySums(memory, sums, dayIndex);
      ratedKwp += ratedKwpAt(memory, rating, context.dayStartMsIndex);
    }
    memory[ratedKwpIndex] = ratedKwp;
    findLost(memory);
    writeShare(memory, pairedCells, ratedKwp);
    writeShare(memory, knownCells, ratedKwp);
    writeShare(memory, watchedCells, inverters.length);
  });
  const cells = { dayIndex, ratedKwpIndex, lostIndex, pairedIndex, knownIndex, watchedIndex };
  return { sun, inverters, ...cells };
};
