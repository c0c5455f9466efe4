import { z } from 'zod';
import { valueCell } from '../../../hot-path/slot.ts';
import { defineKpi, type KpiInput } from '../../definition.ts';
import { finishParts, finishResult } from '../../result.ts';
import { dayOfRegisters } from '../../window.ts';
import { registersCoverage, type StorageRegister } from '../storage/storage-inputs.ts';
import { apparentDeviation, gridSteps } from './grid-checks.ts';
import { lossCheck } from './loss-checks.ts';

const register = (
  pattern: string,
  options: Pick<KpiInput, 'count' | 'description'> & { readonly equipmentClass: string },
): KpiInput => ({ pattern, unit: 'kWh', ...options });

const gridPoint = (
  point: string,
  unit: string,
  options: Pick<KpiInput, 'count' | 'description'>,
): KpiInput => ({ pattern: `{area}/*/grid/${point}`, equipmentClass: 'meter', unit, ...options });

const inputs: Readonly<Record<string, KpiInput>> = {
  submeters: register('{area}/buildings/*/energyImport', {
    ...{ equipmentClass: 'meter', count: 'any' },
    description: { en: 'meters behind that of all buildings', zh: '建筑总表之后的分表' },
  }),
  load: register('{area}/*/load/energyImport', {
    ...{ equipmentClass: 'meter', count: 'optional' },
    description: { en: 'meter of all buildings', zh: '建筑总表' },
  }),
  inverters: register('{area}/*/*/energyTotal', {
    ...{ equipmentClass: 'pv_inverter', count: 'any' },
    description: { en: 'register of each inverter', zh: '各逆变器累计发电量' },
  }),
  pv: register('{area}/*/pv/energyExport', {
    ...{ equipmentClass: 'meter', count: 'optional' },
    description: { en: 'meter of the photovoltaic feeder', zh: '光伏馈线电表' },
  }),
  energyImport: gridPoint('energyImport', 'kWh', {
    count: 'one',
    description: { en: 'import register of the grid meter', zh: '关口表正向电能' },
  }),
  energyExport: gridPoint('energyExport', 'kWh', {
    count: 'one',
    description: { en: 'export register of the grid meter', zh: '关口表反向电能' },
  }),
  power: gridPoint('power', 'kW', {
    count: 'one',
    description: { en: 'power of the grid meter', zh: '关口表有功功率' },
  }),
  reactivePower: gridPoint('reactivePower', 'var', {
    count: 'optional',
    description: { en: 'reactive power of the grid meter', zh: '关口表无功功率' },
  }),
  apparentPower: gridPoint('apparentPower', 'VA', {
    count: 'optional',
    description: { en: 'apparent power of the grid meter', zh: '关口表视在功率' },
  }),
};

const share = z.number().min(0).max(0.5);
const parametersSchema = z.strictObject({
  /** Of what the meter of all buildings counts, the share that may be lost before the meters behind it. */
  maximumLoss: share.default(0.03),
  /** By which two sums of meters may differ by their classes alone. */
  classTolerance: share.default(0.01),
  /** By which integrated power may differ from registers, and P^2 + Q^2 from S^2. */
  deviation: share.default(0.02),
  /** Sums of less are not compared, kWh: meters are read at different times. */
  minimumKwh: z.number().positive().default(2000),
});

const part = (en: string, zh: string, decimals = 4) => ({
  ...{ unit: '1', decimals },
  description: { en, zh },
});

type Check = {
  /** Slot of what is found; NaN: the check cannot be made. */
  readonly part: number;
  readonly find: (memory: Float64Array) => number;
  readonly passes: (found: number) => boolean;
};

/** Whether meters that count the same say the same, beside the balance: how many of the checks that can be made fail. */
export const meterChecks = defineKpi<z.infer<typeof parametersSchema>>({
  id: 'meterChecks',
  version: 2,
  equipmentClass: 'park',
  point: 'meterChecks',
  unit: '1',
  decimals: 0,
  description: { en: 'Checks of meters that fail', zh: '未通过的电表核对项数' },
  formula: {
    en: 'loss of submeters in 0..3 %; PV meter <= inverters; integrated power = register within 2 %; P^2 + Q^2 = S^2 within 2 %; import and export never grow at once',
    zh: '分表损耗 0～3 %；光伏表 ≤ 逆变器之和；功率积分与计数器相差 ≤ 2 %；P² + Q² 与 S² 相差 ≤ 2 %；正反向计数器不同时增长',
  },
  standard: {
    en: 'own definition; classes as of IEC 62053',
    zh: '本项目定义；电表等级按 IEC 62053',
  },
  window: dayOfRegisters,
  windowRule: { en: "the site's current day", zh: '站点当日' },
  coverageRule: 'the least of the registers: time between readings of one segment / elapsed time',
  inputs,
  parts: {
    submeterLoss: part('1 - submeters / meter of all buildings', '1 - 分表之和 / 建筑总表'),
    inverterLoss: part('1 - PV meter / inverters', '1 - 光伏表 / 逆变器之和'),
    powerIntegral: part(
      '(integrated power - registers) / energy, grid meter',
      '（功率积分 - 计数器）/ 电量，关口表',
    ),
    apparentPower: part('(P^2 + Q^2) / S^2 - 1, grid meter', '(P² + Q²)/S² - 1，关口表'),
    bothWays: part('seconds in which import and export both grew', '正反向同时增长的秒数', 0),
    made: part('checks that could be made', '可进行的核对项数', 0),
  },
  parametersSchema,
  build: (context) => {
    const { maximumLoss, classTolerance, deviation, minimumKwh } = context.parameters;
    const uncertainIndex = context.reserve(1);
    const dayIndex = context.reserve(1, [Number.NEGATIVE_INFINITY]);
    const registers: StorageRegister[] = [];
    const shared = { uncertainIndex, registers, dayIndex };
    const submeters = lossCheck(context, { behind: 'submeters', before: 'load' }, shared);
    const pv = lossCheck(context, { behind: 'pv', before: 'inverters' }, shared);
    const grid = gridSteps(context, shared);
    const apparent = apparentDeviation(context);
    const coverageOf = registersCoverage(context, registers, dayIndex);
    const madeSlot = context.part('made');
    const inRange = (value: number, least: number, most: number): boolean =>
      value >= least && value <= most;
    const checks: readonly Check[] = [
      {
        part: context.part('submeterLoss'),
        find: (memory) => submeters.loss(memory, minimumKwh),
        passes: (loss) => inRange(loss, -classTolerance, maximumLoss + classTolerance),
      },
      {
        part: context.part('inverterLoss'),
        find: (memory) => pv.loss(memory, minimumKwh),
        passes: (loss) => loss >= -classTolerance,
      },
      {
        part: context.part('powerIntegral'),
        find: (memory) => grid.deviation(memory, minimumKwh),
        passes: (found) => inRange(found, -deviation, deviation),
      },
      {
        part: context.part('apparentPower'),
        find: apparent,
        passes: (found) => inRange(found, -deviation, deviation),
      },
      {
        part: context.part('bothWays'),
        find: grid.bothWays,
        passes: (seconds) => seconds === 0,
      },
    ];
    const parts = [...checks.map(({ part }) => part), madeSlot];
    context.onTick((memory) => {
      if (memory[dayIndex] !== memory[context.dayStartMsIndex]) {
        memory[dayIndex] = memory[context.dayStartMsIndex] as number;
        for (const { reset } of [submeters, pv, grid]) reset(memory);
        memory[uncertainIndex] = 0;
      }
      let made = 0;
      let failed = 0;
      for (const { part, find, passes } of checks) {
        const found = find(memory);
        memory[part + valueCell] = found;
        if (Number.isNaN(found)) continue;
        made += 1;
        if (!passes(found)) failed += 1;
      }
      memory[madeSlot + valueCell] = made;
      // None made is none passed.
      memory[context.value + valueCell] = made > 0 ? failed : Number.NaN;
      memory[context.coverage + valueCell] = coverageOf(memory);
      finishResult(memory, context, uncertainIndex);
      finishParts(memory, context.value, parts);
    });
  },
});
