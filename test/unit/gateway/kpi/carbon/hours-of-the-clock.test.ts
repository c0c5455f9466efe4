// Goal: factors by the hour, and prices by the period, are those that the wall clock shows, also on days of 23 and 25 hours. Method:
// a kWh each quarter hour of such days, with the calendar as the gateway tells it, beside a naive walk by the clock of the zone.
import { describe, expect, test } from 'vitest';
import { LocalClock } from '../../../../../gateway/core/local-clock.ts';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { absentStatus } from '../../../../../gateway/core/quality.ts';
import type { SourceFrame } from '../../../../../gateway/core/source.ts';
import { billingSection } from '../../../../../gateway/kpi/tariff/billing-section.ts';
import { tariffAt } from '../../../../../gateway/kpi/tariff/tariff-calendar.ts';
import { BillingPoints } from '../../../../../gateway/runtime/billing/billing-points.ts';
import { LocalDay } from '../../../../../gateway/runtime/local-day.ts';
import { testDirectory } from '../../../../support/entry-batch.ts';
import { testSite } from '../../../../support/program-feed.ts';
import { tariffOf } from '../../../../support/test-tariff.ts';
import { hourMs, MeteredPark, minuteMs, quarterMs } from '../energy/metered-park.ts';

/** A factor of its own for each hour. */
const factors = Array.from({ length: 24 }, (_, hour) => (hour + 1) / 100);
const hourly = { id: 'test', values: factors, source: 'test' };
const tariff = tariffOf(['00:00', 'valley'], ['02:30', 'flat'], ['08:00', 'peak']);

/** What the KPIs at hand read of the section `billing`. */
const reads = [
  ...['tariff.period', 'tariff.periodStart', 'tariff.price', 'calendar.monthStart'],
  ...['calendar.utcOffset', 'calendar.utcOffsetBefore', 'calendar.utcOffsetStart'],
];

/** Lets the day pass that begins at `dayStart` of a zone, so many hours; a quarter hour takes `energies(its start)`. */
const dayOf = (
  zone: string,
  dayStart: string,
  hours: number,
  energies: (startMs: number) => Parameters<MeteredPark['quarter']>[0],
) => {
  const section = billingSection.check({
    value: { equipment: 'park/energy/site', tariffs: ['test'] },
    ...{ groups: [], isPartial: false, site: testSite, files: new Map([['test', tariff]]) },
  });
  expect(section.issues).toEqual([]);
  const billing = new BillingPoints(zone);
  billing.use(testDirectory(section.groups).groups, section.value);
  const day = new LocalDay(zone);
  const park = new MeteredPark(
    [
      ...['energyQuarter', 'energyCost'],
      { kpi: 'importCo2Hourly', parameters: { hourly } },
      { kpi: 'carbonFreeShare', parameters: { gridShare: hourly } },
    ],
    { periodMs: 5 * minuteMs },
  );
  park.timeMs = Date.parse(dayStart);
  const tell = (timeMs: number): void => {
    const emit = (group: RegisteredGroup, frame: SourceFrame): boolean => {
      const told = group.channels.flatMap(({ point }, index) =>
        frame.status[index] === absentStatus || !reads.includes(point)
          ? []
          : [[point, frame.values[index] ?? 0] as const],
      );
      park.tell(Object.fromEntries(told), timeMs);
      return true;
    };
    billing.tick({ type: 'tick', timeMs, watermarkMs: timeMs, dayStartMs: 0 }, emit);
  };
  tell(park.timeMs);
  park.read(park.timeMs);
  for (let quarter = 0; quarter < 4 * hours; quarter += 1) {
    park.dayStartMs = day.startMs(park.timeMs);
    // The gateway tells of a boundary before the row of the quarter hour that ends there has come.
    const nextMs = park.timeMs + quarterMs;
    const amounts = energies(park.timeMs);
    for (const [term, energy] of Object.entries(amounts)) {
      park.registers[term as keyof typeof amounts] += energy;
    }
    park.read(nextMs);
    tell(nextMs);
    park.timeMs = nextMs;
    park.tick(nextMs + 3000);
  }
  return park;
};

const naive = (zone: string, dayStart: string, hours: number) => {
  const clock = new LocalClock(zone);
  let co2 = 0;
  let cost = 0;
  for (let quarter = 0; quarter < 4 * hours; quarter += 1) {
    const localMs = clock.localMs(Date.parse(dayStart) + quarter * quarterMs);
    co2 += factors[Math.floor(localMs / hourMs) % 24] ?? Number.NaN;
    cost += tariffAt([tariff], localMs)?.price ?? Number.NaN;
  }
  return { co2, cost };
};

const days = [
  ['Europe/Berlin', 'a day of 23 hours', '2024-03-31T00:00+01:00', 23],
  ['Europe/Berlin', 'a day of 25 hours', '2024-10-27T00:00+02:00', 25],
  ['Australia/Lord_Howe', 'a day of 24.5 hours', '2024-04-07T00:00+11:00', 24.5],
  ['Asia/Shanghai', 'a day of 24 hours', '2024-03-31T00:00+08:00', 24],
] as const;

describe('by the hour and by the period of the wall clock', () => {
  test.each(days)('%s, %s', (zone, _, dayStart, hours) => {
    const park = dayOf(zone, dayStart, hours, () => ({ import: 1, load: 1 }));
    const expected = naive(zone, dayStart, hours);
    expect(park.value('importCo2Hourly')).toBeCloseTo(expected.co2, 9);
    expect(park.value('cost.day')).toBeCloseTo(expected.cost, 9);
    expect(park.value('cost.unpriced')).toBe(0);
  });

  test('an hour that comes twice is two hours: the sun of the first does not serve the second', () => {
    const twice = Date.parse('2024-10-27T00:00Z');
    const park = dayOf('Europe/Berlin', '2024-10-27T00:00+02:00', 25, (startMs) => {
      const isFirst = startMs >= twice && startMs < twice + hourMs;
      const isSecond = startMs >= twice + hourMs && startMs < twice + 2 * hourMs;
      if (isFirst) return { pv: 2, export: 2 };
      return isSecond ? { load: 1, import: 1 } : {};
    });
    expect(park.value('carbonFreeShare.onSite')).toBe(0);
    expect(park.value('carbonFreeShare')).toBeCloseTo(0.03, 9);
  });
});
