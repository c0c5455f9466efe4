import { LocalClock } from '../../core/local-clock.ts';
import { formatEquipmentPath, type PointNumber, type RegisteredGroup } from '../../core/point.ts';
import type { Window } from './figure.ts';
import type { RegisteredDevice } from './plant-figures.ts';

/** One interval of a point's history, as far as figures need it. */
export type HistorySpan = {
  readonly startMs: number;
  readonly coveredMs: number;
  readonly first: number | null;
  readonly last: number | null;
};

export type ReadHistory = (query: {
  readonly point: PointNumber;
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxIntervals: number;
}) => Promise<readonly HistorySpan[]>;

const computed = new Set(['kpi', 'calculated', 'production']);
const mostDevices = 1000;
const shareIntervals = 200;

/** By device, the point whose samples tell whether it gives data: the first number of its fastest group. */
const deviceProbes = (groups: readonly RegisteredGroup[]): ReadonlyMap<string, PointNumber> => {
  const probes = new Map<string, { readonly point: PointNumber; readonly periodMs: number }>();
  for (const group of groups) {
    if (computed.has(group.producer)) continue;
    const id = `${group.producer}: ${group.device ?? formatEquipmentPath(group.equipment)}`;
    const channel = group.channels.findIndex(({ kind }) => kind !== 'string');
    const point = group.pointNumbers[channel];
    const periodMs = group.periodMs ?? Number.POSITIVE_INFINITY;
    if (point === undefined || periodMs >= (probes.get(id)?.periodMs ?? Number.POSITIVE_INFINITY)) {
      if (point === undefined || probes.has(id)) continue;
    }
    probes.set(id, { point, periodMs });
  }
  return new Map([...probes].map(([id, { point }]) => [id, point]));
};

/** Of every device that sources read, how much of the window it gave good, fresh data; then those without a link. */
export const deviceShares = async (
  groups: readonly RegisteredGroup[],
  history: ReadHistory,
  { fromMs, toMs }: Window,
  withoutLink: readonly string[],
): Promise<readonly RegisteredDevice[]> => {
  const devices: RegisteredDevice[] = [];
  for (const [id, point] of [...deviceProbes(groups)].slice(0, mostDevices)) {
    const spans = await history({ point, fromMs, toMs, maxIntervals: shareIntervals });
    const coveredMs = spans.reduce((total, span) => total + span.coveredMs, 0);
    devices.push({ id, goodShare: Math.min(1, coveredMs / (toMs - fromMs)) });
  }
  return [...devices, ...withoutLink.map((id) => ({ id, goodShare: null }))];
};

const dayMs = 86_400_000;
const timeIntervals = 5000;

/**
 * Hours that a register of minutes, which begins anew with each day of the site, counted in the window; null where it has no
 * history. Of a day that had begun before, what it had then does not count.
 */
export const hoursOfDays = (
  spans: readonly HistorySpan[],
  timeZone: string,
  fromMs: number,
): number | null => {
  const clock = new LocalClock(timeZone);
  const dayOf = (timeMs: number): number => Math.floor(clock.localMs(timeMs) / dayMs);
  const days = new Map<number, { readonly first: number; readonly last: number }>();
  for (const { startMs, first, last } of spans) {
    if (first === null || last === null) continue;
    const day = dayOf(startMs);
    days.set(day, { first: days.get(day)?.first ?? first, last });
  }
  if (days.size === 0) return null;
  const isPartial = clock.localMs(fromMs) % dayMs !== 0;
  let minutes = 0;
  for (const [day, { first, last }] of days) {
    minutes += last - (isPartial && day === dayOf(fromMs) ? first : 0);
  }
  return minutes / 60;
};

/** Actual production time of all lines, h; null where no line tells it. */
export const productionHours = async (
  groups: readonly RegisteredGroup[],
  history: ReadHistory,
  { fromMs, toMs }: Window,
  timeZone: string,
): Promise<number | null> => {
  const points = groups
    .filter(({ producer, equipmentClass }) => producer === 'kpi' && equipmentClass === 'weld_line')
    .flatMap(({ channels, pointNumbers }) =>
      channels.flatMap(({ point, unit }, channel) => {
        const number = pointNumbers[channel];
        return point === 'timeElements' && unit === 'min' && number !== undefined ? [number] : [];
      }),
    );
  let hours: number | null = null;
  for (const point of points) {
    const spans = await history({ point, fromMs, toMs, maxIntervals: timeIntervals });
    const ofLine = hoursOfDays(spans, timeZone, fromMs);
    if (ofLine !== null) hours = (hours ?? 0) + ofLine;
  }
  return hours;
};
