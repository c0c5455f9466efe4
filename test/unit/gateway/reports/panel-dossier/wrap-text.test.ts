import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapText } from '../../../../../gateway/reports/panel-dossier/wrap-text.ts';

/** Chinese characters are two wide. */
const widthOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + (character > '\u2e80' ? 2 : 1), 0);

test('words stay whole, and lines are as full as they can be', () => {
  expect(wrapText('the arc went out at once', 12, widthOf)).toEqual([
    'the arc went',
    'out at once',
  ]);
});

test('no line of Chinese begins with a sign that closes, nor ends with one that opens', () => {
  expect(wrapText('焊缝丢失，停焊（人工）。', 8, widthOf)).toEqual([
    '焊缝丢',
    '失，停焊',
    '（人',
    '工）。',
  ]);
});

test('what has no place to break is cut', () => {
  expect(wrapText('abcdefghij', 4, widthOf)).toEqual(['abcd', 'efgh', 'ij']);
});

test('nothing is lost, and no line is wider than it may be', () => {
  const texts = fc.string({ unit: fc.constantFrom(...'ab 焊缝，。（）-'), maxLength: 60 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 30 }), (text, width) => {
      const lines = wrapText(text, width, widthOf);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }),
    { seed: Number(process.env['SEAMWATT_SEED']) },
  );
});
