import type { RecordedDeformation } from '../../records/panel-record.ts';
import { formatNumber } from './formats.ts';
import { colours, contentWidth, margin } from './paper.ts';
import { drawPlaces } from './path-part.ts';
import { drawResultTable } from './results-part.ts';
import type { Sheet } from './sheet.ts';

/** One place of the chart, mm. */
type Cross = {
  readonly x: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
};

const crossesOf = ({ positionMm, heightsMm }: RecordedDeformation): readonly Cross[] =>
  positionMm.flatMap((x, index) => {
    const heights = (heightsMm[index] ?? []).filter((height) => height !== null);
    if (heights.length === 0) return [];
    const mean = heights.reduce((sum, height) => sum + height, 0) / heights.length;
    return [{ x, low: Math.min(...heights), mean, high: Math.max(...heights) }];
  });

const chartHeight = 110;
const axisWidth = 26;

/** What the contract allows, by the machine's own results: the largest deformation and what is left of the limit. */
const limitOf = ({ record }: Sheet): number | undefined => {
  const numberOf = (point: string): number | undefined => {
    const value = record.results.find((result) => result.point === point)?.value;
    return typeof value === 'number' ? value : undefined;
  };
  const [largest, margin] = [numberOf('deformation'), numberOf('deformation.margin')];
  return largest === undefined || margin === undefined ? undefined : largest + margin;
};

type Scale = {
  readonly half: number;
  readonly toX: (mm: number) => number;
  readonly toY: (mm: number) => number;
};

const scaleOf = (sheet: Sheet, crosses: readonly Cross[], limit: number | undefined): Scale => {
  const { paper, record } = sheet;
  const largest = Math.max(...crosses.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  const half = 1.15 * Math.max(largest, limit ?? 0, 0.1);
  const lengthMm = record.positionMm.maximum ?? crosses.at(-1)?.x ?? 1;
  const top = paper.y;
  return {
    half,
    toX: (mm) => margin.left + axisWidth + ((contentWidth - axisWidth) * mm) / lengthMm,
    toY: (mm) => top + (chartHeight * (half - mm)) / (2 * half),
  };
};

const drawGrid = ({ paper }: Sheet, { half, toY }: Scale, limit: number | undefined): void => {
  const left = margin.left + axisWidth;
  const right = margin.left + contentWidth;
  const style = { size: 6, colour: colours.quiet } as const;
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((one) => half / one <= 4) ?? 100;
  for (let at = -Math.floor(half / step); at <= Math.floor(half / step); at++) {
    const y = toY(at * step);
    paper.document
      .moveTo(left, y)
      .lineTo(right, y)
      .lineWidth(at === 0 ? 0.6 : 0.25);
    paper.document.strokeColor(colours.rule).stroke();
    const label = formatNumber(at * step, step < 1 ? 1 : 0);
    paper.put(label, { x: left, y: y - 4, rightX: left - 4 }, style);
  }
  if (limit === undefined) return;
  for (const height of [limit, -limit]) {
    paper.document.moveTo(left, toY(height)).lineTo(right, toY(height)).lineWidth(0.8);
    paper.document.dash(4, { space: 3 }).strokeColor(colours.alarm).stroke().undash();
  }
};

const drawCurve = ({ paper }: Sheet, crosses: readonly Cross[], { toX, toY }: Scale): void => {
  const { document } = paper;
  const trace = (points: readonly (readonly [number, number])[]): void => {
    for (const [index, [x, y]] of points.entries()) {
      if (index === 0) document.moveTo(x, y);
      else document.lineTo(x, y);
    }
  };
  trace([
    ...crosses.map(({ x, high }) => [toX(x), toY(high)] as const),
    ...crosses.toReversed().map(({ x, low }) => [toX(x), toY(low)] as const),
  ]);
  document.fillColor(colours.line, 0.25).fill().fillOpacity(1);
  trace(crosses.map(({ x, mean }) => [toX(x), toY(mean)] as const));
  document.lineWidth(1).strokeColor(colours.line).stroke();
};

const drawKey = ({ paper, text }: Sheet, limit: number | undefined): void => {
  const y = paper.y;
  let x = margin.left + axisWidth;
  const entry = (label: string, draw: (x: number, y: number) => void): void => {
    draw(x, y + 5);
    paper.put(label, { x: x + 17, y }, { size: 6.5 });
    x += 17 + paper.widthOf(label, { size: 6.5 }) + 14;
  };
  entry(text.deformationMean, (left, middle) => {
    paper.document
      .moveTo(left, middle)
      .lineTo(left + 13, middle)
      .lineWidth(1);
    paper.document.strokeColor(colours.line).stroke();
  });
  entry(text.deformationBand, (left, middle) => {
    paper.document
      .rect(left, middle - 3, 13, 6)
      .fillColor(colours.line, 0.25)
      .fill();
    paper.document.fillOpacity(1);
  });
  if (limit !== undefined) {
    entry(text.deformationLimit(formatNumber(limit, 1)), (left, middle) => {
      paper.document
        .moveTo(left, middle)
        .lineTo(left + 13, middle)
        .lineWidth(0.8);
      paper.document.dash(4, { space: 3 }).strokeColor(colours.alarm).stroke().undash();
    });
  }
  const axis = { size: 6, colour: colours.quiet } as const;
  paper.put(text.deformationAxisZ, { x: margin.left, y }, axis);
  paper.y += 13;
};

/** How the panel came out, along it where the record has a profile. */
export const drawDeformation = (sheet: Sheet): void => {
  const { paper, record, text } = sheet;
  const results = record.results.filter(({ point }) => point.startsWith('deformation'));
  const crosses = record.deformation === undefined ? [] : crossesOf(record.deformation);
  if (results.length === 0 && crosses.length === 0) return;
  paper.heading(text.deformation, crosses.length === 0 ? 48 : chartHeight + 60);
  if (crosses.length === 0) paper.paragraph(text.deformationNoProfile);
  else {
    const limit = limitOf(sheet);
    drawKey(sheet, limit);
    const scale = scaleOf(sheet, crosses, limit);
    drawGrid(sheet, scale, limit);
    drawCurve(sheet, crosses, scale);
    paper.y += chartHeight + 2;
    const lengthMm = record.positionMm.maximum ?? crosses.at(-1)?.x ?? 1;
    const [x, width] = [margin.left + axisWidth, contentWidth - axisWidth];
    drawPlaces(sheet, { x, width, lengthMm, unit: text.deformationAxisX });
  }
  drawResultTable(sheet, results);
};
