import {
  countField,
  fieldCount,
  firstMsField,
  lastField,
  lastMsField,
  standField,
} from './aggregate.ts';
import { hourMs, minuteMs, quarterMs } from './lengths.ts';
import type { DirtyMinute, GroupRegisters } from './protocol.ts';
import { type RollupRows, reachMs } from './register-reader.ts';
import { emptyStands, type RegisterStands } from './register-track.ts';

type Rows = Pick<RollupRows, 'get' | 'folded' | 'range'>;

/** How registers stood at their last readings before `beforeMs`, which begins a minute. */
export const standsBefore = (rows: Rows, { group, channels, beforeMs }: Edge): RegisterStands => {
  const stands = emptyStands(Math.max(0, ...channels.map((channel) => channel + 1)));
  const missing = new Set(channels);
  const oldestMs = Math.max(rows.range?.fromMs ?? beforeMs, beforeMs - reachMs);
  for (let atMs = beforeMs; missing.size > 0 && atMs > oldestMs; ) {
    const table = isFoldedHour(rows, atMs - hourMs) ? 'hour' : 'minute';
    atMs -= table === 'hour' ? hourMs : minuteMs;
    const fields = rows.get(table, atMs, group);
    for (const channel of fields === undefined ? [] : missing) {
      if (takeLast(stands, channel, fields as Float64Array)) missing.delete(channel);
    }
  }
  return stands;
};

const takeLast = (stands: RegisterStands, channel: number, fields: Float64Array): boolean => {
  const at = channel * fieldCount;
  // A group of another configuration may have had fewer.
  if (!((fields[at + countField] ?? 0) > 0)) return false;
  stands.value[channel] = fields[at + lastField] as number;
  stands.timeMs[channel] = fields[at + lastMsField] as number;
  stands.standMs[channel] = fields[at + standField] as number;
  return true;
};

/**
 * The minutes in which registers were read next after `fromMs`, which begins a minute, where they stood otherwise before than
 * these readings were judged by.
 */
export const nextReadings = (
  rows: Rows,
  { group, channels, fromMs }: GroupRegisters & { readonly fromMs: number },
): readonly DirtyMinute[] => {
  const found = new Set<number>();
  const missing = new Set(channels);
  const endMs = Math.min((rows.range?.toMs ?? fromMs) + minuteMs, fromMs + reachMs);
  for (let atMs = fromMs; missing.size > 0 && atMs < endMs; ) {
    const table = isFoldedHour(rows, atMs) ? 'hour' : 'minute';
    const fields = rows.get(table, atMs, group);
    for (const channel of fields === undefined ? [] : missing) {
      const firstMs = readMs(fields as Float64Array, channel);
      if (firstMs === undefined) continue;
      missing.delete(channel);
      found.add(Math.floor(firstMs / minuteMs) * minuteMs);
    }
    atMs += table === 'hour' ? hourMs : minuteMs;
  }
  return [...found].map((startMs) => ({ group, startMs }));
};

const readMs = (fields: Float64Array, channel: number): number | undefined =>
  (fields[channel * fieldCount + countField] ?? 0) > 0
    ? fields[channel * fieldCount + firstMsField]
    : undefined;

const isFoldedHour = ({ folded }: Rows, startMs: number): boolean =>
  startMs % hourMs === 0 && startMs >= folded.hour.fromMs && startMs + hourMs <= folded.hour.toMs;

/** Channels of which one knows something else than the other. */
export const otherStands = (
  one: RegisterStands,
  other: RegisterStands,
  channels: readonly number[],
): readonly number[] =>
  channels.filter((channel) =>
    (['value', 'timeMs', 'standMs'] as const).some(
      (column) => !Object.is(one[column][channel], other[column][channel]),
    ),
  );

/** The end of a quarter hour, for a group with registers. */
export type Edge = GroupRegisters & { readonly beforeMs: number };

/** The ends of the quarter hours in which rows of groups with registers lie, in order. */
export const edgesOf = (
  rows: readonly DirtyMinute[],
  registers: readonly GroupRegisters[],
): readonly Edge[] =>
  registers.flatMap((of) => {
    const starts = rows.filter(({ group }) => group === of.group).map(({ startMs }) => startMs);
    const ends = new Set(starts.map((ms) => (Math.floor(ms / quarterMs) + 1) * quarterMs));
    return [...ends].map((beforeMs) => ({ ...of, beforeMs }));
  });
