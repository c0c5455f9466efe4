import { type Colour, colours, contentWidth, lineHeight, margin, type Paper } from './paper.ts';

export type Cell =
  | string
  | { readonly text: string; readonly colour?: Colour; readonly isBold?: boolean };

export type Column = {
  readonly title: string;
  /** Share of the width. */
  readonly share: number;
  readonly isNumber?: boolean;
};

export type Table = {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Titles over several columns, from the first on. */
  readonly groups?: readonly { readonly title: string; readonly span: number }[];
  readonly size?: number;
  /** Whether titles stand above the rows; true unless told. */
  readonly hasHead?: boolean;
};

const padding = { x: 2.5, y: 1.8 } as const;

type Layout = {
  readonly size: number;
  readonly places: readonly { readonly x: number; readonly width: number }[];
};

const layoutOf = ({ columns, size = 7 }: Table): Layout => {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  let x: number = margin.left;
  const places = columns.map(({ share }) => {
    const width = (contentWidth * share) / shares;
    const place = { x, width };
    x += width;
    return place;
  });
  return { size, places };
};

const textOf = (cell: Cell | undefined): string =>
  cell === undefined ? '' : typeof cell === 'string' ? cell : cell.text;

const drawCell = (
  paper: Paper,
  cell: Cell,
  lines: readonly string[],
  at: { x: number; y: number; width: number; size: number; isNumber: boolean },
): void => {
  const { colour = colours.text, isBold = false } = typeof cell === 'string' ? {} : cell;
  for (const [index, line] of lines.entries()) {
    const y = at.y + padding.y + index * lineHeight(at.size);
    const x = at.x + padding.x;
    const right = at.isNumber ? { rightX: at.x + at.width - padding.x } : {};
    paper.put(line, { x, y, ...right }, { size: at.size, colour, isBold });
  }
};

const drawGroups = (paper: Paper, { groups = [] }: Table, { places, size }: Layout): void => {
  const height = lineHeight(size) + 2 * padding.y;
  paper.document.rect(margin.left, paper.y, contentWidth, height).fillColor(colours.head).fill();
  let at = 0;
  for (const { title, span } of groups) {
    const first = places[at];
    const last = places[at + span - 1];
    if (first !== undefined && last !== undefined && title !== '') {
      const width = last.x + last.width - first.x;
      const x = first.x + (width - paper.widthOf(title, { size, isBold: true })) / 2;
      paper.put(title, { x, y: paper.y + padding.y }, { size, isBold: true });
      paper.document
        .moveTo(first.x + 2, paper.y + height - 0.5)
        .lineTo(first.x + width - 2, paper.y + height - 0.5)
        .lineWidth(0.5)
        .strokeColor(colours.rule)
        .stroke();
    }
    at += span;
  }
  paper.y += height;
};

const headLines = (paper: Paper, table: Table, { places, size }: Layout) =>
  table.columns.map(({ title }, index) =>
    paper.wrap(title, (places[index]?.width ?? 0) - 2 * padding.x, { size, isBold: true }),
  );

const drawHead = (paper: Paper, table: Table, layout: Layout): void => {
  if (table.hasHead === false) return;
  if (table.groups !== undefined) drawGroups(paper, table, layout);
  const { places, size } = layout;
  const lines = headLines(paper, table, layout);
  const most = Math.max(...lines.map(({ length }) => length));
  const height = most * lineHeight(size) + 2 * padding.y;
  paper.document.rect(margin.left, paper.y, contentWidth, height).fillColor(colours.head).fill();
  for (const [index, { isNumber = false }] of table.columns.entries()) {
    const place = places[index];
    if (place === undefined) continue;
    const cell = { text: '', isBold: true };
    drawCell(paper, cell, lines[index] ?? [], { ...place, y: paper.y, size, isNumber });
  }
  paper.y += height;
};

/** Rows under a head that is repeated on every page. Cells are wrapped; a row is never split unless it is longer than a page. */
export const drawTable = (paper: Paper, table: Table): void => {
  const layout = layoutOf(table);
  const { places, size } = layout;
  paper.need(4 * lineHeight(size) + 20);
  drawHead(paper, table, layout);
  for (const [number, row] of table.rows.entries()) {
    const wrapped = table.columns.map((_, index) => {
      const cell = row[index];
      const isBold = typeof cell === 'object' && cell.isBold === true;
      return paper.wrap(textOf(cell), (places[index]?.width ?? 0) - 2 * padding.x, {
        size,
        isBold,
      });
    });
    const most = Math.max(...wrapped.map(({ length }) => length));
    const height = most * lineHeight(size) + 2 * padding.y;
    if (height > paper.left) {
      paper.newPage();
      drawHead(paper, table, layout);
    }
    if (number % 2 === 1) {
      paper.document
        .rect(margin.left, paper.y, contentWidth, height)
        .fillColor(colours.band)
        .fill();
    }
    for (const [index, { isNumber = false }] of table.columns.entries()) {
      const place = places[index];
      if (place === undefined) continue;
      const at = { ...place, y: paper.y, size, isNumber };
      drawCell(paper, row[index] ?? '', wrapped[index] ?? [], at);
    }
    paper.y += height;
  }
  paper.rule(paper.y);
  paper.y += 4;
};

/** Names with what they stand for, in two columns. */
export const drawPairs = (
  paper: Paper,
  pairs: readonly (readonly [string, Cell])[],
  options: { readonly columns?: 1 | 2; readonly nameWidth?: number } = {},
): void => {
  const { columns = 2, nameWidth = 92 } = options;
  const size = 7.5;
  const gap = 14;
  const width = (contentWidth - gap * (columns - 1)) / columns;
  for (let at = 0; at < pairs.length; at += columns) {
    const row = pairs.slice(at, at + columns).map(([name, cell]) => ({
      cell,
      names: paper.wrap(name, nameWidth - 4, { size, colour: colours.quiet }),
      values: paper.wrap(textOf(cell), width - nameWidth, { size }),
    }));
    const most = Math.max(...row.map(({ names, values }) => Math.max(names.length, values.length)));
    const height = most * lineHeight(size) + 1.5;
    paper.need(height);
    for (const [column, { names, values, cell }] of row.entries()) {
      const x = margin.left + column * (width + gap);
      for (const [index, line] of names.entries()) {
        const y = paper.y + index * lineHeight(size);
        paper.put(line, { x, y }, { size, colour: colours.quiet });
      }
      const { colour = colours.text, isBold = false } = typeof cell === 'string' ? {} : cell;
      for (const [index, line] of values.entries()) {
        const y = paper.y + index * lineHeight(size);
        paper.put(line, { x: x + nameWidth, y }, { size, colour, isBold });
      }
    }
    paper.y += height;
  }
  paper.y += 3;
};
