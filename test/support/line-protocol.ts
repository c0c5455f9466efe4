export type FieldValue =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean };

export type ParsedLine = {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly timeNs: bigint | undefined;
};

/**
 * Reads InfluxDB line protocol after its published grammar, for tests: small and strict rather than fast, and sharing
 * nothing with the encoder, so that one misunderstanding cannot hide in both.
 */
export const parseLines = (text: string): ParsedLine[] => {
  const reader = new Reader(text);
  const lines: ParsedLine[] = [];
  while (!reader.atEnd()) lines.push(parseLine(reader));
  return lines;
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  take(expected?: string): string {
    const character = this.peek();
    if (character === '' || (expected !== undefined && character !== expected)) {
      const place = JSON.stringify(this.#text.slice(Math.max(0, this.#at - 20), this.#at + 20));
      throw new Error(`found ${JSON.stringify(character)}, expected ${expected} at ${place}`);
    }
    this.#at += 1;
    return character;
  }

  /** Up to an unescaped character of `ends`; a backslash counts only before a character of `escapable`. */
  name(ends: string, escapable: string): string {
    let name = '';
    while (!this.atEnd() && !ends.includes(this.peek())) {
      const character = this.take();
      if (character === '\n') throw new Error('line ends inside of a name');
      const isEscape = character === '\\' && !this.atEnd() && escapable.includes(this.peek());
      name += isEscape ? this.take() : character;
    }
    if (name === '') throw new Error('empty name');
    return name;
  }

  until(ends: string): string {
    let text = '';
    while (!this.atEnd() && !ends.includes(this.peek())) text += this.take();
    return text;
  }
}

const parseLine = (reader: Reader): ParsedLine => {
  const measurement = reader.name(', ', ', ');
  const tags: Record<string, string> = {};
  while (reader.peek() === ',') {
    reader.take(',');
    const key = reader.name('=, ', ',= ');
    reader.take('=');
    addOnce(tags, key, reader.name(',= ', ',= '));
  }
  reader.take(' ');
  const fields: Record<string, FieldValue> = {};
  for (;;) {
    const key = reader.name('=, ', ',= ');
    reader.take('=');
    addOnce(fields, key, parseValue(reader));
    if (reader.peek() !== ',') break;
    reader.take(',');
  }
  let timeNs: bigint | undefined;
  if (reader.peek() === ' ') {
    reader.take(' ');
    const digits = reader.until('\n');
    if (!/^-?\d+$/.test(digits)) throw new Error(`time stamp ${digits}`);
    timeNs = BigInt(digits);
  }
  reader.take('\n');
  return { measurement, tags, fields, timeNs };
};

const addOnce = <T>(record: Record<string, T>, key: string, value: T): void => {
  if (Object.hasOwn(record, key)) throw new Error(`${key} comes twice`);
  Object.defineProperty(record, key, { value, enumerable: true });
};

const parseValue = (reader: Reader): FieldValue => {
  if (reader.peek() === '"') return { type: 'string', value: parseQuoted(reader) };
  const text = reader.until(', \n');
  if (/^-?\d+i$/.test(text)) return { type: 'integer', value: BigInt(text.slice(0, -1)) };
  if (/^(t|T|true|True|TRUE)$/.test(text)) return { type: 'boolean', value: true };
  if (/^(f|F|false|False|FALSE)$/.test(text)) return { type: 'boolean', value: false };
  if (!/^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`field value ${text}`);
  return { type: 'float', value: Number(text) };
};

const parseQuoted = (reader: Reader): string => {
  reader.take('"');
  let text = '';
  while (reader.peek() !== '"') {
    const character = reader.take();
    const isEscape = character === '\\' && '"\\'.includes(reader.peek());
    text += isEscape ? reader.take() : character;
  }
  reader.take('"');
  return text;
};
