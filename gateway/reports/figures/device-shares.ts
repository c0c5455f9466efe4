import { formatEquipmentPath, type PointNumber, type RegisteredGroup } from '../../core/point.ts';
import type { Window } from './figure.ts';
import type { HistorySpan, ReadHistory } from './history-days.ts';
import type { RegisteredDevice } from './plant-figures.ts';

/** What produces points without a device behind them: KPIs, expressions, messages, tariffs. */
const withoutDevice: ReadonlySet<string> = new Set(['kpi', 'calculated', 'production', 'billing']);
export const mostDevices = 1000;
/** Of an hour over thirty days, of half a day over 400. */
const shareIntervals = 1000;

/** By device, the point whose samples tell whether it gives data: the first number of its fastest group. */
const deviceProbes = (groups: readonly RegisteredGroup[]): ReadonlyMap<string, PointNumber> => {
  const probes = new Map<string, { readonly point: PointNumber; readonly periodMs: number }>();
  for (const group of groups) {
    if (withoutDevice.has(group.producer)) continue;
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

/** What was measured within the window; an interval that reaches beyond has there what it can have at most. */
const coveredWithin = (
  { startMs, durationMs, coveredMs }: HistorySpan,
  { fromMs, toMs }: Window,
): number => Math.min(coveredMs, Math.min(startMs + durationMs, toMs) - Math.max(startMs, fromMs));

export type DeviceShares = {
  readonly devices: readonly RegisteredDevice[];
  /** Devices with a link that were not looked at. */
  readonly leftOut: number;
};

/** Of every device that sources read, how much of the window it gave good, fresh data; then those without a link. */
export const deviceShares = async (
  groups: readonly RegisteredGroup[],
  history: ReadHistory,
  window: Window,
  withoutLink: readonly string[],
): Promise<DeviceShares> => {
  const { fromMs, toMs } = window;
  const probes = [...deviceProbes(groups)];
  const devices: RegisteredDevice[] = [];
  for (const [id, point] of probes.slice(0, mostDevices)) {
    const spans = await history({ point, fromMs, toMs, maxIntervals: shareIntervals });
    const coveredMs = spans.reduce((total, span) => total + coveredWithin(span, window), 0);
    devices.push({ id, goodShare: Math.min(1, coveredMs / (toMs - fromMs)) });
  }
  return {
    devices: [...devices, ...withoutLink.map((id) => ({ id, goodShare: null }))],
    leftOut: Math.max(0, probes.length - mostDevices),
  };
};
