// Goal: half of the devices are unplugged for a day, and no energy is made up: the accounts say what is known, how, and what is
// missing; what comes late afterwards heals them. Method: the same simulated day of the park is read over the wire in lock-step
// twice, with half of it unplugged and without; what the second one read is then given to the first as late data, as a logger would.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type * as contract from '../../gateway/api/energy-contract.ts';
import { sumOf } from '../../gateway/energy/amount.ts';
import { eventually } from '../support/gateway-process.ts';
import { readSamples } from '../support/journal-samples.ts';
import {
  appendLate,
  dayMs,
  dayStartMs,
  fromMs,
  hourMs,
  openAccounts,
  type ParkAccounts,
  type ParkDay,
  runParkDay,
  stepMs,
  toMs,
} from '../support/unplugged-day.ts';

type Interval = z.infer<typeof contract.energyIntervals>['intervals'][number];

/** Meters that were unplugged for the day, and are back. */
const back = [
  ...['buildings', 'pv', 'building-a', 'building-c', 'building-e'],
  ...['t01', 't03', 't05', 't07', 't09', 't11'],
];
const stayed = ['grid-import', 'grid-export', 'chargers', 'building-b', 't02', 't04', 't10'];
const dayEndMs = dayStartMs + dayMs;
const whole = { fromMs, toMs: toMs - hourMs };

let clean: ParkDay;
let dark: ParkDay;
let cleanAccounts: ParkAccounts;
let darkAccounts: ParkAccounts;

beforeAll(async () => {
  [clean, dark] = await Promise.all([runParkDay(false), runParkDay(true)]);
  [cleanAccounts, darkAccounts] = await Promise.all([openAccounts(clean), openAccounts(dark)]);
  for (const accounts of [cleanAccounts, darkAccounts]) {
    const isRead = async () =>
      (await hoursOf(accounts, 't11')).at(-1)?.completeness === 1 || undefined;
    await eventually(isRead, 'a history that has read all', 60_000);
  }
}, 240_000);

afterAll(async () => {
  await cleanAccounts?.close();
  await darkAccounts?.close();
  await clean?.site.remove();
  await dark?.site.remove();
});

const hoursOf = async ({ url }: ParkAccounts, meter: string): Promise<readonly Interval[]> => {
  const range = `from=${whole.fromMs}&to=${whole.toMs}&step=hour`;
  const answer = await fetch(`${url}/api/v1/energy/meters/${meter}/intervals?${range}`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { intervals: Interval[] }).intervals;
};

const totalOf = async ({ desk }: ParkAccounts, meter: string, window = whole): Promise<bigint> => {
  const minutes = await desk.intervals(meter, { ...window, step: 'minute' });
  return sumOf(minutes.map(({ energy }) => energy ?? 0n));
};

const isDark = ({ startMs }: Interval): boolean => startMs >= dayStartMs && startMs < dayEndMs;
/** The hour in which the last reading before the day lies. */
const isLast = ({ startMs }: Interval): boolean => startMs === dayStartMs - hourMs;

describe('half of the devices unplugged for a day', () => {
  it('leaves the others as they were, to the last digit', async () => {
    for (const meter of stayed) {
      const hours = await hoursOf(darkAccounts, meter);
      expect(hours).toEqual(await hoursOf(cleanAccounts, meter));
      expect(new Set(hours.map(({ method }) => method))).toEqual(new Set(['measured']));
      expect(new Set(hours.map(({ completeness }) => completeness))).toEqual(new Set([1]));
    }
  });

  it('neither adds nor takes energy where the meter is back, and says what is an estimate', async () => {
    for (const meter of back) {
      const known = await hoursOf(cleanAccounts, meter);
      const hours = await hoursOf(darkAccounts, meter);
      expect(hours).toHaveLength(31);
      for (const [index, hour] of hours.entries()) {
        if (isDark(hour)) {
          expect(hour).toMatchObject({ method: 'estimated', completeness: 0, unknownMs: 0 });
          expect(hour.estimatedKwh).toBe(hour.energyKwh);
        } else if (isLast(hour)) {
          expect(hour.method).toBe('estimated');
          expect(hour.estimatedKwh).toBeLessThanOrEqual(hour.energyKwh ?? 0);
        } else expect(hour).toEqual(known[index]);
      }
      expect(await totalOf(darkAccounts, meter)).toBe(await totalOf(cleanAccounts, meter));
    }
  });

  it('knows nothing of a meter that nobody plugged in again, beyond its last reading', async () => {
    const hours = await hoursOf(darkAccounts, 't12');
    const after = hours.filter(({ startMs }) => startMs >= dayStartMs);
    expect(after).toHaveLength(27);
    for (const hour of after) {
      expect(hour).toMatchObject({ energyKwh: null, method: 'none', unknownMs: hourMs });
      expect(hour).toMatchObject({ completeness: 0, estimatedKwh: 0 });
    }
    expect(hours.find(isLast)).toMatchObject({ method: 'partial', unknownMs: stepMs });
    const untilLast = { fromMs, toMs: dayStartMs - stepMs };
    expect(await totalOf(darkAccounts, 't12')).toBe(await totalOf(cleanAccounts, 't12', untilLast));
  });

  it('still divides among tenants exactly what the topmost meters counted, and names who is missing', async () => {
    for (const { desk } of [cleanAccounts, darkAccounts]) {
      const query = { fromMs: dayStartMs, toMs: dayEndMs, step: 'day' as const };
      const [day] = await desk.tenants(query);
      expect(sumOf((day?.tenants ?? []).map(({ energy }) => energy ?? 0n))).toBe(day?.energy);
      const missing = desk === darkAccounts.desk ? [{ meter: 't12', days: 1 }] : [];
      expect(day?.withoutReading).toEqual(missing);
      expect(day?.below).toEqual([]);
      const isUndivided = day?.tenants.some(({ tenant }) => tenant === null);
      expect(isUndivided).toBe(desk === darkAccounts.desk);
      const unknown = day?.tenants.filter(({ energy }) => energy === null).length;
      expect(unknown).toBe(missing.length);
    }
  });

  it('leaves KPIs with less, never more, and a coverage that tells so', async () => {
    const lateMs = dayEndMs - stepMs;
    const samples = async ({ site }: ParkDay) =>
      (await readSamples(site.journalFolder, [lateMs])).computed.get(lateMs);
    const [before, after] = [await samples(clean), await samples(dark)];
    const of = (which: typeof before, name: string): number =>
      which?.get(`park/energy/site/${name}`)?.value ?? Number.NaN;
    // Half of the inverters: what they gave is not known yet, and nothing stands for it.
    expect(of(before, 'pvEnergy.coverage')).toBeGreaterThan(0.99);
    expect(of(after, 'pvEnergy.coverage')).toBeCloseTo(0.5, 2);
    expect(of(after, 'pvEnergy')).toBeGreaterThan(0.4 * of(before, 'pvEnergy'));
    expect(of(after, 'pvEnergy')).toBeLessThan(0.6 * of(before, 'pvEnergy'));
    expect(of(after, 'gridImport')).toBe(of(before, 'gridImport'));
  });

  it('is healed by what comes late: those hours as if it had come in time, under a new revision', async () => {
    const meters = { pv: 'meters/pv', t12: 'tenants/t12' };
    const equipment = Object.values(meters).map((path) => `park/${path}`);
    const late = { fromMs: dayStartMs + 10 * hourMs, toMs: dayStartMs + 13 * hourMs };
    const appended = await appendLate(darkAccounts.journal, {
      folder: clean.site.journalFolder,
      isWanted: (path) => equipment.includes(path),
      // Its last reading stands at the end of the last hour.
      ...{ fromMs: late.fromMs, toMs: late.toMs + 1 },
    });
    expect(appended).toBe(2 * (3 * 4 + 1));
    const isLate = ({ startMs }: Interval): boolean =>
      startMs >= late.fromMs && startMs < late.toMs;
    for (const meter of Object.keys(meters)) {
      const lateHours = async () => (await hoursOf(darkAccounts, meter)).filter(isLate);
      await expect
        .poll(async () => (await lateHours()).map(({ completeness }) => completeness), {
          ...{ timeout: 100_000, interval: 200 },
        })
        .toEqual([1, 1, 1]);
      const known = (await hoursOf(cleanAccounts, meter)).filter(isLate);
      for (const [index, { revision, ...hour }] of (await lateHours()).entries()) {
        expect({ ...hour, revision: 0 }).toEqual(known[index]);
        expect(hour.method).toBe('measured');
        expect(revision).toBeGreaterThan(0);
      }
    }
    expect(await totalOf(darkAccounts, 'pv')).toBe(await totalOf(cleanAccounts, 'pv'));
    // Of what came after it nobody knows anything still.
    const untilLate = { fromMs, toMs: late.toMs };
    expect(await totalOf(darkAccounts, 't12')).toBe(await totalOf(cleanAccounts, 't12', untilLate));
  }, 120_000);
});
