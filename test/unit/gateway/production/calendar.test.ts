import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { busyMs, windowAt } from '../../../../gateway/production/calendar.ts';
import { pointsAt } from '../../../../gateway/production/line-points.ts';
import type { MessageOf, ProductionMessage } from '../../../../gateway/production/messages.ts';
import { inOrder, unionOf } from '../../../../gateway/production/order-state.ts';
import { baseMs, line, messageOf, someMessages } from '../../../support/production-messages.ts';
import { productionOf } from '../../../support/production-store.ts';

const hour = 3_600_000;
const at = (hours: number): number => baseMs + hours * hour;
const plannedWindows = (messages: readonly ProductionMessage[]) =>
  productionOf(messages).told(line, { fromMs: at(-1000), toMs: at(1000) }).windows;

describe('a calendar', () => {
  it('plans busy time and the time between, and nothing for what it does not name', () => {
    const windows = plannedWindows([
      messageOf('calendar', {
        ...{ from: at(0), to: at(24) },
        busy: [
          { start: at(8), end: at(12), shift: 'A' },
          { start: at(13), end: at(17) },
        ],
      }),
    ]);
    expect(windows.map(({ startMs, isBusy, shift }) => [startMs, isBusy, shift])).toEqual([
      [at(0), false, null],
      [at(8), true, 'A'],
      [at(12), false, null],
      [at(13), true, null],
      [at(17), false, null],
    ]);
    expect(busyMs(windows, at(0), at(24))).toBe(8 * hour);
    expect(busyMs(windows, at(9), at(14))).toBe(4 * hour);
    expect(busyMs(windows, at(9), at(25))).toBeUndefined();
    expect(busyMs(windows, at(-1), at(9))).toBeUndefined();
    expect(windowAt(windows, at(24))).toBeUndefined();
    expect(windowAt(windows, at(12))?.isBusy).toBe(false);
  });

  it('replaces what an earlier one says of its time, and only that', () => {
    const windows = plannedWindows([
      messageOf('calendar', { from: at(10), to: at(12), busy: [], time: baseMs + 1 }),
      messageOf('calendar', { from: at(0), to: at(24), busy: [{ start: at(8), end: at(16) }] }),
    ]);
    expect(busyMs(windows, at(0), at(24))).toBe(6 * hour);
  });

  it('is what looking at each quarter of an hour by itself gives', () => {
    const quarter = 900_000;
    fc.assert(
      fc.property(someMessages, fc.integer({ min: 0, max: 60 }), (messages, from) => {
        const windows = plannedWindows(messages);
        const planOf = (timeMs: number): boolean | undefined => {
          const last = inOrder(messages)
            .filter((message) => message.kind === 'calendar')
            .findLast((message) => message.from <= timeMs && timeMs < message.to);
          return last?.busy.some(({ start, end }) => start <= timeMs && timeMs < end);
        };
        const quarters = Array.from(
          { length: 20 },
          (_, index) => baseMs + (from + index) * quarter,
        );
        for (const timeMs of quarters)
          expect(windowAt(windows, timeMs)?.isBusy).toBe(planOf(timeMs));
        const plans = quarters.map(planOf);
        const expected = plans.includes(undefined)
          ? undefined
          : plans.filter((isBusy) => isBusy === true).length * quarter;
        const first = quarters[0] as number;
        expect(busyMs(windows, first, first + 20 * quarter)).toBe(expected);
      }),
      { numRuns: 200 },
    );
  });
});

describe('planned shifts', () => {
  type Busy = readonly (readonly [start: number, end: number, shift?: string])[];
  const plan = (busy: Busy, more: Partial<MessageOf<'calendar'>> = {}, days = 1) =>
    messageOf('calendar', {
      ...{ from: at(0), to: at(24 * days) },
      busy: busy.map(([start, end, shift]) => ({
        start: at(start),
        end: at(end),
        ...(shift === undefined ? {} : { shift }),
      })),
      ...more,
    });
  const shiftsOf = (messages: readonly ProductionMessage[], from = 0, to = 48) =>
    productionOf(messages).shifts({ fromMs: at(from), toMs: at(to) });

  it('are one over a break of four hours at most, by line and by name', () => {
    const day: Busy = [
      [6, 10, 'A'],
      [10.5, 14, 'A'],
      [14, 18, 'B'],
      [22, 24, 'B'],
    ];
    expect(shiftsOf([plan(day)])).toBe(2);
    expect(shiftsOf([plan([...day.slice(0, 3), [22.1, 24, 'B']])])).toBe(3);
    expect(shiftsOf([plan(day), plan(day, { line: 'acme/boilers/welding/mpm02' })])).toBe(4);
    expect(
      shiftsOf([
        plan([
          [6, 10],
          [11, 14],
          [20, 22],
        ]),
      ]),
    ).toBe(2);
  });

  it('belong to the time in which they begin, whatever break that falls into', () => {
    const messages = [
      plan([
        [6, 10, 'A'],
        [11, 14, 'A'],
      ]),
    ];
    expect(shiftsOf(messages, 6, 7)).toBe(1);
    expect(shiftsOf(messages, 10.5)).toBe(0);
    expect(shiftsOf(messages, 12)).toBe(0);
    expect(shiftsOf(messages, 0, 6)).toBe(0);
  });

  it('are of the newest plan, of whichever calendar and whenever it was told', () => {
    const later = { time: baseMs + 1, from: at(8), to: at(20) };
    const messages = [plan([[6, 14, 'A']]), plan([[16, 20, 'B']], later)];
    expect(shiftsOf(messages)).toBe(2);
    expect(shiftsOf(messages.toReversed())).toBe(2);
  });

  it('of a hundred large calendars are there at once', () => {
    const quarters: Busy = Array.from({ length: 400 }, (_, at) => [at / 4, at / 4 + 0.1, `S${at}`]);
    const messages = Array.from({ length: 100 }, (_, day) =>
      plan(quarters, { time: baseMs + ((day * 7919) % 100), line: `${line}${day % 3}` }, 5),
    );
    const production = productionOf(messages);
    const beganMs = performance.now();
    expect(production.shifts({ fromMs: at(0), toMs: at(200) })).toBe(1200);
    expect(performance.now() - beganMs).toBeLessThan(2_000);
  });
});

describe('the points of a line', () => {
  const none = {
    ...{ line, windows: [], isOrderRegistered: null, plannedRunTimePerItemMin: null },
    ...{ counts: [], executions: [], findings: [] },
  };
  const nothing = {
    ...{ produced: null, good: null, scrap: null, rework: null, inspected: null },
    ...{ goodFirstTime: null, workTimeMin: null, attendanceTimeMin: null },
  };

  it('are unknown while nobody has told them, never zero', () => {
    expect(pointsAt(none, { timeMs: at(9), dayStartMs: at(0) })).toEqual(
      Array(13).fill(Number.NaN),
    );
  });

  it('count the day so far: planned busy time in minutes, and quantities up to now', () => {
    const windows = plannedWindows([
      messageOf('calendar', { from: at(0), to: at(24), busy: [{ start: at(8), end: at(16) }] }),
    ]);
    const counts = [
      { ...nothing, timeMs: at(-1), produced: 100, good: 100 },
      { ...nothing, timeMs: at(8), produced: 2, scrap: 1, rework: 2, workTimeMin: 30 },
      { ...nothing, timeMs: at(9), produced: 1, good: 1, inspected: 3, goodFirstTime: 2 },
      { ...nothing, timeMs: at(9.5), attendanceTimeMin: 60, workTimeMin: 15 },
      { ...nothing, timeMs: at(11), produced: 50, good: 50 },
    ];
    const told = {
      ...none,
      windows,
      counts,
      isOrderRegistered: false,
      plannedRunTimePerItemMin: 25,
    };
    const values = pointsAt(told, { timeMs: at(10), dayStartMs: at(0) });
    expect(values).toEqual([0, 1, 120, 25, 0, 3, 1, 1, 2, 3, 2, 45, 60]);
    expect(pointsAt(told, { timeMs: at(7), dayStartMs: at(0) })).toEqual([
      ...[0, 0, 0, 25, 0],
      ...Array(8).fill(Number.NaN),
    ]);
  });

  it('count the time with an order at work, once where there are several', () => {
    const minutesAt = (hour: number, executions: readonly (readonly [number, number | null])[]) =>
      pointsAt(
        {
          ...none,
          isOrderRegistered: true,
          executions: unionOf(
            executions.map(([from, to]) => ({
              fromMs: at(from),
              toMs: to === null ? null : at(to),
            })),
          ),
        },
        { timeMs: at(hour), dayStartMs: at(0) },
      )[4];
    // Since yesterday until 2; 3 to 5 and, within and beyond it, 4 to 6; one since 8 that goes on.
    const executions = [
      [4, 6],
      [-5, 2],
      [3, 5],
      [8, null],
    ] as const;
    expect(minutesAt(1, executions)).toBe(60);
    expect(minutesAt(7, executions)).toBe(300);
    expect(minutesAt(10, executions)).toBe(420);
    expect(minutesAt(10, [[11, null]])).toBe(0);
  });
});
