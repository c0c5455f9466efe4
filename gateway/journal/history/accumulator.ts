import { type EntryBatch, frameEntry, originCodes } from '../../core/entry.ts';
import { absentStatus, isBad, isLastUsable } from '../../core/quality.ts';
import {
  addSample,
  addStatus,
  coveredField,
  emptyAggregates,
  fieldCount,
  heldField,
  mergeAggregate,
} from './aggregate.ts';
import { minuteMs, quarterMs } from './lengths.ts';
import type { ChannelPlace, DirtyMinute, GroupState, MinuteSpan, RollupRow } from './protocol.ts';

type Group = {
  readonly channels: number;
  holdMs: number;
  readonly lastMs: Float64Array;
  readonly usable: Uint8Array;
  /** Not flushed, by start of the minute. */
  minutes: Map<number, Float64Array>;
};

/** What is to be flushed. */
export type Pending = {
  readonly rows: readonly RollupRow[];
  readonly states: readonly GroupState[];
  readonly spans: readonly MinuteSpan[];
  readonly dirty: readonly DirtyMinute[];
};

type Covered = { readonly fromMs: number; readonly toMs: number; readonly rowMs: number };

const addTo = (fields: Float64Array, at: number, ms: number): void => {
  fields[at] = (fields[at] as number) + ms;
};

/**
 * Aggregates frames by minute. A usable sample covers the time to the next one of its channel, but not more than `holdMs`: a
 * value that stays away is not measured any longer.
 */
export class Accumulator {
  /** Minutes of groups that wait to be flushed. */
  rows = 0;
  readonly #groups = new Map<number, Group>();
  readonly #holdMs: (group: number) => number;
  #spans = new Map<number, { first: number; last: number }>();
  /** By group the starts of minutes whose coverage is not right because of a sample out of order. */
  #dirty = new Map<number, Set<number>>();

  constructor(holdMs: (group: number) => number, states: readonly GroupState[]) {
    this.#holdMs = holdMs;
    for (const { group, lastMs, usable } of states) {
      const channels = lastMs.length;
      this.#groups.set(group, {
        channels,
        holdMs: holdMs(group),
        lastMs,
        usable,
        minutes: new Map(),
      });
    }
  }

  add(batch: EntryBatch): void {
    for (let index = 0; index < batch.length; index++) {
      if (batch.kind[index] !== frameEntry) continue;
      const timeMs = batch.timeMs[index] as number;
      if (!Number.isFinite(timeMs)) continue;
      this.#addSpan(timeMs, batch.seq[index] as number);
      this.#addFrame(batch, index, timeMs);
    }
  }

  /** Asks anew how long values hold: a group keeps its number when its period is another. */
  holdAnew(): void {
    for (const [number, group] of this.#groups) group.holdMs = this.#holdMs(number);
  }

  /** By channel, when the newest sample of the group was. */
  newestMs(group: number): Float64Array | undefined {
    return this.#groups.get(group)?.lastMs;
  }

  /** What is not flushed of a channel. */
  unflushed(place: ChannelPlace, take: (startMs: number, fields: Float64Array) => void): void {
    const group = this.#groups.get(place.group);
    for (const [startMs, fields] of group?.minutes ?? []) take(startMs, fields);
  }

  /** Numbers of entries not flushed whose time lies in the range. */
  unflushedSpan(fromMs: number, toMs: number): { first: number; last: number } | undefined {
    let found: { first: number; last: number } | undefined;
    for (const [startMs, { first, last }] of this.#spans) {
      if (startMs <= fromMs - minuteMs || startMs >= toMs) continue;
      found = {
        first: Math.min(found?.first ?? first, first),
        last: Math.max(found?.last ?? 0, last),
      };
    }
    return found;
  }

  /** Takes out what is to be flushed. */
  take(): Pending {
    const rows: RollupRow[] = [];
    const states: GroupState[] = [];
    for (const [group, { minutes, lastMs, usable }] of this.#groups) {
      if (minutes.size === 0) continue;
      for (const [startMs, fields] of minutes) rows.push({ group, startMs, fields });
      minutes.clear();
      states.push({ group, lastMs, usable });
    }
    const spans = [...this.#spans].map(([startMs, { first, last }]) => ({
      startMs,
      firstSeq: first,
      lastSeq: last,
    }));
    const dirty = [...this.#dirty].flatMap(([group, starts]) =>
      [...starts].map((startMs) => ({ group, startMs })),
    );
    this.#spans = new Map();
    this.#dirty = new Map();
    this.rows = 0;
    return { rows, states, spans, dirty };
  }

  /** Puts back what could not be flushed. */
  restore({ rows, spans, dirty }: Pending): void {
    for (const { group, startMs, fields } of rows) {
      const known = this.#groups.get(group);
      if (known === undefined) continue;
      const target = this.#minute(known, startMs);
      for (let at = 0; at < fields.length; at += fieldCount) {
        mergeAggregate({ fields: target, at }, { fields, at });
      }
    }
    for (const { group, startMs } of dirty) this.#soil(group, startMs, startMs);
    for (const { startMs, firstSeq, lastSeq } of spans) {
      this.#addSpan(startMs, firstSeq);
      this.#addSpan(startMs, lastSeq);
    }
  }

  #addSpan(timeMs: number, seq: number): void {
    const startMs = Math.floor(timeMs / minuteMs) * minuteMs;
    const span = this.#spans.get(startMs);
    if (span === undefined) {
      this.#spans.set(startMs, { first: seq, last: seq });
      return;
    }
    span.first = Math.min(span.first, seq);
    span.last = Math.max(span.last, seq);
  }

  #group(number: number, channels: number): Group {
    let group = this.#groups.get(number);
    if (group === undefined) {
      group = {
        channels,
        holdMs: this.#holdMs(number),
        lastMs: new Float64Array(channels).fill(Number.NEGATIVE_INFINITY),
        usable: new Uint8Array(channels),
        minutes: new Map(),
      };
      this.#groups.set(number, group);
    }
    return group;
  }

  #minute(group: Group, startMs: number): Float64Array {
    let fields = group.minutes.get(startMs);
    if (fields === undefined) {
      fields = emptyAggregates(group.channels);
      group.minutes.set(startMs, fields);
      this.rows += 1;
    }
    return fields;
  }

  #addFrame(batch: EntryBatch, index: number, timeMs: number): void {
    const start = batch.offset[index] as number;
    const channels = (batch.offset[index + 1] as number) - start;
    const group = this.#group(batch.group[index] as number, channels);
    const fields = this.#minute(group, Math.floor(timeMs / minuteMs) * minuteMs);
    const measured = batch.origin[index] !== originCodes.estimated;
    const count = Math.min(channels, group.channels);
    for (let channel = 0; channel < count; channel++) {
      const status = batch.status[start + channel] as number;
      if (status === absentStatus) continue;
      const value = batch.values[start + channel] as number;
      const usable = !isBad(status) && !isLastUsable(status) && Number.isFinite(value);
      const place = { fields, at: channel * fieldCount };
      if (usable) addSample(place, { timeMs, value, status });
      else addStatus(place, timeMs, status);
      const lastMs = group.lastMs[channel] as number;
      // A sample out of order is counted; what was covered around it is not known here, but from the journal.
      if (timeMs < lastMs) {
        this.#soil(batch.group[index] as number, timeMs, timeMs + group.holdMs);
        continue;
      }
      if (group.usable[channel] === 1) {
        this.#cover(group, channel, {
          ...{ fromMs: lastMs, toMs: Math.min(timeMs, lastMs + group.holdMs) },
          rowMs: Math.floor(timeMs / minuteMs) * minuteMs,
        });
      }
      group.lastMs[channel] = timeMs;
      group.usable[channel] = usable && measured ? 1 : 0;
    }
  }

  #soil(group: number, fromMs: number, toMs: number): void {
    let starts = this.#dirty.get(group);
    if (starts === undefined) {
      starts = new Set();
      this.#dirty.set(group, starts);
    }
    for (let ms = Math.floor(fromMs / minuteMs) * minuteMs; ms <= toMs; ms += minuteMs)
      starts.add(ms);
  }

  /**
   * What is covered of a minute with a sample stands in its row, and `rowMs` is that of the newest. The row before holds what is
   * covered between, up to the end of its quarter hour.
   */
  #cover(group: Group, channel: number, range: Covered): void {
    const { toMs, rowMs } = range;
    let { fromMs } = range;
    while (fromMs < toMs) {
      const startMs = Math.floor(fromMs / minuteMs) * minuteMs;
      const fields = this.#minute(group, startMs);
      const untilMs = Math.min(toMs, startMs + minuteMs);
      addTo(fields, channel * fieldCount + coveredField, untilMs - fromMs);
      fromMs = untilMs;
      const quarterEndMs = Math.floor(startMs / quarterMs) * quarterMs + quarterMs;
      const heldUntilMs = Math.min(toMs, rowMs, quarterEndMs);
      if (heldUntilMs <= fromMs) continue;
      addTo(fields, channel * fieldCount + heldField, heldUntilMs - fromMs);
      fromMs = heldUntilMs;
    }
  }
}
