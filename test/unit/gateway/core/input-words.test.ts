import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  expectedWords,
  foundWords,
  issueSentences,
  readInput,
} from '../../../../gateway/core/input-words.ts';

const names = { part: { en: '', zh: '' }, whole: { en: 'all', zh: '全部' } };

const issuesIn = (schema: z.ZodType, raw: unknown) => {
  const read = readInput(schema, raw);
  return read.ok ? expect.fail('it was taken') : read.issues;
};

const sentences = (schema: z.ZodType, raw: unknown) => {
  const { en, zh } = issueSentences(issuesIn(schema, raw), names);
  return [en, zh];
};

const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a'), count: z.int() }),
  z.strictObject({ kind: z.literal('b') }),
]);

const point = z.strictObject({ x: z.int(), y: z.int(), z: z.int() });

describe('what is wrong in an input', () => {
  it.each<[en: string, zh: string, schema: z.ZodType, raw: unknown]>([
    ['all: found 5, expected text', '全部：发现 5，应为文本', z.string(), 5],
    ['all is missing: expected text', '缺少全部：应为文本', z.string(), undefined],
    ['all is missing: expected text', '缺少全部：应为文本', z.string(), null],
    [
      'all: found "x", expected true or false',
      '全部：发现 "x"，应为 true 或 false',
      z.boolean(),
      'x',
    ],
    ['all: found an object, expected a list', '全部：发现对象，应为列表', z.array(z.number()), {}],
    ['all: found 1, expected a list', '全部：发现 1，应为列表', z.tuple([z.int()]), 1],
    ['all: found a list, expected an object', '全部：发现列表，应为对象', z.object({}), [1]],
    [
      'all: found an empty list, expected an object',
      '全部：发现空列表，应为对象',
      z.record(z.string(), z.int()),
      [],
    ],
    ['all: found 1, expected nothing', '全部：发现 1，应为空', z.null(), 1],
    ['all: found 1, expected date', '全部：发现 1，应为 date', z.date(), 1],
    ['all: found 1.5, expected a whole number', '全部：发现 1.5，应为整数', z.int(), 1.5],
    [
      'all: found 0, expected more than 0',
      '全部：发现 0，应为大于 0 的数',
      z.number().positive(),
      0,
    ],
    ['all: found 3, expected less than 3', '全部：发现 3，应为小于 3 的数', z.number().lt(3), 3],
    [
      'all: found "", expected text of at least 1 character',
      '全部：发现 ""，应为字符数不小于 1 的文本',
      z.string().min(1),
      '',
    ],
    [
      'all: found a list, expected a list of at most 2 items',
      '全部：发现列表，应为项数不大于 2 的列表',
      z.array(z.int()).max(2),
      [1, 2, 3],
    ],
    [
      'all: found an object, expected a list of at most 1 item',
      '全部：发现对象，应为项数不大于 1 的列表',
      z.set(z.int()).max(1),
      new Set([1, 2]),
    ],
    ['all: found "y", expected "x"', '全部：发现 "y"，应为 "x"', z.literal('x'), 'y'],
    [
      'all: found "y", expected one of x, z',
      '全部：发现 "y"，应为 x、z 之一',
      z.enum(['x', 'z']),
      'y',
    ],
    [
      'all: found "today", expected a date such as 2026-03-02',
      '全部：发现 "today"，应为日期，如 2026-03-02',
      z.iso.date(),
      'today',
    ],
    [
      'all: found "now", expected a date and time to ISO 8601',
      '全部：发现 "now"，应为 ISO 8601 日期时间',
      z.iso.datetime(),
      'now',
    ],
    ['all: found "x", expected a URL', '全部：发现 "x"，应为网址', z.url(), 'x'],
    [
      'all: found "x", expected text of the form /^[a]+$/',
      '全部：发现 "x"，应为形如 /^[a]+$/ 的文本',
      z.string().regex(/^[a]+$/),
      'x',
    ],
    [
      'all: found "x", expected text of the form jwt',
      '全部：发现 "x"，应为形如 jwt 的文本',
      z.jwt(),
      'x',
    ],
    [
      'all: found 7, expected a multiple of 5',
      '全部：发现 7，应为 5 的倍数',
      z.number().multipleOf(5),
      7,
    ],
    [
      'all: found true, expected text, or a number',
      '全部：发现 true，应为文本，或数字',
      z.string().or(z.number()),
      true,
    ],
    [
      'all: found true, expected true 的, or URL',
      '全部：发现 true，应为 true 的，或 URL',
      z
        .string(expectedWords({ en: 'true 的', zh: 'true 的' }))
        .or(z.number(expectedWords({ en: 'URL', zh: 'URL' }))),
      true,
    ],
    [
      'all: found true, expected text',
      '全部：发现 true，应为文本',
      z.string().min(3).or(z.url()),
      true,
    ],
    [
      'all: found 1, expected another value',
      '全部：发现 1，应为其他值',
      z.number().refine((value) => value > 1),
      1,
    ],
    [
      'a: found 1, expected text of at least 2 characters',
      'a：发现 1，应为字符数不小于 2 的文本',
      z.record(z.string().min(2), z.int()),
      { a: 1 },
    ],
    [
      'all: found an object, expected a whole number',
      '全部：发现对象，应为整数',
      z.map(z.object({}), z.int()),
      new Map([[{}, 1.5]]),
    ],
    [
      'kind: found "c", expected one of a, b',
      'kind：发现 "c"，应为 a、b 之一',
      kinds,
      { kind: 'c' },
    ],
    ['count is missing: expected a number', '缺少 count：应为数字', kinds, { kind: 'a' }],
    [
      '0.more: found an unknown name, expected kind',
      '0.more：发现未知的名称，应为 kind',
      z.array(kinds).or(kinds),
      [{ kind: 'b', more: 1 }],
    ],
    [
      'w: found an unknown name, expected one of x, y, z',
      'w：发现未知的名称，应为 x、y、z 之一',
      point,
      { x: 1, y: 1, z: 1, w: 1 },
    ],
    [
      'w: found an unknown name, expected none',
      'w：发现未知的名称，应为空',
      z.strictObject({}),
      { w: 1 },
    ],
    [
      'a.b: found 1.5, expected a whole number; a.c is missing: expected text',
      'a.b：发现 1.5，应为整数；缺少 a.c：应为文本',
      z.object({ a: z.object({ b: z.int(), c: z.string() }) }),
      { a: { b: 1.5 } },
    ],
  ])('%s', (en, zh, schema, raw) => {
    expect(sentences(schema, raw)).toEqual([en, zh]);
  });

  it('is said of the kind that was probably meant: the one with the fewest faults inside of it', () => {
    const named = z.strictObject({ x: z.int(), name: z.string() });
    const schema = z.array(z.union([z.string(), named, point]));
    expect(sentences(schema, [{ x: 1, y: 2, z: 'three' }])[0]).toBe(
      '0.z: found "three", expected a number',
    );
    expect(sentences(schema, [{ x: 1, name: 2 }])[0]).toBe('0.name: found 2, expected text');
    expect(sentences(schema, [7])[0]).toBe('0: found 7, expected text, or an object');
    const long = z.object({ a: z.int(), b: z.int() });
    expect(sentences(z.array(z.union([long, z.object({ a: z.int() })])), [{ a: 1.5 }])[0]).toBe(
      '0.a: found 1.5, expected a whole number',
    );
  });

  it('does not take for the value what every object has', () => {
    expect(sentences(z.object({ toString: z.literal('x') }), {})[0]).toBe(
      'toString is missing: expected "x"',
    );
  });

  it('is found missing where what should hold it is something else', () => {
    const inner = z.string().transform((_, context) => {
      context.issues.push({ code: 'custom', path: ['deep', 'deeper'], input: _ });
      return z.NEVER;
    });
    expect(sentences(inner, 'text')[0]).toBe('deep.deeper is missing: expected another value');
    expect(
      sentences(z.object({ a: z.any().pipe(z.any()), b: inner }), { a: null, b: 'x' })[0],
    ).toBe('b.deep.deeper is missing: expected another value');
  });

  it('is said in the own words of a schema, in both languages', () => {
    const odd = z
      .number()
      .refine((value) => value % 2 === 1, expectedWords({ en: 'an odd number', zh: '奇数' }));
    expect(sentences(odd, 2)).toEqual([
      'all: found 2, expected an odd number',
      '全部：发现 2，应为奇数',
    ]);
    expect(sentences(z.number('a temperature'), 'x')).toEqual([
      'all: found "x", expected a temperature',
      '全部：发现 "x"，应为 a temperature',
    ]);
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

describe('a value as somebody wrote it', () => {
  it('is whole up to 60 characters, and cut behind them', () => {
    expect(foundWords('x'.repeat(60)).en).toBe(`"${'x'.repeat(60)}"`);
    expect(foundWords('x'.repeat(61)).zh).toBe(`"${'x'.repeat(60)}…"`);
  });

  it.each([undefined, null])('is nothing where there is %s', (value) => {
    expect(foundWords(value)).toEqual({ en: 'nothing', zh: '空' });
  });
});
