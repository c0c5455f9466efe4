import { Buffer } from 'node:buffer';

/** Remembers the last text of a point, so that an unchanged one costs a comparison of bytes. */
export class StringCell {
  readonly #isByteSwapped: boolean;
  readonly #last: Buffer;
  #id: number | undefined;
  #isRead = false;

  constructor(byteCount: number, isByteSwapped: boolean) {
    this.#last = Buffer.alloc(byteCount);
    this.#isByteSwapped = isByteSwapped;
  }

  /** The dictionary id of the text at `at`, below 1 when it was refused; undefined where there is none (blank or all zero bytes). */
  read(input: {
    readonly buffer: Buffer;
    readonly at: number;
    intern(text: string): number;
  }): number | undefined {
    const { buffer, at } = input;
    const end = at + this.#last.length;
    if (this.#isRead && this.#last.compare(buffer, at, end) === 0) return this.#id;
    buffer.copy(this.#last, 0, at, end);
    const text = this.#text();
    this.#id = text === '' ? undefined : input.intern(text);
    // A refused text is asked for again: there may be room for it then.
    this.#isRead = this.#id === undefined || this.#id > 0;
    return this.#id;
  }

  /** Up to the first zero byte, without blanks around it and without control characters. */
  #text(): string {
    const bytes = Buffer.from(this.#last);
    if (this.#isByteSwapped) bytes.swap16();
    const zero = bytes.indexOf(0);
    const text = bytes.toString('utf8', 0, zero < 0 ? bytes.length : zero);
    return text.replaceAll(/\p{Cc}/gu, '').trim();
  }
}
