// Goal: however late and in whatever order the readings of a register come, the accounts end as if all had come in order, exact at every
// step, and no number that could be read changes without a higher revision. Method: random readings with resets, jumps and spikes go
// into a journal in random batches, with duplicates and corrections; every answer meanwhile is held against the one before, and the last
// against a second history that got all of it in order and against the counter of the hot path.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { originCodes } from '../../../../../gateway/core/entry.ts';
import { counterLimits } from '../../../../../gateway/hot-path/operators/counter-step.ts';
import type { RegisterInterval } from '../../../../../gateway/journal/history/history.ts';
import { HistorySite } from '../../../../support/history-site.ts';
import { type CounterReading, countOnHotPath } from '../../../../support/hot-path-counter.ts';
import { testFolder } from '../../../../support/journal.ts';
import { runsOf, testSeed } from '../../../../support/seed.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 4 * quarterMs;
const dayMs = 24 * hourMs;
/** Begins a day. */
const startMs = 20_000 * dayMs;
const hours = 6;
const periodMs = 20_000;
const stepsPerUnit = 1e6;
const isLong = process.env['SEAMWATT_LONG'] === '1';
const channel = {
  ...{ point: 'f01', kind: 'counter' as const, unit: 'kW.h', maximumRatePerSecond: 1 },
  description: { en: 'register', zh: '寄存器' },
};
const limits = counterLimits(channel);

const boundaries = (stepMs: number, lengthMs: number): Float64Array =>
  Float64Array.from({ length: lengthMs / stepMs + 1 }, (_, at) => startMs + at * stepMs);

class Register {
  readonly site: HistorySite;
  readonly #folder: string;
  readonly #last = new Map<number, readonly RegisterInterval[]>();
  #nowMs = 0;

  constructor(folder: string, site: HistorySite) {
    this.#folder = folder;
    this.site = site;
  }

  static async open(): Promise<Register> {
    const folder = testFolder();
    return new Register(
      folder,
      await HistorySite.open(folder, 20, { channels: [channel], periodMs }),
    );
  }

  append(readings: readonly CounterReading[]): void {
    for (const { timeMs, value } of readings) {
      const isLate = timeMs < this.#nowMs;
      this.#nowMs = Math.max(this.#nowMs, timeMs);
      this.site.journal.appendFrame({
        ...{ group: this.site.group.number, timeMs, receivedMs: this.#nowMs, revision: 0 },
        originCode: isLate ? originCodes.late : originCodes.source,
        ...{ values: Float64Array.of(value), status: Uint32Array.of(0), offset: 0, length: 1 },
      });
    }
  }

  /** Time passes without a reading, and somebody looks. */
  async wait(untilMs: number): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    await this.read(quarterMs);
  }

  async read(stepMs: number): Promise<readonly RegisterInterval[]> {
    const nowMs = this.#nowMs;
    const intervals = await this.site.history.register({
      ...{ point: this.site.point(0), boundariesMs: boundaries(stepMs, dayMs) },
    });
    this.#compare(stepMs, nowMs, intervals);
    return intervals;
  }

  /** What was over when it was read stays as it is, or has a higher revision. */
  #compare(stepMs: number, nowMs: number, intervals: readonly RegisterInterval[]): void {
    for (const [index, before] of (this.#last.get(stepMs) ?? []).entries()) {
      const now = intervals[index] as RegisterInterval;
      expect(now.revision).toBeGreaterThanOrEqual(before.revision);
      if (before.overMs > this.#readMs || now.revision > before.revision) continue;
      expect(told(now)).toEqual(told(before));
    }
    this.#last.set(stepMs, intervals);
    this.#readMs = nowMs;
  }
  #readMs = 0;

  /** Until all is read, stored and aggregated anew, with a look at what is told meanwhile. */
  async settle(): Promise<void> {
    await this.site.journal.flush();
    await this.site.history.caughtUp(20_000);
    await expect
      .poll(
        async () => {
          await this.read(quarterMs);
          return this.#waiting();
        },
        { timeout: 30_000, interval: 30 },
      )
      .toBe(0);
  }

  /** Entries that are not stored and minutes that are not aggregated anew. */
  #waiting(): number {
    const database = new DatabaseSync(join(this.#folder, 'history.db'), { readOnly: true });
    const row = database
      .prepare(
        `SELECT (SELECT count(*) FROM dirty) AS dirty,
                (SELECT value FROM state WHERE key = 'position') AS position`,
      )
      .get();
    database.close();
    return Number(row?.['dirty']) + this.site.journal.durableSeq - Number(row?.['position'] ?? 0);
  }
}

/** Numbers that somebody signs for. */
const told = ({ revision: _, overMs: __, measuredMs, ...interval }: RegisterInterval) => ({
  ...interval,
  measuredMs: Math.round(measuredMs),
});

const sum = (intervals: readonly RegisterInterval[]): number =>
  intervals.reduce((total, { increase }) => total + (increase ?? 0), 0);

const kinds = fc.constantFrom('counts', 'counts', 'counts', 'reset', 'jump', 'spike', 'stands');
const stretches = fc.array(
  fc.record({
    kind: kinds,
    readings: fc.integer({ min: 1, max: 90 }),
    gapMs: fc.constantFrom(0, 0, 13_000, 4 * minuteMs, 70 * minuteMs),
    perSecond: fc.constantFrom(0.001, 0.1, 0.7),
  }),
  { minLength: 3, maxLength: 12 },
);

const readingsOf = (all: typeof stretches extends fc.Arbitrary<infer T> ? T : never) => {
  let [timeMs, kWh] = [startMs + 3 * minuteMs, 4_321.012_345];
  const readings: CounterReading[] = [];
  for (const { kind, readings: count, gapMs, perSecond } of all) {
    timeMs += gapMs;
    if (kind === 'reset') kWh = 0;
    if (kind === 'jump') kWh += 500;
    for (let index = 0; index < count && timeMs < startMs + hours * hourMs; index++) {
      const isSpike = kind === 'spike' && index === 0;
      readings.push({ timeMs, value: isSpike ? kWh + 90 : kWh });
      timeMs += periodMs;
      if (kind !== 'stands') kWh += (perSecond * periodMs) / 1_000;
    }
  }
  return readings;
};

/** In order, with a look at what is told at the end of each long gap. */
const appendByGaps = async (register: Register, readings: readonly CounterReading[]) => {
  let from = 0;
  for (const [index, { timeMs }] of readings.entries()) {
    const lastMs = readings[index - 1]?.timeMs ?? timeMs;
    if (timeMs - lastMs < 20 * minuteMs) continue;
    register.append(readings.slice(from, index));
    await register.settle();
    await register.wait(timeMs - 1);
    from = index;
  }
  register.append(readings.slice(from));
};

describe('readings that come late', { timeout: 300_000 }, () => {
  test('leave what would be there if they had come in order, each change with a higher revision', async () => {
    await fc.assert(
      fc.asyncProperty(
        stretches,
        // Of each reading in which batch it comes, and whether another word for it had come before.
        fc.infiniteStream(fc.record({ batch: fc.nat(3), wasWrong: fc.nat(19) })),
        fc.boolean(),
        async (all, fates, isShuffled) => {
          const readings = readingsOf(all);
          const batches: CounterReading[][] = [[], [], [], [], []];
          for (const reading of readings) {
            const { batch, wasWrong } = fates.next().value;
            // The first batch is most of it.
            batches[wasWrong < 10 ? 0 : batch]?.push(reading);
            if (wasWrong !== 19) continue;
            const wrong = { ...reading, value: reading.value + 1_000 };
            batches[0]?.push(wrong);
            batches[4]?.push(reading, reading);
          }
          const late = await Register.open();
          for (const [index, batch] of batches.entries()) {
            if (index > 0) late.append(isShuffled ? batch.toReversed() : batch);
            else await appendByGaps(late, batch);
            await late.settle();
          }
          const inOrder = await Register.open();
          inOrder.append(readings);
          await inOrder.settle();

          const days = await late.read(dayMs);
          for (const stepMs of [minuteMs, quarterMs, hourMs, dayMs]) {
            const now = await late.read(stepMs);
            expect(now.map(told)).toEqual((await inOrder.read(stepMs)).map(told));
            expect(sum(now)).toBe(days[0]?.increase);
          }
          const { total, breaks } = countOnHotPath(readings, limits);
          expect(days[0]?.breaks).toBe(breaks);
          expect(Math.abs((days[0]?.increase ?? 0) - total * stepsPerUnit)).toBeLessThan(
            2 + breaks,
          );
          await late.site.close();
          await inOrder.site.close();
        },
      ),
      { seed: testSeed(), numRuns: runsOf(isLong ? 20 : 2), endOnFailure: true },
    );
  });

  test('are judged by how long the register had stood before, which another quarter hour tells', async () => {
    const register = await Register.open();
    const reading = (minutes: number, value: number) => ({
      ...{ timeMs: startMs + minutes * minuteMs, value },
    });
    // 300 kWh more after two minutes: too much for a register that counts, not for one that had stood for ten.
    const stood = Array.from({ length: 31 }, (_, index) => reading(4 + index / 3, 1_000));
    const after = [reading(16, 1_300), reading(17, 1_301), reading(18, 1_302), reading(31, 1_310)];
    register.append([...stood, ...after]);
    await register.settle();
    expect((await register.read(dayMs))[0]).toMatchObject({ increase: 310e6, breaks: 0 });
    register.append([reading(17.5, 1_301.5)]);
    await register.settle();
    expect((await register.read(quarterMs))[1]).toMatchObject({ breaks: 0 });
    expect((await register.read(dayMs))[0]).toMatchObject({ increase: 310e6, breaks: 0 });
  });

  test('have the next reading be judged anew, in a later quarter hour in which nothing came late', async () => {
    const register = await Register.open();
    const reading = (minutes: number, value: number) => ({
      ...{ timeMs: startMs + minutes * minuteMs, value },
    });
    const before = Array.from({ length: 10 }, (_, index) => reading(10 + index / 3, 1_000 + index));
    register.append([...before, reading(14, 5_000), reading(33, 1_020), reading(34, 1_021)]);
    await register.settle();
    expect((await register.read(dayMs))[0]).toMatchObject({ increase: 10e6, breaks: 2 });
    register.append([reading(14, 1_010)]);
    await register.settle();
    expect((await register.read(dayMs))[0]).toMatchObject({ increase: 21e6, breaks: 0 });
  });
});
