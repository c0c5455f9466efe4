import { z } from 'zod';
import type { Step } from '../../hot-path/program.ts';
import { isUncertainSlot, isUsableSlot, timeCell, valueCell } from '../../hot-path/slot.ts';
import { defineKpi, type KpiContext, type ResolvedInput } from '../definition.ts';
import { finishParts, finishResult } from '../result.ts';
import { dayOfRegisters } from '../window.ts';

const largestCode = 1000;
const codes = z.array(z.number().int().min(0).max(largestCode)).max(100);

/** Which numbers of the state and mode points mean what; the defaults are those of the profile `weld-plc`. */
const parametersSchema = z.strictObject({
  states: z
    .strictObject({
      executing: codes.default([2, 3, 4, 5, 6, 9]),
      notExecuting: codes.default([1, 7, 8]),
      outOfService: codes.default([10]),
      notAvailable: codes.default([0]),
    })
    .prefault({}),
  modes: z
    .strictObject({
      processing: codes.default([1]),
      setup: codes.default([0]),
      maintenance: codes.default([2]),
      none: codes.default([3]),
    })
    .prefault({}),
});
type Parameters = z.infer<typeof parametersSchema>;

const itemStates = ['executing', 'notExecuting', 'outOfService', 'notAvailable'] as const;
const operationModes = ['processing', 'setup', 'maintenance', 'none'] as const;
type ItemState = (typeof itemStates)[number];
type OperationMode = (typeof operationModes)[number];

/** Time elements, in the order of their cells; `other` is time that the table names nothing for. */
const elements = ['apt', 'aust', 'adet', 'adot', 'apmt', 'other'] as const;
type Element = (typeof elements)[number];

/** What time counts as (OPC 40001-1, table 68): state and mode of the machine, and what calendar and orders say. */
export const elementOf = (now: {
  readonly state: ItemState;
  readonly mode: OperationMode;
  readonly hasOrder: boolean;
  readonly isPlannedBusy: boolean;
}): Element => {
  const { state, mode, hasOrder, isPlannedBusy } = now;
  if (mode === 'maintenance') return 'apmt';
  if (state === 'executing') {
    if (mode === 'processing') return 'apt';
    return mode === 'setup' ? 'aust' : 'other';
  }
  if (state === 'notExecuting' && hasOrder) return 'adet';
  if (state !== 'notExecuting' && mode === 'processing') return 'adet';
  return mode === 'none' && isPlannedBusy && !hasOrder ? 'adot' : 'other';
};

/** Whether a machine that should produce cannot: a failure, until it can again. */
export const isFailed = (state: ItemState, mode: OperationMode): boolean =>
  mode === 'processing' && (state === 'outOfService' || state === 'notAvailable');

const unknown = -1;

/** Element by state, mode, order and calendar, so that a sample only looks it up. */
const elementTable = (): Int8Array => {
  const table = new Int8Array(itemStates.length * operationModes.length * 4);
  for (const [stateAt, state] of itemStates.entries()) {
    for (const [modeAt, mode] of operationModes.entries()) {
      for (let flags = 0; flags < 4; flags++) {
        const now = { state, mode, hasOrder: (flags & 1) !== 0, isPlannedBusy: (flags & 2) !== 0 };
        table[(stateAt * operationModes.length + modeAt) * 4 + flags] = elements.indexOf(
          elementOf(now),
        );
      }
    }
  }
  return table;
};

/** 1 by state and mode where the machine has failed. */
const failureTable = (): Int8Array =>
  Int8Array.from(
    itemStates.flatMap((state) => operationModes.map((mode) => Number(isFailed(state, mode)))),
  );

/** Place in the list of names of what each number means; unknown numbers mean nothing. */
const meaningsOf = <Name extends string>(
  names: readonly Name[],
  numbers: Readonly<Record<Name, readonly number[]>>,
): Int8Array => {
  const places = new Int8Array(largestCode + 1).fill(unknown);
  for (const [place, name] of names.entries()) {
    for (const number of numbers[name]) places[number] = place;
  }
  return places;
};

/** What a usable slot's number means. */
const meaningOf = (memory: Float64Array, slot: number, places: Int8Array): number => {
  const number = memory[slot + valueCell] as number;
  return number >= 0 && number <= largestCode ? (places[number | 0] as number) : unknown;
};

type Accounts = {
  /** First cell of the elements, in ms; elapsed time; 1 when something uncertain went in. */
  readonly times: number;
  readonly elapsed: number;
  readonly uncertain: number;
  /** How often the machine failed, how long in ms, and whether it has failed now. */
  readonly failures: number;
  readonly failedMs: number;
};

/** Adds up the day's time by element, from sample to sample: a state holds until the next one. */
const reserveAccounts = (context: KpiContext<Parameters>): Accounts => {
  const state = context.one('state');
  const mode = context.one('mode');
  const [order, busy] = [context.optional('order'), context.optional('plannedBusy')];
  const times = context.reserve(elements.length);
  const elapsed = context.reserve(1);
  const uncertain = context.reserve(1);
  const [failures, failedMs, isFailedNow] = [
    context.reserve(1),
    context.reserve(1),
    context.reserve(1),
  ];
  const lastMs = context.reserve(1, [Number.NEGATIVE_INFINITY]);
  const dayMs = context.reserve(1, [Number.NaN]);
  /** Last known mode: a machine that is not available keeps the one that it sent last. */
  const known = context.reserve(2, [unknown, unknown]);
  const [stateNow, modeNow] = [known, known + 1];
  const table = elementTable();
  const failed = failureTable();
  const states = meaningsOf(itemStates, context.parameters.states);
  const modes = meaningsOf(operationModes, context.parameters.modes);
  const gapMs = Math.max(state.staleMs, mode.staleMs);
  const isHeld = state.isHeld || mode.isHeld;
  const [flagsNow, isUncertainNow] = [context.reserve(1), context.reserve(1)];
  const isTrue = (memory: Float64Array, input: ResolvedInput | undefined): boolean =>
    input !== undefined && isUsableSlot(memory, input.slot) && memory[input.slot + valueCell] !== 0;

  const takePlan: Step = (memory) => {
    memory[flagsNow] = (isTrue(memory, order) ? 1 : 0) | (isTrue(memory, busy) ? 2 : 0);
  };

  const account = (memory: Float64Array, timeIndex: number): void => {
    const untilMs = memory[timeIndex] as number;
    const passedMs = untilMs - (memory[lastMs] as number);
    // Samples of several points may be a little out of order; earlier by more, and the clock was set back.
    if (passedMs > 0 || passedMs < -gapMs) memory[lastMs] = untilMs;
    if (!(passedMs > 0) || !Number.isFinite(passedMs)) return;
    memory[elapsed] = (memory[elapsed] as number) + passedMs;
    const at = memory[stateNow] as number;
    const how = memory[modeNow] as number;
    if (passedMs > gapMs || at === unknown || how === unknown) return;
    if (!isHeld) takePlan(memory);
    const flags = (memory[flagsNow] as number) | 0;
    const cell = times + (table[(at * operationModes.length + how) * 4 + flags] as number);
    memory[cell] = (memory[cell] as number) + passedMs;
    if (memory[isUncertainNow] === 1) memory[uncertain] = 1;
    // Of a failure some time must pass: state and mode of one frame come one after the other.
    const isNow = failed[at * operationModes.length + how] as number;
    if (isNow > (memory[isFailedNow] as number)) {
      memory[failures] = (memory[failures] as number) + 1;
    }
    memory[isFailedNow] = isNow;
    if (isNow !== 0) memory[failedMs] = (memory[failedMs] as number) + passedMs;
  };

  /** What holds from here on. */
  const take: Step = (memory) => {
    const isUsable = isUsableSlot(memory, state.slot);
    memory[stateNow] = isUsable ? meaningOf(memory, state.slot, states) : unknown;
    if (isUsableSlot(memory, mode.slot)) memory[modeNow] = meaningOf(memory, mode.slot, modes);
    const isUncertain = isUncertainSlot(memory, state.slot) || isUncertainSlot(memory, mode.slot);
    memory[isUncertainNow] = isUncertain ? 1 : 0;
    takePlan(memory);
  };
  // Of what is read again and again the plan is that of the end of each step.
  for (const input of isHeld ? [state, mode, order, busy] : [state, mode]) {
    if (input === undefined) continue;
    context.onSample(input.slot, (memory) => {
      account(memory, input.slot + timeCell);
      take(memory);
    });
  }
  const startDay: Step = (memory) => {
    const before = memory[dayMs] as number;
    memory[dayMs] = memory[context.dayStartMsIndex] as number;
    // What came before the first tick of all is of the same day.
    if (Number.isNaN(before) || before === memory[dayMs]) return;
    memory.fill(0, times, times + elements.length);
    memory[elapsed] = 0;
    memory[uncertain] = 0;
    memory[failures] = 0;
    memory[failedMs] = 0;
    // What has held since yesterday counts from midnight on.
    if (isHeld) memory[lastMs] = Math.max(memory[lastMs] as number, memory[dayMs]);
  };
  context.onTick(startDay);
  // What comes on change holds until its source says otherwise; behind the watermark nothing comes any more.
  const { watermarkMsIndex } = context;
  const goOn: Step = (memory) => {
    if ((memory[watermarkMsIndex] as number) > (memory[lastMs] as number)) {
      account(memory, watermarkMsIndex);
    }
  };
  if (isHeld) context.onTick(goOn);
  return { times, elapsed, uncertain, failures, failedMs };
};

const msPerMinute = 60_000;

/** Where the day of the machine went, by the time elements of ISO 22400-2. */
export const timeElements = defineKpi<Parameters>({
  id: 'timeElements',
  version: 3,
  equipmentClass: 'weld_line',
  point: 'timeElements',
  unit: 'min',
  decimals: 1,
  description: { en: 'Actual production time of the day', zh: '当日实际生产时间' },
  formula: {
    en: 'APT, AUST, ADET, ADOT, APMT: time by state and mode of the machine, calendar and orders; MTBF = APT / failures, MTTR = time failed / failures',
    zh: 'APT、AUST、ADET、ADOT、APMT：按设备状态、运行模式、日历与订单划分的时间；MTBF = APT / 故障次数，MTTR = 故障时间 / 故障次数',
  },
  standard: {
    en: 'ISO 22400-2 (time elements); OPC 40001-1 table 68 (their states)',
    zh: 'ISO 22400-2（时间要素）；OPC 40001-1 表 68（对应状态）',
  },
  window: dayOfRegisters,
  windowRule: {
    en: "the site's day, from the first tick in it on",
    zh: '站点当日，自当日第一个节拍起',
  },
  coverageRule: 'time that an element is known for, `other` included / elapsed time of the day',
  inputs: {
    state: {
      pattern: '{area}/{line}/{equipment}/state',
      count: 'one',
      description: { en: 'state of the machine', zh: '设备状态' },
    },
    mode: {
      pattern: '{area}/{line}/{equipment}/mode',
      count: 'one',
      description: { en: 'mode of operation', zh: '运行模式' },
    },
    order: {
      pattern: '{area}/{line}/{equipment}/orderRegistered',
      count: 'optional',
      description: { en: 'a job order is registered', zh: '已登记生产订单' },
    },
    plannedBusy: {
      pattern: '{area}/{line}/{equipment}/plannedBusy',
      count: 'optional',
      description: { en: 'the calendar plans to be busy', zh: '日历计划为占用' },
    },
  },
  parts: {
    aust: {
      decimals: 1,
      description: { en: 'actual unit setup time (AUST)', zh: '实际设置时间（AUST）' },
    },
    adet: {
      decimals: 1,
      description: { en: 'actual unit delay time (ADET)', zh: '实际延误时间（ADET）' },
    },
    adot: {
      decimals: 1,
      description: { en: 'actual unit down time (ADOT)', zh: '实际停机时间（ADOT）' },
    },
    apmt: {
      decimals: 1,
      description: { en: 'actual maintenance time (APMT)', zh: '实际维护时间（APMT）' },
    },
    other: { decimals: 1, description: { en: 'other time', zh: '其他时间' } },
    failures: {
      unit: '1',
      decimals: 0,
      description: { en: 'failures: out of service while processing', zh: '故障次数：加工中停用' },
    },
    mtbf: {
      decimals: 1,
      description: { en: 'mean time between failures (MTBF)', zh: '平均故障间隔时间（MTBF）' },
    },
    mttr: {
      decimals: 1,
      description: { en: 'mean time to repair (MTTR)', zh: '平均修复时间（MTTR）' },
    },
  },
  parametersSchema,
  build: (context) => {
    const { times, elapsed, uncertain, failures, failedMs } = reserveAccounts(context);
    const parts = elements.slice(1).map((name) => context.part(name));
    const count = context.part('failures');
    const [mtbf, mttr] = [context.part('mtbf'), context.part('mttr')];
    const ofFailures = [count, mtbf, mttr];
    context.onTick((memory) => {
      let measuredMs = 0;
      for (let at = 0; at < elements.length; at++) measuredMs += memory[times + at] as number;
      memory[context.value + valueCell] = (memory[times] as number) / msPerMinute;
      for (let at = 0; at < parts.length; at++) {
        memory[(parts[at] as number) + valueCell] =
          (memory[times + 1 + at] as number) / msPerMinute;
      }
      const elapsedMs = memory[elapsed] as number;
      memory[context.coverage + valueCell] = elapsedMs > 0 ? measuredMs / elapsedMs : 0;
      const failed = memory[failures] as number;
      memory[count + valueCell] = failed;
      // Without a failure neither mean is known.
      const perFailure = 1 / (failed === 0 ? Number.NaN : failed * msPerMinute);
      memory[mtbf + valueCell] = (memory[times] as number) * perFailure;
      memory[mttr + valueCell] = (memory[failedMs] as number) * perFailure;
      finishResult(memory, context, uncertain);
      finishParts(memory, context.value, parts);
      finishParts(memory, context.value, ofFailures);
    });
  },
});
