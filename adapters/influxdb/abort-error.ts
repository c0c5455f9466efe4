import { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';

/** The error for work that `signal` has ended: a deadline of the caller's, or a stop. */
export const abortError = (signal: AbortSignal, work: LocalText): GatewayError => {
  const isDeadline = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  return isDeadline
    ? new GatewayError(
        'TIMEOUT',
        { en: `${work.en} took too long`, zh: `${work.zh}超时` },
        { retryable: true },
      )
    : new GatewayError(
        'ABORTED',
        { en: `${work.en} given up`, zh: `${work.zh}已放弃` },
        { retryable: true },
      );
};
