import { describe, expect, it } from 'vitest';
import {
  describeError,
  errorFields,
  GatewayError,
  toGatewayError,
} from '../../../../gateway/core/error.ts';

const refused = new Error('connect ECONNREFUSED 127.0.0.1:502');

describe('GatewayError', () => {
  it('carries code, whether it may be retried, cause and when to come back', () => {
    const error = new GatewayError('UNAVAILABLE', 'database is busy', {
      retryable: true,
      cause: refused,
      retryAfterMs: 1500,
    });
    expect(error).toMatchObject({
      name: 'GatewayError',
      code: 'UNAVAILABLE',
      retryable: true,
      cause: refused,
      retryAfterMs: 1500,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it('has no cause and no time to come back unless given', () => {
    const error = new GatewayError('PROTOCOL', 'bad length', { retryable: false });
    expect('cause' in error).toBe(false);
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.retryable).toBe(false);
  });
});

describe('describeError', () => {
  it('joins the messages of an error and its causes', () => {
    const error = new GatewayError('CONNECTION_FAILED', 'no connection to plc', {
      retryable: true,
      cause: refused,
    });
    expect(describeError(error)).toBe('no connection to plc: connect ECONNREFUSED 127.0.0.1:502');
  });

  it('does not repeat what an outer message says already', () => {
    const outer = new Error(`no connection: ${refused.message}`, { cause: refused });
    expect(describeError(outer)).toBe(`no connection: ${refused.message}`);
  });

  it('describes what is not an error, and ends with a chain of causes that goes on', () => {
    expect(describeError('plain words')).toBe('plain words');
    expect(describeError(new Error('outer', { cause: 'words' }))).toBe('outer: words');
    expect(describeError(new Error('outer', { cause: null }))).toBe('outer');
    let deep = new Error('0');
    for (let depth = 1; depth < 9; depth += 1) deep = new Error(String(depth), { cause: deep });
    expect(describeError(deep)).toBe('8: 7: 6: 5: 4');
  });
});

describe('toGatewayError', () => {
  const fallback = { code: 'STORE_FAILED', retryable: true, message: 'cannot write' } as const;

  it('leaves a GatewayError as it is', () => {
    const error = new GatewayError('TIMEOUT', 'late', { retryable: true });
    expect(toGatewayError(error, fallback)).toBe(error);
  });

  it('wraps anything else with its cause', () => {
    const wrapped = toGatewayError(refused, fallback);
    expect(wrapped).toMatchObject({ code: 'STORE_FAILED', retryable: true, cause: refused });
    expect(wrapped.message).toBe(`cannot write: ${refused.message}`);
  });
});

describe('errorFields', () => {
  it('names the code of a known error, and shows all of an unexpected one', () => {
    expect(errorFields(new GatewayError('TIMEOUT', 'late', { retryable: true }))).toEqual({
      code: 'TIMEOUT',
    });
    expect(errorFields(refused)).toEqual({ err: refused });
  });
});
