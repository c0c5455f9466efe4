import { createHash } from 'node:crypto';
import type { SiteCalendar } from './calendar.ts';
import type { EnergyConfig, MeterConfig } from './energy-config.ts';
import { changesOf, holdingAt } from './meter-intervals.ts';

/** What the site file says of one thing, from times on; the first is of all time before. */
export type Subject = {
  readonly subject: string;
  readonly beliefs: readonly {
    readonly fromMs: number;
    readonly value: string;
    readonly place: number;
  }[];
};

/** With the number of the change with which that came; in the order of times. */
export type Believed = { readonly fromMs: number; readonly revision: number };

/** The earliest time that there is, epoch ms. */
const everMs = -8_640_000_000_000_000;

const startsOf = (meters: readonly MeterConfig[], calendar: SiteCalendar): readonly number[] =>
  [everMs, ...new Set(meters.flatMap((meter) => changesOf(meter, calendar)))].sort((a, b) => a - b);

/** What makes energy of the readings of a meter. */
export const meterSubject = (meter: MeterConfig, calendar: SiteCalendar): Subject => ({
  subject: `meter ${meter.id}`,
  beliefs: startsOf([meter], calendar).map((fromMs) => {
    const holding = holdingAt(meter.multipliers, calendar, fromMs);
    const value = `${meter.register} ${holding?.entry.value ?? 1}`;
    return { fromMs, value, place: holding?.place ?? 0 };
  }),
});

/** By what the energy of meters is divided among tenants. */
export const divisionSubject = (
  { meters, tenants, commonBy }: EnergyConfig,
  calendar: SiteCalendar,
): Subject => ({
  subject: 'division',
  beliefs: startsOf(meters, calendar).map((fromMs) => {
    const rules = {
      commonBy,
      shares: tenants.map(({ id, share }) => [id, share]),
      meters: meters.map((meter) => [
        ...[meter.id, meter.parent],
        holdingAt(meter.tenants, calendar, fromMs)?.entry.tenant,
        meter.tenants.length > 0,
      ]),
    };
    const value = createHash('sha256').update(JSON.stringify(rules)).digest('hex');
    return { fromMs, value, place: 0 };
  }),
});

/** The newest of those that hold somewhere between two instants. */
export const revisionWithin = (
  believed: readonly Believed[],
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): number =>
  believed.reduce((newest, { fromMs, revision }, index) => {
    const untilMs = believed[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    return fromMs < endMs && untilMs > startMs ? Math.max(newest, revision) : newest;
  }, 0);
