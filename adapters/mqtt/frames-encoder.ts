import { type EntryBatch, frameOrigins } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { absentStatus, isBad } from '../../gateway/core/quality.ts';
import { JsonWriter } from './json-writer.ts';
import { hasValue, isText, sendableStatus, type TextLookup } from './sample-text.ts';

const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const closeBrace = 0x7d;
const nullText = Buffer.from('null');
/** A column with less than one row in so many present is written as rows and values instead of mostly nulls. */
const sparseFrom = 4;

/** What is written for every message of one group: made once, copied afterwards. */
export type FramesLayout = {
  readonly group: RegisteredGroup;
  readonly header: Buffer;
  readonly textChannels: readonly boolean[];
};

export const framesLayout = (group: RegisteredGroup, simulated: boolean): FramesLayout => {
  const fields = {
    v: 1,
    group: group.name,
    points: group.channels.map((channel) => channel.point),
    units: group.channels.map((channel) => channel.unit),
    simulated,
  };
  return {
    group,
    header: Buffer.from(JSON.stringify(fields).slice(0, -1)),
    textChannels: group.channels.map(isText),
  };
};

/** Frames of one group, origin and revision: entries `rows[start]` to `rows[end - 1]` of `entries`. */
export type FrameRun = {
  readonly layout: FramesLayout;
  readonly entries: EntryBatch;
  readonly rows: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly history: boolean;
};

/** What writing one column showed: how many rows are present, and how many of those are not good. */
type ColumnTally = { present: number; flagged: number };

/**
 * Writes frames as the columns of the stream lane (`docs/mqtt.md`). One encoder serves one sink: its buffer is reused.
 */
export class FramesEncoder {
  readonly #writer = new JsonWriter();
  readonly #lookup: TextLookup;
  readonly #tally: ColumnTally = { present: 0, flagged: 0 };

  constructor(lookup: TextLookup) {
    this.#lookup = lookup;
  }

  /** The size of the payload in bytes; `take` copies it out. */
  encode(run: FrameRun): number {
    const { entries, layout } = run;
    const writer = this.#writer;
    const first = run.rows[run.start] as number;
    writer.rewind(0);
    writer.raw(layout.header);
    writer.ascii(run.history ? ',"history":true,"origin":"' : ',"history":false,"origin":"');
    writer.ascii(frameOrigins[entries.origin[first] as number] ?? 'source');
    writer.ascii('","revision":');
    writer.unsigned(entries.revision[first] as number);
    writer.ascii(',"seq":');
    this.#entryColumn(entries.seq, run);
    writer.ascii(',"t":');
    this.#entryColumn(entries.timeMs, run);
    writer.ascii(',"values":[');
    const flagged: number[] = [];
    for (let channel = 0; channel < layout.textChannels.length; channel += 1) {
      if (channel > 0) writer.byte(comma);
      this.#channelColumn(run, channel);
      if (this.#tally.flagged > 0) flagged.push(channel);
    }
    writer.ascii('],"status":{');
    for (let place = 0; place < flagged.length; place += 1) {
      if (place > 0) writer.byte(comma);
      this.#statuses(run, flagged[place] as number);
    }
    writer.byte(closeBrace);
    writer.byte(closeBrace);
    return writer.length;
  }

  take(): Buffer {
    return this.#writer.take();
  }

  #entryColumn(values: Float64Array, run: FrameRun): void {
    const writer = this.#writer;
    writer.byte(openBracket);
    for (let row = run.start; row < run.end; row += 1) {
      if (row > run.start) writer.byte(comma);
      writer.numberAt(values, run.rows[row] as number);
    }
    writer.byte(closeBracket);
  }

  #channelColumn(run: FrameRun, channel: number): void {
    const writer = this.#writer;
    const tally = this.#tally;
    const begin = writer.length;
    tally.present = 0;
    tally.flagged = 0;
    if (run.layout.textChannels[channel] === true) this.#texts(run, channel);
    else this.#numbers(run, channel);
    if (tally.present * sparseFrom < run.end - run.start) {
      writer.rewind(begin);
      this.#sparse(run, channel);
    }
  }

  #numbers(run: FrameRun, channel: number): void {
    const { entries, rows, end } = run;
    const { offset, status, values } = entries;
    const writer = this.#writer;
    let present = 0;
    let flagged = 0;
    writer.byte(openBracket);
    for (let row = run.start; row < end; row += 1) {
      if (row > run.start) writer.byte(comma);
      const at = (offset[rows[row] as number] as number) + channel;
      const code = status[at] as number;
      if (code === absentStatus) {
        writer.raw(nullText);
        continue;
      }
      present += 1;
      if (code !== 0 || !Number.isFinite(values[at])) flagged += 1;
      if (hasValue(code)) writer.numberAt(values, at);
      else writer.raw(nullText);
    }
    writer.byte(closeBracket);
    this.#tally.present = present;
    this.#tally.flagged = flagged;
  }

  #texts(run: FrameRun, channel: number): void {
    const { entries, rows, end } = run;
    const writer = this.#writer;
    const tally = this.#tally;
    writer.byte(openBracket);
    for (let row = run.start; row < end; row += 1) {
      if (row > run.start) writer.byte(comma);
      const at = (entries.offset[rows[row] as number] as number) + channel;
      const code = entries.status[at] as number;
      if (code !== absentStatus) {
        tally.present += 1;
        if (code !== 0 || this.#lookup.text(entries.values[at] as number) === undefined) {
          tally.flagged += 1;
        }
      }
      this.#textAt(entries, at);
    }
    writer.byte(closeBracket);
  }

  #textAt(entries: EntryBatch, at: number): void {
    const text = hasValue(entries.status[at] as number)
      ? this.#lookup.text(entries.values[at] as number)
      : undefined;
    if (text === undefined) this.#writer.raw(nullText);
    else this.#writer.string(text);
  }

  /** `{"rows":[...],"values":[...]}` with the rows that are present. */
  #sparse(run: FrameRun, channel: number): void {
    const { entries, rows, start } = run;
    const writer = this.#writer;
    const isTextChannel = run.layout.textChannels[channel] === true;
    const present: number[] = [];
    for (let row = start; row < run.end; row += 1) {
      const at = (entries.offset[rows[row] as number] as number) + channel;
      if (entries.status[at] !== absentStatus) present.push(row);
    }
    writer.ascii('{"rows":[');
    for (let place = 0; place < present.length; place += 1) {
      if (place > 0) writer.byte(comma);
      writer.unsigned((present[place] as number) - start);
    }
    writer.ascii('],"values":[');
    for (let place = 0; place < present.length; place += 1) {
      if (place > 0) writer.byte(comma);
      const row = present[place] as number;
      const at = (entries.offset[rows[row] as number] as number) + channel;
      if (isTextChannel) this.#textAt(entries, at);
      else if (isBad(entries.status[at] as number)) writer.raw(nullText);
      else writer.numberAt(entries.values, at);
    }
    writer.ascii(']}');
  }

  /** `"point":[[row,code],...]` for the samples that are present and not good. */
  #statuses(run: FrameRun, channel: number): void {
    const { entries, rows, layout, start } = run;
    const writer = this.#writer;
    const isTextChannel = layout.textChannels[channel] === true;
    let separator = openBracket;
    writer.string(layout.group.channels[channel]?.point ?? '');
    writer.ascii(':');
    for (let row = start; row < run.end; row += 1) {
      const at = (entries.offset[rows[row] as number] as number) + channel;
      const sample = {
        value: entries.values[at] as number,
        status: entries.status[at] as number,
        isText: isTextChannel,
      };
      const code = sendableStatus(sample, this.#lookup);
      if (code === 0 || code === absentStatus) continue;
      writer.byte(separator);
      separator = comma;
      writer.byte(openBracket);
      writer.unsigned(row - start);
      writer.byte(comma);
      writer.unsigned(code);
      writer.byte(closeBracket);
    }
    writer.byte(closeBracket);
  }
}
