import { expect, test } from 'vitest';
import { errorCodes, GatewayError } from '../../../../gateway/core/error.ts';
import { explainError } from '../../../../gateway/core/error-text.ts';

test.each(errorCodes)('%s is explained in Chinese, with the detail behind it', (code) => {
  const cause = new Error('ECONNRESET');
  const { en, zh } = explainError(new GatewayError(code, 'unit 3', { retryable: true, cause }));
  expect(en).toBe('unit 3: ECONNRESET');
  expect(zh).toMatch(/^[\u4E00-\u9FFF]{4,}（unit 3: ECONNRESET）$/);
});

test('every code has a meaning of its own', () => {
  const meanings = errorCodes.map(
    (code) => explainError(new GatewayError(code, '', { retryable: false })).zh,
  );
  expect(new Set(meanings).size).toBe(errorCodes.length);
});

test('what nobody expected is said to be unexpected', () => {
  expect(explainError(new TypeError('x is not a function'))).toEqual({
    en: 'x is not a function',
    zh: '意外错误（x is not a function）',
  });
});

test('our own words are Chinese, those of peers stay as they came', () => {
  const cause = new GatewayError(
    'TIMEOUT',
    { en: 'unit 3: no answer', zh: '单元 3：无应答' },
    { retryable: true, cause: new Error('ETIMEDOUT', { cause: new Error('errno 110') }) },
  );
  const error = new GatewayError(
    'CONNECTION_FAILED',
    { en: 'source plc has ended', zh: '数据源 plc 已结束' },
    { retryable: true, cause },
  );
  expect(explainError(error)).toEqual({
    en: 'source plc has ended: unit 3: no answer: ETIMEDOUT: errno 110',
    zh: '无法建立连接（数据源 plc 已结束：单元 3：无应答：ETIMEDOUT: errno 110）',
  });
  expect(error.message).toBe('source plc has ended');
});

test('a cause that the message quotes is not told twice in either language', () => {
  const cause = new Error('ECONNREFUSED');
  const words = { en: 'no way: ECONNREFUSED', zh: '无法连接：ECONNREFUSED' };
  expect(explainError(new GatewayError('TIMEOUT', words, { retryable: true, cause }))).toEqual({
    en: 'no way: ECONNREFUSED',
    zh: '对方没有及时应答（无法连接：ECONNREFUSED）',
  });
});
