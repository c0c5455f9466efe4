import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import type { HttpAnswer } from './http-connection.ts';

/** What the server did with the lines of one request; everything else it can say is thrown. */
export type WriteAnswer =
  | { readonly kind: 'stored' }
  /** The request has more bytes than the server takes. */
  | { readonly kind: 'too-large'; readonly words: string }
  /** `refusedCount` lines are refused, all others are stored. */
  | { readonly kind: 'partial'; readonly refusedCount: number; readonly words: string }
  /** Exactly these lines (from 0) are refused, all others are stored. */
  | { readonly kind: 'named'; readonly refused: ReadonlyMap<number, string> }
  /** Some lines are refused; which, and whether others are stored, is not said. */
  | { readonly kind: 'refused'; readonly words: string };

/** A refused password or token does not get better at once, but whoever has corrected it waits for data to come. */
const refusedCredentialsRetryMs = 10_000;
const longestRetryAfterMs = 600_000;
const longestWords = 500;

/**
 * Reads the answer to a write after the HTTP API of InfluxDB 1.x (`/write`), 2.x (`/api/v2/write`) and 3
 * (`/api/v3/write_lp`). Throws a retryable GatewayError, in the server's words, when nothing is known to be wrong with the
 * lines themselves.
 */
export const readWriteAnswer = (answer: HttpAnswer, target: LocalText): WriteAnswer => {
  const { status } = answer;
  if (status === 204) return { kind: 'stored' };
  const words = serverWords(answer);
  if (status === 413) return { kind: 'too-large', words };
  if (status === 400 || status === 422) return readRefusal(answer.body, words);
  throw readFailure(answer, target);
};

/** The error for an answer that says nothing about lines. */
export const readFailure = (answer: HttpAnswer, target: LocalText): GatewayError => {
  const { status } = answer;
  const said = serverWords(answer);
  const words = {
    en: `${target.en} answered ${status}: ${said}`,
    zh: `${target.zh} 应答 ${status}：${said}`,
  };
  if (status === 401 || status === 403) {
    return new GatewayError(
      'AUTHENTICATION_FAILED',
      {
        en: `${words.en}; check its credentials and what they may write`,
        zh: `${words.zh}；请检查凭据及其写入权限`,
      },
      { retryable: true, retryAfterMs: refusedCredentialsRetryMs },
    );
  }
  if (status >= 300 && status < 400) {
    const location = answer.headers.location ?? 'nowhere';
    return new GatewayError(
      'UNAVAILABLE',
      {
        en: `${words.en}; redirects are not followed (${location})`,
        zh: `${words.zh}；不跟随重定向（${location}）`,
      },
      { retryable: true },
    );
  }
  const retryAfterMs = readRetryAfter(answer.headers);
  return new GatewayError('UNAVAILABLE', words, {
    retryable: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
};

/**
 * Retry-After in seconds or as an HTTP date (RFC 9110 §10.2.3), as a bounded distance. A date is compared with the
 * server's own, so that a wrong clock on either side does not matter.
 */
const readRetryAfter = (
  headers: Pick<IncomingHttpHeaders, 'retry-after' | 'date'>,
): number | undefined => {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  const afterMs = /^\d+$/.test(text)
    ? Number(text) * 1_000
    : Date.parse(text) - Date.parse(headers.date ?? '');
  if (Number.isNaN(afterMs)) return undefined;
  return Math.min(Math.max(0, afterMs), longestRetryAfterMs);
};

const partialPattern = /partial write: (.*) dropped=(\d+)/s;

const readRefusal = (body: string, words: string): WriteAnswer => {
  const refused = readNamedLines(body);
  if (refused !== undefined) return { kind: 'named', refused };
  const partial = partialPattern.exec(words);
  const refusedCount = Number(partial?.[2] ?? 0);
  // Lines that InfluxDB 1.x cannot parse are in no count: `dropped=0`.
  if (refusedCount === 0) return { kind: 'refused', words };
  return { kind: 'partial', refusedCount, words: partial?.[1] ?? words };
};

/** InfluxDB 3 with accept_partial: `{"error": …, "data": [{"line_number": 2, "error_message": …}]}`, numbered from 1. */
const readNamedLines = (body: string): ReadonlyMap<number, string> | undefined => {
  const data = parseJson(body)?.['data'];
  if (!Array.isArray(data) || data.length === 0) return undefined;
  const refused = new Map<number, string>();
  for (const item of data as readonly unknown[]) {
    if (!isRecord(item)) return undefined;
    const { line_number: number, error_message: message } = item;
    if (typeof number !== 'number' || number < 1) return undefined;
    refused.set(number - 1, String(message).slice(0, longestWords));
  }
  return refused;
};

/** The text inside the server's JSON, or whatever else it sent. */
const serverWords = ({ body, headers }: HttpAnswer): string => {
  const json = parseJson(body);
  const text = json?.['error'] ?? json?.['message'];
  const header = headers['x-influxdb-error'];
  const words = typeof text === 'string' ? text : (header ?? body);
  return String(words).trim().slice(0, longestWords) || 'no reason given';
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const parseJson = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};
