import {
  type AggregateRing,
  pushAggregateRing,
  reserveAggregateRing,
} from '../../../hot-path/operators/aggregate-ring.ts';
import type { Step } from '../../../hot-path/program.ts';
import {
  isFreshSlot,
  isMeasuredSlot,
  isUncertainSlot,
  timeCell,
  valueCell,
} from '../../../hot-path/slot.ts';
import type { KpiContext, ResolvedInput } from '../../definition.ts';
import { hourMs, quarterMs } from '../quarter-hours.ts';
import { cellByFaiman, cellByNoct } from './cell-temperature.ts';
import type { PhotovoltaicParameters } from './parameters.ts';
import {
  addDaySums,
  type QuarterSums,
  quarterSumsAdder,
  reserveQuarterSums,
  turnQuarterSums,
} from './quarter-sums.ts';

/** Sums of the irradiance sensor over a quarter hour and the day. */
export const sunLanes = {
  /** kWh/m2 */
  irradiation: 0,
  measuredMs: 1,
  /** Measured time with more irradiance than `sunAboveWm2`. */
  sunMs: 2,
  /** Above 0 when something uncertain went in. */
  uncertain: 3,
} as const;
const laneCount = 4;

/** The irradiance sensor, shared by all KPIs that read it with one threshold. */
export type Sun = {
  readonly key: string;
  readonly irradiance: ResolvedInput;
  /** Extremes and mean of each quarter hour in W/m2; not shared out at its edges. */
  readonly quarters: AggregateRing;
  readonly sums: QuarterSums;
  /** Sums of the day as of the tick, by `sunLanes`. */
  readonly dayIndex: number;
  /** Cell with the share of the day that was measured up to the tick, 0 to 1. */
  readonly coverageIndex: number;
};

/** Night offsets of thermopiles are below 0 (IEC 61724-1: to be taken as 0). */
export const irradianceNow = (memory: Float64Array, { slot, multiply, divide }: ResolvedInput) =>
  Math.max(0, ((memory[slot + valueCell] as number) * multiply) / divide);

export const sunOf = (
  context: KpiContext<unknown>,
  { sunAboveWm2 }: Pick<PhotovoltaicParameters, 'sunAboveWm2'>,
): Sun => {
  const irradiance = context.one('irradiance');
  const key = `pv sun ${irradiance.key} ${sunAboveWm2}`;
  return context.shared(key, () => {
    const { slot, staleMs } = irradiance;
    const timeIndex = slot + timeCell;
    const sums = reserveQuarterSums(context, laneCount);
    const quarters = reserveAggregateRing(context, { periodMs: quarterMs, windows: 2 });
    const lastMsIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const lastIndex = context.reserve(1);
    const isLastMeasuredIndex = context.reserve(1);
    const wasUncertainIndex = context.reserve(1);
    const stepMsIndex = context.reserve(1);
    const termsIndex = context.reserve(laneCount);
    const sampleIndex = context.reserve(2);
    const dayIndex = context.reserve(laneCount);
    const coverageIndex = context.reserve(1);
    const add = quarterSumsAdder(context, sums, { timeIndex, stepMsIndex, source: termsIndex });
    const sample = { source: sampleIndex, timeIndex };

    const addStep: Step = (memory) => {
      const stepMs = memory[stepMsIndex] as number;
      const before = memory[lastIndex] as number;
      const mean = (before + irradianceNow(memory, irradiance)) / 2;
      memory[termsIndex + sunLanes.irradiation] = ((mean / 1000) * stepMs) / hourMs;
      memory[termsIndex + sunLanes.measuredMs] = stepMs;
      memory[termsIndex + sunLanes.sunMs] = before > sunAboveWm2 ? stepMs : 0;
      const isUncertain = isUncertainSlot(memory, slot) || memory[wasUncertainIndex] !== 0;
      memory[termsIndex + sunLanes.uncertain] = isUncertain ? 1 : 0;
      add(memory);
      memory[sampleIndex] = irradianceNow(memory, irradiance);
      memory[sampleIndex + 1] = stepMs;
      pushAggregateRing(memory, quarters, sample);
    };

    context.onSample(slot, (memory) => {
      const passedMs = (memory[timeIndex] as number) - (memory[lastMsIndex] as number);
      const isMeasured = isMeasuredSlot(memory, slot);
      const isStep = isMeasured && memory[isLastMeasuredIndex] !== 0;
      memory[stepMsIndex] = isStep && passedMs > 0 && passedMs <= staleMs ? passedMs : 0;
      if (memory[stepMsIndex] !== 0) addStep(memory);
      memory[lastMsIndex] = memory[timeIndex] as number;
      memory[lastIndex] = irradianceNow(memory, irradiance);
      memory[isLastMeasuredIndex] = isMeasured ? 1 : 0;
      memory[wasUncertainIndex] = isUncertainSlot(memory, slot) ? 1 : 0;
    });

    context.onTick((memory) => {
      turnQuarterSums(memory, sums);
      memory.fill(0, dayIndex, dayIndex + laneCount);
      addDaySums(memory, sums, dayIndex);
      const startMs = memory[context.dayStartMsIndex] as number;
      const nowMs = memory[context.tickMsIndex] as number;
      const lastMs = Math.max(startMs, memory[lastMsIndex] as number);
      const isHeard = memory[isLastMeasuredIndex] !== 0 && nowMs - lastMs <= staleMs;
      const openMs = isHeard ? Math.max(0, nowMs - lastMs) : 0;
      const measuredMs = (memory[dayIndex + sunLanes.measuredMs] as number) + openMs;
      memory[coverageIndex] = nowMs > startMs ? Math.min(1, measuredMs / (nowMs - startMs)) : 0;
    });
    return { key, irradiance, quarters, sums, dayIndex, coverageIndex };
  });
};

export const lookFlags = { irradiance: 1, temperature: 2, uncertain: 4 } as const;

/** What array and inverter have before them at one instant. */
export type Look = {
  readonly key: string;
  /** Cells with the irradiance in W/m2, 1 + γ(T - 25), and `lookFlags` of what of that is known. */
  readonly irradianceIndex: number;
  readonly factorIndex: number;
  readonly flagsIndex: number;
  /** Fills the cells for the time in cell `timeIndex`. */
  readonly at: (memory: Float64Array, timeIndex: number) => void;
};

const temperatureReader = (
  context: KpiContext<unknown>,
  parameters: PhotovoltaicParameters,
): {
  readonly inputs: readonly ResolvedInput[];
  readonly cellC: (memory: Float64Array, wm2: number) => number;
} => {
  const chosen = parameters.cellTemperature;
  const read = (memory: Float64Array, { slot, multiply, divide }: ResolvedInput): number =>
    ((memory[slot + valueCell] as number) * multiply) / divide;
  if (chosen.method === 'none') return { inputs: [], cellC: () => Number.NaN };
  if (chosen.method === 'module') {
    const module = context.one('moduleTemperature');
    return { inputs: [module], cellC: (memory) => read(memory, module) };
  }
  const ambient = context.one('ambientTemperature');
  if (chosen.method === 'noct') {
    const { noctC } = chosen;
    return {
      inputs: [ambient],
      cellC: (memory, wm2) => cellByNoct(read(memory, ambient), wm2, noctC),
    };
  }
  const wind = context.one('windSpeed');
  const { u0, u1 } = chosen;
  return {
    inputs: [ambient, wind],
    cellC: (memory, wm2) =>
      cellByFaiman(read(memory, ambient), wm2, u0 + u1 * Math.max(0, read(memory, wind))),
  };
};

/** Irradiance and temperature as they are known at an instant: what is out of date is not known. */
export const lookOf = (context: KpiContext<unknown>, parameters: PhotovoltaicParameters): Look => {
  const irradiance = context.one('irradiance');
  const gamma = parameters.temperatureCoefficientPerKelvin;
  const { inputs, cellC } = temperatureReader(context, parameters);
  const method = JSON.stringify([gamma, parameters.cellTemperature]);
  const key = `pv look ${method} ${[irradiance, ...inputs].map((input) => input.key).join(' ')}`;
  return context.shared(key, () => {
    const irradianceIndex = context.reserve(1);
    const factorIndex = context.reserve(1);
    const flagsIndex = context.reserve(1);
    const isKnown = (memory: Float64Array, input: ResolvedInput, timeIndex: number): boolean =>
      isMeasuredSlot(memory, input.slot) &&
      isFreshSlot(memory, input.slot, { timeIndex, limitMs: input.staleMs });
    const at = (memory: Float64Array, timeIndex: number): void => {
      let flags = 0;
      const wm2 = irradianceNow(memory, irradiance);
      memory[irradianceIndex] = wm2;
      memory[factorIndex] = 1 + gamma * (cellC(memory, wm2) - 25);
      if (isKnown(memory, irradiance, timeIndex)) flags = lookFlags.irradiance;
      let isTemperatureKnown = flags !== 0 && inputs.length > 0;
      let isUncertain = isUncertainSlot(memory, irradiance.slot);
      for (let place = 0; place < inputs.length; place++) {
        const input = inputs[place] as ResolvedInput;
        if (!isKnown(memory, input, timeIndex)) isTemperatureKnown = false;
        if (isUncertainSlot(memory, input.slot)) isUncertain = true;
      }
      if (isTemperatureKnown) flags |= lookFlags.temperature;
      memory[flagsIndex] = isUncertain ? flags | lookFlags.uncertain : flags;
    };
    return { key, irradianceIndex, factorIndex, flagsIndex, at };
  });
};
