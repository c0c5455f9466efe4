import { expect, test } from 'vitest';
import { displayWidth, formatTable } from '../../../../gateway/cli/text-table.ts';

test.each([
  ['', 0],
  ['abc', 3],
  ['测点', 4],
  ['频率 Hz', 7],
  ['（仿真）', 8],
  ['e\u0301', 1],
  ['한글', 4],
  ['°C', 2],
])('%j takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

test('columns line up, with full-width text and numbers to the right', () => {
  const lines = formatTable({
    columns: ['设备', 'length', 'what'],
    rows: [
      ['逆变器一', 5, 'a'],
      ['inv02', 125, '功率'],
    ],
  });
  expect(lines).toEqual([
    '设备      length  what',
    '--------  ------  ----',
    '逆变器一       5  a',
    'inv02        125  功率',
  ]);
});

test('a table without rows is its head', () => {
  expect(formatTable({ columns: ['a', 'bb'], rows: [] })).toEqual(['a  bb', '-  --']);
});

test('a row that is too short is filled with nothing', () => {
  expect(formatTable({ columns: ['a', 'b'], rows: [['x']] })).toEqual(['a  b', '-  -', 'x']);
});
