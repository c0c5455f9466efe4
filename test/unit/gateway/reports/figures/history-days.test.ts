import { describe, expect, it } from 'vitest';
import { LocalClock } from '../../../../../gateway/core/local-clock.ts';
import type {
  ChannelSpec,
  GroupNumber,
  PointNumber,
  RegisteredGroup,
} from '../../../../../gateway/core/point.ts';
import { intervalFor } from '../../../../../gateway/journal/history/intervals.ts';
import {
  type HistorySpan,
  piecesOf,
  type ReadHistory,
  registerHours,
} from '../../../../../gateway/reports/figures/history-days.ts';
import { productionHours } from '../../../../../gateway/reports/figures/production-hours.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const point = 7 as PointNumber;

/** Goal: the history of the gateway, in the intervals that it gives. Method: a register that is asked for at any instant. */
const historyOf =
  (register: (timeMs: number) => number | null): ReadHistory =>
  async (query) => {
    const durationMs = intervalFor(query);
    const spans: HistorySpan[] = [];
    const begin = Math.floor(query.fromMs / durationMs) * durationMs;
    for (let startMs = begin; startMs < query.toMs; startMs += durationMs) {
      const [first, last] = [register(startMs), register(startMs + durationMs - 1)];
      spans.push({ startMs, durationMs, coveredMs: durationMs, first, last });
    }
    return spans;
  };

/** Half of the time is production, from each midnight of the zone on. */
const halfOf = (timeZone: string): ReadHistory => {
  const clock = new LocalClock(timeZone);
  return historyOf((timeMs) => (((clock.localMs(timeMs) % dayMs) + 1) / minuteMs) * 0.5);
};

describe('a window in pieces', () => {
  it.each(['Asia/Shanghai', 'Asia/Kathmandu', 'Europe/Berlin', 'America/St_Johns', 'UTC'])(
    'has no interval with a midnight in it: %s',
    (timeZone) => {
      const clock = new LocalClock(timeZone);
      const fromMs = Date.UTC(2025, 2, 1, 7, 13);
      const toMs = fromMs + 399 * dayMs + 5 * hourMs;
      const pieces = piecesOf({ fromMs, toMs }, clock);
      let atMs = fromMs;
      for (const piece of pieces) {
        expect(piece.fromMs).toBe(atMs);
        atMs = piece.toMs;
        const maxIntervals = Math.ceil((piece.toMs - piece.fromMs) / piece.intervalMs) + 1;
        const lengthMs = intervalFor({ ...piece, maxIntervals });
        const first = Math.floor(clock.localMs(piece.fromMs) / dayMs);
        for (let day = first; clock.utcMs(day * dayMs) < piece.toMs; day++) {
          expect(clock.utcMs(day * dayMs) % lengthMs, timeZone).toBe(0);
        }
      }
      expect(atMs).toBe(toMs);
    },
  );
});

describe('hours of a register that begins anew each day', () => {
  it.each([
    ['Asia/Shanghai', 390],
    ['Asia/Kathmandu', 390],
    ['Asia/Shanghai', 3],
    ['America/St_Johns', 30],
  ])('are those of whole days, over any window: %s, %i days', async (timeZone, days) => {
    const fromMs = new LocalClock(timeZone).utcMs(Date.UTC(2025, 4, 1));
    const window = { fromMs, toMs: fromMs + days * dayMs };
    expect(await registerHours(halfOf(timeZone), point, window, timeZone)).toBeCloseTo(
      12 * days,
      3,
    );
  });

  it('leave out what a day had when the window began, and what it has when the window ends', async () => {
    const midnight = Date.UTC(2026, 2, 1, 16);
    const window = { fromMs: midnight + 2.25 * hourMs, toMs: midnight + 2 * dayMs + 1.5 * hourMs };
    const hours = await registerHours(halfOf('Asia/Shanghai'), point, window, 'Asia/Shanghai');
    expect(hours).toBeCloseTo((48 + 1.5 - 2.25) / 2, 3);
  });

  it('are those of hours where minutes are gone', async () => {
    const fine = halfOf('UTC');
    const asked: number[] = [];
    const history: ReadHistory = async (query) => {
      asked.push(intervalFor(query));
      return intervalFor(query) < hourMs ? [] : fine(query);
    };
    const window = { fromMs: 2 * hourMs, toMs: 10 * hourMs };
    expect(await registerHours(history, point, window, 'UTC')).toBeCloseTo(4, 3);
    expect(asked).toEqual([minuteMs, hourMs]);
  });

  it('are not known without history', async () => {
    const none = historyOf(() => null);
    expect(await registerHours(none, point, { fromMs: 0, toMs: dayMs }, 'UTC')).toBeNull();
  });
});

describe('actual production time', () => {
  const channel = (name: string, unit: string): ChannelSpec => ({
    ...{ point: name, kind: 'number', unit, description: { en: name, zh: name } },
  });
  const line = (number: number): RegisteredGroup => ({
    ...{ producer: 'kpi', name: 'kpi', equipmentClass: 'weld_line', number: number as GroupNumber },
    equipment: {
      enterprise: 'acme',
      site: 'dam',
      area: 'a',
      line: `l${number}`,
      equipment: 'line',
    },
    channels: [channel('oee', '1'), channel('timeElements', 'min')],
    pointNumbers: [10 * number, 10 * number + 1] as PointNumber[],
  });

  it('is of all lines together, and not known where no line tells it', async () => {
    const lines = [line(1), line(2)];
    const half = halfOf('UTC');
    const asked = new Set<PointNumber>();
    const history: ReadHistory = async (query) => {
      asked.add(query.point);
      return query.point === 11 ? half(query) : [];
    };
    const window = { fromMs: 0, toMs: dayMs };
    expect(await productionHours(lines, history, window, 'UTC')).toBeCloseTo(12, 3);
    expect([...asked]).toEqual([11, 21]);
    expect(await productionHours([], history, window, 'UTC')).toBeNull();
  });
});
