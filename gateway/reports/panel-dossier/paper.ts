import { fileURLToPath } from 'node:url';
import pdfkit from 'pdfkit';
import { wrapText } from './wrap-text.ts';

type Document = InstanceType<typeof pdfkit>;

const fonts = {
  regular: fileURLToPath(
    import.meta.resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
  ),
  bold: fileURLToPath(
    import.meta.resolve('@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf'),
  ),
} as const;

/** A4 in points. */
const sheet = { width: 595.28, height: 841.89 } as const;
export const margin = { left: 42, right: 42, top: 62, bottom: 50 } as const;
export const contentWidth = sheet.width - margin.left - margin.right;

export const colours = {
  text: '#222222',
  quiet: '#666666',
  rule: '#B8B8B8',
  band: '#F3F3F3',
  head: '#E4E4E4',
  alarm: '#C8102E',
  warning: '#E87722',
  notice: '#8A6D00',
  line: '#1F5F8B',
  second: '#8B5A1F',
} as const;
export type Colour = (typeof colours)[keyof typeof colours];

export type TextStyle = {
  readonly size?: number;
  readonly isBold?: boolean;
  readonly colour?: Colour;
};

/** Places for running heads and feet; they are drawn when the number of pages is known. */
export type Frame = {
  /** Left and right above every page. */
  readonly head: readonly [string, string];
  /** Left below every page; the page number stands at the right. */
  readonly foot: string;
  readonly page: (page: number, pages: number) => string;
  /** Stands out at the head of every page; undefined where there is nothing to warn of. */
  readonly badge: string | undefined;
};

const mostWidths = 20_000;

export type DocumentFacts = {
  readonly title: string;
  readonly subject: string;
  readonly producer: string;
  /** When what it shows was closed: never the clock, so that the same record gives the same bytes. */
  readonly dateMs: number;
  readonly language: string;
};

/** Sheets of A4 that are written from top to bottom; lengths in points, `y` counts down the sheet. */
export class Paper {
  readonly document: Document;
  y: number = margin.top;
  /** Measuring takes most of the time, and words come again and again. */
  readonly #widths = new Map<string, number>();

  constructor({ title, subject, producer, dateMs, language }: DocumentFacts) {
    const date = new Date(dateMs);
    this.document = new pdfkit({
      size: 'A4',
      margin: 0,
      autoFirstPage: false,
      bufferPages: true,
      lang: language,
      displayTitle: true,
      info: {
        ...{ Title: title, Subject: subject, Producer: producer, Creator: producer },
        ...{ CreationDate: date, ModDate: date },
      },
    });
    this.document.registerFont('regular', fonts.regular);
    this.document.registerFont('bold', fonts.bold);
    this.newPage();
  }

  newPage(): void {
    this.document.addPage({ size: 'A4', margin: 0 });
    this.y = margin.top;
  }

  /** Begins a page where less than `height` is left of this one. */
  need(height: number): void {
    if (this.y + height > sheet.height - margin.bottom) this.newPage();
  }

  get left(): number {
    return sheet.height - margin.bottom - this.y;
  }

  style({ size = 8, isBold = false, colour = colours.text }: TextStyle): Document {
    return this.document
      .font(isBold ? 'bold' : 'regular')
      .fontSize(size)
      .fillColor(colour);
  }

  widthOf(text: string, style: TextStyle = {}): number {
    return this.style(style).widthOfString(text);
  }

  /** Lines no wider than `width`. */
  wrap(text: string, width: number, style: TextStyle = {}): readonly string[] {
    const document = this.style(style);
    const { size = 8, isBold = false } = style;
    const font = `${size} ${isBold} `;
    return wrapText(text, width, (part) => {
      const key = font + part;
      const known = this.#widths.get(key);
      if (known !== undefined) return known;
      const measured = document.widthOfString(part);
      if (this.#widths.size < mostWidths) this.#widths.set(key, measured);
      return measured;
    });
  }

  /** One line at a place; `y` is that of its upper edge. */
  put(
    text: string,
    at: { readonly x: number; readonly y: number; readonly rightX?: number },
    style: TextStyle = {},
  ): void {
    if (text === '') return;
    const document = this.style(style);
    const x = at.rightX === undefined ? at.x : at.rightX - document.widthOfString(text);
    document.text(text, x, at.y, { lineBreak: false });
  }

  rule(y: number, colour: Colour = colours.rule, width = 0.5): void {
    this.document
      .moveTo(margin.left, y)
      .lineTo(margin.left + contentWidth, y)
      .lineWidth(width)
      .strokeColor(colour)
      .stroke();
  }

  /** A paragraph over the whole width. */
  paragraph(text: string, style: TextStyle = {}, indent = 0): void {
    const size = style.size ?? 8;
    const height = lineHeight(size);
    for (const line of this.wrap(text, contentWidth - indent, style)) {
      this.need(height);
      this.put(line, { x: margin.left + indent, y: this.y }, style);
      this.y += height;
    }
  }

  /** The title of a part, never the last thing of a page. */
  heading(text: string, leastBelow = 48): void {
    if (this.y > margin.top) this.y += 9;
    this.need(leastBelow + 20);
    this.put(text, { x: margin.left, y: this.y }, { size: 11, isBold: true });
    this.y += 16;
    this.rule(this.y, colours.rule);
    this.y += 5;
  }

  note(text: string): void {
    this.paragraph(text, { size: 6.5, colour: colours.quiet });
    this.y += 2;
  }

  /** Draws heads and feet, and gives the bytes. */
  async finish(frame: Frame): Promise<Uint8Array> {
    const { document } = this;
    const { count } = document.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      document.switchToPage(page);
      this.#drawFrame(frame, frame.page(page + 1, count));
    }
    const parts: Uint8Array[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      document.on('data', (part: Uint8Array) => parts.push(part));
      document.on('end', resolve);
      document.on('error', reject);
    });
    document.end();
    await ended;
    return Uint8Array.from(Buffer.concat(parts));
  }

  #drawFrame({ head, foot, badge }: Frame, page: string): void {
    const right = margin.left + contentWidth;
    const style = { size: 7, colour: colours.quiet } as const;
    let x = margin.left;
    if (badge !== undefined) {
      const width = this.widthOf(badge, { size: 7, isBold: true }) + 10;
      this.document.rect(x, 28, width, 14).fillColor(colours.alarm).fill();
      this.document.font('bold').fontSize(7).fillColor('#FFFFFF');
      this.document.text(badge, x + 5, 30.2, { lineBreak: false });
      x += width + 8;
    }
    this.put(head[0], { x, y: 30 }, style);
    this.put(head[1], { x, y: 30, rightX: right }, style);
    this.rule(46);
    const bottom = sheet.height - margin.bottom + 12;
    this.rule(bottom);
    this.put(foot, { x: margin.left, y: bottom + 5 }, style);
    this.put(page, { x: margin.left, y: bottom + 5, rightX: right }, style);
  }
}

export const lineHeight = (size: number): number => size * 1.42;
