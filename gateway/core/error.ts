import type { LocalText } from './point.ts';

/** The closed list of what can go wrong; `docs/errors.md` explains each code, and a test compares the two. */
export const errorCodes = [
  'CONFIG_INVALID',
  'CONNECTION_FAILED',
  'CONNECTION_LOST',
  'TIMEOUT',
  'PROTOCOL',
  'DEVICE_EXCEPTION',
  'AUTHENTICATION_FAILED',
  'WRITE_REJECTED',
  'UNAVAILABLE',
  'BUFFER_OVERFLOW',
  'STORE_CORRUPT',
  'STORE_VERSION',
  'STORE_FAILED',
  'REPORT_FAILED',
  'LISTEN_FAILED',
  'ABORTED',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export type GatewayErrorOptions = {
  readonly retryable: boolean;
  readonly cause?: unknown;
  /** Only for retryable errors of a peer that said when to come back (HTTP Retry-After). */
  readonly retryAfterMs?: number;
};

/**
 * The one error of Seamwatt. Adapters wrap what their libraries throw at their edge, with the cause; code above branches on
 * `code` and `retryable`, never on text. The message names the device, what was tried and the value seen; in both languages
 * where people read it, and only what peers and libraries said stays as they said it.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The message, if it was written in both languages. */
  readonly words: LocalText | undefined;

  constructor(code: ErrorCode, message: string | LocalText, options: GatewayErrorOptions) {
    const words = typeof message === 'string' ? undefined : message;
    super(
      words?.en ?? String(message),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'GatewayError';
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.words = words;
  }
}

/** Anything thrown, with its causes, in both languages; what is in one only stands in both. */
export const describeWords = (error: unknown): LocalText => {
  const parts: LocalText[] = [];
  let zh = '';
  let current: unknown = error;
  while (current !== undefined && current !== null && parts.length < 5) {
    const en = current instanceof Error ? current.message : String(current);
    const words = current instanceof GatewayError ? current.words : undefined;
    if (!parts.some((part) => part.en.includes(en))) {
      const colon = parts.at(-1)?.zh === parts.at(-1)?.en ? ': ' : '：';
      zh += (parts.length === 0 ? '' : colon) + (words?.zh ?? en);
      parts.push(words ?? { en, zh: en });
    }
    current = current instanceof Error ? current.cause : undefined;
  }
  return { en: parts.map((part) => part.en).join(': '), zh };
};

/** The text of anything thrown, with the texts of its causes, for a log line or a state shown to people. */
export const describeError = (error: unknown): string => describeWords(error).en;

/** `error` itself when it is a GatewayError, else a GatewayError around it. */
export const toGatewayError = (
  error: unknown,
  fallback: {
    readonly code: ErrorCode;
    readonly retryable: boolean;
    readonly message: string | LocalText;
  },
): GatewayError => {
  if (error instanceof GatewayError) return error;
  const { code, retryable, message } = fallback;
  const { en, zh } = describeWords(error);
  const text =
    typeof message === 'string'
      ? `${message}: ${en}`
      : { en: `${message.en}: ${en}`, zh: `${message.zh}：${zh}` };
  return new GatewayError(code, text, { retryable, cause: error });
};

/** What a log line says of an error beside its text: the code of a known one, all there is of an unexpected one. */
export const errorFields = (
  error: unknown,
): { readonly code: ErrorCode } | { readonly err: unknown } =>
  error instanceof GatewayError ? { code: error.code } : { err: error };
