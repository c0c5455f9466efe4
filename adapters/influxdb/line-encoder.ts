import { type EntryBatch, frameEntry, originCodes } from '../../gateway/core/entry.ts';
import type { GroupDirectory, GroupNumber } from '../../gateway/core/point.ts';
import { absentStatus, isGood, isUncertain, statusCodes } from '../../gateway/core/quality.ts';
import type { RejectedEntry } from '../../gateway/core/sink.ts';
import { quoteText } from './escape.ts';
import { formatEventLine } from './event-line.ts';
import { createGroupLayout, type GroupLayout } from './group-layout.ts';
import { overrunBytes, writeNumber, writeSix, writeWhole } from './number-text.ts';
import { createTextPieces, writePiece } from './text-pieces.ts';

export type LineEncoderOptions = {
  readonly directory: GroupDirectory;
  readonly enterprise: string;
  readonly site: string;
  readonly simulated: boolean;
};

/** Lines of a part of a batch. Valid until the encoder is used again: it writes into the same memory. */
export type EncodedLines = {
  readonly bytes: Buffer;
  readonly lineCount: number;
  /** Where line i ends in `bytes`, its line feed included. */
  readonly lineEnd: Uint32Array;
  /** The entry of the batch from which line i was made. */
  readonly lineEntry: Uint32Array;
  /** Entries of which no line can be made. */
  readonly unencodable: readonly RejectedEntry[];
  /** Entries with a good value that is no finite number, once for each: it went out as a bad sample without a value. */
  readonly nonFinite: readonly number[];
};

const space = 32;
const lineFeed = 10;
const letterI = 105;
const nanosecondsPerMs = 1_000_000;
/** The time stamps of the line protocol are int64 nanoseconds. */
const lastWholeMs = 9_223_372_036_853;
const statusSuffix = createTextPieces(['_status=']);

const outOfTime = (timeMs: number): string =>
  `time ${timeMs} ms is outside of what InfluxDB can hold`;

/**
 * Turns entries into InfluxDB line protocol, one line a frame, straight into one growing buffer: what is constant in a
 * group's lines is escaped once and copied, and nothing is allocated for a number.
 */
export class LineEncoder {
  readonly #options: LineEncoderOptions;
  readonly #layouts = new Map<number, GroupLayout>();
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #position = 0;
  #lineEnd = new Uint32Array(0);
  #lineEntry = new Uint32Array(0);
  #lineCount = 0;
  #unencodable: RejectedEntry[] = [];
  #nonFinite: number[] = [];
  #timeMs = Number.NaN;
  readonly #timeText = new DataView(new ArrayBuffer(24));
  #timeLength = 0;

  constructor(options: LineEncoderOptions) {
    this.#options = options;
  }

  /** Encodes the entries from `from` to before `to`. */
  encode(entries: EntryBatch, from = 0, to = entries.length): EncodedLines {
    this.#reset(to - from);
    for (let index = from; index < to; index += 1) {
      const start = this.#position;
      if (entries.kind[index] === frameEntry) this.#frame(entries, index);
      else this.#record(entries, index);
      if (this.#position > start) {
        this.#lineEnd[this.#lineCount] = this.#position;
        this.#lineEntry[this.#lineCount] = index;
        this.#lineCount += 1;
      }
    }
    return {
      bytes: this.#bytes.subarray(0, this.#position),
      lineCount: this.#lineCount,
      lineEnd: this.#lineEnd,
      lineEntry: this.#lineEntry,
      unencodable: this.#unencodable,
      nonFinite: this.#nonFinite,
    };
  }

  #reset(entryCount: number): void {
    if (this.#lineEnd.length < entryCount) {
      this.#lineEnd = new Uint32Array(entryCount);
      this.#lineEntry = new Uint32Array(entryCount);
    }
    this.#position = 0;
    this.#lineCount = 0;
    this.#unencodable = [];
    this.#nonFinite = [];
    // A changed configuration may give a number new channels between two batches.
    for (const [number, layout] of this.#layouts) {
      const group = this.#options.directory.byNumber(number as GroupNumber);
      if (group !== layout.group) this.#layouts.delete(number);
    }
  }

  #layout(number: number): GroupLayout | undefined {
    const known = this.#layouts.get(number);
    if (known !== undefined) return known;
    const group = this.#options.directory.byNumber(number as GroupNumber);
    if (group === undefined) return undefined;
    const layout = createGroupLayout(group, this.#options.simulated);
    this.#layouts.set(number, layout);
    return layout;
  }

  #frame(entries: EntryBatch, index: number): void {
    const number = entries.group[index] as number;
    const layout = this.#layout(number);
    if (layout === undefined) {
      this.#unencodable.push({ index, reason: `group ${number} is unknown` });
      return;
    }
    const first = entries.offset[index] as number;
    const count = (entries.offset[index + 1] as number) - first;
    if (count !== layout.isText.length) {
      const reason = `frame has ${count} channels, its group ${number} has ${layout.isText.length}`;
      this.#unencodable.push({ index, reason });
      return;
    }
    const timeMs = entries.timeMs[index] as number;
    const wholeMs = Math.floor(timeMs);
    if (!this.#setTime(wholeMs, Math.floor((timeMs - wholeMs) * nanosecondsPerMs))) {
      this.#unencodable.push({ index, reason: outOfTime(timeMs) });
      return;
    }
    this.#reserve(layout.maxLineBytes);
    this.#frameLine(entries, index, layout);
  }

  #frameLine(entries: EntryBatch, index: number, layout: GroupLayout): void {
    const { pieces, isText } = layout;
    const { values, status } = entries;
    const first = entries.offset[index] as number;
    // What was bad may be good in a later revision, or when it comes late: then the status must overwrite the one stored
    // before.
    const withStatus =
      (entries.revision[index] as number) > 0 || entries.origin[index] === originCodes.late;
    const start = this.#position;
    const headEnd = writePiece(this.#view, start, pieces, 0);
    let view = this.#view;
    let position = headEnd;
    for (let channel = 0; channel < isText.length; channel += 1) {
      const place = first + channel;
      const code = status[place] as number;
      if (code === absentStatus) continue;
      const isPlain = code === statusCodes.good && !withStatus && isText[channel] === 0;
      if (isPlain && Number.isFinite(values[place])) {
        position = writePiece(view, position, pieces, channel + 1);
        position = writeNumber(view, position, values, place);
      } else {
        this.#position = position;
        this.#sample({ entries, index, place, layout, channel, withStatus });
        position = this.#position;
        view = this.#view;
      }
    }
    if (position === headEnd) {
      this.#position = start;
      return;
    }
    // The comma of the first field.
    view.setUint8(headEnd, space);
    this.#position = position;
    this.#endLine();
  }

  /** A sample that is more than a good number. */
  #sample(sample: {
    readonly entries: EntryBatch;
    readonly index: number;
    readonly place: number;
    readonly layout: GroupLayout;
    readonly channel: number;
    readonly withStatus: boolean;
  }): void {
    const { entries, place, layout, channel } = sample;
    const { values } = entries;
    let code = entries.status[place] as number;
    if (isGood(code) || isUncertain(code)) {
      if (layout.isText[channel] === 1) {
        const text = this.#options.directory.text(values[place] as number);
        if (text === undefined) code = statusCodes.badDataUnavailable;
        else this.#writeText(layout, channel, text);
      } else if (Number.isFinite(values[place])) {
        this.#writeName(layout, channel);
        this.#position = writeNumber(this.#view, this.#position, values, place);
      } else {
        code = statusCodes.bad;
        this.#nonFinite.push(sample.index);
      }
    }
    if (code !== statusCodes.good || sample.withStatus) this.#writeStatus(layout, channel, code);
  }

  #writeName(layout: GroupLayout, channel: number): void {
    this.#position = writePiece(this.#view, this.#position, layout.pieces, channel + 1);
  }

  #writeText(layout: GroupLayout, channel: number, text: string): void {
    const quoted = quoteText(text);
    // Reserved on top of the group's own maximum, which the fields that follow still need.
    this.#reserve(layout.maxLineBytes + Buffer.byteLength(quoted));
    this.#writeName(layout, channel);
    this.#position += this.#bytes.write(quoted, this.#position);
  }

  /** `,<field>_status=<code>i` */
  #writeStatus(layout: GroupLayout, channel: number, code: number): void {
    this.#writeName(layout, channel);
    // Over the equals sign of the name.
    const end = writePiece(this.#view, this.#position - 1, statusSuffix, 0);
    this.#position = writeWhole(this.#view, end, code);
    this.#view.setUint8(this.#position++, letterI);
  }

  #record(entries: EntryBatch, index: number): void {
    const record = entries.records[entries.group[index] as number];
    if (record?.type !== 'event') return;
    // The sequence number keeps two events of one millisecond apart, and a repeated one in its place.
    const wholeMs = Math.floor(record.timeMs);
    const withinMs = (entries.seq[index] as number) % nanosecondsPerMs;
    if (!this.#setTime(wholeMs, withinMs)) {
      this.#unencodable.push({ index, reason: outOfTime(record.timeMs) });
      return;
    }
    const line = formatEventLine(record.event, this.#options);
    this.#reserve(Buffer.byteLength(line) + this.#timeText.byteLength + 2 + overrunBytes);
    this.#position += this.#bytes.write(line, this.#position);
    this.#endLine();
  }

  #endLine(): void {
    const view = this.#view;
    let position = this.#position;
    view.setUint8(position++, space);
    for (let at = 0; at < this.#timeLength; at += 4) {
      view.setUint32(position + at, this.#timeText.getUint32(at, true), true);
    }
    position += this.#timeLength;
    view.setUint8(position++, lineFeed);
    this.#position = position;
  }

  /** Prepares the text of a time stamp; false when InfluxDB cannot hold it. */
  #setTime(timeMs: number, nanoseconds: number): boolean {
    if (timeMs === this.#timeMs && nanoseconds === 0) return true;
    if (!(Math.abs(timeMs) <= lastWholeMs)) return false;
    if (timeMs >= 1) {
      const end = writeWhole(this.#timeText, 0, timeMs);
      this.#timeLength = writeSix(this.#timeText, end, nanoseconds);
    } else {
      const total = BigInt(timeMs) * BigInt(nanosecondsPerMs) + BigInt(nanoseconds);
      this.#timeLength = Buffer.from(this.#timeText.buffer).write(String(total), 'latin1');
    }
    this.#timeMs = nanoseconds === 0 ? timeMs : Number.NaN;
    return true;
  }

  /** Makes room for `byteCount` more bytes. */
  #reserve(byteCount: number): void {
    const needed = this.#position + byteCount;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#position);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
