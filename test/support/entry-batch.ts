import {
  type EntryBatch,
  type FrameOrigin,
  frameEntry,
  type JournalRecord,
  originCodes,
  recordEntry,
} from '../../gateway/core/entry.ts';
import type {
  ChannelSpec,
  GroupDirectory,
  GroupNumber,
  GroupSpec,
  PointNumber,
  RegisteredGroup,
  ValueKind,
} from '../../gateway/core/point.ts';
import { absentStatus, statusCodes } from '../../gateway/core/quality.ts';

/** A group directory for tests: numbers groups from 1 in the order given and texts as they are interned. */
export type TestDirectory = GroupDirectory & {
  readonly groups: readonly RegisteredGroup[];
  intern(text: string): number;
};

export const testDirectory = (specs: readonly GroupSpec[]): TestDirectory => {
  let nextPoint = 1;
  const groups = specs.map(
    (spec, index): RegisteredGroup => ({
      ...spec,
      number: (index + 1) as GroupNumber,
      pointNumbers: spec.channels.map(() => nextPoint++ as PointNumber),
    }),
  );
  const texts: string[] = [];
  return {
    groups,
    byNumber: (number) => groups[number - 1],
    all: () => groups,
    text: (id) => texts[id],
    intern: (text) => {
      const known = texts.indexOf(text);
      return known >= 0 ? known : texts.push(text) - 1;
    },
  };
};

export type TestGroupOptions = {
  readonly area?: string;
  readonly line?: string;
  readonly equipment?: string;
  readonly equipmentClass?: string;
  readonly name?: string;
  readonly producer?: string;
  readonly periodMs?: number;
  readonly comesOnChange?: boolean;
  /** Names of points of kind number, or whole channels. */
  readonly channels: readonly (string | (Partial<ChannelSpec> & { readonly point: string }))[];
};

const testChannel = (
  channel: string | (Partial<ChannelSpec> & { readonly point: string }),
): ChannelSpec => {
  const partial = typeof channel === 'string' ? { point: channel } : channel;
  const kind: ValueKind = 'number';
  return { kind, unit: '1', description: { en: partial.point, zh: partial.point }, ...partial };
};

/** A group of `seamwatt/demo`; without more said, the signals of welding seam f01. */
export const testGroup = (options: TestGroupOptions): GroupSpec => ({
  equipment: {
    enterprise: 'seamwatt',
    site: 'demo',
    area: options.area ?? 'welding',
    line: options.line ?? 'mpm01',
    equipment: options.equipment ?? 'f01',
  },
  equipmentClass: options.equipmentClass ?? 'weld_seam',
  name: options.name ?? 'signals',
  producer: options.producer ?? 'plc',
  ...(options.periodMs === undefined ? {} : { periodMs: options.periodMs }),
  ...(options.comesOnChange === undefined ? {} : { comesOnChange: options.comesOnChange }),
  channels: options.channels.map(testChannel),
});

/** A good value, or a value with its status; a channel that is not named is absent. */
export type TestSample = number | { readonly value: number; readonly status: number };

export type TestFrame = {
  readonly timeMs: number;
  readonly receivedMs?: number;
  readonly origin?: FrameOrigin;
  readonly revision?: number;
  readonly values: Readonly<Record<string, TestSample>>;
};

type Entry = {
  readonly kind: number;
  readonly group: number;
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly origin: number;
  readonly revision: number;
  readonly values: readonly number[];
  readonly status: readonly number[];
};

/** Builds an `EntryBatch` entry by entry; `seq` counts up from `firstSeq`. */
export class EntryBatchBuilder {
  readonly #entries: Entry[] = [];
  readonly #records: JournalRecord[] = [];
  readonly #firstSeq: number;

  constructor(firstSeq = 1) {
    this.#firstSeq = firstSeq;
  }

  frame(group: RegisteredGroup, frame: TestFrame): this {
    for (const point of Object.keys(frame.values)) {
      if (!group.channels.some((channel) => channel.point === point)) {
        throw new Error(`group ${group.name} has no point ${point}`);
      }
    }
    const samples = group.channels.map(({ point }) => frame.values[point]);
    this.#entries.push({
      kind: frameEntry,
      group: group.number,
      timeMs: frame.timeMs,
      receivedMs: frame.receivedMs ?? frame.timeMs,
      origin: originCodes[frame.origin ?? 'source'],
      revision: frame.revision ?? 0,
      values: samples.map((sample) => (typeof sample === 'object' ? sample.value : (sample ?? 0))),
      status: samples.map((sample) => {
        if (sample === undefined) return absentStatus;
        return typeof sample === 'object' ? sample.status : statusCodes.good;
      }),
    });
    return this;
  }

  record(record: JournalRecord): this {
    this.#entries.push({
      kind: recordEntry,
      group: this.#records.push(record) - 1,
      timeMs: record.timeMs,
      receivedMs: record.timeMs,
      origin: originCodes.source,
      revision: 0,
      values: [],
      status: [],
    });
    return this;
  }

  build(): EntryBatch {
    const entries = this.#entries;
    const offset = [0];
    for (const entry of entries) offset.push((offset.at(-1) ?? 0) + entry.values.length);
    return {
      length: entries.length,
      seq: Float64Array.from(entries, (_, index) => this.#firstSeq + index),
      kind: Uint8Array.from(entries, (entry) => entry.kind),
      group: Uint32Array.from(entries, (entry) => entry.group),
      timeMs: Float64Array.from(entries, (entry) => entry.timeMs),
      receivedMs: Float64Array.from(entries, (entry) => entry.receivedMs),
      origin: Uint8Array.from(entries, (entry) => entry.origin),
      revision: Uint16Array.from(entries, (entry) => entry.revision),
      offset: Uint32Array.from(offset),
      values: Float64Array.from(entries.flatMap((entry) => entry.values)),
      status: Uint32Array.from(entries.flatMap((entry) => entry.status)),
      records: this.#records,
    };
  }
}
