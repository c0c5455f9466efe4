import { GatewayError } from '../../gateway/core/error.ts';

/** The error for work that `signal` has ended: a deadline of the caller's, or a stop. */
export const abortError = (signal: AbortSignal, work: string): GatewayError => {
  const isDeadline = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  return isDeadline
    ? new GatewayError('TIMEOUT', `${work} took too long`, { retryable: true })
    : new GatewayError('ABORTED', `${work} given up`, { retryable: true });
};
