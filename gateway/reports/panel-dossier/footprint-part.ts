import { type FootprintPart, productFootprint } from '../../records/product-footprint.ts';
import { formatNumber, none, shorten, unitName } from './formats.ts';
import { colours } from './paper.ts';
import type { Sheet } from './sheet.ts';
import { type Cell, drawPairs, drawTable } from './tables.ts';

const kilograms = (value: number | null): string =>
  value === null ? none : `${formatNumber(value, 3)} kg`;

const sourceOf = (
  { text }: Sheet,
  { element, source, carbonKg, isPrimary }: FootprintPart,
): Cell => {
  const measured = carbonKg === null ? undefined : text.footprintMeasured[element];
  const words = measured ?? (source === null ? undefined : shorten(source, 160));
  if (words === undefined) return { text: text.footprintUnknown, colour: colours.quiet };
  return isPrimary ? text.footprintPrimary(words) : words;
};

/** The carbon footprint by elements: what making it gave off and the whole, always together, since materials are most of it. */
export const drawFootprint = (sheet: Sheet): void => {
  const { paper, text, record } = sheet;
  const { parts, gateToGateKg, totalKg, totalKgPerM2, gridOnlyKg } = productFootprint(record);
  if (parts.every(({ carbonKg }) => carbonKg === null)) return;
  paper.heading(text.footprint, 48);
  paper.note(text.footprintNote);
  drawTable(paper, {
    columns: text.footprintColumns.map((title, index) => ({
      title,
      share: [20, 14, 15, 12, 39][index] ?? 10,
      isNumber: index >= 1 && index <= 3,
    })),
    rows: parts.map((part) => {
      const doubt = part.isUncertain ? '?' : '';
      return [
        text.footprintElements[part.element],
        part.amount === null ? none : `${formatNumber(part.amount, 3)} ${unitName(part.unit)}`,
        part.factor === null ? none : formatNumber(part.factor, 5),
        `${kilograms(part.carbonKg)}${doubt}`,
        sourceOf(sheet, part),
      ];
    }),
  });
  const doubt = (some: readonly FootprintPart[]): string =>
    some.some(({ isUncertain }) => isUncertain) ? '?' : '';
  const gate = `${kilograms(gateToGateKg)}${doubt(parts.slice(0, 2))}`;
  const area = totalKgPerM2 === null ? '' : ` (${formatNumber(totalKgPerM2, 1)} kg/m²)`;
  drawPairs(paper, [
    [text.footprintGateToGate, { text: gate, isBold: true }],
    [text.footprintTotal, { text: `${kilograms(totalKg)}${doubt(parts)}${area}`, isBold: true }],
    [text.footprintGridOnly, kilograms(gridOnlyKg)],
  ]);
};
