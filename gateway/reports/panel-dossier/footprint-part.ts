import type { FootprintElement } from '../footprint/product-footprint.ts';
import { formatNumber, none, shorten, unitName } from './formats.ts';
import { colours } from './paper.ts';
import type { Sheet } from './sheet.ts';
import { type Cell, drawPairs, drawTable } from './tables.ts';

const kilograms = (value: number | null): string =>
  value === null ? none : `${formatNumber(value, 3)} kg`;

const sourceOf = (
  { text }: Sheet,
  element: FootprintElement,
  source: string | null,
  isPrimary: boolean,
): Cell => {
  if (source === null) return { text: text.footprintUnknown, colour: colours.quiet };
  const words = text.footprintMeasured[element] ?? shorten(source, 160);
  return isPrimary ? text.footprintPrimary(words) : words;
};

/** The carbon footprint by elements: what making it gave off and the whole, always together, since materials are most of it. */
export const drawFootprint = (sheet: Sheet): void => {
  const { paper, text, footprint } = sheet;
  const { parts, gateToGateKg, totalKg, gridOnlyKg } = footprint;
  if (parts.every(({ carbonKg }) => carbonKg === null)) return;
  paper.heading(text.footprint, 48);
  paper.note(text.footprintNote);
  drawTable(paper, {
    columns: text.footprintColumns.map((title, index) => ({
      title,
      share: [20, 14, 15, 12, 39][index] ?? 10,
      isNumber: index >= 1 && index <= 3,
    })),
    rows: parts.map(({ element, amount, unit, factor, carbonKg, source, isPrimary }) => [
      text.footprintElements[element],
      amount === null ? none : `${formatNumber(amount, 3)} ${unitName(unit)}`,
      factor === null ? none : formatNumber(factor, 5),
      kilograms(carbonKg),
      sourceOf(sheet, element, source, isPrimary),
    ]),
  });
  drawPairs(paper, [
    [text.footprintGateToGate, { text: kilograms(gateToGateKg), isBold: true }],
    [text.footprintTotal, { text: kilograms(totalKg), isBold: true }],
    [text.footprintGridOnly, kilograms(gridOnlyKg)],
  ]);
};
