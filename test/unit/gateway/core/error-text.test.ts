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
