// Goal: problems of a site file can be read in Chinese. Method: every message of the golden folders, which stand for all
// kinds of mistakes, must be in the phrasebook; what it then leaves in English are names and values.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inChinese, problemLine } from '../../../../gateway/cli/problem-words.ts';
import { expectedWords } from '../../../../gateway/core/input-words.ts';

const golden = join(import.meta.dirname, '../../../golden/config');

const phrases = readdirSync(golden, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readFileSync(join(golden, name, 'expected.txt'), 'utf8').split('\n'))
  .flatMap((line) => /: found (.*), expected (.*)$/.exec(line)?.slice(1) ?? []);

const englishWords =
  /(?<![-\w/])(a|an|the|of|with|without|than|did|which|that|no|needs|found)(?![-\w])/;

test('every phrase of the golden messages has its Chinese words', () => {
  expect(phrases.length).toBeGreaterThan(100);
  const left = phrases
    .map((phrase) => inChinese(phrase).replaceAll(/"[^"]*"/g, ''))
    .filter((words) => englishWords.test(words));
  // What an input of a KPI is, the KPI says itself.
  expect(left).toEqual(['park/energy/site 的 pvEnergy 需要 energy register of each inverter']);
});

test('the place stands in front, for editors, and names and values stay', () => {
  const problem = {
    file: '/plant/site.yaml',
    line: 4,
    column: 20,
    path: 'sources[0].kind',
    found: '"modbuss"',
    expected: 'modbus or opcua (did you mean "modbus"?)',
  };
  expect(problemLine(problem, '/plant', 'zh')).toBe(
    'site.yaml:4:20 sources[0].kind: 发现 "modbuss"，应为 modbus 或 opcua（是否想写 "modbus"？）',
  );
  expect(problemLine(problem, '/plant', 'en')).toBe(
    'site.yaml:4:20 sources[0].kind: found "modbuss", expected modbus or opcua (did you mean "modbus"?)',
  );
});

test('words that a schema has in both languages are shown in one', () => {
  const problem = { file: '/plant/site.yaml', line: 9, column: 3, path: 'kpis[0].bands' };
  const expected = expectedWords({ en: 'minimum, maximum or both', zh: 'minimum、maximum 或两者' });
  const words = { ...problem, found: 'a mapping', expected };
  expect(problemLine(words, '/plant', 'zh')).toBe(
    'site.yaml:9:3 kpis[0].bands: 发现映射，应为 minimum、maximum 或两者',
  );
  expect(problemLine(words, '/plant', 'en')).toBe(
    'site.yaml:9:3 kpis[0].bands: found a mapping, expected minimum, maximum or both',
  );
});

test('a key that is not there is missing, not empty', () => {
  const problem = { file: '/plant/site.yaml', line: 1, column: 1, path: 'site.area' };
  const words = { found: 'nothing', expected: 'a list' };
  expect(problemLine({ ...problem, ...words }, '/plant', 'zh')).toBe(
    'site.yaml:1:1 site.area: 缺失，应为列表',
  );
});

test.each([
  ['nothing', '空'],
  [
    '127.0.0.1, ::1 or localhost, or api.tls, api.proxy or api.plainHttp: true beside it: other machines can reach it, and passwords would pass in clear',
    '127.0.0.1、::1 或 localhost，或同时设置 api.tls、api.proxy 或 api.plainHttp: true：其他机器可访问该地址，密码将以明文传输',
  ],
  ['a whole number from 1 to 65535', '1 到 65535 的整数'],
  [
    'power of acme/dam, which source bus produces already',
    'acme/dam 的 power 已由 source bus 产生',
  ],
  ['"a list"', '"a list"'],
  ['words that nobody has translated', 'words that nobody has translated'],
])('%j is %j', (english, chinese) => {
  expect(inChinese(english)).toBe(chinese);
});
