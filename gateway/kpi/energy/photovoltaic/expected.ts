import { isMeasuredSlot, timeCell, valueCell } from '../../../hot-path/slot.ts';
import { type AnyKpiDefinition, defineKpi, type KpiContext } from '../../definition.ts';
import { finishResult } from '../../result.ts';
import { hourMs } from '../quarter-hours.ts';
import { inverterInputsOf, plantInputs, usedInputs, withTemperature } from './inputs.ts';
import {
  type InverterRating,
  inverterRating,
  type PhotovoltaicParameters,
  photovoltaicSchema,
  ratedKwpAt,
} from './parameters.ts';
import {
  addDaySums,
  quarterSumsAdder,
  reserveQuarterSums,
  turnQuarterSums,
} from './quarter-sums.ts';
import { lookFlags, lookOf } from './sun.ts';

/** What the plant should give at the newest irradiance. */
type Expected = {
  /** Cell with the power in kW, and whether it is known (1) and uncertain (1). */
  readonly kwIndex: number;
  readonly isKnownIndex: number;
  readonly isUncertainIndex: number;
};

type Kind = InverterRating & { readonly count: number };

/** Inverters that are alike, so that a plant of fifty is not computed fifty times. */
const kindsOf = (context: KpiContext<PhotovoltaicParameters>): readonly Kind[] => {
  const ratings = inverterInputsOf(context).map(({ name }) =>
    inverterRating(context.parameters, name),
  );
  const alike = Map.groupBy(ratings, ({ rating, limitKw }) =>
    JSON.stringify([[...rating.fromMs], [...rating.kwp], limitKw]),
  );
  return [...alike.values()].map((members) => ({
    ...(members[0] as InverterRating),
    count: members.length,
  }));
};

const writeExpected = (
  context: KpiContext<PhotovoltaicParameters>,
): Expected & { readonly write: (memory: Float64Array, timeIndex: number) => void } => {
  const kinds = kindsOf(context);
  const look = lookOf(context, context.parameters);
  const acShare = (1 - context.parameters.systemLoss) * context.parameters.inverterEfficiency;
  const kwIndex = context.reserve(1);
  const isKnownIndex = context.reserve(1);
  const isUncertainIndex = context.reserve(1);
  const write = (memory: Float64Array, timeIndex: number): void => {
    look.at(memory, timeIndex);
    const kwForEachKwp =
      ((memory[look.irradianceIndex] as number) / 1000) *
      (memory[look.factorIndex] as number) *
      acShare;
    let kw = 0;
    for (let place = 0; place < kinds.length; place++) {
      const { rating, limitKw, count } = kinds[place] as Kind;
      const one = kwForEachKwp * ratedKwpAt(memory, rating, timeIndex);
      kw += count * Math.min(limitKw, Math.max(0, one));
    }
    const seen = memory[look.flagsIndex] as number;
    memory[kwIndex] = kw;
    memory[isKnownIndex] = (seen & lookFlags.temperature) !== 0 ? 1 : 0;
    memory[isUncertainIndex] = (seen & lookFlags.uncertain) !== 0 ? 1 : 0;
  };
  return { kwIndex, isKnownIndex, isUncertainIndex, write };
};

const texts = {
  formula: {
    en: 'P = sum of min(P_limit, P0 * G/1000 * (1 + gamma*(T - 25)) * (1 - L) * eta) over the inverters',
    zh: 'P = Σ min(P限, P0 * G/1000 * (1 + γ*(T - 25)) * (1 - L) * η)，对各逆变器求和',
  },
  standard: {
    en: 'IEC 61724-1:2021 expected power, by a model with temperature, losses, efficiency and AC limit',
    zh: 'IEC 61724-1:2021 预期功率；模型含温度、系统损失、逆变器效率与交流限值',
  },
};

const common = {
  version: 1,
  equipmentClass: 'park',
  decimals: 1,
  ...texts,
  inputs: plantInputs,
  parametersSchema: photovoltaicSchema,
  inputsOf: usedInputs('energy'),
  textsOf: withTemperature(texts),
} as const;

/** Expected AC power of the plant at this moment. */
export const pvExpectedPower: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'pvExpectedPower',
  point: 'pvExpectedPower',
  unit: 'kW',
  description: { en: 'Expected power of photovoltaics', zh: '光伏预期功率' },
  window: { tier: 'a', over: 'now' },
  windowRule: { en: 'the newest samples of the weather', zh: '最新气象样本' },
  coverageRule: '1 where irradiance and temperature are known and not out of date, else 0',
  build: (context) => {
    const { kwIndex, isKnownIndex, isUncertainIndex, write } = writeExpected(context);
    context.onTick((memory) => {
      write(memory, context.tickMsIndex);
      memory[context.value + valueCell] = memory[kwIndex] as number;
      memory[context.coverage + valueCell] = memory[isKnownIndex] as number;
      finishResult(memory, context, isUncertainIndex);
    });
  },
});

const lanes = { energy: 0, measuredMs: 1, uncertain: 2 } as const;
const laneCount = 3;

/** Expected AC energy of the plant in the day so far, whatever is heard of the inverters. */
export const pvExpectedEnergy: AnyKpiDefinition = defineKpi({
  ...common,
  id: 'pvExpectedEnergy',
  point: 'pvExpectedEnergy',
  unit: 'kWh',
  description: { en: 'Expected energy of photovoltaics today', zh: '当日光伏预期发电量' },
  window: { tier: 'c', folds: 'b', over: 'day' },
  windowRule: { en: "the site's current day", zh: '站点当日' },
  coverageRule: 'time with measured irradiance and temperature / elapsed time of the day',
  build: (context) => {
    const irradiance = context.one('irradiance');
    const timeIndex = irradiance.slot + timeCell;
    const { kwIndex, isKnownIndex, isUncertainIndex, write } = writeExpected(context);
    const sums = reserveQuarterSums(context, laneCount);
    const last = context.reserve(4, [0, 0, 0, Number.NEGATIVE_INFINITY]);
    const stepMsIndex = context.reserve(1);
    const terms = context.reserve(laneCount);
    const day = context.reserve(laneCount);
    const add = quarterSumsAdder(context, sums, { timeIndex, stepMsIndex, source: terms });

    context.onSample(irradiance.slot, (memory) => {
      write(memory, timeIndex);
      const passedMs = (memory[timeIndex] as number) - (memory[last + 3] as number);
      const isKnown = isMeasuredSlot(memory, irradiance.slot) && memory[isKnownIndex] !== 0;
      const isStep = isKnown && memory[last + 1] !== 0;
      if (isStep && passedMs > 0 && passedMs <= irradiance.staleMs) {
        const meanKw = ((memory[last] as number) + (memory[kwIndex] as number)) / 2;
        memory[stepMsIndex] = passedMs;
        memory[terms + lanes.energy] = (meanKw * passedMs) / hourMs;
        memory[terms + lanes.measuredMs] = passedMs;
        memory[terms + lanes.uncertain] = Math.max(
          memory[last + 2] as number,
          memory[isUncertainIndex] as number,
        );
        add(memory);
      }
      memory[last] = memory[kwIndex] as number;
      memory[last + 1] = isKnown ? 1 : 0;
      memory[last + 2] = memory[isUncertainIndex] as number;
      memory[last + 3] = memory[timeIndex] as number;
    });

    context.onTick((memory) => {
      turnQuarterSums(memory, sums);
      memory.fill(0, day, day + laneCount);
      addDaySums(memory, sums, day);
      const startMs = memory[context.dayStartMsIndex] as number;
      const elapsedMs = (memory[context.tickMsIndex] as number) - startMs;
      const openMs = (memory[context.tickMsIndex] as number) - (memory[last + 3] as number);
      const heardMs = memory[last + 1] !== 0 && openMs <= irradiance.staleMs ? openMs : 0;
      const measuredMs = (memory[day + lanes.measuredMs] as number) + Math.max(0, heardMs);
      memory[context.value + valueCell] = memory[day + lanes.energy] as number;
      memory[context.coverage + valueCell] =
        elapsedMs > 0 ? Math.min(1, measuredMs / elapsedMs) : 0;
      finishResult(memory, context, day + lanes.uncertain);
    });
  },
});
