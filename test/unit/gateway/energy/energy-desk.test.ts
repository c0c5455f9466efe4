import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PointNumber } from '../../../../gateway/core/point.ts';
import { kwhOf, sumOf } from '../../../../gateway/energy/amount.ts';
import { energyConfigOf } from '../../../../gateway/energy/energy-config.ts';
import { EnergyDesk } from '../../../../gateway/energy/energy-desk.ts';
import { counterLimits } from '../../../../gateway/hot-path/operators/counter-step.ts';
import {
  type Believed,
  believeAnew,
  type Subject,
} from '../../../../gateway/journal/history/beliefs.ts';
import {
  type FoldedInterval,
  RegisterFold,
} from '../../../../gateway/journal/history/register-fold.ts';
import { testGroup } from '../../../support/entry-batch.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const dayMs = 86_400_000;
const january = Date.parse('2024-01-01T00:00+08:00');
const february = Date.parse('2024-02-01T00:00+08:00');
const name = { en: 'meter', zh: '电表' };

/** How much each meter counts an hour, in Wh, at a time. */
type Load = (timeMs: number) => number;

/** What was said of things, as the history keeps it; changes are numbered from 1001 on. */
class Beliefs {
  readonly #subjects = new Map<string, readonly Believed[]>();
  #number = 1_000;

  believe(subjects: readonly Subject[]): readonly (readonly Believed[])[] {
    this.#number += 1;
    return subjects.map(({ subject, beliefs }) => {
      const before = this.#subjects.get(subject) ?? [];
      const now = believeAnew(before, { beliefs, number: this.#number });
      this.#subjects.set(subject, now);
      return now;
    });
  }
}

/** Meters read once a quarter hour, each at its load, over January 2024 in Shanghai. */
const deskOf = (input: {
  readonly meters: readonly object[];
  readonly tenants?: readonly object[];
  readonly commonBy?: string;
  readonly loads: Readonly<Record<string, Load>>;
  readonly without?: readonly string[];
  /** Of intervals that are shared out, in mWh, and of the changes of a meter. */
  readonly counted?: (
    id: string,
    startMs: number,
  ) => Partial<FoldedInterval & { revision: number }>;
  readonly beliefs?: Beliefs;
}): EnergyDesk => {
  const beliefs = input.beliefs ?? new Beliefs();
  const ids = Object.keys(input.loads);
  const groups = ids.map((id) =>
    testGroup({
      ...{ equipment: id, equipmentClass: 'meter', periodMs: quarterMs },
      channels: [{ point: 'energy', kind: 'counter', unit: 'W.h' }],
    }),
  );
  const numbered = groups.map((group, index) => ({
    ...group,
    equipment: { ...group.equipment, area: 'park', line: 'meters' },
    pointNumbers: [index + 1] as unknown as readonly PointNumber[],
  }));
  return new EnergyDesk({
    config: () =>
      energyConfigOf({
        meters: input.meters.map((meter) => ({ name, ...meter })),
        tenants: (input.tenants ?? []).map((tenant) => ({ name, ...tenant })),
        ...(input.commonBy === undefined ? {} : { commonBy: input.commonBy }),
      }),
    groups: () => numbered as never,
    site: () => ({ timeZone: 'Asia/Shanghai' }),
    believe: async (subjects) => beliefs.believe(subjects),
    register: async ({ point, boundariesMs }) => {
      const id = ids[(point as number) - 1] as string;
      const fold = new RegisterFold({
        ...{ boundariesMs, stepsPerUnit: 1_000, holdMs: 3 * quarterMs, expectedMs: quarterMs },
        limits: counterLimits({ unit: 'W.h' }),
      });
      let wattHours = 1_000;
      for (let ms = january; ms <= february && !input.without?.includes(id); ms += quarterMs) {
        fold.take({
          ...{ first: wattHours, last: wattHours, startMs: ms, firstMs: ms, lastMs: ms, count: 1 },
          ...{ coveredMs: quarterMs, heldMs: 0, join: 0, breaks: 0, rollovers: 0, jump: 0 },
          lostMs: 0,
        });
        wattHours += (input.loads[id] as Load)(ms) / 4;
      }
      return fold.intervals().map((interval) => ({
        ...{ ...interval, revision: 0 },
        ...input.counted?.(id, interval.startMs),
      }));
    },
  });
};

const register = (id: string) => ({ id, register: `park/meters/${id}/energy` });
const month = { fromMs: january, toMs: february };

describe('what a meter counted', () => {
  test('quarter hours are the day and days are the month, to the last digit, with an odd multiplier', async () => {
    const load = fc.integer({ min: 0, max: 9_000_000 });
    await fc.assert(
      fc.asyncProperty(load, load, fc.integer({ min: 1, max: 4e9 }), async (a, b, micro) => {
        const desk = deskOf({
          meters: [{ ...register('m'), multipliers: [{ value: micro / 1e6 }] }],
          loads: { m: (ms) => (ms % dayMs < dayMs / 2 ? a / 7 : b / 13) },
        });
        const sums = [];
        for (const step of ['quarter', 'hour', 'day', 'month'] as const) {
          const intervals = await desk.intervals('m', { ...month, step });
          sums.push(sumOf(intervals.map(({ energy }) => energy ?? 0n)));
        }
        expect(new Set(sums).size).toBe(1);
      }),
      { seed: testSeed(), numRuns: runsOf(15) },
    );
  });

  test('a multiplier holds by date, and one corrected later gives a new revision from its date on', async () => {
    const loads = { m: () => 1_000 };
    const first = { value: 400, from: '2024-01-01' };
    const before = deskOf({ meters: [{ ...register('m'), multipliers: [first] }], loads });
    const corrected = { value: 600, from: '2024-01-11', until: '2024-01-21' };
    const after = deskOf({
      ...{ meters: [{ ...register('m'), multipliers: [first, corrected] }], loads },
    });
    const days = await after.intervals('m', { ...month, step: 'day' });
    expect(days.map(({ revision }) => revision)).toEqual([
      ...Array.from({ length: 10 }, () => 0),
      ...Array.from({ length: 10 }, () => 1),
      ...Array.from({ length: 11 }, () => 0),
    ]);
    expect(days.slice(9, 11).map(({ energy }) => kwhOf(energy ?? 0n))).toEqual([9_600, 14_400]);
    const [old] = await before.intervals('m', { ...month, step: 'month' });
    const [now] = await after.intervals('m', { ...month, step: 'month' });
    expect(kwhOf(old?.energy ?? 0n)).toBe(297_600);
    expect(kwhOf(now?.energy ?? 0n)).toBe(297_600 + 10 * 4_800);
    expect(now).toMatchObject({ multiplier: null, method: 'measured', completeness: 1 });
    expect(now).toMatchObject({ opening: 1_000, closing: 745_000, revision: 1 });
  });

  test('whatever is said otherwise of a multiplier gives a higher revision of what it changes, also when it is taken back', async () => {
    const loads = { m: () => 1_000 };
    const beliefs = new Beliefs();
    const days = async (multipliers: readonly object[]) => {
      const desk = deskOf({ meters: [{ ...register('m'), multipliers }], loads, beliefs });
      return desk.intervals('m', { ...month, step: 'day' });
    };
    const first = { value: 400 };
    const corrected = { value: 600, from: '2024-01-11', until: '2024-01-21' };
    const answers = [
      await days([first]),
      await days([first, corrected]),
      await days([first, { ...corrected, value: 500 }]),
      await days([first, { ...corrected, value: 500, until: '2024-01-20' }]),
      await days([first]),
      await days([first]),
    ];
    for (const [index, answer] of answers.entries()) {
      for (const [day, now] of answer.entries()) {
        const before = answers[index - 1]?.[day];
        if (before === undefined) expect(now.revision).toBe(0);
        else if (now.energy === before.energy) expect(now.revision).toBe(before.revision);
        else expect(now.revision).toBeGreaterThan(before.revision);
      }
    }
    expect(answers.at(-1)?.filter(({ revision }) => revision > 0)).toHaveLength(10);
  });

  test.each([
    ['all of it is read', 0, 'measured'],
    ['a reading at the edge is not there yet', quarterMs - 1, 'measured'],
    ['one reading is missing in a month', quarterMs, 'partial'],
  ] as const)('where %s, it is told so', async (_, unknownMs, method) => {
    const desk = deskOf({
      ...{ meters: [register('m')], loads: { m: () => 4 } },
      counted: () => ({ unknownMs }),
    });
    const [whole] = await desk.intervals('m', { ...month, step: 'month' });
    expect(whole).toMatchObject({ method, unknownMs });
  });

  test('an unknown meter, an empty time and too many intervals are refused in words', async () => {
    const desk = deskOf({ meters: [register('m')], loads: { m: () => 1 } });
    await expect(desk.intervals('x', { ...month, step: 'day' })).rejects.toThrow('no meter x');
    const empty = { fromMs: february, toMs: january, step: 'day' } as const;
    await expect(desk.intervals('m', empty)).rejects.toThrow('must begin before it ends');
    await expect(desk.intervals('m', { ...month, step: 'minute' })).rejects.toThrow('10000');
    const none = deskOf({ meters: [], loads: {} });
    const unknown = none.intervals('x', { ...month, step: 'day' });
    await expect(unknown).rejects.toMatchObject({
      ...{ code: 'CONFIG_INVALID', retryable: false },
      words: { en: expect.stringContaining('has none under'), zh: expect.stringContaining('：无') },
    });
  });

  test('a meter whose register is not there now is refused in words', async () => {
    const desk = deskOf({ meters: [register('gone')], loads: { m: () => 1 } });
    await expect(desk.intervals('gone', { ...month, step: 'day' })).rejects.toMatchObject({
      ...{ code: 'CONFIG_INVALID', retryable: false },
      words: {
        en: 'meter gone: there is no register park/meters/gone/energy now',
        zh: '电表 gone：目前没有累计寄存器 park/meters/gone/energy',
      },
    });
  });

  test('two questions are answered at a time; a third is to ask again, and then has its answer', async () => {
    const desk = deskOf({ meters: [register('m')], loads: { m: () => 4 } });
    const ask = () => desk.intervals('m', { ...month, step: 'month' });
    const [first, second, third] = await Promise.allSettled([ask(), ask(), ask()]);
    expect([first?.status, second?.status, third?.status]).toEqual([
      ...['fulfilled', 'fulfilled', 'rejected'],
    ]);
    expect(third).toMatchObject({
      reason: {
        ...{ code: 'UNAVAILABLE', retryable: true },
        words: { en: expect.stringContaining('again'), zh: expect.stringContaining('稍后') },
      },
    });
    await expect(ask()).resolves.toHaveLength(1);
    // Nor does a refusal keep its place.
    for (let turn = 0; turn < 3; turn += 1) {
      await expect(desk.intervals('x', { ...month, step: 'day' })).rejects.toThrow('no meter x');
    }
    await expect(ask()).resolves.toHaveLength(1);
  });

  test('nothing is known without a reading, of a day as of a month with a multiplier that changes', async () => {
    const multipliers = [{ value: 400 }, { value: 600, from: '2024-01-11' }];
    const desk = deskOf({
      ...{ meters: [{ ...register('m'), multipliers }], loads: { m: () => 1_000 }, without: ['m'] },
    });
    const [none] = await desk.intervals('m', { ...month, step: 'month' });
    expect(none).toMatchObject({ energy: null, method: 'none', estimated: 0n, multiplier: null });
    expect(none).toMatchObject({ completeness: 0, unknownMs: february - january });
  });
});

describe('what tenants used', () => {
  const meters = [
    register('main'),
    { ...register('a'), parent: 'main', tenants: [{ tenant: 'ada' }] },
    {
      ...{ ...register('b'), parent: 'main' },
      tenants: [{ tenant: 'ada' }, { tenant: 'bob', from: '2024-01-16' }],
    },
  ];
  const loads = { main: () => 10_000, a: () => 6_000, b: () => 3_000 };
  const tenants = [
    { id: 'ada', share: 1 },
    { id: 'bob', share: 3 },
  ];

  test('each has its own meters by date, and its part of the rest by what it used', async () => {
    const [used] = await deskOf({ meters, loads, tenants }).tenants({ ...month, step: 'month' });
    const kwh = used?.tenants.map(({ tenant, direct, common }) => [
      tenant,
      kwhOf(direct ?? 0n),
      kwhOf(common),
    ]);
    // 15 days alone; then 6 of 9 kW against 3.
    expect(kwh).toEqual([
      ['ada', 15 * 24 * 9 + 16 * 24 * 6, expect.closeTo(15 * 24 + 16 * 24 * (6 / 9), 9)],
      ['bob', 16 * 24 * 3, expect.closeTo(16 * 24 * (3 / 9), 9)],
    ]);
    expect(sumOf(used?.tenants.map(({ energy }) => energy ?? 0n) ?? [])).toBe(used?.energy);
    expect(kwhOf(used?.energy ?? 0n)).toBe(7_440);
  });

  test('or by shares of the floor', async () => {
    const desk = deskOf({ meters, loads, tenants, commonBy: 'share' });
    const days = await desk.tenants({ ...month, step: 'day' });
    expect(days).toHaveLength(31);
    expect(days[20]?.tenants.map(({ common }) => kwhOf(common))).toEqual([6, 18]);
    const [whole] = await desk.tenants({ ...month, step: 'month' });
    expect(sumOf(days.map(({ energy }) => energy))).toBe(whole?.energy);
    const of = (tenant: string) =>
      sumOf(
        days
          .flatMap((day) => day.tenants.filter((one) => one.tenant === tenant))
          .map(({ energy }) => energy ?? 0n),
      );
    expect(whole?.tenants.map(({ energy }) => energy)).toEqual([of('ada'), of('bob')]);
  });

  test('a main meter that counts less than those below it is named, and the sum still closes', async () => {
    const desk = deskOf({ meters, tenants, loads: { ...loads, main: () => 8_000 } });
    const [used] = await desk.tenants({ ...month, step: 'month' });
    expect(used?.below).toEqual([{ meter: 'main', rest: -744_000_000_000_000n }]);
    expect(sumOf(used?.tenants.map(({ energy }) => energy ?? 0n) ?? [])).toBe(used?.energy);
  });

  test('meters that never had a tenant at or below them are not among it', async () => {
    const desk = deskOf({
      ...{ meters: [...meters, register('pv')], tenants },
      loads: { ...loads, pv: () => 50_000 },
    });
    const [used] = await desk.tenants({ ...month, step: 'month' });
    expect(kwhOf(used?.energy ?? 0n)).toBe(7_440);
  });

  test('what nobody is assigned to is said to be so, and a meter without a reading is named', async () => {
    const until = { tenant: 'ada', until: '2024-01-11' };
    const desk = deskOf({ meters: [{ ...register('main'), tenants: [until] }], loads, tenants });
    const [used] = await desk.tenants({ ...month, step: 'month' });
    expect(used?.tenants.map(({ tenant, direct, common }) => [tenant, direct, common])).toEqual([
      ['ada', 2_400_000_000_000_000n, 0n],
      [null, 0n, 5_040_000_000_000_000n],
    ]);
    const dark = deskOf({ meters, tenants, loads, without: ['main', 'a', 'b'] });
    const [nothing] = await dark.tenants({ ...month, step: 'month' });
    expect(nothing).toMatchObject({ energy: 0n, tenants: [], below: [], withoutReading: [] });
    const dead = deskOf({ meters, tenants, loads, without: ['main'] });
    const [rest] = await dead.tenants({ ...month, step: 'month' });
    expect(rest?.withoutReading).toEqual([{ meter: 'main', days: 31 }]);
    expect(kwhOf(rest?.energy ?? 0n)).toBe(31 * 24 * 9);
  });

  test('each is told how its amount is known: the worst of the meters that went in, with their newest change', async () => {
    const shared = Date.parse('2024-01-20T00:00+08:00');
    const desk = deskOf({
      ...{ meters, tenants, loads },
      counted: (id, startMs) =>
        id === 'b' && startMs === shared ? { estimated: 1e6, revision: 42 } : {},
    });
    const days = await desk.tenants({ ...month, step: 'day' });
    const how = (of: (typeof days)[number] | undefined) =>
      of?.tenants.map(({ tenant, method, estimated, revision }) => [
        ...[tenant, method, Number(kwhOf(estimated).toFixed(6)), revision],
      ]);
    expect(how(days[18])).toEqual([
      ['ada', 'measured', 0, 0],
      ['bob', 'measured', 0, 0],
    ]);
    // The whole kWh of its meter, and a third of the rest that is less certain by as much.
    const estimated = [
      ['ada', 'estimated', 0.666667, 42],
      ['bob', 'estimated', 1.333333, 42],
    ];
    expect(how(days[19])).toEqual(estimated);
    expect(how((await desk.tenants({ ...month, step: 'month' }))[0])).toEqual(estimated);
  });

  test('of a tenant whose meter had no reading it is said that nothing or not all is known', async () => {
    const alone = [
      register('main'),
      { ...register('a'), tenants: [{ tenant: 'ada' }] },
      { ...register('b'), tenants: [{ tenant: 'bob' }] },
    ];
    const methods = async (desk: EnergyDesk) =>
      (await desk.tenants({ ...month, step: 'month' }))[0]?.tenants.map(({ tenant, method }) => [
        ...[tenant, method],
      ]);
    expect(await methods(deskOf({ meters: alone, tenants, loads, without: ['b'] }))).toEqual([
      ['ada', 'measured'],
      ['bob', 'none'],
    ]);
    const once = deskOf({
      ...{ meters: alone, tenants, loads },
      counted: (id, startMs) => (id === 'b' && startMs === january ? { increase: null } : {}),
    });
    expect(await methods(once)).toEqual([
      ['ada', 'measured'],
      ['bob', 'partial'],
    ]);
  });

  test('another division gives all of it a higher revision from the day on from which it holds', async () => {
    const beliefs = new Beliefs();
    const revisions = async (more: readonly object[]) => {
      const changed = meters.map((meter) =>
        'tenants' in meter && meter.id === 'a'
          ? { ...meter, tenants: [...meter.tenants, ...more] }
          : meter,
      );
      const desk = deskOf({ meters: changed, tenants, loads, beliefs });
      const days = await desk.tenants({ ...month, step: 'day' });
      return days.map((day) => Math.min(...day.tenants.map(({ revision }) => revision)));
    };
    expect(new Set(await revisions([]))).toEqual(new Set([0]));
    const now = await revisions([{ tenant: 'bob', from: '2024-01-21' }]);
    expect(now.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    expect(Math.min(...now.slice(20))).toBeGreaterThan(0);
  });
});
