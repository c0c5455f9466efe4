import type { KpiContext } from '../../definition.ts';
import { inverterInputsOf } from './inputs.ts';
import { type Inverter, inverterLaneCount, inverterLanes, inverterOf } from './inverter.ts';
import { type PhotovoltaicParameters, ratedKwpAt } from './parameters.ts';
import { addDaySums, turnQuarterSums } from './quarter-sums.ts';
import { type Sun, sunLanes, sunOf } from './sun.ts';

/** All inverters of a KPI together, or its one inverter. */
export type Plant = {
  readonly key: string;
  readonly sun: Sun;
  readonly inverters: readonly Inverter[];
  /** Sums of the day over all inverters as of the tick, by `inverterLanes`. */
  readonly dayIndex: number;
  /** Cell with the rated power that holds at the beginning of the day, in kWp. */
  readonly ratedKwpIndex: number;
  /**
   * Cells with the shares of the day, 0 to 1, for coverages: of the irradiation over which register and irradiance of all
   * inverters were known; over which also temperature, power and state were; of the sunny time with a known state.
   */
  readonly pairedIndex: number;
  readonly knownIndex: number;
  readonly watchedIndex: number;
};

/** Sums and shares of the inverters of a KPI, shared by all KPIs of the same ones with the same parameters. */
export const plantOf = (context: KpiContext<PhotovoltaicParameters>): Plant => {
  const sun = sunOf(context, context.parameters);
  // Built outside, so that the inverters of the plant and those that have KPIs of their own are the same.
  const inverters = inverterInputsOf(context).map((inputs) => inverterOf(context, inputs));
  const key = `pv plant ${sun.key} ${inverters.map((one) => one.key).join(' ')}`;
  return context.shared(key, () => ({ key, ...buildPlant(context, sun, inverters) }));
};

const buildPlant = (
  context: KpiContext<unknown>,
  sun: Sun,
  inverters: readonly Inverter[],
): Omit<Plant, 'key'> => {
  const dayIndex = context.reserve(inverterLaneCount);
  const ratedKwpIndex = context.reserve(1);
  const pairedIndex = context.reserve(1);
  const knownIndex = context.reserve(1);
  const watchedIndex = context.reserve(1);

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
    writeShare(memory, pairedCells, ratedKwp);
    writeShare(memory, knownCells, ratedKwp);
    writeShare(memory, watchedCells, inverters.length);
  });
  const cells = { dayIndex, ratedKwpIndex, pairedIndex, knownIndex, watchedIndex };
  return { sun, inverters, ...cells };
};
