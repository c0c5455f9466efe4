import { formatNumber } from './formats.ts';
import { colours, contentWidth, margin } from './paper.ts';
import { type CellKind, cellKinds, offHeatShare, type SeamPath, stripCells } from './seam-path.ts';
import { mostRows, type Sheet, seamName } from './sheet.ts';
import { drawTable } from './tables.ts';

const fills: Readonly<Record<CellKind, string>> = {
  unmeasured: '#FFFFFF',
  welded: '#C4CCD1',
  offHeat: '#E3B505',
  lost: '#E87722',
  noArc: '#C8102E',
};
const laneHeight = 8;
const nameWidth = 26;

/** A whole number of metres that gives at most ten steps along the panel. */
const stepM = (lengthM: number): number =>
  [0.1, 0.2, 0.5, 1, 2, 5, 10].find((step) => lengthM / step <= 10) ?? 20;

/** Distances along the panel below a chart. */
export const drawPlaces = (
  { paper }: Sheet,
  place: {
    readonly x: number;
    readonly width: number;
    readonly lengthMm: number;
    readonly unit: string;
  },
): void => {
  const { x, width, lengthMm, unit } = place;
  const lengthM = lengthMm / 1000;
  const step = stepM(lengthM);
  const style = { size: 6, colour: colours.quiet } as const;
  for (let at = 0; at <= lengthM + 1e-9; at += step) {
    const left = x + (width * at) / lengthM;
    paper.document
      .moveTo(left, paper.y)
      .lineTo(left, paper.y + 2.5)
      .lineWidth(0.5)
      .strokeColor(colours.rule)
      .stroke();
    const label = formatNumber(at, step < 1 ? 1 : 0);
    paper.put(label, { x: left - paper.widthOf(label, style) / 2, y: paper.y + 3 }, style);
  }
  paper.y += 12;
  paper.put(unit, { x, y: paper.y, rightX: x + width }, style);
  paper.y += 10;
};

const drawLane = ({ paper }: Sheet, { seam, cells }: SeamPath, width: number): void => {
  const x = margin.left + nameWidth;
  paper.put(seamName(seam), { x: margin.left, y: paper.y - 0.8 }, { size: 6.2, isBold: true });
  const cellWidth = width / stripCells;
  let begin = 0;
  for (let cell = 1; cell <= stripCells; cell++) {
    if (cell < stripCells && cells[cell] === cells[begin]) continue;
    const kind = cellKinds[cells[begin] ?? 0] ?? 'unmeasured';
    if (kind !== 'unmeasured') {
      paper.document
        .rect(x + begin * cellWidth, paper.y, (cell - begin) * cellWidth, laneHeight - 1.6)
        .fillColor(fills[kind])
        .fill();
    }
    begin = cell;
  }
  paper.document
    .rect(x, paper.y, width, laneHeight - 1.6)
    .lineWidth(0.3)
    .strokeColor(colours.rule)
    .stroke();
  paper.y += laneHeight;
};

const drawLegend = ({ paper, text }: Sheet): void => {
  const words = {
    ...text.pathLegend,
    offHeat: text.pathLegend.offHeat(Math.round(100 * offHeatShare)),
  };
  let x = margin.left + nameWidth;
  for (const kind of ['welded', 'offHeat', 'lost', 'noArc', 'unmeasured'] as const) {
    paper.document
      .rect(x, paper.y + 1.5, 8, 6)
      .fillColor(fills[kind])
      .fill();
    paper.document
      .rect(x, paper.y + 1.5, 8, 6)
      .lineWidth(0.3)
      .strokeColor(colours.rule)
      .stroke();
    paper.put(words[kind], { x: x + 11, y: paper.y }, { size: 6.5 });
    x += 11 + paper.widthOf(words[kind], { size: 6.5 }) + 12;
  }
  paper.y += 14;
};

const drawStretches = (sheet: Sheet): void => {
  const { paper, paths, text } = sheet;
  const found = paths.flatMap(({ seam, stretches }) =>
    stretches.map((stretch) => ({ seam, ...stretch })),
  );
  paper.need(30);
  paper.paragraph(text.stretches, { isBold: true });
  paper.y += 2;
  if (found.length === 0) {
    paper.paragraph(text.stretchNone);
    return;
  }
  paper.note(text.stretchNote);
  const shown = found.slice(0, mostRows);
  drawTable(paper, {
    columns: text.stretchColumns.map((title, index) => ({
      title,
      share: index === 1 ? 3 : 2,
      isNumber: index > 1,
    })),
    rows: shown.map(({ seam, kind, fromMm, toMm, lengthMm }) => [
      { text: seamName(seam), isBold: true },
      text.pathLegend[kind],
      ...[fromMm, toMm, lengthMm].map((mm) => formatNumber(mm, 0)),
    ]),
  });
  const leftOut = paths.reduce((sum, path) => sum + path.stretchesLeftOut, 0);
  const hidden = leftOut + found.length - shown.length;
  if (hidden > 0) paper.note(text.stretchLeftOut(hidden));
};

/** Where along the panel something was wrong, seam by seam. */
export const drawPath = (sheet: Sheet): void => {
  const { paper, paths, record, text } = sheet;
  const shown = paths.slice(0, 40);
  const lengthMm = record.positionMm.maximum ?? 0;
  paper.heading(text.path, 60 + laneHeight * shown.length);
  if (shown.length === 0 || lengthMm <= 0) {
    paper.paragraph(text.pathNoBins);
    return;
  }
  const width = contentWidth - nameWidth;
  drawLegend(sheet);
  for (const path of shown) drawLane(sheet, path, width);
  drawPlaces(sheet, { x: margin.left + nameWidth, width, lengthMm, unit: text.deformationAxisX });
  drawStretches(sheet);
};
