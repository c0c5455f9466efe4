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
 * `code` and `retryable`, never on text. The message names the device, what was tried and the value seen.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The text of anything thrown, with the texts of its causes, for a log line or a state shown to people. */
export const describeError = (error: unknown): string => {
  const parts: string[] = [];
  let current: unknown = error;
  while (current !== undefined && current !== null && parts.length < 5) {
    const text = current instanceof Error ? current.message : String(current);
    if (!parts.some((part) => part.includes(text))) parts.push(text);
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(': ');
};

/** `error` itself when it is a GatewayError, else a GatewayError around it. */
export const toGatewayError = (
  error: unknown,
  fallback: { readonly code: ErrorCode; readonly retryable: boolean; readonly message: string },
): GatewayError =>
  error instanceof GatewayError
    ? error
    : new GatewayError(fallback.code, `${fallback.message}: ${describeError(error)}`, {
        retryable: fallback.retryable,
        cause: error,
      });

/** What a log line says of an error beside its text: the code of a known one, all there is of an unexpected one. */
export const errorFields = (
  error: unknown,
): { readonly code: ErrorCode } | { readonly err: unknown } =>
  error instanceof GatewayError ? { code: error.code } : { err: error };
