import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectedWords, issueSentences, readInput } from '../../../../gateway/core/input-words.ts';

const names = { part: { en: '', zh: '' }, whole: { en: 'all', zh: '全部' } };

const sentences = (schema: z.ZodType, raw: unknown) => {
  const read = readInput(schema, raw);
  if (read.ok) return expect.fail('it was taken');
  const { en, zh } = issueSentences(read.issues, names);
  return [en, zh];
};

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a'), count: z.int() }),
  z.strictObject({ kind: z.literal('b') }),
]);

describe('what is wrong in an input', () => {
  it.each([
    [z.string(), 5, 'all: found 5, expected text', '全部：发现 5，应为文本'],
    [z.string(), undefined, 'all is missing: expected text', '缺少全部：应为文本'],
    [
      z.boolean(),
      'x',
      'all: found "x", expected true or false',
      '全部：发现 "x"，应为 true 或 false',
    ],
    [z.array(z.number()), {}, 'all: found an object, expected a list', '全部：发现对象，应为列表'],
    [z.object({}), [1], 'all: found a list, expected an object', '全部：发现列表，应为对象'],
    [z.int(), 1.5, 'all: found 1.5, expected a whole number', '全部：发现 1.5，应为整数'],
    [
      z.number().positive(),
      0,
      'all: found 0, expected more than 0',
      '全部：发现 0，应为大于 0 的数',
    ],
    [z.number().lt(3), 3, 'all: found 3, expected less than 3', '全部：发现 3，应为小于 3 的数'],
    [
      z.string().min(1),
      '',
      'all: found "", expected text of at least 1 character',
      '全部：发现 ""，应为字符数不小于 1 的文本',
    ],
    [
      z.array(z.int()).max(2),
      [1, 2, 3],
      'all: found a list, expected a list of at most 2 items',
      '全部：发现列表，应为项数不大于 2 的列表',
    ],
    [z.literal('x'), 'y', 'all: found "y", expected "x"', '全部：发现 "y"，应为 "x"'],
    [
      z.enum(['x', 'z']),
      'y',
      'all: found "y", expected one of x, z',
      '全部：发现 "y"，应为 x、z 之一',
    ],
    [
      z.iso.date(),
      'today',
      'all: found "today", expected a date such as 2026-03-02',
      '全部：发现 "today"，应为日期，如 2026-03-02',
    ],
    [
      z.number().multipleOf(5),
      7,
      'all: found 7, expected a multiple of 5',
      '全部：发现 7，应为 5 的倍数',
    ],
    [
      z.string().or(z.number()),
      true,
      'all: found true, expected text, or a number',
      '全部：发现 true，应为文本，或数字',
    ],
    [
      z.record(z.string().min(2), z.int()),
      { a: 1 },
      'a: found 1, expected text of at least 2 characters',
      'a：发现 1，应为字符数不小于 2 的文本',
    ],
    [
      kinds,
      { kind: 'c' },
      'kind: found "c", expected one of a, b',
      'kind：发现 "c"，应为 a、b 之一',
    ],
    [kinds, { kind: 'a' }, 'count is missing: expected a number', '缺少 count：应为数字'],
    [
      z.array(kinds).or(kinds),
      [{ kind: 'b', more: 1 }],
      '0.more: found an unknown name, expected kind',
      '0.more：发现未知的名称，应为 kind',
    ],
  ])('%#', (schema, raw, en, zh) => {
    expect(sentences(schema, raw)).toEqual([en, zh]);
  });

  it('is said in the own words of a schema, in both languages', () => {
    const odd = z
      .number()
      .refine((value) => value % 2 === 1, expectedWords({ en: 'an odd number', zh: '奇数' }));
    expect(sentences(odd, 2)).toEqual([
      'all: found 2, expected an odd number',
      '全部：发现 2，应为奇数',
    ]);
    expect(sentences(z.number('a temperature'), 'x')[0]).toBe(
      'all: found "x", expected a temperature',
    );
  });

  it('is shown only so far: long values, long names and long lists are cut', () => {
    const long = 'x'.repeat(10_000);
    const schema = z.strictObject({ list: z.array(z.int()) });
    const [en = '', zh] = sentences(schema, {
      list: Array.from({ length: 9 }, () => long),
      [long]: 1,
    });
    expect(en.length).toBeLessThan(600);
    expect(en).toMatch(/; and 5 more$/);
    expect(zh).toMatch(/；另有 5 处$/);
  });

  it('gives the value where nothing is wrong', () => {
    expect(readInput(z.object({ a: z.int().default(3) }), {})).toEqual({
      ok: true,
      value: { a: 3 },
    });
  });
});
