import {
  type EntryBatch,
  frameEntry,
  originCodes,
  recordEntry,
  type TickRecord,
} from '../../gateway/core/entry.ts';
import {
  type ChannelSpec,
  formatPointPath,
  type GroupNumber,
  type GroupSpec,
  type PointNumber,
  type RegisteredGroup,
} from '../../gateway/core/point.ts';
import { absentStatus, statusCodes } from '../../gateway/core/quality.ts';
import type { HotPathProgram } from '../../gateway/hot-path/program.ts';

export type ChannelDraft = Partial<ChannelSpec> & { readonly point: string };

/** A group spec with what tests do not care about filled in. */
export const groupSpec = (options: {
  readonly path: string;
  readonly equipmentClass: string;
  readonly channels: readonly ChannelDraft[];
  readonly name?: string;
  readonly periodMs?: number | undefined;
}): GroupSpec => {
  const [area = '', line = '', equipment = ''] = options.path.split('/');
  return {
    equipment: { enterprise: 'seamwatt', site: 'test', area, line, equipment },
    equipmentClass: options.equipmentClass,
    name: options.name ?? 'signals',
    producer: 'test',
    ...('periodMs' in options && options.periodMs === undefined
      ? {}
      : { periodMs: options.periodMs ?? 100 }),
    channels: options.channels.map((channel) => ({
      kind: 'number',
      unit: '1',
      description: { en: channel.point, zh: channel.point },
      ...channel,
    })),
  };
};

/** Numbers groups from `first` on, as the permanent tables would. */
export const register = (
  specs: readonly GroupSpec[],
  first = 1,
): readonly RegisteredGroup[] =>
  specs.map((spec, index) => ({
    ...spec,
    number: (first + index) as GroupNumber,
    pointNumbers: spec.channels.map(
      (_, channel) => ((first + index) * 100 + channel) as PointNumber,
    ),
  }));

export type Sample = number | boolean | { readonly value: number; readonly status: number };

export type FrameDraft = {
  readonly group: RegisteredGroup;
  readonly timeMs: number;
  /** By point; a point that is missing is absent. */
  readonly samples: Readonly<Record<string, Sample>>;
  readonly origin?: keyof typeof originCodes;
};

/** A batch with one frame an entry. */
export const frameBatch = (frames: readonly FrameDraft[]): EntryBatch => {
  const channels = frames.reduce((sum, frame) => sum + frame.group.channels.length, 0);
  const batch = {
    length: frames.length,
    seq: Float64Array.from(frames, (_, index) => index + 1),
    kind: new Uint8Array(frames.length).fill(frameEntry),
    group: Uint32Array.from(frames, ({ group }) => group.number),
    timeMs: Float64Array.from(frames, ({ timeMs }) => timeMs),
    receivedMs: Float64Array.from(frames, ({ timeMs }) => timeMs),
    origin: Uint8Array.from(frames, ({ origin }) => originCodes[origin ?? 'source']),
    revision: new Uint16Array(frames.length),
    offset: new Uint32Array(frames.length + 1),
    values: new Float64Array(channels),
    status: new Uint32Array(channels),
    records: [],
  };
  let at = 0;
  for (const [index, { group, samples }] of frames.entries()) {
    batch.offset[index] = at;
    for (const { point } of group.channels) {
      const sample = samples[point];
      const full = typeof sample === 'object';
      batch.values[at] = sample === undefined ? 0 : full ? sample.value : Number(sample);
      batch.status[at] =
        sample === undefined ? absentStatus : full ? sample.status : statusCodes.good;
      at += 1;
    }
  }
  batch.offset[frames.length] = at;
  return batch;
};

/** A batch with one record, which programs do not take by `onEntry`. */
export const recordBatch = (tick: TickRecord): EntryBatch => ({
  ...frameBatch([]),
  length: 1,
  kind: Uint8Array.of(recordEntry),
  group: Uint32Array.of(0),
  records: [tick],
});

export const feed = (program: HotPathProgram, frames: readonly FrameDraft[]): void => {
  const batch = frameBatch(frames);
  for (let index = 0; index < batch.length; index++) program.onEntry(batch, index);
};

export const tickAt = (timeMs: number, dayStartMs = 0): TickRecord => ({
  type: 'tick',
  timeMs,
  watermarkMs: timeMs - 2000,
  dayStartMs,
});

export type Result = { readonly value: number; readonly status: number };

/** Ticks once; the outputs by `area/line/equipment/point`. */
export const tickProgram = (
  program: HotPathProgram,
  timeMs: number,
  dayStartMs = 0,
): ReadonlyMap<string, Result> => {
  const results = new Map<string, Result>();
  program.onTick(tickAt(timeMs, dayStartMs), (group, _timeMs, values, status) => {
    for (const [index, { point }] of group.channels.entries()) {
      const path = formatPointPath(group.equipment, point).split('/').slice(2).join('/');
      results.set(path, { value: values[index] ?? Number.NaN, status: status[index] ?? 0 });
    }
  });
  return results;
};
