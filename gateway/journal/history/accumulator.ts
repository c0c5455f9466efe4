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
  type Place,
} from './aggregate.ts';
import { ChangeNumbers, LateMinutes } from './late-minutes.ts';
import { minuteMs, quarterMs, slackOf } from './lengths.ts';
import type {
  ChannelPlace,
  DirtyMinute,
  GroupState,
  MinuteChange,
  MinuteSpan,
  RawSpan,
  RollupRow,
} from './protocol.ts';
import {
  emptyStands,
  type RegisterSpec,
  type RegisterStands,
  RegisterTrack,
} from './register-track.ts';

type Group = {
  readonly channels: number;
  holdMs: number;
  readonly lastMs: Float64Array;
  readonly usable: Uint8Array;
  /** Of a group that has registers. */
  track: RegisterTrack | undefined;
  /** Not flushed, by start of the minute. */
  minutes: Map<number, Float64Array>;
};

/** What is to be flushed. */
export type Pending = {
  readonly rows: readonly RollupRow[];
  readonly states: readonly GroupState[];
  readonly spans: readonly MinuteSpan[];
  readonly dirty: readonly DirtyMinute[];
  readonly changes: readonly MinuteChange[];
};

/** What is known of a group by its number. */
export type GroupRules = {
  readonly holdMs: (group: number) => number;
  /** By channel; undefined where there is no register in it. */
  readonly registers: (group: number) => readonly (RegisterSpec | undefined)[] | undefined;
};

type Covered = { readonly fromMs: number; readonly toMs: number; readonly rowMs: number };

type RegisterSample = {
  readonly number: number;
  readonly group: Group;
  readonly channel: number;
  readonly value: number;
  readonly usable: boolean;
  readonly place: Place;
};

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
  readonly #rules: GroupRules;
  #spans = new Map<number, { first: number; last: number }>();
  /** Minutes that are not right because of a sample out of order. */
  readonly #late: LateMinutes;

  constructor(
    rules: GroupRules,
    states: readonly GroupState[],
    numbers: ChangeNumbers = new ChangeNumbers(0),
  ) {
    this.#rules = rules;
    this.#late = new LateMinutes(numbers);
    for (const { group, lastMs, usable, stands } of states) {
      this.#groups.set(group, {
        ...{ channels: lastMs.length, lastMs, usable, minutes: new Map() },
        holdMs: rules.holdMs(group),
        track: this.#track(group, lastMs.length, stands),
      });
    }
  }

  #track(
    group: number,
    channels: number,
    stands: RegisterStands | undefined,
  ): RegisterTrack | undefined {
    const specs = this.#rules.registers(group);
    return specs && new RegisterTrack(specs, stands ?? emptyStands(channels));
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

  /** Asks the rules anew: a group keeps its number when its period is another. */
  useAnew(): void {
    for (const [number, group] of this.#groups) {
      group.holdMs = this.#rules.holdMs(number);
      group.track = this.#track(number, group.channels, group.track?.stands);
    }
  }

  /** How the registers of a group stand at its newest samples. */
  stands(group: number): RegisterStands | undefined {
    return this.#groups.get(group)?.track?.stands;
  }

  /** Takes what became of minutes that were aggregated anew, where it is newer than the samples that came in time. */
  standAnew(rows: readonly RollupRow[]): void {
    for (const { group, fields } of rows) this.#groups.get(group)?.track?.standAnew(fields);
  }

  /** Takes registers to have stood so, whatever came before. */
  standAt(group: number, channels: number, stands: RegisterStands): void {
    const known = this.#group(group, channels);
    known.track = this.#track(group, channels, stands);
  }

  /** Minutes of groups that are not flushed and became others. */
  changes(): readonly MinuteChange[] {
    return this.#late.changes();
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
  unflushedSpan(fromMs: number, toMs: number): RawSpan | undefined {
    let found: RawSpan | undefined;
    for (const [startMs, { first, last }] of this.#spans) {
      if (startMs <= fromMs - minuteMs || startMs >= toMs) continue;
      found = {
        firstSeq: Math.min(found?.firstSeq ?? first, first),
        lastSeq: Math.max(found?.lastSeq ?? 0, last),
        startMs: Math.min(found?.startMs ?? startMs, startMs),
      };
    }
    return found;
  }

  /** Takes out what is to be flushed. */
  take(): Pending {
    const rows: RollupRow[] = [];
    const states: GroupState[] = [];
    for (const [group, { minutes, lastMs, usable, track }] of this.#groups) {
      if (minutes.size === 0) continue;
      for (const [startMs, fields] of minutes) rows.push({ group, startMs, fields });
      minutes.clear();
      states.push({ group, lastMs, usable, stands: track?.stands });
    }
    const spans = [...this.#spans].map(([startMs, { first, last }]) => ({
      startMs,
      firstSeq: first,
      lastSeq: last,
    }));
    const { dirty, changes } = this.#late.take();
    this.#spans = new Map();
    this.rows = 0;
    return { rows, states, spans, dirty, changes };
  }

  /** Puts back what could not be flushed. */
  restore({ rows, spans, dirty, changes }: Pending): void {
    for (const { group, startMs, fields } of rows) {
      const known = this.#groups.get(group);
      if (known === undefined) continue;
      const target = this.#minute(known, startMs);
      for (let at = 0; at < fields.length; at += fieldCount) {
        mergeAggregate({ fields: target, at }, { fields, at });
      }
    }
    this.#late.restore({ dirty, changes });
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
        holdMs: this.#rules.holdMs(number),
        track: this.#track(number, channels, undefined),
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
    const number = batch.group[index] as number;
    const group = this.#group(number, channels);
    const fields = this.#minute(group, Math.floor(timeMs / minuteMs) * minuteMs);
    const measured = batch.origin[index] !== originCodes.estimated;
    const count = Math.min(channels, group.channels);
    for (let channel = 0; channel < count; channel++) {
      const status = batch.status[start + channel] as number;
      if (status === absentStatus) continue;
      const value = batch.values[start + channel] as number;
      const usable = !isBad(status) && !isLastUsable(status) && Number.isFinite(value);
      const place = { fields, at: channel * fieldCount };
      const lastMs = group.lastMs[channel] as number;
      if (group.track?.isRegister(channel) === true) {
        this.#follow(batch, index, { number, group, channel, value, usable, place });
      }
      if (usable) addSample(place, { timeMs, value, status });
      else addStatus(place, timeMs, status);
      // A sample out of order is counted; what was covered around it is not known here, but from the journal.
      if (timeMs < lastMs) {
        this.#late.add(number, {
          ...{ timeMs, untilMs: timeMs + group.holdMs, seq: batch.seq[index] as number },
        });
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

  /** A sample of a register, before it is in its row. */
  #follow(batch: EntryBatch, index: number, sample: RegisterSample): void {
    const { number, group, channel, value, usable, place } = sample;
    const timeMs = batch.timeMs[index] as number;
    const lastMs = group.lastMs[channel] as number;
    const track = group.track as RegisterTrack;
    const seq = batch.seq[index] as number;
    if (timeMs > lastMs) {
      if (!usable) return;
      const slackMs = slackOf(group.holdMs);
      const passedMs = track.take(channel, timeMs, value, place);
      if (passedMs > slackMs) this.#late.note('closing', number, { timeMs, seq });
      const isTardy = (batch.receivedMs[index] as number) - timeMs > slackMs;
      if (isTardy) this.#late.note('late', number, { timeMs, seq });
      return;
    }
    // Of one time the newest word is true, and which that was is known from the journal.
    const isSame = usable && track.isAt(channel, timeMs, value);
    if (timeMs === lastMs && !isSame) {
      this.#late.add(number, { timeMs, untilMs: timeMs + group.holdMs, seq });
    }
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
