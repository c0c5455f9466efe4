import { z } from 'zod';
import type { LocalText } from '../../../core/point.ts';
import {
  activeFlag,
  intervalCoveredIndex,
  intervalElapsedIndex,
  intervalStepIndex,
  pushInterval,
  reserveInterval,
  usableFlag,
} from '../../../hot-path/operators/interval.ts';
import { isMeasuredSlot, timeCell, valueCell } from '../../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type KpiInput, type KpiPart } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { dayOfRegisters } from '../../window.ts';
import {
  frequencyInput,
  frequencySchema,
  voltageBand,
  voltageInput,
  voltageSchema,
} from './connection-inputs.ts';

const none = Number.NEGATIVE_INFINITY;

/** Share of the day's measured time within a band, with the deviation now and the extremes. */
const buildBand = (
  context: KpiContext<unknown>,
  band: {
    readonly nominal: number;
    readonly lowest: number;
    readonly highest: number;
    /** Deviation = (value - nominal) * scale. */
    readonly scale: number;
  },
): void => {
  const { slot, staleMs, multiply, divide } = context.one('measured');
  const interval = reserveInterval(context, { timeIndex: slot + timeCell, gapMs: staleMs });
  const stepIndex = intervalStepIndex(interval);
  const [covered, elapsed] = [intervalCoveredIndex(interval), intervalElapsedIndex(interval)];
  const dayIndex = context.reserve(1, [none]);
  const withinIndex = context.reserve(1);
  const outIndex = context.reserve(1);
  const extremes = context.reserve(2, [Number.POSITIVE_INFINITY, none]);
  const wasWithinIndex = context.reserve(1);
  const certain = context.reserve(1);
  const names = ['deviation', 'lowest', 'highest', 'outside'];
  const parts = names.map((name) => context.part(name));
  const [deviation = 0, lowest = 0, highest = 0, outside = 0] = parts;
  context.onSample(slot, (memory) => {
    const value = ((memory[slot + valueCell] as number) * multiply) / divide;
    const isMeasured = isMeasuredSlot(memory, slot);
    pushInterval(memory, interval, activeFlag | (isMeasured ? usableFlag : 0));
    const stepMs = memory[stepIndex] as number;
    const total = memory[wasWithinIndex] !== 0 ? withinIndex : outIndex;
    memory[total] = (memory[total] as number) + stepMs;
    if (!isMeasured) return;
    memory[wasWithinIndex] = value >= band.lowest && value <= band.highest ? 1 : 0;
    const off = (value - band.nominal) * band.scale;
    if (off < (memory[extremes] as number)) memory[extremes] = off;
    if (off > (memory[extremes + 1] as number)) memory[extremes + 1] = off;
  });
  context.onTick((memory) => {
    if (memory[dayIndex] !== memory[context.dayStartMsIndex]) {
      memory[dayIndex] = memory[context.dayStartMsIndex] as number;
      memory.fill(0, withinIndex, outIndex + 1);
      memory[covered] = 0;
      memory[elapsed] = 0;
      memory[extremes] = Number.POSITIVE_INFINITY;
      memory[extremes + 1] = none;
    }
    const [withinMs, outMs] = [memory[withinIndex] as number, memory[outIndex] as number];
    const sinceMs = (memory[context.tickMsIndex] as number) - (memory[dayIndex] as number);
    const value = ((memory[slot + valueCell] as number) * multiply) / divide;
    memory[context.value + valueCell] = withinMs / (withinMs + outMs);
    memory[deviation + valueCell] = isMeasuredSlot(memory, slot)
      ? (value - band.nominal) * band.scale
      : Number.NaN;
    memory[lowest + valueCell] = memory[extremes] as number;
    memory[highest + valueCell] = memory[extremes + 1] as number;
    memory[outside + valueCell] = outMs / 60_000;
    memory[context.coverage + valueCell] =
      sinceMs > 0 ? Math.min(1, (memory[covered] as number) / sinceMs) : 0;
    finishResult(memory, context, certain);
    finishParts(memory, context.value, parts);
  });
};

const partsIn = (unit: string, decimals: number): Readonly<Record<string, KpiPart>> => ({
  deviation: { unit, decimals, description: { en: 'deviation now', zh: '当前偏差' } },
  lowest: { unit, decimals, description: { en: 'lowest of the day', zh: '当日最低偏差' } },
  highest: { unit, decimals, description: { en: 'highest of the day', zh: '当日最高偏差' } },
  outside: {
    ...{ unit: 'min', decimals: 1 },
    description: { en: 'time outside of the band', zh: '越限时间' },
  },
});

const described = (options: {
  readonly id: string;
  readonly description: LocalText;
  readonly standard: LocalText;
  readonly measured: KpiInput;
}) => ({
  ...{ id: options.id, version: 1, equipmentClass: 'park', point: options.id },
  ...{ unit: '1', decimals: 4, description: options.description, standard: options.standard },
  formula: { en: 'time within the band / measured time', zh: '合格时间 / 有效测量时间' },
  window: dayOfRegisters,
  windowRule: { en: "the site's current day", zh: '站点当日' },
  coverageRule: 'measured time / elapsed time',
  inputs: { measured: options.measured },
});

/** Share of the day with the frequency within its band. */
export const frequencyQuality = defineKpi({
  ...described({
    id: 'frequencyQuality',
    description: { en: 'Frequency within its band today', zh: '当日频率合格率' },
    standard: {
      en: 'GB/T 15945: 0.2 Hz, in small systems 0.5 Hz',
      zh: 'GB/T 15945：±0.2 Hz，小容量系统 ±0.5 Hz',
    },
    measured: frequencyInput('{area}/*/grid/frequency'),
  }),
  parts: partsIn('Hz', 3),
  parametersSchema: z.strictObject({ frequency: frequencySchema }),
  build: (context) => {
    const { nominalHz, bandHz } = context.parameters.frequency;
    buildBand(context, {
      ...{ nominal: nominalHz, lowest: nominalHz - bandHz, highest: nominalHz + bandHz, scale: 1 },
    });
  },
});

/** Share of the day with the voltage within its band. */
export const voltageQuality = defineKpi({
  ...described({
    id: 'voltageQuality',
    description: { en: 'Voltage within its band today', zh: '当日电压合格率' },
    standard: {
      en: 'GB/T 12325: 20 kV and below, three-phase 7 %; 220 V single-phase +7 %, -10 %',
      zh: 'GB/T 12325：20 kV 及以下三相 ±7 %；220 V 单相 +7 %、-10 %',
    },
    measured: voltageInput('{area}/*/grid/voltage'),
  }),
  parts: partsIn('%', 2),
  parametersSchema: z.strictObject({ voltage: voltageSchema }),
  build: (context) => {
    const { nominal, supply } = context.parameters.voltage;
    const { below, above } = voltageBand(supply);
    buildBand(context, {
      nominal,
      lowest: nominal * (1 - below),
      highest: nominal * (1 + above),
      scale: 100 / nominal,
    });
  },
});
