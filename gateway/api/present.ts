import type { z } from 'zod';
import { formatPointPath, type RegisteredGroup } from '../core/point.ts';
import { isBad, qualityName, statusSymbol } from '../core/quality.ts';
import type { JournalledEvent } from '../runtime/latest-events.ts';
import type { SinkStatus } from '../runtime/sink-pump.ts';
import type { SourceStatus } from '../runtime/source-supervisor.ts';
import type { GatewayView, KpiExplanation } from '../runtime/view.ts';
import type * as contract from './contract.ts';

/** A bad value is never shown, whatever number came with it. */
export const presentValue = (
  view: GatewayView,
  index: number,
): {
  readonly timeMs: number | null;
  readonly value: number | string | null;
  readonly status: number;
} => {
  const latest = view.latest.at(index);
  const kind = channelAt(view, index).kind;
  const timeMs = Number.isNaN(latest.timeMs) ? null : latest.timeMs;
  if (isBad(latest.status) || !Number.isFinite(latest.value)) {
    return { timeMs, value: null, status: latest.status };
  }
  const value = kind === 'string' ? (view.text(latest.value) ?? null) : latest.value;
  return { timeMs, value, status: latest.status };
};

const channelAt = (view: GatewayView, index: number): RegisteredGroup['channels'][number] => {
  const point = view.latest.points[index];
  const channel = point?.group.channels[point.channel];
  if (channel === undefined) throw new RangeError(`no point at ${index}`);
  return channel;
};

export const presentSample = (
  view: GatewayView,
  index: number,
): z.infer<typeof contract.sample> => {
  const shown = presentValue(view, index);
  return { ...shown, statusName: statusSymbol(shown.status), quality: qualityName(shown.status) };
};

export const presentPoint = (view: GatewayView, index: number): z.infer<typeof contract.point> => {
  const point = view.latest.points[index];
  if (point === undefined) throw new RangeError(`no point at ${index}`);
  const { group } = point;
  const channel = channelAt(view, index);
  const quality = view.qualityOf(view.latest.at(index).pointNumber);
  return {
    number: view.latest.at(index).pointNumber,
    path: formatPointPath(group.equipment, channel.point),
    equipmentClass: group.equipmentClass,
    producer: group.producer,
    kind: channel.kind,
    unit: channel.unit,
    description: channel.description,
    ...(channel.labels === undefined ? {} : { labels: channel.labels }),
    ...(channel.decimals === undefined ? {} : { decimals: channel.decimals }),
    ...(group.periodMs === undefined ? {} : { periodMs: group.periodMs }),
    latest: presentSample(view, index),
    marks: { ...quality?.marks },
    preventedKwh: quality?.preventedKwh ?? 0,
  };
};

export const presentKpi = (
  view: GatewayView,
  explanation: KpiExplanation,
): z.infer<typeof contract.kpi> | undefined => {
  const { group, point } = explanation;
  const indexOf = (name: string): number | undefined => {
    const channel = group.channels.findIndex((candidate) => candidate.point === name);
    const number = group.pointNumbers[channel];
    return number === undefined ? undefined : view.latest.indexOf(number);
  };
  const index = indexOf(point);
  if (index === undefined) return undefined;
  const coverageIndex = indexOf(`${point}.coverage`);
  const coverage = coverageIndex === undefined ? null : presentValue(view, coverageIndex).value;
  const channel = channelAt(view, index);
  return {
    kpi: explanation.kpi,
    number: view.latest.at(index).pointNumber,
    path: formatPointPath(group.equipment, point),
    equipmentClass: group.equipmentClass,
    unit: channel.unit,
    description: explanation.description,
    ...(channel.decimals === undefined ? {} : { decimals: channel.decimals }),
    formula: explanation.formula,
    standard: explanation.standard,
    window: { ...explanation.window },
    inputs: [...explanation.inputs],
    inputRoles: Object.fromEntries(
      Object.entries(explanation.inputRoles).map(([role, points]) => [role, [...points]]),
    ),
    parameters: { ...explanation.parameters },
    latest: presentSample(view, index),
    coverage: typeof coverage === 'number' ? coverage : null,
  };
};

export const presentDevice = (status: SourceStatus): z.infer<typeof contract.device> => ({
  ...status,
  lastFrameMs: status.lastFrameMs ?? null,
  members: status.members.map((member) => ({ ...member })),
  clocks: status.clocks.map((clock) => ({ ...clock })),
  counters: { ...status.counters },
});

export const presentEvent = ({
  seq,
  timeMs,
  event,
}: JournalledEvent): z.infer<typeof contract.event> => {
  const { details, ...rest } = event;
  return { seq, timeMs, ...rest, ...(details === undefined ? {} : { details: { ...details } }) };
};

export const presentSink = (status: SinkStatus): z.infer<typeof contract.sink> => ({
  ...status,
  history: [...status.history],
  counters: { ...status.counters },
});
