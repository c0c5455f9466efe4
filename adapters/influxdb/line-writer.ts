import { GatewayError } from '../../gateway/core/error.ts';
import { escapeMeasurement, escapeName } from './escape.ts';
import type { EncodedLines } from './line-encoder.ts';
import type { WriteAnswer } from './write-answer.ts';

/** Lines `from` to before `to` of the encoded ones. */
type LineRange = { readonly from: number; readonly to: number };

/** A range to send, or, with `sibling`, the second half of one whose good lines are stored already. */
type Work = LineRange & { readonly sibling?: Sibling };

type Sibling = {
  /** Of both halves together. */
  readonly refusedCount: number;
  readonly words: string;
  /** How many lines were refused before the first half was sent. */
  readonly refusedBefore: number;
};

/** Why entries are refused, by their index in the batch. */
export type Refusals = Map<number, string>;

export type LineWriterOptions = {
  /** Sends a body once and reads the answer; throws when the server says nothing about the lines. */
  send(body: Buffer): Promise<WriteAnswer>;
  readonly maxBodyBytes: number;
};

/**
 * The search for the bad lines of one request ends after this many refusals, each of which costs two requests at most;
 * what is then unclear is refused together.
 */
const maxRefusals = 64;

/** A server that says 413 is not asked with less, except for single lines. */
const leastBodyBytes = 16 * 1024;
/** A connection that breaks is not tried with less: breaks have other reasons then. */
const leastBodyBytesAfterLoss = 64 * 1024;

/**
 * Brings encoded lines to the server in order, in bodies that it takes. Where it refuses lines, the bad ones are found (by
 * its own words, by its count, by halving) and set aside, and all others are stored. What is settled stays settled when a
 * later request fails, so that a retry does not begin again.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  /** Lowered for good when the server says 413. */
  #mostBytes: number;
  /** Lowered while connections break, because some servers close on a long body before their 413 can be read. */
  #bodyBytes: number;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#mostBytes = options.maxBodyBytes;
    this.#bodyBytes = options.maxBodyBytes;
  }

  /**
   * Resolves when every line is stored or in `refusals`. `settled` is called, in order, with the number of lines that need
   * no sending any more.
   */
  async write(
    lines: EncodedLines,
    refusals: Refusals,
    settled: (lineCount: number) => void,
  ): Promise<void> {
    let from = 0;
    while (from < lines.lineCount) {
      const range = { from, to: lastLineWithin(lines, from, this.#bodyBytes) };
      const send = (body: Buffer): Promise<WriteAnswer> => this.#send(body);
      await new RangeWriter({ lines, refusals, settled, send }).write(range);
      from = range.to;
    }
  }

  async #send(body: Buffer): Promise<WriteAnswer> {
    try {
      const answer = await this.#options.send(body);
      if (answer.kind === 'too-large') {
        const half = Math.floor(body.length / 2);
        this.#mostBytes = Math.min(this.#mostBytes, Math.max(leastBodyBytes, half));
        this.#bodyBytes = Math.min(this.#bodyBytes, this.#mostBytes);
      } else {
        this.#bodyBytes = Math.min(this.#mostBytes, 2 * this.#bodyBytes);
      }
      return answer;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'CONNECTION_LOST') {
        const half = Math.floor(this.#bodyBytes / 2);
        this.#bodyBytes = Math.min(this.#bodyBytes, Math.max(leastBodyBytesAfterLoss, half));
      }
      throw error;
    }
  }
}

type RangeWriterOptions = {
  readonly lines: EncodedLines;
  readonly refusals: Refusals;
  settled(lineCount: number): void;
  send(body: Buffer): Promise<WriteAnswer>;
};

/** Settles one range, by halves where it must; the halves are worked off in the order of their lines. */
class RangeWriter {
  readonly #options: RangeWriterOptions;
  #work: Work[] = [];
  #refusalsLeft = maxRefusals;
  #refusedCount = 0;
  /** Whether every refusal so far is known to be of that very line. */
  #isExact = true;

  constructor(options: RangeWriterOptions) {
    this.#options = options;
  }

  async write(range: LineRange): Promise<void> {
    const { lines, settled, send } = this.#options;
    this.#work = [range];
    for (let work = this.#work.pop(); work !== undefined; work = this.#work.pop()) {
      if (!this.#settledBySibling(work)) {
        await this.#apply(work, await send(linesOf(lines, work)));
      }
      settled(this.#work.at(-1)?.from ?? range.to);
    }
  }

  async #apply(range: LineRange, answer: WriteAnswer): Promise<void> {
    switch (answer.kind) {
      case 'stored':
        return;
      case 'too-large':
        this.#halve(range, answer.words);
        return;
      case 'refused':
        this.#narrow(range, answer.words);
        return;
      case 'named':
        if (await this.#isTheRestStored(range, answer.refused)) return;
        this.#narrow(range, [...answer.refused.values()][0] ?? '');
        return;
      case 'partial':
        await this.#applyPartial(range, answer.refusedCount, answer.words);
    }
  }

  async #applyPartial(range: LineRange, refusedCount: number, words: string): Promise<void> {
    if (refusedCount >= range.to - range.from) {
      this.#refuseAll(range, words);
      return;
    }
    const named = linesInConflict(this.#options.lines, range, words);
    if (named.size === refusedCount && (await this.#isTheRestStored(range, named))) return;
    const refusedBefore = this.#refusedCount;
    this.#narrow(range, words, { refusedCount, words, refusedBefore });
  }

  /** Refuses the lines that the server's words name (from 0 in the range), after seeing that it takes all others. */
  async #isTheRestStored(
    { from, to }: LineRange,
    named: ReadonlyMap<number, string>,
  ): Promise<boolean> {
    const { lines, send } = this.#options;
    const others: Buffer[] = [];
    for (let line = from; line < to; line += 1) {
      if (!named.has(line - from)) others.push(linesOf(lines, { from: line, to: line + 1 }));
    }
    if (others.length + named.size !== to - from) return false;
    if (others.length > 0 && (await send(Buffer.concat(others))).kind !== 'stored') {
      return false;
    }
    for (const [line, words] of named) this.#refuse(from + line, words);
    return true;
  }

  #narrow(range: LineRange, words: string, sibling?: Sibling): void {
    const count = range.to - range.from;
    if (count > 1 && this.#refusalsLeft === 0) {
      this.#isExact = false;
      this.#refuseAll(range, `among ${count} lines that were refused together: ${words}`);
      return;
    }
    if (count > 1) this.#refusalsLeft -= 1;
    this.#halve(range, words, sibling);
  }

  #halve({ from, to }: LineRange, words: string, sibling?: Sibling): void {
    if (to - from === 1) {
      this.#refuse(from, words);
      return;
    }
    const middle = from + Math.floor((to - from) / 2);
    this.#work.push({ from: middle, to, ...(sibling === undefined ? {} : { sibling }) });
    this.#work.push({ from, to: middle });
  }

  /** Whether the count of refused lines tells what is wrong with a second half without sending it again. */
  #settledBySibling({ from, to, sibling }: Work): boolean {
    if (sibling === undefined || !this.#isExact) return false;
    const inFirst = this.#refusedCount - sibling.refusedBefore;
    const left = sibling.refusedCount - inFirst;
    if (left === 0) return true;
    if (inFirst > 0 || left !== to - from) return false;
    this.#refuseAll({ from, to }, sibling.words);
    return true;
  }

  #refuseAll({ from, to }: LineRange, words: string): void {
    for (let line = from; line < to; line += 1) this.#refuse(line, words);
  }

  #refuse(line: number, words: string): void {
    const { lines, refusals } = this.#options;
    refusals.set(lines.lineEntry[line] as number, words);
    this.#refusedCount += 1;
  }
}

const startOf = (lines: EncodedLines, line: number): number =>
  line === 0 ? 0 : (lines.lineEnd[line - 1] as number);

const linesOf = (lines: EncodedLines, { from, to }: LineRange): Buffer =>
  lines.bytes.subarray(startOf(lines, from), lines.lineEnd[to - 1]);

/** The end of the longest run of lines from `from` that fits, of one line at least. */
const lastLineWithin = (lines: EncodedLines, from: number, maxBytes: number): number => {
  const limit = startOf(lines, from) + maxBytes;
  let to = from + 1;
  while (to < lines.lineCount && (lines.lineEnd[to] as number) <= limit) to += 1;
  return to;
};

const conflictPattern = /field type conflict: input field "(.+)" on measurement "(.+)" is type/;

/** Lines (from 0 in the range) that carry the field of the measurement that the words of a type conflict name. */
const linesInConflict = (
  lines: EncodedLines,
  range: LineRange,
  words: string,
): ReadonlyMap<number, string> => {
  const found = new Map<number, string>();
  const [, field, measurement] = conflictPattern.exec(words) ?? [];
  if (field === undefined || measurement === undefined) return found;
  const start = `${escapeMeasurement(measurement)},`;
  const assignment = `${escapeName(field)}=`;
  for (let line = range.from; line < range.to; line += 1) {
    const text = linesOf(lines, { from: line, to: line + 1 }).toString('utf8');
    const isHit = text.includes(` ${assignment}`) || text.includes(`,${assignment}`);
    if (isHit && text.startsWith(start)) found.set(line - range.from, words);
  }
  return found;
};
