import { z } from 'zod';
import type { LocalText } from '../../../core/point.ts';
import {
  counterStepIndex,
  pushCounter,
  reserveCounter,
} from '../../../hot-path/operators/counter.ts';
import {
  isFreshSlot,
  isMeasuredSlot,
  isUsableSlot,
  timeCell,
  valueCell,
} from '../../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type ResolvedInput } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { dayOfRegisters } from '../../window.ts';
import { quarterInputs } from '../quarter/terms.ts';
import {
  frequencyInput,
  frequencySchema,
  voltageBand,
  voltageInput,
  voltageSchema,
} from './connection-inputs.ts';

/** States of the connection. */
export const connectionStates = { gridTied: 0, islanded: 1, transition: 2, dead: 3 } as const;
type ConnectionState = (typeof connectionStates)[keyof typeof connectionStates];

const stateLabels: Readonly<Record<ConnectionState, LocalText>> = {
  0: { en: 'tied to the grid', zh: '并网' },
  1: { en: 'islanded', zh: '孤岛' },
  2: { en: 'in transition', zh: '切换中' },
  3: { en: 'without voltage', zh: '失电' },
};

/** Of nominal: a bus with less carries nobody. */
const energisedShare = 0.5;

const parametersSchema = z.strictObject({
  frequency: frequencySchema
    .unwrap()
    .extend({ bandHz: z.number().positive().max(5).default(0.5) })
    .prefault({}),
  voltage: voltageSchema,
  /** How long breaker and bus must have stood before a state is taken for reached, ms. */
  settleMs: z.int().min(0).max(600_000).default(3000),
});
type Parameters = z.infer<typeof parametersSchema>;
type Context = KpiContext<Parameters>;

type Sides = {
  /** Cells of what is known: 1 while it is, the breaker closed, the bus energised, the bus within its bands. */
  readonly known: number;
  readonly closed: number;
  readonly energised: number;
  readonly within: number;
};

/** Reads breaker and bus at each tick. */
const readSides = (context: Context): Sides & { readonly step: (memory: Float64Array) => void } => {
  const { frequency, voltage } = context.parameters;
  const [breaker, hertz, volts] = ['breaker', 'frequency', 'voltage'].map((n) =>
    context.one(n),
  ) as [ResolvedInput, ResolvedInput, ResolvedInput];
  const base = context.reserve(4);
  const band = voltageBand(voltage.supply);
  const isNow = (memory: Float64Array, { slot, staleMs }: ResolvedInput): boolean =>
    isMeasuredSlot(memory, slot) &&
    isFreshSlot(memory, slot, { timeIndex: context.tickMsIndex, limitMs: staleMs });
  const step = (memory: Float64Array): void => {
    const share = (memory[volts.slot + valueCell] as number) / voltage.nominal;
    const offHz =
      ((memory[hertz.slot + valueCell] as number) * hertz.multiply) / hertz.divide -
      frequency.nominalHz;
    const isEnergised = share >= energisedShare;
    memory[base] = isNow(memory, breaker) && isNow(memory, volts) ? 1 : 0;
    memory[base + 1] = (memory[breaker.slot + valueCell] as number) !== 0 ? 1 : 0;
    memory[base + 2] = isEnergised ? 1 : 0;
    const isWithin =
      isNow(memory, hertz) &&
      Math.abs(offHz) <= frequency.bandHz &&
      share >= 1 - band.below &&
      share <= 1 + band.above;
    memory[base + 3] = isEnergised && isWithin ? 1 : 0;
  };
  return { known: base, closed: base + 1, energised: base + 2, within: base + 3, step };
};

/** Energy served while the park stood alone, kWh of the day. */
const servedEnergy = (context: Context, aloneIndex: number): number => {
  const servedIndex = context.reserve(1);
  for (const input of [...context.many('load'), ...context.many('ev')]) {
    const counter = reserveCounter(context, {
      valueIndex: input.slot + valueCell,
      timeIndex: input.slot + timeCell,
      ...input.limits,
    });
    const step = counterStepIndex(counter);
    context.onSample(input.slot, (memory) => {
      if (!isUsableSlot(memory, input.slot)) return;
      pushCounter(memory, counter);
      if (memory[aloneIndex] === 0) return;
      const energy = ((memory[step] as number) * input.multiply) / input.divide;
      memory[servedIndex] = (memory[servedIndex] as number) + energy;
    });
  }
  return servedIndex;
};

/** Whether the park is tied to the grid, and what it did alone. */
export const gridConnection = defineKpi({
  id: 'gridConnection',
  version: 1,
  equipmentClass: 'park',
  point: 'gridConnection',
  unit: '1',
  decimals: 0,
  labels: stateLabels,
  description: { en: 'Connection to the grid', zh: '并网状态' },
  formula: {
    en: 'breaker closed: tied; open with the bus in its bands: islanded; within settleMs of a change, or out of the bands: transition; no voltage: dead',
    zh: '断路器合：并网；断开且母线合格：孤岛；变位后 settleMs 内或母线越限：切换中；无电压：失电',
  },
  standard: {
    en: 'own definition; bands of GB/T 15945 and GB/T 12325',
    zh: '本项目定义；限值按 GB/T 15945 与 GB/T 12325',
  },
  window: dayOfRegisters,
  windowRule: {
    en: "now; times and counts of the site's current day",
    zh: '当前；时间与次数取站点当日',
  },
  coverageRule: '1 while breaker and voltage are up to date, else 0',
  inputs: {
    breaker: {
      pattern: '{area}/*/*/breakerClosed',
      count: 'one',
      description: { en: 'whether the breaker to the grid is closed', zh: '并网断路器是否合闸' },
    },
    frequency: frequencyInput('{area}/*/load/frequency'),
    voltage: voltageInput('{area}/*/load/voltage'),
    load: quarterInputs.load,
    ev: quarterInputs.ev,
  },
  parts: {
    islandTime: {
      ...{ unit: 'min', decimals: 1 },
      description: { en: 'time islanded today', zh: '当日孤岛时间' },
    },
    islandEnergy: {
      ...{ unit: 'kWh', decimals: 2 },
      description: { en: 'energy served while islanded today', zh: '当日孤岛供电量' },
    },
    islandings: { decimals: 0, description: { en: 'islandings today', zh: '当日孤岛次数' } },
    blackStarts: { decimals: 0, description: { en: 'black starts today', zh: '当日黑启动次数' } },
  },
  parametersSchema,
  build: (context) => {
    const { settleMs } = context.parameters;
    const sides = readSides(context);
    const stateIndex = context.reserve(1, [-1]);
    const changedMsIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const lastTickIndex = context.reserve(1, [Number.NaN]);
    const aloneIndex = context.reserve(1);
    const served = servedEnergy(context, aloneIndex);
    const before = context.reserve(2, [-1, -1]);
    const dayIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const counts = context.reserve(3);
    const certain = context.reserve(1);
    const names = ['islandTime', 'islandEnergy', 'islandings', 'blackStarts'];
    const parts = names.map((name) => context.part(name));
    const [islandTime = 0, islandEnergy = 0, islandings = 0, blackStarts = 0] = parts;

    const count = (memory: Float64Array, index: number, amount: number): void => {
      memory[counts + index] = (memory[counts + index] as number) + amount;
    };
    /** Changes of breaker and bus; a bus that comes back with the breaker open was started black. */
    const noteChange = (memory: Float64Array): void => {
      const isChanged =
        memory[before] !== memory[sides.closed] || memory[before + 1] !== memory[sides.energised];
      if (!isChanged) return;
      const wasKnown = (memory[before] as number) >= 0;
      if (wasKnown) memory[changedMsIndex] = memory[context.tickMsIndex] as number;
      const isStarted = memory[before + 1] === 0 && memory[sides.energised] === 1;
      if (wasKnown && isStarted && memory[sides.closed] === 0) count(memory, 2, 1);
      memory[before] = memory[sides.closed] as number;
      memory[before + 1] = memory[sides.energised] as number;
    };
    const stateOf = (memory: Float64Array): ConnectionState => {
      if (memory[sides.energised] === 0) return connectionStates.dead;
      const sinceMs = (memory[context.tickMsIndex] as number) - (memory[changedMsIndex] as number);
      if (sinceMs < settleMs) return connectionStates.transition;
      if (memory[sides.closed] === 1) return connectionStates.gridTied;
      return memory[sides.within] === 1 ? connectionStates.islanded : connectionStates.transition;
    };
    const turnDay = (memory: Float64Array): void => {
      if (memory[dayIndex] === memory[context.dayStartMsIndex]) return;
      memory[dayIndex] = memory[context.dayStartMsIndex] as number;
      memory.fill(0, counts, counts + 3);
      memory[served] = 0;
    };
    context.onTick((memory) => {
      turnDay(memory);
      sides.step(memory);
      const isKnown = memory[sides.known] === 1;
      const nowMs = memory[context.tickMsIndex] as number;
      if (isKnown) {
        noteChange(memory);
        const state = stateOf(memory);
        const was = memory[stateIndex] as number;
        // The time between two ticks has the state that it began with.
        if (was === connectionStates.islanded) {
          count(memory, 0, (nowMs - (memory[lastTickIndex] as number)) / 60_000);
        }
        if (state === connectionStates.islanded && was !== state) count(memory, 1, 1);
        memory[stateIndex] = state;
      } else memory[stateIndex] = -1;
      memory[lastTickIndex] = nowMs;
      memory[aloneIndex] =
        isKnown && memory[sides.closed] === 0 && memory[sides.energised] === 1 ? 1 : 0;
      memory[context.value + valueCell] = memory[stateIndex];
      memory[islandTime + valueCell] = memory[counts] as number;
      memory[islandEnergy + valueCell] = memory[served] as number;
      memory[islandings + valueCell] = memory[counts + 1] as number;
      memory[blackStarts + valueCell] = memory[counts + 2] as number;
      memory[context.coverage + valueCell] = isKnown ? 1 : 0;
      finishResult(memory, context, certain);
      finishParts(memory, context.value, parts);
    });
  },
});
